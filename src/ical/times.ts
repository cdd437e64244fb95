/** Times as iCalendar writes them (RFC 5545 sections 3.3.4 to 3.3.6 and 3.3.14). It knows whole seconds. */
import { DAY_MS, SECOND_MS } from '../time/units.ts';

/** A local time, written as the UTC instant that shows the same wall clock: `20300131T090000`. */
export const localTime = (local: number): string =>
  new Date(Math.floor(local / SECOND_MS) * SECOND_MS).toISOString().replace(/\.\d+Z$|[-:]/g, '');

/** An instant in UTC: `20300131T080000Z`. */
export const utcTime = (instant: number): string => `${localTime(instant)}Z`;

/** A local day, numbered from 1970-01-01: `20300131`. */
export const dateOf = (day: number): string => localTime(day * DAY_MS).slice(0, 8);

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
