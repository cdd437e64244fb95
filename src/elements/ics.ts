/** A booking as an iCalendar file (RFC 5545), which every calendar imports. */

export interface CalendarEntry {
  uid: string;
  /** Milliseconds since the epoch. */
  startMs: number;
  endMs: number;
  /** When the entry was made or last changed, in milliseconds since the epoch. */
  changedMs: number;
  /** Grows with each change, so that a calendar replaces what it has. */
  sequence: number;
  summary: string;
}

/** The longest line in bytes, without its end (RFC 5545, 3.1). */
const LINE_BYTES = 75;

/** A time in UTC, such as `20300131T090000Z` (3.3.5). */
const timeOf = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

/** Text with its special characters escaped (3.3.11). */
const escaped = (text: string) => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** A line in pieces of at most 75 bytes, each but the first with a space before it; characters stay whole (3.1). */
function folded(line: string): string {
  let [file, bytes] = ['', 0];
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (bytes + size > LINE_BYTES) [file, bytes] = [`${file}\r\n `, 1];
    file += character;
    bytes += size;
  }
  return file;
}

/** The file: a calendar with one event, in UTC. */
export const icsOf = ({ uid, startMs, endMs, changedMs, sequence, summary }: CalendarEntry): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Nettu//Scheduler elements//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${escaped(uid)}`,
    `DTSTAMP:${timeOf(changedMs)}`,
    `DTSTART:${timeOf(startMs)}`,
    `DTEND:${timeOf(endMs)}`,
    `SEQUENCE:${sequence}`,
    `SUMMARY:${escaped(summary)}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n');
