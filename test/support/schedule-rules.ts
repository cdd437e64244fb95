/** Schedule rules in short form: `weekday('Mon', '09:00-12:00 13:00-17:30')`. */
import type { ClockTime, ScheduleRule, Weekday } from '../../src/sdk/types.ts';

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** Parses `17:30`. */
export function clock(text: string): ClockTime {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return { hours, minutes };
}
/** Parses `09:00-12:00 13:00-17:30`. */
export const intervals = (text: string): ScheduleRule['intervals'] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((one) => {
      const [start = '', end = ''] = one.split('-');
      return { start: clock(start), end: clock(end) };
    });
export const weekday = (value: Weekday, times: string): ScheduleRule => ({
  variant: { type: 'WDay', value },
  intervals: intervals(times),
});
export const date = (value: string, times: string) =>
  ({ variant: { type: 'Date', value }, intervals: intervals(times) }) satisfies ScheduleRule;
export const dates = (from: string, to: string, times: string): ScheduleRule => ({
  variant: { type: 'Dates', from, to },
  intervals: intervals(times),
});
/** The same times on every day of the week. */
export const daily = (times: string): ScheduleRule[] => WEEKDAYS.map((day) => weekday(day, times));
