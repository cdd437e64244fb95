/** The outbox in SQL, for the runs that send it. A run leases an account, so that no two runs send the same delivery. */
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import type { DeliveryState } from '../sdk/types.ts';
import { MINUTE_MS } from '../time/units.ts';
import type { OutboxRow } from './notification.ts';
import type { WebhookRow } from './post.ts';

/** How long a lease lasts: longer than any run takes. */
const LEASE_MS = 2 * MINUTE_MS;
/** The most deliveries of one run. */
export const RUN_MAX = 30;

/**
 * The condition that no run has the lease. A lease that ends more than `LEASE_MS` from now is from before the clock was
 * set back.
 */
const free = (now: number): Sql =>
  sql`(lease_until IS NULL OR lease_until <= ${now} OR lease_until > ${now + LEASE_MS})`;

export interface DueAccount {
  account_id: string;
  next_at: number;
}

/**
 * Accounts that have a due delivery and no lease, those first whose delivery has been due for longest.
 *
 * @param now milliseconds since the epoch.
 * @param after the last account of the page before.
 */
export const selectDueAccounts = (
  now: number,
  after: DueAccount | undefined,
  limit: number,
): Query<DueAccount> => query<DueAccount>`
  SELECT account_id, next_at FROM webhooks
  WHERE next_at <= ${now} AND ${free(now)}
    ${after ? sql`AND (next_at, account_id) > (${after.next_at}, ${after.account_id})` : sql``}
  ORDER BY next_at, account_id LIMIT ${limit}`;

/** Takes the lease. No row comes back where nothing is due, or where another run has the lease. */
export const takeLease = (account: string, lease: string, now: number): Sql<WebhookRow> => sql<WebhookRow>`
  UPDATE webhooks SET lease = ${lease}, lease_until = ${now + LEASE_MS}
  WHERE account_id = ${account} AND url IS NOT NULL AND next_at <= ${now} AND ${free(now)}
  RETURNING url, key, secret, old_secret, old_secret_until`;

export interface DueRow extends OutboxRow {
  id: string;
  attempts: number;
}

/** The due deliveries of an account, for the run that has the lease. */
export const selectDue = (account: string, lease: string, now: number): Query<DueRow> => query<DueRow>`
  SELECT id, type, content, attempts, created FROM deliveries
  WHERE account_id = ${account} AND state = 'pending' AND next_at <= ${now}
    AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = ${account} AND lease = ${lease})
  ORDER BY next_at LIMIT ${RUN_MAX}`;

/** The record of an attempt. Times are in milliseconds since the epoch. */
export interface Attempt {
  id: string;
  state: DeliveryState;
  status: number | null;
  error: string | null;
  nextAt: number | null;
  expiresAt: number | null;
}

/**
 * Records attempts. A delivery that another run recorded as delivered meanwhile stays delivered. The IN makes SQLite
 * look up each delivery by its id; without it, SQLite scans all deliveries of the account.
 */
export const recordAttempts = (account: string, attempts: readonly Attempt[]): Sql => sql`
  UPDATE deliveries SET state = attempt.value ->> 'state', attempts = attempts + 1,
    last_status = attempt.value ->> 'status', last_error = attempt.value ->> 'error',
    next_at = attempt.value ->> 'nextAt', expires_at = attempt.value ->> 'expiresAt'
  FROM json_each(${JSON.stringify(attempts)}) attempt
  WHERE account_id = ${account} AND deliveries.id IN (SELECT value FROM json_each(${JSON.stringify(attempts.map(({ id }) => id))}))
    AND deliveries.id = attempt.value ->> 'id' AND +deliveries.state = 'pending'`;

/** Releases the lease, and returns when the next delivery is due. No row comes back where another run has the lease. */
export const releaseLease = (account: string, lease: string): Sql<{ next_at: number | null }> => sql<{
  next_at: number | null;
}>`
  UPDATE webhooks SET lease = NULL, lease_until = NULL, next_at = (
    SELECT min(next_at) FROM deliveries WHERE account_id = ${account} AND state = 'pending')
  WHERE account_id = ${account} AND lease = ${lease} RETURNING next_at`;

/** Deletes at most `limit` expired deliveries. */
export const deleteExpired = (now: number, limit: number): Sql<{ id: string }> => sql<{ id: string }>`
  DELETE FROM deliveries WHERE (account_id, id) IN (
    SELECT account_id, id FROM deliveries WHERE expires_at <= ${now} LIMIT ${limit}) RETURNING id`;
