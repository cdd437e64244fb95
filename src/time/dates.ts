/** Dates as text, and as local days, numbered from 1970-01-01. */
import { DAY_MS } from './units.ts';

/** The day of a date such as `2030-01-05` or `2030-1-5`; undefined where the text is not the date of a day. */
export function parseDate(text: string): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)?.map(Number) ?? [];
  if (!year || month === undefined || date === undefined) return undefined;
  // Date.UTC would read the years 1 … 99 as 1901 … 1999.
  const found = new Date(0);
  found.setUTCFullYear(year, month - 1, date);
  // Where the month has no such day, 00 and 99 included, Date has moved to another month.
  return found.getUTCMonth() === month - 1 ? found.getTime() / DAY_MS : undefined;
}

/** A day as text, such as `2030-01-05`. The year is from 1 to 9999. */
export function formatDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
