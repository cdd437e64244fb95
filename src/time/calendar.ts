/** The Gregorian calendar on local days, numbered from 1970-01-01 (a Thursday). */
import type { Weekday } from '../sdk/types.ts';
import { DAY_MS } from './units.ts';

export const WEEKDAYS: readonly Weekday[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A run of days, `end` excluded. */
export interface Span {
  first: number;
  end: number;
}

/** A month (1 … 12), and the year around it. */
export interface Month extends Span {
  number: number;
  year: Span;
}

/** The month that a day lies in. */
export function monthOf(day: number): Month {
  const year = yearNumber(day);
  const month = new Date(day * DAY_MS).getUTCMonth();
  return {
    number: month + 1,
    first: firstOfMonth(year, month),
    end: firstOfMonth(year, month + 1),
    year: { first: firstOfMonth(year, 0), end: firstOfMonth(year + 1, 0) },
  };
}

/** The first day of a month by years since 1970 and months since that January, which may be more than 11. */
export function firstOfMonth(year: number, month: number): number {
  return Date.UTC(1970 + year, month) / DAY_MS;
}

/** The number of years from 1970 to the year that a day lies in. */
export function yearNumber(day: number): number {
  return new Date(day * DAY_MS).getUTCFullYear() - 1970;
}

/** The first day of the week that a day lies in, when weeks begin on `weekStart` (0 = Monday). */
export function firstOfWeek(day: number, weekStart: number): number {
  return Math.floor((day + 3 - weekStart) / 7) * 7 - 3 + weekStart;
}

/** 0 = Monday. */
export function weekdayOf(day: number): number {
  return day - firstOfWeek(day, 0);
}

export function includes({ first, end }: Span, day: number): boolean {
  return first <= day && day < end;
}
