/**
 * Expands a series to its instances: the days of its rule, at the wall clock time of its start in a zone. The expansion
 * is our own, since no library that we measured reads every rule right and bounds its work: one never-matching rule
 * took seconds (src/docs/decisions/0001-recurrence-of-our-own.md).
 */
import { INSTANT_MAX_TS_MS } from '../limits.ts';
import type { CalendarEvent, Instance, Recurrence, Timespan, Weekday } from '../sdk/types.ts';
import { Budget, Overspent, PRICE_NS, unlimited } from './budget.ts';
import { WEEKDAYS } from './calendar.ts';
import { daysOf } from './days.ts';
import { type Interval, merge } from './intervals.ts';
import { ruleOf, untilOf } from './rule.ts';
import { DAY_MS, HOUR_MS } from './units.ts';
import { toInstant, toLocal } from './zone.ts';

export type Series = Pick<CalendarEvent, 'startTs' | 'duration' | 'busy' | 'recurrence'> & {
  exdates: number[];
};

/** All offsets since 1970 lie between these, so the local date of an instant is at most a day from its UTC date. */
export const WESTMOST_MS = -12 * HOUR_MS;
export const EASTMOST_MS = 14 * HOUR_MS;
/** The last day that a window can reach. */
const LAST_DAY = INSTANT_MAX_TS_MS / DAY_MS + 1;
/** The budget of `lastStart`, which runs before the database has verified the caller. */
const SEARCH_MAX_NS = 2_000_000;
/** The budget of `neverOccurs`, which searches some three centuries where a rule has no occurrence at all. */
const FRUITLESS_MAX_NS = 40_000_000;

/**
 * The instances of a series that overlap a window, in order (RFC 5545 section 3.3.10). An instance overlaps the window
 * when it starts before the window's end and ends after its start; an instance without a duration, when it starts
 * within it.
 *
 * `toInstant` decides what a local time in a gap or an overlap means, but the first instance keeps its exact start.
 * Where a zone skipped a day, two days can have the same instant: they are one instance, and both count towards
 * `count`.
 *
 * @param series its recurrence has no `recurrenceErrors`.
 * @param zone the calendar's IANA time zone.
 * @param window milliseconds since the epoch.
 * @param budget pays for the expansion; all expansions of a request can share one.
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
  budget.spend(PRICE_NS.series + PRICE_NS.exdate * series.exdates.length);
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

/** The starts of all instances in a window, and perhaps of some shortly before or after it. */
function* starts(
  series: Series,
  zone: string,
  weekStart: Weekday,
  window: Timespan,
  budget: Budget,
): Generator<number> {
  for (const { start } of positions(series, { zone, weekStart }, window, budget)) yield start;
}

/** The local day of an occurrence, numbered from 1970-01-01, and the instant at which it starts. */
export interface Position {
  day: number;
  start: number;
}

/**
 * The positions at which the rule of a series puts its occurrences in a window, and perhaps some shortly before or after it,
 * whether or not `exdates` cancels them.
 *
 * @throws Overspent
 */
export function* positions(
  { startTs, duration, recurrence }: Pick<Series, 'startTs' | 'duration' | 'recurrence'>,
  { zone, weekStart }: { zone: string; weekStart: Weekday },
  window: Timespan,
  budget: Budget,
): Generator<Position> {
  if (!recurrence) {
    yield { day: Math.floor(startTs / DAY_MS), start: startTs };
    return;
  }
  const until = untilOf(recurrence);
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
    yield { day, start };
  }
}

/**
 * An instant by which the last instance of a series has started, in every time zone and with every week start, so that a
 * change of the calendar keeps it right. null where the series never ends, or where the search costs too much. The search
 * ends at the latest instant that a window can name.
 *
 * @param startTs the start of the series, in milliseconds since the epoch.
 */
