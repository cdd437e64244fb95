/** From a series to its instances: the days that its rule names, at the start's wall clock time in a zone. */
import type { CalendarEvent, Instance, Recurrence, Timespan, Weekday } from '../sdk/types.ts';
import { Budget, Overspent, PRICE, unlimited } from './budget.ts';
import { WEEKDAYS } from './calendar.ts';
import { daysOf } from './days.ts';
import { ruleOf } from './rule.ts';
import { DAY_MS } from './units.ts';
import { toInstant, toLocal } from './zone.ts';

export type Series = Pick<CalendarEvent, 'startTs' | 'duration' | 'busy' | 'recurrence' | 'exdates'>;

const HOUR = 3_600_000;
/**
 * Between these lie all offsets since 1970. So the local date of an instant is its UTC date or one beside
 * it.
 */
const WESTMOST = -12 * HOUR;
const EASTMOST = 14 * HOUR;
/** The last day that can matter: no window reaches past the year 2300. */
const HORIZON = Date.UTC(2301, 0) / DAY_MS + 1;
/** What `lastStart` may cost, in nanoseconds: it is asked for before anything of the request is proven. */
const MAX_SEARCH = 2_000_000;

/**
 * The instances of a series that overlap a window, in order: those that start before its end and end after
 * its start (without a duration: that start within it). A recurrence, which must have no `faults`, is read
 * by RFC 5545, 3.3.10, in a time zone and with weeks that begin on `weekStart`.
 *
 * A local time in a gap or an overlap is read as by `toInstant`, but the first instance keeps its exact
 * start. Two days with the same instant (one of them was skipped in the zone) are one instance, and both
 * count.
 *
 * @param budget pays for it; one budget can be shared by all that a request expands.
 * @throws Overspent
 */
export function instances(
  series: Series,
  zone: string,
  weekStart: Weekday,
  window: Timespan,
  budget = unlimited(),
): Instance[] {
  const { duration, busy } = series;
  budget.spend(PRICE.series + PRICE.exdate * series.exdates.length);
  const exdates = new Set(
    series.exdates.filter((ts) => ts < window.endTs && ts + duration >= window.startTs),
  );
  const found: Instance[] = [];
  for (const startTs of starts(series, zone, weekStart, window, budget)) {
    const endTs = startTs + duration;
    const overlaps = startTs < window.endTs && (startTs >= window.startTs || endTs > window.startTs);
    const isNew = startTs !== found.at(-1)?.startTs;
    if (overlaps && isNew && !exdates.has(startTs)) found.push({ startTs, endTs, busy });
  }
  return found;
}

/** The starts of all instances in a window, and possibly of some just around it. */
function* starts(
  series: Series,
  zone: string,
  weekStart: Weekday,
  window: Timespan,
  budget: Budget,
): Generator<number> {
  const { startTs, duration, recurrence } = series;
  if (!recurrence) {
    yield startTs;
    return;
  }
  const { until = Infinity } = recurrence;
  budget.convert(zone, startTs);
  const local = toLocal(zone, startTs);
  const first = Math.floor(local / DAY_MS);
  const time = local - first * DAY_MS;
  const from = Math.floor((window.startTs - duration) / DAY_MS) - 1;
  const to = Math.floor(Math.min(window.endTs, until) / DAY_MS) + 1;
  for (const day of daysOf(ruleOf(recurrence, first, weekStart, budget), from, to, budget)) {
    budget.convert(zone, day * DAY_MS);
    const start = day === first ? startTs : toInstant(zone, day * DAY_MS + time);
    if (start > until) return;
    yield start;
  }
}

/**
 * An instant (ms) by which the last instance of a series that starts at `startTs` has started, whatever the time
 * zone and the week start, so that it stays right when those of the calendar change. null when the series never
 * ends, or when its end takes too long to find. Instances past the year 2300 do not count.
 */
export function lastStart(startTs: number, recurrence: Recurrence | null): number | null {
  if (!recurrence) return startTs;
  const last = Math.min(recurrence.until ?? Infinity, lastCounted(recurrence, startTs));
  return last === Infinity ? null : last;
}

/** An instant by which the last of `count` instances has started, in every zone and week start. */
function lastCounted(recurrence: Recurrence, startTs: number): number {
  if (recurrence.count === undefined) return Infinity;
  const { freq, interval, until = Infinity, byweekno, bysetpos } = recurrence;
  const weeksMatter = byweekno?.length || (freq === 'weekly' && (interval > 1 || bysetpos?.length));
  const to = Math.min(HORIZON, Math.floor(until / DAY_MS) + 1);
  const budget = new Budget(MAX_SEARCH);
  let last = Math.floor(startTs / DAY_MS);
  try {
    for (
      let first = Math.floor((startTs + WESTMOST) / DAY_MS);
      first * DAY_MS <= startTs + EASTMOST;
      first++
    ) {
      for (const weekStart of weeksMatter ? WEEKDAYS : WEEKDAYS.slice(0, 1)) {
        const rule = ruleOf(recurrence, first, weekStart, budget);
        for (const day of daysOf(rule, first, to, budget)) last = Math.max(last, day);
      }
    }
  } catch (error) {
    if (error instanceof Overspent) return Infinity;
    throw error;
  }
  return (last + 1) * DAY_MS - WESTMOST;
}

/**
 * The times that are taken, in order: busy instances, those that overlap or touch made one. Others are left
 * out.
 */
export function mergeBusy(instances: Instance[]): Instance[] {
  const taken = instances.filter(({ busy }) => busy).sort((a, b) => a.startTs - b.startTs);
  const merged: Instance[] = [];
  for (const { startTs, endTs } of taken) {
    const last = merged.at(-1);
    if (last && startTs <= last.endTs) last.endTs = Math.max(last.endTs, endTs);
    else merged.push({ startTs, endTs, busy: true });
  }
  return merged;
}
