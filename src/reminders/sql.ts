/** Reminders in SQL: the due events, their notifications, and when they are due next. */
import { type Query, query, raw, type Sql, sql } from '../db/sql.ts';
import { suspended } from '../db/suspended.ts';
import { live } from '../db/table.ts';
import { REMINDER_MAX_MINUTES } from '../limits.ts';
import { events, ruleOf, zoneOf } from '../resources/events/table.ts';
import { MINUTE_MS } from '../time/units.ts';

/** How long after its start an event can still have a reminder to come. */
const REMINDER_MAX_MS = REMINDER_MAX_MINUTES * MINUTE_MS;

/** An account with a due row in `reminders`. */
export interface AccountToRemind {
  account_id: string;
  /** When its earliest row is due, in milliseconds since the epoch. */
  remind_at: number;
}

/**
 * Accounts with a due row, those first whose row has been due for longest; none that is suspended.
 *
 * @param now milliseconds since the epoch.
 * @param after the last account of the page before.
 */
export const selectAccountsToRemind = (
  now: number,
  after: AccountToRemind | undefined,
  limit: number,
): Query<AccountToRemind> => query<AccountToRemind>`
  SELECT account_id, remind_at FROM webhooks
  WHERE remind_at <= ${now} AND NOT ${raw(suspended('webhooks.account_id'))}
    ${after ? sql`AND (remind_at, account_id) > (${after.remind_at}, ${after.account_id})` : sql``}
  ORDER BY remind_at, account_id LIMIT ${limit}`;

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
  days: number | null;
  last_start: number | null;
  timezone: string;
  /** JSON: the delta of each reminder, in minutes; null where the reminders cannot be read. */
  deltas: string | null;
  /** The most bytes of the event and one of its identifiers in a notification. */
  size: number;
  /** How often in a row the event failed. */
  failures: number;
  /** 1 where the event has not expired and its account has a webhook. */
  notifies: number;
  /** 1 where the backfill of its account is not complete. */
  backfills: number;
}

/** The former name of change_token, by which the release before this one notices a change. */
const formerToken = sql`stamp`; // words: allow

/**
 * The token of a row of `reminders`: every change gives it another one. The release before this one changes only `due`.
 */
const tokenOf = (reminders: Sql): Sql => sql`${reminders}.change_token || ' ' || ${reminders}.due`;

/** The bytes of an event in a notification beside its JSON columns, and of an identifier with its quotes. */
const EVENT_REST_BYTES = 600;

/** The most bytes of exdates and recurrences that one step reads, shared by its accounts. */
const STEP_MAX_BYTES = 4_000_000;
/** The same for their lists of reminders: some ten thousand, each of which SQLite reads as a row. */
const STEP_LISTS_MAX_BYTES = 300_000;

/**
 * The events of these accounts that have been due for longest, at most `limit` of each, and each account's share of
 * `STEP_MAX_BYTES` and `STEP_LISTS_MAX_BYTES`. Those sums read only sizes, which SQLite knows without the long columns.
 * `since` skips the reminders that were due before the webhook was set, or before the calendar changed.
 */
