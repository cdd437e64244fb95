/** The Gregorian calendar in local days, numbered from 1970-01-01, so that no function needs a time zone. */
import type { Weekday } from '../sdk/types.ts';
import { DAY_MS } from './units.ts';

export const WEEKDAYS: readonly Weekday[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The days from `first` until before `end`. */
export interface Span {
  first: number;
  end: number;
}

/** A month, and the year that it is part of. */
export interface CalendarMonth extends Span {
  /** 1 … 12. */
  number: number;
  year: Span;
}

/** The month of a day. */
export function monthOf(day: number): CalendarMonth {
  const year = yearNumber(day);
  const month = new Date(day * DAY_MS).getUTCMonth();
  return {
    number: month + 1,
    first: firstOfMonth(year, month),
    end: firstOfMonth(year, month + 1),
    year: { first: firstOfMonth(year, 0), end: firstOfMonth(year + 1, 0) },
  };
}

/**
 * The first day of a month.
 *
 * @param year years since 1970.
 * @param month months since January of that year; it may be more than 11.
 */
export function firstOfMonth(year: number, month: number): number {
  return Date.UTC(1970 + year, month) / DAY_MS;
}

/** The year of a day, in years since 1970. */
export function yearNumber(day: number): number {
  return new Date(day * DAY_MS).getUTCFullYear() - 1970;
}

/**
 * The first day of the week of a day.
 *
 * @param weekStart the weekday on which weeks begin, 0 for Monday.
 */
export function firstOfWeek(day: number, weekStart: number): number {
  return Math.floor((day + 3 - weekStart) / 7) * 7 - 3 + weekStart;
}

/** The weekday of a day, 0 for Monday. */
export function weekdayOf(day: number): number {
  return day - firstOfWeek(day, 0);
}

export function includes({ first, end }: Span, day: number): boolean {
  return first <= day && day < end;
}
