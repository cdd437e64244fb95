/** A row of `events` as the writer of iCalendar text takes it. */
import type { WrittenEvent } from '../../ical/calendar.ts';
import type { CalendarRow } from '../calendars/table.ts';
import { type EventRow, events } from '../events/table.ts';

export function toWritten(row: EventRow, { timezone, week_start }: CalendarRow): WrittenEvent {
  return { ...events.toResource(row), timezone, weekStart: week_start };
}
