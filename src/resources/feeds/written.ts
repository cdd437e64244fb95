/** A row of `events` as the writer of iCalendar text takes it. */
import type { WrittenEvent } from '../../ical/calendar.ts';
import { firstAt } from '../../time/zone.ts';
import { type EventRow, events } from '../events/table.ts';

export function toWritten(row: EventRow): WrittenEvent {
  const event = events.toResource(row);
  const { timezone } = event;
  // Dates become the moments at which they begin, as the calendar's clock shows them.
  const momentOf = (date: number | string) =>
    typeof date === 'string' ? firstAt(timezone, Date.parse(date)) : date;
  const until = event.recurrence?.until;
  return {
    ...event,
    exdates: event.exdates.map(momentOf),
    recurrence: event.recurrence && {
      ...event.recurrence,
      ...(until !== undefined && { until: momentOf(until) }),
    },
    weekStart: event.recurrence?.weekStart ?? 'Mon',
  };
}
