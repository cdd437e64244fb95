/** Makes the body of a notification from a row of the outbox: the same body in each attempt. */
import { type EventRow, events } from '../resources/events/table.ts';
import { resourceTables } from '../resources/tables.ts';
import type { Notification, RemindersNotification } from '../sdk/types.ts';

/** A row of the outbox, written with the change. */
export interface OutboxRow {
  type: string;
  /** JSON: the changed row, or the reminders. */
  content: string;
  /** Milliseconds since the epoch. */
  created: number;
}

/** One reminder in the outbox: the event as it was when the reminder was due, and the start of its instance. */
interface OutboxReminder {
  event: EventRow;
  identifier: string;
  startTs: number;
}

/** The body of a request to the webhook. */
export function notificationOf({ type, content, created: timestamp }: OutboxRow): Notification {
  const found: unknown = JSON.parse(content);
  if (type === 'reminders') {
    const reminders = (found as OutboxReminder[]).map(toReminder);
    return { type, timestamp, reminders };
  }
  const resource = type.split('.')[0] as keyof typeof resourceTables;
  const data = { [resource]: resourceTables[resource].toResource(found as never) };
  return { type, timestamp, data } as unknown as Notification;
}

const toReminder = ({
  event,
  identifier,
  startTs,
}: OutboxReminder): RemindersNotification['reminders'][number] => ({
  event: events.toResource(event),
  identifier,
  instance: { startTs, endTs: startTs + event.duration },
});
