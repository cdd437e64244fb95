/**
 * Reminders in the outbox are references: the events are read when the notification is sent. So the outbox stores no copy
 * of an event for each reminder, and a reminder whose event has gone or moved meanwhile is not sent.
 */
import { type Query, query, type Sql } from '../db/sql.ts';
import { live } from '../db/table.ts';
import { WEBHOOK_BODY_MAX_BYTES } from '../limits.ts';
import {
  type OverrideValues,
  occurrenceOf,
  overrideValues,
  seriesId,
} from '../resources/events/overrides-sql.ts';
import { type EventRow, events, instancesOf, toSeries } from '../resources/events/table.ts';
import type { CalendarEvent, Instance, Occurrence, Reminder, RemindersNotification } from '../sdk/types.ts';
import { Budget, Overspent } from '../time/budget.ts';
import { instances } from '../time/recurrence.ts';
import { MINUTE_MS } from '../time/units.ts';

/**
 * One reminder. The times, of its instance and of the reminder itself, are in milliseconds since the epoch. `versions` is the
 * sum of the event's version and its calendar's: a change of either raises it.
 */
export type Reference = [eventId: string, versions: number, reminder: number, startTs: number, at: number];

/** The most bytes of events that one run, or one answer, reads for its references. */
const EVENTS_MAX_BYTES = 4_000_000;
/** The most bytes of the reminders in one body: the rest is for its frame. */
const REMINDERS_MAX_BYTES = WEBHOOK_BODY_MAX_BYTES - 1024;
/** What it may cost to look for one instance of a changed event. */
const INSTANCE_MAX_NS = 5_000_000;

const utf8 = new TextEncoder();

export interface ReferencedEvent {
  id: string;
  versions: number;
  expires_at: number | null;
  /** JSON: the `EventRow`, of an override its series'; null where the events before it have `EVENTS_MAX_BYTES`. */
  json: string | null;
  /** JSON: `OverriddenReminders`; null where the event is no override. */
  override: string | null;
}

/** What reminders need of an override: its values, and its own reminders. */
interface OverriddenReminders {
  values: OverrideValues;
  reminders: Reminder[];
}

/** The references of a delivery of reminders; null for any other, and for one of the release before this one. */
export function referencesIn({ type, content }: { type: string; content: string }): Reference[] | null {
  if (type !== 'reminders') return null;
  const found: unknown[] = JSON.parse(content);
  return found.every(Array.isArray) ? (found as Reference[]) : null;
}

/** The events to which deliveries of the account refer. */
export const selectReferenced = (account: Sql, deliveryIds: readonly string[]): Query<ReferencedEvent> =>
  query<ReferencedEvent>`
    SELECT id, versions, expires_at, override, CASE WHEN sum(bytes) OVER (ORDER BY place) - bytes < ${EVENTS_MAX_BYTES}
      THEN (SELECT json FROM event_json WHERE event_json.seq = found.seq) END AS json
    FROM (
      SELECT coalesce(s.seq, e.seq) AS seq, CASE WHEN e.original_ts IS NOT NULL THEN json_object('reminders', json(e.reminders),
          'values', ${overrideValues('e')}) END AS override,
        e.id, e.version + c.version AS versions, e.expires_at, reference.place,
        octet_length(e.metadata) + octet_length(e.reminders) + octet_length(e.exdates) + coalesce(octet_length(s.metadata)
          + octet_length(s.reminders) + octet_length(s.exdates), 0) AS bytes
      FROM (
        SELECT reference.value ->> 0 AS id, min(delivery.key * 1000 + reference.key) AS place
        FROM json_each(${JSON.stringify(deliveryIds)}) delivery
        CROSS JOIN deliveries d ON d.account_id = ${account} AND d.id = delivery.value AND d.type = 'reminders'
        CROSS JOIN json_each(CASE WHEN json_valid(d.content) THEN d.content ELSE '[]' END) reference ON reference.type = 'array'
        GROUP BY 1
      ) reference
      CROSS JOIN events e ON e.account_id = ${account} AND e.id = reference.id AND ${live(events, 'e')}
      CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id
      LEFT JOIN events s ON e.original_ts IS NOT NULL AND s.account_id = e.account_id AND s.id = ${seriesId('e')}
    ) found`;