export function lastStart(startTs: number, recurrence: Recurrence | null): number | null {
  if (!recurrence) return startTs;
  const last = Math.min(untilOf(recurrence), lastCounted(recurrence, startTs));
  return last === Infinity ? null : last;
}

/** The same by `count` alone; Infinity without one. */
function lastCounted(recurrence: Recurrence, startTs: number): number {
  if (recurrence.count === undefined) return Infinity;
  const until = untilOf(recurrence);
  const to = Math.min(LAST_DAY, Math.floor(until / DAY_MS) + 1);
  const budget = new Budget(SEARCH_MAX_NS);
  let last = Math.floor(startTs / DAY_MS);
  try {
    for (const first of firstDays(startTs)) {
      for (const weekStart of weekStartsOf(recurrence)) {
        const rule = ruleOf(recurrence, first, weekStart, budget);
        for (const day of daysOf(rule, first, to, budget)) last = Math.max(last, day);
      }
    }
  } catch (error) {
    if (error instanceof Overspent) return Infinity;
    throw error;
  }
  return (last + 1) * DAY_MS - WESTMOST_MS;
}

/**
 * Whether a rule puts no occurrence anywhere, whatever the time zone and the week start: its `until` is before the start,
 * or no date fits it. false where the search costs too much.
 *
 * @param startTs the start of the series, in milliseconds since the epoch.
 * @param wholeDays `startTs` is a date, as its midnight in UTC, and so the same in every time zone.
 */
export function neverOccurs(recurrence: Recurrence, startTs: number, wholeDays = false): boolean {
  const { interval, byweekday, bymonthday, byyearday } = recurrence;
  const until = untilOf(recurrence);
  if (until < startTs) return true;
  // The local day of the start matters where it supplies the days, or where not every period counts.
  const isOpen = interval > 1 || !(byweekday?.length || bymonthday?.length || byyearday?.length);
  const days = wholeDays
    ? [startTs / DAY_MS]
    : isOpen
      ? firstDays(startTs)
      : [Math.floor((startTs + WESTMOST_MS) / DAY_MS)];
  // Without months, one week of a weekly rule is like another.
  const isUniform = recurrence.freq === 'weekly' && !recurrence.bymonth?.length;
  const uniform = isUniform ? startTs / DAY_MS + 14 * (interval + 1) : Infinity;
  const to = Math.min(LAST_DAY, Math.floor(until / DAY_MS) + 1, uniform);
  const budget = new Budget(FRUITLESS_MAX_NS);
  try {
    for (const first of days) {
      for (const weekStart of weekStartsOf(recurrence)) {
        const { done } = daysOf(ruleOf(recurrence, first, weekStart, budget), first, to, budget).next();
        if (!done) return false;
      }
    }
  } catch (error) {
    if (error instanceof Overspent) return false;
    throw error;
  }
  return true;
}

/** The week starts that a rule can tell apart. */
function weekStartsOf({ freq, interval, byweekno, bysetpos }: Recurrence): readonly Weekday[] {
  const weeksMatter = byweekno?.length || (freq === 'weekly' && (interval > 1 || bysetpos?.length));
  return weeksMatter ? WEEKDAYS : WEEKDAYS.slice(0, 1);
}

/** The local days on which an instant can lie, in all time zones. */
function* firstDays(startTs: number): Generator<number> {
  const last = Math.floor((startTs + EASTMOST_MS) / DAY_MS);
  for (let day = Math.floor((startTs + WESTMOST_MS) / DAY_MS); day <= last; day++) yield day;
}

/**
 * The busy times of these instances, in order: instances that overlap or touch become one.
 *
 * @param instances in any order; only the busy ones count.
 */
export function mergeBusy(instances: readonly Instance[]): Instance[] {
  const taken: Interval[] = [];
  for (const { startTs, endTs, busy } of instances) if (busy) taken.push({ start: startTs, end: endTs });
  return merge(taken, true).map(({ start, end }) => ({ startTs: start, endTs: end, busy: true }));
}
