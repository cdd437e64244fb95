/**
 * Computes the reminders of an event that are due, and when to look at the event next. Pure: the caller passes the
 * time.
 */
import type { Timespan } from '../sdk/types.ts';
import { type Budget, PRICE_NS } from '../time/budget.ts';
import { instances, type Series } from '../time/recurrence.ts';
import { DAY_MS, MINUTE_MS } from '../time/units.ts';
import { type DaySeries, dayInstances, timesOf } from '../time/whole-days.ts';

/** How far ahead a series is expanded. A series without a reminder in that time is expanded again at its end. */
const EXPANDED_MS = 40 * DAY_MS;
/** How long before a distant reminder we look at its event again: by then new zone data may have moved the instance. */
const RECHECK_MS = DAY_MS;

export interface EventReminders {
  series: Series;
  /** Of an event of whole days: its series, in place of the other. */
  dates?: DaySeries | null;
  /** The minutes from the start of an instance to each reminder; negative: before the start. */
  deltas: readonly number[];
  /** The event's IANA time zone. */
  zone: string;
  /** See `lastStart` in time/recurrence.ts. */
  lastStart: number | null;
}

export interface DueReminder {
  /** The index of the reminder among the event's. */
  reminder: number;
  /** The start of its instance, in milliseconds since the epoch. */
  startTs: number;
  /** When it is due, in milliseconds since the epoch. */
  at: number;
}

/** The first moments of whole days, in a window; of those that do not repeat, whenever they are. */
function datesIn(dates: DaySeries, zone: string, window: Timespan, work: Budget): number[] {
  const { day, days, recurrence, exdates } = dates;
  const times = timesOf(zone, day, days);
  if (recurrence) return dayInstances(dates, zone, window, work).map(({ startTs }) => startTs);
  return exdates.includes(day) || times.startTs === times.endTs ? [] : [times.startTs];
}

/**
 * The reminders that are due from `since` to `now`, both included, the earliest first. Times are in milliseconds since
 * the epoch.
 *
 * @param work pays for the expansion.
 * @returns `next`: when to look at the event again; null: never.
 * @throws Overspent
 */
export function dueOf(
  { series, dates, deltas, zone, lastStart }: EventReminders,
  since: number,
  now: number,
  work: Budget,
): { due: DueReminder[]; next: number | null } {
  const offsets = deltas.map((delta) => delta * MINUTE_MS);
  const [earliest, latest] = [Math.min(...offsets), Math.max(...offsets)];
  const end = now + EXPANDED_MS;
  const window = { startTs: since - latest, endTs: end - earliest + 1 };
  const single = series.recurrence === null;
  const starts = dates
    ? datesIn(dates, zone, window, work)
    : single
      ? [series.startTs].filter((start) => !series.exdates.includes(start))
      : instances({ ...series, duration: 0 }, zone, 'Mon', window, work).map(({ startTs }) => startTs);

  work.spend(starts.length * offsets.length * PRICE_NS.reminder);
  const due: DueReminder[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const startTs of starts) {
    offsets.forEach((offset, reminder) => {
      const at = startTs + offset;
      if (at > now) next = Math.min(next, at);
      else if (at >= since) due.push({ reminder, startTs, at });
    });
  }
  const ended = single || (lastStart !== null && lastStart + latest <= now);
  if (next > end && !single) next = ended ? Number.POSITIVE_INFINITY : end;
  return {
    due: due.sort((a, b) => a.at - b.at),
    next: next === Number.POSITIVE_INFINITY ? null : next - now > 2 * RECHECK_MS ? next - RECHECK_MS : next,
  };
}