export const selectDueEvents = (
  accounts: readonly string[],
  now: number,
  limit: number,
): Query<DueEventRow> => query<DueEventRow>`
  SELECT r.event, ${tokenOf(sql`r`)} AS change_token,
    max(r.since, coalesce(w.since, 0), coalesce(min(r.due, c.changed_at), 0)) AS since,
    e.account_id, e.start_ts, e.duration, e.busy, e.exdates, e.days, e.last_start,
    ${raw(ruleOf('e', 'c'))} AS recurrence, ${raw(zoneOf('e', 'c'))} AS timezone, r.failures,
    CASE WHEN json_valid(e.reminders) THEN (
      SELECT json_group_array(CASE type WHEN 'object' THEN value ->> 'delta' END) FROM json_each(e.reminders)) END AS deltas,
    octet_length(e.metadata) + 2 * octet_length(e.reminders) + octet_length(e.exdates)
      + coalesce(octet_length(e.recurrence), 0) + ${EVENT_REST_BYTES} AS size,
    w.url IS NOT NULL AND (e.expires_at IS NULL OR e.expires_at > ${now}) AND ${live(events, 'e')} AS notifies,
    w.backfilled_to IS NOT NULL AS backfills
  FROM (
    SELECT r.event, account.key AS turn, r.due,
      sum(octet_length(e.exdates) + coalesce(octet_length(e.recurrence), 0)) OVER earlier AS bytes,
      sum(octet_length(e.reminders)) OVER earlier AS list_bytes
    FROM json_each(${JSON.stringify(accounts)}) account
    CROSS JOIN reminders r ON r.event IN (
      SELECT event FROM reminders WHERE account_id = account.value AND due <= ${now} ORDER BY due LIMIT ${limit})
    CROSS JOIN events e ON e.seq = r.event
    WINDOW earlier AS (PARTITION BY account.key ORDER BY r.due, r.event
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) step
  CROSS JOIN reminders r ON r.event = step.event
  CROSS JOIN events e ON e.seq = r.event
  CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id
  LEFT JOIN webhooks w ON w.account_id = e.account_id
  WHERE coalesce(step.bytes, 0) < ${STEP_MAX_BYTES / accounts.length}
    AND coalesce(step.list_bytes, 0) < ${STEP_LISTS_MAX_BYTES / accounts.length}
  ORDER BY step.turn, step.due`;

/** One reminder, and the number of the notification that it goes into. */
export type NotificationEntry = [
  notification: number,
  event: number,
  changeToken: string,
  reminder: number,
  startTs: number,
  at: number,
];

/**
 * Inserts the notifications, without the reminders of events that have changed since they were read. A notification
 * names its reminders: see `Reference` in webhooks/references.ts.
 */
export const insertNotifications = (entries: readonly NotificationEntry[]): Sql => sql`
  INSERT INTO deliveries (account_id, type, content)
  SELECT e.account_id, 'reminders',
    json_group_array(json_array(e.id, e.version + c.version, entry.value ->> 3, entry.value ->> 4, entry.value ->> 5))
  FROM json_each(${JSON.stringify(entries)}) entry
  CROSS JOIN reminders r ON r.event = entry.value ->> 1 AND ${tokenOf(sql`r`)} = entry.value ->> 2
  CROSS JOIN events e ON e.seq = r.event AND ${live(events, 'e')}
  CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id
  GROUP BY entry.value ->> 0`;

/** When to look at an event again; `due` null: never. `error`: why its reminders could not be computed. */
export interface NextDue {
  event: number;
  token: string;
  since: number;
  due: number | null;
  failures: number;
  error: string | null;
}

/**
 * Sets when the events are due next. In the transaction of the notifications, the change token lets only one of several
 * simultaneous runs notify.
 */
export const updateNext = (next: readonly NextDue[]): Sql[] => [
  sql`
    UPDATE reminders SET since = next.value ->> 'since', due = next.value ->> 'due',
      failures = next.value ->> 'failures', error = next.value ->> 'error',
      change_token = random() & 0xffffffffffff, ${formerToken} = random() & 0xffffffffffff
    FROM json_each(${JSON.stringify(next.filter(({ due }) => due !== null))}) next
    WHERE event = next.value ->> 'event' AND ${tokenOf(sql`reminders`)} = next.value ->> 'token'`,
  sql`
    DELETE FROM reminders WHERE event IN (
      SELECT r.event FROM json_each(${JSON.stringify(next.filter(({ due }) => due === null))}) next
      CROSS JOIN reminders r ON r.event = next.value ->> 'event' AND ${tokenOf(sql`r`)} = next.value ->> 'token')`,
];

/** Lets an account wait whose events cannot be read. */
export const putOffAccount = (account: string, until: number): Sql =>
  sql`UPDATE webhooks SET remind_at = ${until} WHERE account_id = ${account}`;

/** Sets when the accounts' earliest rows are due. */
export const updateRemindAt = (accounts: readonly string[]): Sql => sql`
  UPDATE webhooks SET remind_at = (SELECT min(due) FROM reminders WHERE account_id = webhooks.account_id)
  WHERE account_id IN (SELECT value FROM json_each(${JSON.stringify(accounts)}))
    AND remind_at IS NOT (SELECT min(due) FROM reminders WHERE account_id = webhooks.account_id)`;