/**
 * The reminders that still hold, as many as one body takes; those that do, and the references that are left over.
 *
 * @param now milliseconds since the epoch.
 */
export function resolve(
  references: readonly Reference[],
  found: ReadonlyMap<string, ReferencedEvent>,
  now: number,
): { reminders: RemindersNotification['reminders']; held: Reference[]; left: Reference[] } {
  const reminders: RemindersNotification['reminders'] = [];
  const [held, left]: [Reference[], Reference[]] = [[], []];
  const read = new Map<string, ReadEvent>();
  let bytes = 0;
  for (const [place, reference] of references.entries()) {
    const event = found.get(reference[0]);
    if (!event || (event.expires_at !== null && event.expires_at <= now)) continue;
    if (event.json === null) {
      left.push(reference);
      continue;
    }
    const one = read.get(event.id) ?? readEvent(event.json);
    read.set(event.id, one);
    const reminder = reminderOf(one, event, reference);
    if (!reminder) continue;
    bytes += utf8.encode(JSON.stringify(reminder)).length + 1;
    if (held.length > 0 && bytes > REMINDERS_MAX_BYTES) {
      left.push(...references.slice(place));
      break;
    }
    held.push(reference);
    reminders.push(reminder);
  }
  return { reminders, held, left };
}

interface ReadEvent {
  row: EventRow;
  event: CalendarEvent;
}

function readEvent(json: string): ReadEvent {
  const row: EventRow = JSON.parse(json);
  return { row, event: events.toResource(row) };
}

/** The reminder of the event as it is now; null where the event no longer has it. */
function reminderOf(
  { row, event }: ReadEvent,
  { versions, override }: ReferencedEvent,
  [, writtenVersions, index, startTs, at]: Reference,
): RemindersNotification['reminders'][number] | null {
  const own: OverriddenReminders | null = override === null ? null : JSON.parse(override);
  const reminder = (own ?? event).reminders[index];
  if (!reminder) return null;
  const moved: Occurrence | null = own && occurrenceOf(own.values, row.timezone);
  if (versions !== writtenVersions) {
    if (startTs + reminder.delta * MINUTE_MS !== at) return null;
    if (moved ? moved.startTs !== startTs : !takesPlace(row, startTs)) return null;
  }
  const dates = row.days && !override ? instanceAt(row, startTs) : null;
  const instance =
    moved ??
    (dates
      ? { ...dates, originalStartTs: startTs, originalDate: dates.date }
      : { startTs, endTs: startTs + row.duration, busy: event.busy, originalStartTs: startTs });
  return { event, identifier: reminder.identifier, instance };
}

/** The instance of an event of whole days that starts then; null also where it takes too long to find. */
function instanceAt(row: EventRow, startTs: number): Instance | null {
  try {
    const found = instancesOf(row, { startTs, endTs: startTs + 1 }, new Budget(INSTANCE_MAX_NS));
    return found.find((instance) => instance.startTs === startTs) ?? null;
  } catch (error) {
    if (error instanceof Overspent) return null;
    throw error;
  }
}

/** Whether an instance of the event starts then. One that takes too long to find out counts as taking place. */
function takesPlace(row: EventRow, startTs: number): boolean {
  if (row.days) return instanceAt(row, startTs) !== null;
  const series = toSeries(row);
  if (series.recurrence === null) return series.startTs === startTs && !series.exdates.includes(startTs);
  const window = { startTs, endTs: startTs + 1 };
  try {
    const work = new Budget(INSTANCE_MAX_NS);
    return instances({ ...series, duration: 0 }, row.timezone, 'Mon', window, work).length > 0;
  } catch (error) {
    if (error instanceof Overspent) return true;
    throw error;
  }
}
