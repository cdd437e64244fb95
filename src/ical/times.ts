/** Times as iCalendar writes them (RFC 5545 sections 3.3.4 to 3.3.6 and 3.3.14). It knows whole seconds. */
import { DAY_MS, SECOND_MS } from '../time/units.ts';

/** The dates that an isolate caches: an event has five times, and most are of a few days. */
const DATES_MAX = 4096;
const dates = new Map<number, string>();

const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** A local time, written as the UTC instant that shows the same wall clock: `20300131T090000`. */
export function localTime(local: number): string {
  const day = Math.floor(local / DAY_MS);
  const seconds = Math.floor((local - day * DAY_MS) / SECOND_MS);
  const minutes = Math.floor(seconds / 60);
  return `${dateOf(day)}T${TWO_DIGITS[Math.floor(minutes / 60)]}${TWO_DIGITS[minutes % 60]}${TWO_DIGITS[seconds % 60]}`;
}

/** An instant in UTC: `20300131T080000Z`. */
export const utcTime = (instant: number): string => `${localTime(instant)}Z`;

/** A local day, numbered from 1970-01-01: `20300131`. */
export function dateOf(day: number): string {
  const cached = dates.get(day);
  if (cached !== undefined) return cached;
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  if (dates.size >= DATES_MAX) dates.clear();
  dates.set(day, date);
  return date;
}

/** A length of time, exact to the second: `PT5400S`. Its sign stands before the `P`. */
export function durationOf(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / SECOND_MS);
  const sign = ms < 0 ? '-' : '';
  if (seconds % 3600 === 0) return `${sign}PT${seconds / 3600}H`;
  return seconds % 60 === 0 ? `${sign}PT${seconds / 60}M` : `${sign}PT${seconds}S`;
}

/** An offset from UTC: `+0530`, and `-001015` where it has seconds. */
export function offsetOf(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / SECOND_MS);
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = seconds % 60;
  const hours = two(Math.floor(seconds / 3600)) + two(Math.floor(seconds / 60) % 60);
  return (offsetMs < 0 ? '-' : '+') + hours + (rest ? two(rest) : '');
}