/** An account whose backfill is not complete, or with a calendar that has changed. */
export interface BackfillRow {
  account_id: string;
  backfilled_to: string | null;
  /** JSON: a `Position`. */
  rechecked_to: string | null;
}

/** The next of these accounts in the order of their ids, whatever they have to do. */
export const selectBackfilling = (after: string, limit: number): Query<BackfillRow> => query<BackfillRow>`
  SELECT account_id, backfilled_to, rechecked_to FROM webhooks
  WHERE (backfilled_to IS NOT NULL OR rechecked_to IS NOT NULL) AND account_id > ${after}
  ORDER BY account_id LIMIT ${limit}`;

/**
 * Gives the next events of an account's backfill their rows in `reminders`, except where the last reminder was due before
 * the webhook was set. `backfilled_to` is the id up to which the backfill has come; NULL once it is complete.
 */
export const backfillEvents = (account: string, limit: number): Sql[] => [
  sql`
    INSERT INTO reminders (event, account_id, since, due, change_token)
    SELECT seq, ${account}, since, since, random() & 0xffffffffffff FROM (
      SELECT e.seq, e.reminders, e.last_start, w.since FROM webhooks w
      CROSS JOIN events e ON e.account_id = w.account_id AND e.id > w.backfilled_to
      WHERE w.account_id = ${account} ORDER BY e.id LIMIT ${limit}) e
    WHERE reminders <> '[]' AND (last_start IS NULL OR last_start + ${REMINDER_MAX_MS} >= since)
    ON CONFLICT (event) DO NOTHING`,
  sql`
    UPDATE webhooks SET backfilled_to = (SELECT max(id) FROM (
      SELECT e.id FROM events e WHERE e.account_id = webhooks.account_id AND e.id > webhooks.backfilled_to
      ORDER BY e.id LIMIT ${limit}))
    WHERE account_id = ${account} AND backfilled_to IS NOT NULL`,
];

/** See `webhooks.rechecked_to` in schema.sql. */
export type Position = [due: number, event: number, change: number];

export interface RecheckedRow {
  event: number;
  due: number;
  /** When the calendar changed its time zone or week start, in milliseconds since the epoch; null: it did not. */
  changed_at: number | null;
}

/** The rows of an account after the position, those first that are due first. */
export const selectRechecked = (
  account: string,
  [due, event]: Position,
  limit: number,
): Query<RecheckedRow> =>
  query<RecheckedRow>`
    SELECT r.event, r.due, c.changed_at
    FROM (SELECT event, due FROM reminders WHERE account_id = ${account} AND (due, event) > (${due}, ${event})
      ORDER BY due, event LIMIT ${limit}) r
    CROSS JOIN events e ON e.seq = r.event
    CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id
    WHERE e.account_id = ${account} ORDER BY r.due, r.event`;

/**
 * Makes those rows due whose calendar has changed, and moves the position; `to` null: to the end. Where a calendar has
 * changed meanwhile, the position is another one, and stays. The plus makes SQLite look up each row by its event; without
 * it, SQLite scans all rows of the account for each of them.
 */
export function recheck(
  account: string,
  rows: readonly RecheckedRow[],
  from: string,
  to: Position | null,
): Sql[] {
  const changed = rows.filter(({ changed_at }) => changed_at !== null);
  const here = sql`account_id = ${account} AND rechecked_to = ${from}`;
  return [
    sql`
      UPDATE reminders SET since = max(since, min(reminders.due, row.value ->> 'changed_at')),
        due = min(reminders.due, row.value ->> 'changed_at'),
        change_token = random() & 0xffffffffffff, ${formerToken} = random() & 0xffffffffffff
      FROM json_each(${JSON.stringify(changed)}) row
      WHERE event = row.value ->> 'event' AND +account_id = ${account}`,
    ...(to === null
      ? [
          sql`
            UPDATE calendars SET changed_at = NULL WHERE account_id = ${account} AND changed_at IS NOT NULL
              AND EXISTS (SELECT 1 FROM webhooks WHERE ${here})`,
        ]
      : []),
    sql`UPDATE webhooks SET rechecked_to = ${to === null ? null : JSON.stringify(to)} WHERE ${here}`,
  ];
}
