/** Times, dates and durations of iCalendar text (RFC 5545 sections 3.3.4 to 3.3.6). */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../time/units.ts';

/** A date or a time as a local time, written as the UTC instant with the same wall clock; null for anything else. */
export function localIn(value: string): number | null {
  const [match, year, month, day, hour = '0', minute = '0', second = '0'] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?Z?)?$/.exec(value.trim()) ?? [];
  if (!match) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  // 30 February is no date, and Date.UTC makes one of it.
  if (date.getUTCDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59) return null;
  // A leap second is the second before it (section 3.3.12).
  const seconds = Math.min(Number(second), 59);
  return date.getTime() + Number(hour) * HOUR_MS + Number(minute) * MINUTE_MS + seconds * SECOND_MS;
}

/** A length of time in milliseconds (section 3.3.6): `-PT15M`, `P1DT2H`, `P2W`; null for anything else. */
export function durationIn(value: string): number | null {
  const [match, sign, weeks = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] =
    /^([+-])?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?$/.exec(
      value.trim().toUpperCase(),
    ) ?? [];
  if (!match) return null;
  const ms =
    (Number(weeks) * 7 + Number(days)) * DAY_MS +
    Number(hours) * HOUR_MS +
    Number(minutes) * MINUTE_MS +
    Number(seconds) * SECOND_MS;
  return sign === '-' ? -ms : ms;
}
