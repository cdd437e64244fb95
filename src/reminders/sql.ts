/** Reminders in SQL: the due events, their notifications, and when they are due next. */
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import { live } from '../db/table.ts';
import { REMINDER_MAX_MINUTES } from '../limits.ts';
import { events } from '../resources/events/table.ts';
import type { Weekday } from '../sdk/types.ts';
import { MINUTE_MS } from '../time/units.ts';

/** How long after its start an event can still have a reminder to come. */
const REMINDER_MAX_MS = REMINDER_MAX_MINUTES * MINUTE_MS;

/** A due event. SQL writes the notification, so its contents stay in the database. Times are in milliseconds. */
export interface DueEventRow {
  /** The `seq` of the event. */
  event: number;
  /** See `tokenOf`. */
  change_token: string;
  /** Every reminder that was due before this time is in a notification. */
  since: number;
  account_id: string;
  start_ts: number;
  duration: number;
  busy: number;
  recurrence: string | null;
  exdates: string;
  last_start: number | null;
  timezone: string;
  week_start: Weekday;
  /** JSON: the delta of each reminder, in minutes. */
  deltas: string;
  /** An estimate of its size in a notification, in bytes. */
  size: number;
  /** 1 where the event has not expired and its account has a webhook. */
  notifies: number;
}

/** The former name of change_token, by which the release before this one notices a change. */
const formerToken = sql`stamp`; // words: allow

/**
 * The token of a row of `reminders`: every change gives it another one. The release before this one changes only `due`.
 */
const tokenOf = (reminders: Sql): Sql => sql`${reminders}.change_token || ' ' || ${reminders}.due`;

/** The events that have been due for longest. `since` skips the reminders that were due before the webhook was set. */
export const selectDueEvents = (now: number, limit: number): Query<DueEventRow> => query<DueEventRow>`
  SELECT r.event, ${tokenOf(sql`r`)} AS change_token, max(r.since, coalesce(w.since, 0)) AS since, e.account_id, e.start_ts, e.duration, e.busy,
    e.recurrence, e.exdates, e.last_start, c.timezone, c.week_start,
    (SELECT json_group_array(value ->> 'delta') FROM json_each(e.reminders)) AS deltas,
    octet_length(e.metadata) + octet_length(e.reminders) + octet_length(e.exdates)
      + coalesce(octet_length(e.recurrence), 0) + 500 AS size,
    w.url IS NOT NULL AND (e.expires_at IS NULL OR e.expires_at > ${now}) AND ${live(events, 'e')} AS notifies
  FROM (SELECT * FROM reminders WHERE due <= ${now} ORDER BY due LIMIT ${limit}) r
  CROSS JOIN events e ON e.seq = r.event
  CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id
  LEFT JOIN webhooks w ON w.account_id = e.account_id`;

/** One reminder, and the number of the notification that it goes into. */
export type NotificationEntry = [
  notification: number,
  event: number,
  changeToken: string,
  reminder: number,
  startTs: number,
];

/** Inserts the notifications, without the reminders of events that have changed since they were read. */
export const insertNotifications = (entries: readonly NotificationEntry[]): Sql => sql`
  INSERT INTO deliveries (account_id, type, content)
  SELECT e.account_id, 'reminders', json_group_array(json_object('event', json(e.json),
    'identifier', json_extract(e.reminders, '$[' || (entry.value ->> 3) || '].identifier'),
    'startTs', entry.value ->> 4))
  FROM json_each(${JSON.stringify(entries)}) entry
  CROSS JOIN reminders r ON r.event = entry.value ->> 1 AND ${tokenOf(sql`r`)} = entry.value ->> 2
  CROSS JOIN event_json e ON e.seq = r.event
  GROUP BY entry.value ->> 0`;

/** When to look at an event again; `due` null: never. */
export type NextDue = [event: number, changeToken: string, since: number, due: number | null];

/**
 * Sets when the events are due next. In the transaction of the notifications, the change token lets only one of several
 * simultaneous runs notify.
 */
export const updateNext = (next: readonly NextDue[]): Sql[] => [
  sql`
    UPDATE reminders SET since = next.value ->> 2, due = next.value ->> 3,
      change_token = random() & 0xffffffffffff, ${formerToken} = random() & 0xffffffffffff
    FROM json_each(${JSON.stringify(next.filter(([, , , due]) => due !== null))}) next
    WHERE event = next.value ->> 0 AND ${tokenOf(sql`reminders`)} = next.value ->> 1`,
  sql`
    DELETE FROM reminders WHERE event IN (
      SELECT r.event FROM json_each(${JSON.stringify(next.filter(([, , , due]) => due === null))}) next
      CROSS JOIN reminders r ON r.event = next.value ->> 0 AND ${tokenOf(sql`r`)} = next.value ->> 1)`,
];

/** An account whose backfill is not complete. */
export const selectBackfilling = (): Query<{ account_id: string }> => query<{ account_id: string }>`
  SELECT account_id FROM webhooks WHERE backfilled_to IS NOT NULL LIMIT 1`;

/**
 * Makes the next events of an account's backfill due, except those whose last reminder was due before the webhook was
 * set. `backfilled_to` is the id up to which the backfill has come; NULL once it is complete.
 */
export const backfillEvents = (
  account: string,
  limit: number,
): [Sql, Sql<{ backfilled_to: string | null }>] => [
  sql`
    INSERT INTO reminders (event, since, due)
    SELECT seq, since, since FROM (
      SELECT e.seq, e.reminders, e.last_start, w.since FROM webhooks w
      CROSS JOIN events e ON e.account_id = w.account_id AND e.id > w.backfilled_to
      WHERE w.account_id = ${account} ORDER BY e.id LIMIT ${limit})
    WHERE reminders <> '[]' AND (last_start IS NULL OR last_start + ${REMINDER_MAX_MS} >= since)
    ON CONFLICT DO NOTHING`,
  sql<{ backfilled_to: string | null }>`
    UPDATE webhooks SET backfilled_to = (SELECT max(id) FROM (
      SELECT e.id FROM events e WHERE e.account_id = webhooks.account_id AND e.id > webhooks.backfilled_to
      ORDER BY e.id LIMIT ${limit}))
    WHERE account_id = ${account} AND backfilled_to IS NOT NULL RETURNING backfilled_to`,
];
