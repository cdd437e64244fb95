/** Reminders in SQL: which events are due, what is told of them, and when they are due next. */

import { type Query, query, type Sql, sql } from '../db/sql.ts';
import { REMINDER_MAX_MINUTES } from '../limits.ts';
import type { Weekday } from '../sdk/types.ts';
import { MINUTE_MS } from '../time/units.ts';

const REMINDER_MAX_MS = REMINDER_MAX_MINUTES * MINUTE_MS;

/** An event that is due. What is told of it stays in the database. */
export interface DueEventRow {
  event: number;
  stamp: number;
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
  /** JSON: of each reminder. */
  deltas: string;
  /** About as many bytes as it takes in a notification. */
  size: number;
  /** Whether it is still there, and its account still has a webhook. */
  told: number;
}

/** Those that have been due for longest. What was due before the account's webhook was set is not told. */
export const selectDueEvents = (now: number, limit: number): Query<DueEventRow> => query<DueEventRow>`
  SELECT r.event, r.stamp, max(r.since, coalesce(w.since, 0)) AS since, e.account_id, e.start_ts, e.duration, e.busy,
    e.recurrence, e.exdates, e.last_start, c.timezone, c.week_start,
    (SELECT json_group_array(value ->> 'delta') FROM json_each(e.reminders)) AS deltas,
    octet_length(e.metadata) + octet_length(e.reminders) + octet_length(e.exdates)
      + coalesce(octet_length(e.recurrence), 0) + 500 AS size,
    w.url IS NOT NULL AND (e.expires_at IS NULL OR e.expires_at > ${now}) AS told
  FROM (SELECT * FROM reminders WHERE due <= ${now} ORDER BY due LIMIT ${limit}) r
  CROSS JOIN events e ON e.seq = r.event
  CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id
  LEFT JOIN webhooks w ON w.account_id = e.account_id`;

/** One reminder in the notification that has this number. */
export type DueReminder = [
  notification: number,
  event: number,
  stamp: number,
  reminder: number,
  startTs: number,
];

/** The notifications of what is due; nothing of an event that has changed since it was looked at. */
export const insertNotifications = (filed: readonly DueReminder[]): Sql => sql`
  INSERT INTO deliveries (account_id, type, content)
  SELECT e.account_id, 'reminders', json_group_array(json_object('event', ${EVENT},
    'identifier', json_extract(e.reminders, '$[' || (filed.value ->> 3) || '].identifier'),
    'startTs', filed.value ->> 4))
  FROM json_each(${JSON.stringify(filed)}) filed
  CROSS JOIN reminders r ON r.event = filed.value ->> 1 AND r.stamp = filed.value ->> 2
  CROSS JOIN events e ON e.seq = r.event
  GROUP BY filed.value ->> 0`;

/** The row of an event, as the triggers of schema.sql file it. */
const EVENT = sql`json_object('id', e.id, 'calendar_id', e.calendar_id, 'user_id', e.user_id, 'start_ts', e.start_ts,
  'duration', e.duration, 'busy', e.busy, 'recurrence', e.recurrence, 'exdates', e.exdates,
  'reminders', e.reminders, 'metadata', e.metadata, 'created', e.created, 'updated', e.updated)`;

/** When to look at an event again; null: never. */
export type Next = [event: number, stamp: number, since: number, due: number | null];

/** Together with the notifications: each event is told of once, however many look at it at the same time. */
export const updateNext = (next: readonly Next[]): Sql[] => [
  sql`
    UPDATE reminders SET since = next.value ->> 2, due = next.value ->> 3, stamp = random() & 0xffffffffffff
    FROM json_each(${JSON.stringify(next.filter(([, , , due]) => due !== null))}) next
    WHERE event = next.value ->> 0 AND stamp = next.value ->> 1`,
  sql`
    DELETE FROM reminders WHERE (event, stamp) IN (
      SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(next.filter(([, , , due]) => due === null))}))`,
];

/** An account whose events from before its webhook are still to be looked at. */
export const selectBackfilling = (): Query<{ account_id: string }> => query<{ account_id: string }>`
  SELECT account_id FROM webhooks WHERE filed IS NOT NULL LIMIT 1`;

/** Has some more of an account's events looked at; a row comes back, with NULL when these were the last. */
export const backfillEvents = (account: string, limit: number): [Sql, Sql<{ filed: string | null }>] => [
  sql`
    INSERT INTO reminders (event, since, due)
    SELECT seq, since, since FROM (
      SELECT e.seq, e.reminders, e.last_start, w.since FROM webhooks w
      CROSS JOIN events e ON e.account_id = w.account_id AND e.id > w.filed
      WHERE w.account_id = ${account} ORDER BY e.id LIMIT ${limit})
    WHERE reminders <> '[]' AND (last_start IS NULL OR last_start + ${REMINDER_MAX_MS} >= since)
    ON CONFLICT DO NOTHING`,
  sql<{ filed: string | null }>`
    UPDATE webhooks SET filed = (SELECT max(id) FROM (
      SELECT e.id FROM events e WHERE e.account_id = webhooks.account_id AND e.id > webhooks.filed
      ORDER BY e.id LIMIT ${limit}))
    WHERE account_id = ${account} AND filed IS NOT NULL RETURNING filed`,
];
