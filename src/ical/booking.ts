/** A booking as iCalendar text: one event, for the mail that the account's server sends. */
import type { Booking } from '../sdk/types.ts';
import { SECOND_MS } from '../time/units.ts';
import { describedBy } from './calendar.ts';
import { contentLines } from './content-lines.ts';
import { utcTime } from './times.ts';

/** STATUS (RFC 5545 section 3.8.1.11) of each state. */
const STATUS: Readonly<Record<Booking['state'], string>> = {
  held: 'TENTATIVE',
  confirmed: 'CONFIRMED',
  cancelled: 'CANCELLED',
};

/** The text of a booking. Its times are in UTC, as a booking has no zone. */
export function bookingText({ id, startTs, duration, state, metadata, created, updated }: Booking): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Nettu//Nettu Scheduler//EN',
    'CALSCALE:GREGORIAN',
    'BEGIN:VEVENT',
    `UID:${id}`,
    `DTSTART:${utcTime(startTs)}`,
    `DTEND:${utcTime(startTs + duration)}`,
    `DTSTAMP:${utcTime(updated)}`,
    `CREATED:${utcTime(created)}`,
    `LAST-MODIFIED:${utcTime(updated)}`,
    `SEQUENCE:${Math.max(0, Math.floor((updated - created) / SECOND_MS))}`,
    `STATUS:${STATUS[state]}`,
    `TRANSP:${state === 'cancelled' ? 'TRANSPARENT' : 'OPAQUE'}`,
    ...describedBy(metadata),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return contentLines(lines);
}
