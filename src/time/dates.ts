/** Dates as text. In here a date is a local day, numbered from 1970-01-01. */
import { DAY_MS } from './units.ts';

/**
 * The day of a date such as `2030-01-05`, or `2030-1-5` for short; undefined for any other text and for a
 * date that does not exist.
 */
export function parseDate(text: string): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)?.map(Number) ?? [];
  if (!year || month === undefined || date === undefined) return undefined;
  // Not Date.UTC, which takes the years 1 … 99 for those of the twentieth century.
  const found = new Date(0);
  found.setUTCFullYear(year, month - 1, date);
  // A date that the month has not, 00 and 99 included, has become one of another month.
  return found.getUTCMonth() === month - 1 ? found.getTime() / DAY_MS : undefined;
}

/** A day as `2030-01-05`, from the year 1 to 9999. */
export function formatDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
