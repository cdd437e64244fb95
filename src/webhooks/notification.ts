/** From a row of the outbox to the body that is sent: the same one in each attempt. */
import { type BookingRow, toBooking } from '../resources/bookings/sql.ts';
import { type CalendarRow, toCalendar } from '../resources/calendars/table.ts';
import { type EventRow, toEvent } from '../resources/events/sql.ts';
import { type ScheduleRow, toSchedule } from '../resources/schedules/table.ts';
import { type ServiceRow, toService } from '../resources/services/table.ts';
import { toUser, type UserRow } from '../resources/users/table.ts';
import type { Notification, RemindersNotification } from '../sdk/types.ts';

/** What was written with the change. */
export interface OutboxRow {
  type: string;
  /** JSON: the changed row, or what is reminded of. */
  content: string;
  created: number;
}

/** One reminder in the outbox: the event as it was then, and the instance by its start. */
interface FiledReminder {
  event: EventRow;
  identifier: string;
  startTs: number;
}

/** What the outbox holds by the first word of its type; of each resource the row, as its `rows.ts` selects it. */
const resources = {
  user: (row: UserRow) => toUser(row),
  calendar: (row: CalendarRow) => toCalendar(row),
  event: (row: EventRow) => toEvent(row),
  schedule: (row: ScheduleRow) => toSchedule(row),
  service: (row: ServiceRow) => toService(row),
  booking: (row: BookingRow) => toBooking(row),
};

export function notificationOf({ type, content, created: timestamp }: OutboxRow): Notification {
  const found: unknown = JSON.parse(content);
  if (type === 'reminders') {
    const reminders = (found as FiledReminder[]).map(toReminder);
    return { type, timestamp, reminders };
  }
  const name = type.split('.')[0] as keyof typeof resources;
  const resource = resources[name](found as never);
  return { type, timestamp, data: { [name]: resource } } as unknown as Notification;
}

const toReminder = ({
  event,
  identifier,
  startTs,
}: FiledReminder): RemindersNotification['reminders'][number] => ({
  event: toEvent(event),
  identifier,
  instance: { startTs, endTs: startTs + event.duration },
});
