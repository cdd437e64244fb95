/** From a schedule's rules to the time in which its user is open. */
import type { ClockTime, ScheduleRule, Weekday } from '../sdk/types.ts';
import { WEEKDAYS, weekdayOf } from '../time/calendar.ts';
import { parseDate } from '../time/dates.ts';
import { DAY_MS } from '../time/units.ts';
import { firstAt, toLocal } from '../time/zone.ts';
import { type Interval, intersect, merge } from './intervals.ts';

const MINUTE = 60_000;

/**
 * The set of the times in a window (ms) that a schedule's rules open. A rule for a date stands in place of
 * its weekday's. A bound is read in the schedule's zone by `firstAt`; so 24:00 is the first moment of the
 * next date.
 */
export function openings(rules: readonly ScheduleRule[], zone: string, window: Interval): Interval[] {
  const ofDay = new Map<number | Weekday | undefined, Interval[]>();
  for (const { variant, intervals } of rules) {
    const key = variant.type === 'Date' ? parseDate(variant.value) : variant.value;
    ofDay.set(
      key,
      intervals.map(({ start, end }) => ({ start: sinceMidnight(start), end: sinceMidnight(end) })),
    );
  }
  const open: Interval[] = [];
  let day = Math.floor(toLocal(zone, window.start) / DAY_MS);
  for (let first = firstAt(zone, day * DAY_MS); first < window.end; ) {
    const next = firstAt(zone, (day + 1) * DAY_MS);
    const even = next - first === DAY_MS; // no clock changes on this date
    const instant = (time: number) => (even ? first + time : firstAt(zone, day * DAY_MS + time));
    for (const { start, end } of ofDay.get(day) ?? ofDay.get(WEEKDAYS[weekdayOf(day)]) ?? []) {
      open.push({ start: instant(start), end: instant(end) });
    }
    first = next;
    day += 1;
  }
  return intersect(merge(open), [window]);
}

const sinceMidnight = ({ hours, minutes }: ClockTime) => (hours * 60 + minutes) * MINUTE;
