/**
 * Whole days float: their dates never change by themselves, and their instants are those dates in a zone of the moment. So
 * the database stores a whole-day event as the longest span that its dates have in any zone: whatever the zone becomes, the
 * event lies within it, and an index finds it.
 */
import type { Instance, Recurrence, Timespan } from '../sdk/types.ts';
import type { Budget } from './budget.ts';
import { unlimited } from './budget.ts';
import { formatDate, parseDate } from './dates.ts';
import { EASTMOST_MS, instances, type Series, WESTMOST_MS } from './recurrence.ts';
import { DAY_MS } from './units.ts';
import { firstAt } from './zone.ts';

/** The span in which dates lie in every time zone, as the columns of an event. Both are milliseconds. */
export const spanInAnyZone = (day: number, days: number): { startTs: number; duration: number } => ({
  startTs: day * DAY_MS - EASTMOST_MS,
  duration: days * DAY_MS + EASTMOST_MS - WESTMOST_MS,
});

/** How long before the midnight of its first date in UTC such a span begins. */
export const WHOLE_DAYS_LEAD_MS = EASTMOST_MS;

/** How long after the start of such a span the date of its first day ends in UTC. */
export const WHOLE_DAYS_SLACK_MS = EASTMOST_MS + DAY_MS;

/** The first day of such a span, numbered from 1970-01-01. */
export const dayOfSpan = (startTs: number): number => Math.round((startTs + EASTMOST_MS) / DAY_MS);

/** The last moment of a date in UTC, which the database stores of a date in `until`. */
export const lastMomentOf = (date: string): number => ((parseDate(date) ?? 0) + 1) * DAY_MS - 1;

/** The date of such a moment. */
export const dateOfMoment = (ts: number): string => formatDate(Math.floor(ts / DAY_MS));

/**
 * From the first moment of a date to the first moment after the last one, in a zone: of one date 23 or 25 hours where clocks
 * change, and none where the zone skipped the date.
 */
export const timesOf = (zone: string, day: number, days: number): Timespan => ({
  startTs: firstAt(zone, day * DAY_MS),
  endTs: firstAt(zone, (day + days) * DAY_MS),
});

/** The same, with its dates. */
export const datesOf = (zone: string, day: number, days: number) => ({
  ...timesOf(zone, day, days),
  allDay: true as const,
  date: formatDate(day),
  days,
});

/** A series of whole days. Days are numbered from 1970-01-01. */
export interface DaySeries {
  day: number;
  days: number;
  busy: boolean;
  /** Its `until` is a moment of UTC: see `lastMomentOf`. */
  recurrence: Recurrence | null;
  exdates: readonly number[];
}

/** An event of whole days as the database stores it. Its exdates are the midnights of their dates in UTC. */
export const daySeriesOf = ({ startTs, busy, recurrence, exdates }: Series, days: number): DaySeries => ({
  day: dayOfSpan(startTs),
  days,
  busy,
  recurrence,
  exdates: exdates.map((midnight) => midnight / DAY_MS),
});

/** An instance of whole days. */
export interface DayInstance extends Instance {
  allDay: true;
  date: string;
  days: number;
}

/**
 * The instances of a series of whole days that overlap a window, in order. The rule puts them on dates, whatever the zone. An
 * instance all of whose dates the zone skipped does not take place, and still counts towards `count`.
 *
 * @param zone the calendar's IANA time zone.
 * @param window milliseconds since the epoch.
 * @throws Overspent
 */
export function dayInstances(
  { day, days, busy, recurrence, exdates }: DaySeries,
  zone: string,
  { startTs, endTs }: Timespan,
  budget: Budget = unlimited(),
): DayInstance[] {
  const floating = {
    startTs: day * DAY_MS,
    duration: days * DAY_MS,
    busy,
    recurrence,
    exdates: exdates.map((exdate) => exdate * DAY_MS),
  };
  const around = { startTs: startTs + WESTMOST_MS, endTs: endTs + EASTMOST_MS };
  return instances(floating, 'UTC', 'Mon', around, budget).flatMap((instance) => {
    budget.convert(zone, instance.startTs);
    budget.convert(zone, instance.endTs);
    const dates = datesOf(zone, instance.startTs / DAY_MS, days);
    if (dates.endTs <= startTs || dates.startTs >= endTs || dates.endTs === dates.startTs) return [];
    return [{ ...dates, busy }];
  });
}
