/** Makes the body of a notification from a row of the outbox. */
import { type EventRow, events } from '../resources/events/table.ts';
import { resourceTables } from '../resources/tables.ts';
import type { EndpointPausedNotification, Notification, RemindersNotification } from '../sdk/types.ts';
import { type Reference, type ReferencedEvent, referencesIn, resolve } from './references.ts';

/** A row of the outbox, written with the change. */
export interface OutboxRow {
  type: string;
  /** JSON: the changed row, or references to reminders. */
  content: string;
  /** Milliseconds since the epoch. */
  created: number;
}

/** What is left to send of a row of the outbox. */
export interface Built {
  /** The body; null where nothing is left to send. */
  body: Notification | null;
  /** The references in the body, and those that do not fit into it. */
  held: Reference[];
  left: Reference[];
}

/**
 * The body of a request to the webhook. A change is as it was when it was written; a reminder is of the event as it is now.
 *
 * @param found the events to which the row refers.
 * @param now milliseconds since the epoch.
 * @throws where the row cannot be read
 */
export function build(row: OutboxRow, found: ReadonlyMap<string, ReferencedEvent>, now: number): Built {
  const { type, content, created: timestamp } = row;
  const references = referencesIn(row);
  if (references) {
    const { reminders, held, left } = resolve(references, found, now);
    return { body: reminders.length > 0 ? { type: 'reminders', timestamp, reminders } : null, held, left };
  }
  return { body: copied(type, timestamp, JSON.parse(content)), held: [], left: [] };
}

function copied(type: string, timestamp: number, found: unknown): Notification {
  if (type === 'reminders') {
    return { type, timestamp, reminders: (found as CopiedReminder[]).map(toReminder) };
  }
  if (type === 'endpoint.paused') {
    return { type, timestamp, data: { endpoint: found as EndpointPausedNotification['data']['endpoint'] } };
  }
  const name = type.split('.')[0] as keyof typeof resourceTables;
  const toResource = resourceTables[name].toResource as (row: object) => object;
  const { version, previous, ...row } = found as ChangedRow;
  const resource = toResource(row);
  return {
    type,
    timestamp,
    version,
    data: { [name]: resource },
    previous: previous && differing(toResource({ ...row, ...previous }), resource),
  } as Notification;
}

/** The row that changed. One that the release before this one wrote has only the columns. */
type ChangedRow = Record<string, unknown> & {
  version?: number;
  /** The columns that an update changed, as they were. */
  previous?: object;
};

/** The members in which a resource differs from what it is now. */
const differing = (before: object, now: object): object => {
  const present = new Map(Object.entries(now).map(([key, value]) => [key, JSON.stringify(value)]));
  return Object.fromEntries(
    Object.entries(before).filter(([key, value]) => JSON.stringify(value) !== present.get(key)),
  );
};

/** One reminder as the release before this one stores it: with the event as it was when the reminder was due. */
interface CopiedReminder {
  event: EventRow;
  identifier: string;
  startTs: number;
}

const toReminder = ({
  event,
  identifier,
  startTs,
}: CopiedReminder): RemindersNotification['reminders'][number] => ({
  event: events.toResource(event),
  identifier,
  instance: { startTs, endTs: startTs + event.duration, busy: event.busy === 1, originalStartTs: startTs },
});
