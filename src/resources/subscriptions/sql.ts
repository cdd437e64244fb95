/** Statements of the fetches of subscriptions. */
import type { Scope } from '../../db/scope.ts';
import { assign, type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { suspended } from '../../db/suspended.ts';
import { live } from '../../db/table.ts';
import type { ImportedRow } from '../../ical/read/differences.ts';
import { REFRESH_WAIT_MS } from '../../limits.ts';
import { calendars, selectCalendar } from '../calendars/table.ts';

/** A subscription that is to be fetched. Times are in milliseconds since the epoch. */
export interface SubscriptionRow {
  account_id: string;
  calendar_id: string;
  url: string;
  refresh_minutes: number;
  busy: 'as-written' | 'all' | 'none';
  /** Of the calendar: floating times are in it. */
  timezone: string;
  /** Any other write raises it, and then the fetch has no effect. */
  version: number;
  failures: number;
  etag: string | null;
  last_modified: string | null;
  /** The SHA-256 of the text that the events are from. */
  hash: string | null;
  empty_since: number | null;
}

/** What a fetch leaves. */
export interface SubscriptionState {
  /** undefined: as it was. */
  fetched_at?: number;
  changed_at?: number;
  error: string | null;
  failures: number;
  next_at: number;
  etag?: string | null;
  last_modified?: string | null;
  hash?: string | null;
  empty_since?: number | null;
}

const columns = (name: string): Sql =>
  raw(`
  account_id, calendar_id, url, refresh_minutes, busy, version, failures, etag, last_modified, hash, empty_since,
  (SELECT c.timezone FROM calendars c WHERE c.account_id = ${name}.account_id AND c.id = ${name}.calendar_id) AS timezone`);

/** The accounts that have something due. It reads a row or two of the index for each account that has subscriptions. */
export const selectDueAccounts = (now: number, max: number): Query<{ id: string }> => query<{ id: string }>`
  WITH RECURSIVE holder (id) AS (
    SELECT min(account_id) FROM subscriptions
    UNION ALL SELECT (SELECT min(s.account_id) FROM subscriptions s WHERE s.account_id > holder.id)
    FROM holder WHERE id IS NOT NULL
  )
  SELECT id FROM holder WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.account_id = holder.id AND s.next_at <= ${now})
    AND NOT ${raw(suspended('holder.id'))} LIMIT ${max}`;

/** What is due of some accounts: of each those that are due for longest. */
export const selectDue = (
  accounts: readonly string[],
  now: number,
  max: number,
): Query<SubscriptionRow> => query<SubscriptionRow>`
  SELECT ${columns('due')} FROM json_each(${JSON.stringify(accounts)}) account
  CROSS JOIN subscriptions due ON due.seq IN (SELECT s.seq FROM subscriptions s
    WHERE s.account_id = account.value AND s.next_at <= ${now} ORDER BY s.next_at LIMIT ${max})
  WHERE EXISTS (SELECT 1 FROM calendars c
    WHERE c.account_id = due.account_id AND c.id = due.calendar_id AND ${live(calendars, 'c')})`;

const one = ({ account }: Scope, { calendar_id }: SubscriptionRow): Sql =>
  sql`account_id = ${account} AND calendar_id = ${calendar_id}`;

/** Begins a fetch that a request waits for, unless one began less than `REFRESH_WAIT_MS` ago. */
export const beginFetch = (
  scope: Scope,
  calendar: string,
  now: number,
): Sql<SubscriptionRow> => sql<SubscriptionRow>`
  UPDATE subscriptions SET begun_at = ${now}, version = version + 1
  WHERE account_id = ${scope.account} AND calendar_id = ${calendar} AND begun_at NOT BETWEEN ${now - REFRESH_WAIT_MS + 1} AND ${now}
    AND EXISTS (${selectCalendar(scope, calendar)})
  RETURNING ${columns('subscriptions')}`;

export const selectBegun = ({ account }: Scope, calendar: string): Query<{ begun_at: number }> => query<{
  begun_at: number;
}>`
  SELECT begun_at FROM subscriptions WHERE account_id = ${account} AND calendar_id = ${calendar}`;

/** Lets the events of a calendar be written until `record`, unless it has changed since the fetch began. */
export const openEvents = (scope: Scope, row: SubscriptionRow): Sql => sql`
  UPDATE subscriptions SET open = 1 WHERE ${one(scope, row)} AND version = ${row.version}`;

/** Records what a fetch leaves, unless the subscription has changed since it began. */
export const record = (
  scope: Scope,
  row: SubscriptionRow,
  state: SubscriptionState,
  begunAt: number,
): Sql => sql`
  UPDATE subscriptions SET ${assign({ ...state, begun_at: begunAt, open: 0, version: sql`version + 1` })}
  WHERE ${one(scope, row)} AND version = ${row.version} RETURNING 1`;

/** The events that fetches have made. */
export const selectFetched = (scope: Scope, row: SubscriptionRow): Query<ImportedRow> => query<ImportedRow>`
  SELECT uid, piece AS part, event_id, sequence, modified FROM imported_events WHERE ${one(scope, row)}`;
