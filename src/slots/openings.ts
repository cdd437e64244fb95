/** The opening times of a user, from the rules of a schedule. */
import type { ClockTime, ScheduleRule, Weekday } from '../sdk/types.ts';
import { WEEKDAYS, weekdayOf } from '../time/calendar.ts';
import { parseDate } from '../time/dates.ts';
import { type Interval, intersect, merge } from '../time/intervals.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time/units.ts';
import { firstAt, toLocal } from '../time/zone.ts';

/**
 * The set of the times in a window that the rules of a schedule open. The rule of a date replaces the rule of a span
 * of dates that it lies in, and both replace the rule of its weekday. Rules are in local time, and `firstAt` turns them into instants; so 24:00 is the first moment of the next
 * date.
 *
 * @param zone the schedule's IANA time zone.
 */
export function openings(rules: readonly ScheduleRule[], zone: string, window: Interval): Interval[] {
  const ofDay = new Map<number | Weekday | undefined, Interval[]>();
  const spans: { from: number; to: number; times: Interval[] }[] = [];
  for (const { variant, intervals } of rules) {
    const times = intervals.map(({ start, end }) => ({
      start: sinceMidnight(start),
      end: sinceMidnight(end),
    }));
    if (variant.type === 'Dates') {
      spans.push({ from: parseDate(variant.from) ?? NaN, to: parseDate(variant.to) ?? NaN, times });
    } else {
      ofDay.set(variant.type === 'Date' ? parseDate(variant.value) : variant.value, times);
    }
  }
  const timesOf = (day: number) =>
    ofDay.get(day) ??
    spans.find(({ from, to }) => from <= day && day <= to)?.times ??
    ofDay.get(WEEKDAYS[weekdayOf(day)]) ??
    [];
  const open: Interval[] = [];
  let day = Math.floor(toLocal(zone, window.start) / DAY_MS);
  for (let first = firstAt(zone, day * DAY_MS); first < window.end; ) {
    const next = firstAt(zone, (day + 1) * DAY_MS);
    const even = next - first === DAY_MS; // no clock changes on this date
    const instant = (time: number) => (even ? first + time : firstAt(zone, day * DAY_MS + time));
    for (const { start, end } of timesOf(day)) {
      open.push({ start: instant(start), end: instant(end) });
    }
    first = next;
    day += 1;
  }
  return intersect(merge(open), [window]);
}

/** Milliseconds. */
const sinceMidnight = ({ hours, minutes }: ClockTime) => hours * HOUR_MS + minutes * MINUTE_MS;
