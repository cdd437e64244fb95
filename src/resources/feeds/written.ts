/** A row of `events` as the writer of iCalendar text takes it. */
import type { WrittenEvent } from '../../ical/calendar.ts';
import { type EventRow, events } from '../events/table.ts';

export function toWritten(row: EventRow): WrittenEvent {
  const event = events.toResource(row);
  return { ...event, weekStart: event.recurrence?.weekStart ?? 'Mon' };
}
