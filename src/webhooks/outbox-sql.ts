/** The outbox in SQL, for the runs that send it. A run leases an endpoint, so that no two runs send the same delivery. */
import { type Query, query, raw, type Sql, sql } from '../db/sql.ts';
import { suspended } from '../db/suspended.ts';
import { FAILING_MAX_MS } from '../limits.ts';
import type { DeliveryCause, DeliveryState } from '../sdk/types.ts';
import { SECOND_MS } from '../time/units.ts';
import { type Endpoint, FIRST, isEndpoint, isFor, tableOf } from './endpoint.ts';
import type { OutboxRow } from './notification.ts';
import type { WebhookRow } from './post.ts';

/**
 * An endpoint is in the slow lane from an attempt that failed, or was not answered soon, to one that was. So endpoints that
 * hang delay only one another.
 */
export type Lane = 'fast' | 'slow';

/** How long a lease lasts: little longer than a run of that lane with the record of its attempts. */
export const LEASE_MS: Record<Lane, number> = { fast: 16 * SECOND_MS, slow: 32 * SECOND_MS };
/** The most deliveries of one run. */
export const RUN_MAX = 30;
/** The deliveries that one step of a changed webhook touches. */
const STEP_MAX = 500;

/**
 * The condition that no run has the lease. A lease that ends later than any that starts now is from before the clock was
 * set back.
 */
const free = (now: number): Sql =>
  sql`(lease_until IS NULL OR lease_until <= ${now} OR lease_until > ${now + LEASE_MS.slow})`;

/** Whoever is suspended gets nothing until the operator resumes the account. */
const notSuspended = ({ text: table }: Sql): Sql => raw(`NOT ${suspended(`${table}.account_id`)}`);

const inLane = (lane: Lane): Sql => (lane === 'fast' ? sql`slow_since IS NULL` : sql`slow_since IS NOT NULL`);

export interface DueEndpoint {
  account_id: string;
  /** See `Endpoint`. */
  endpoint: string;
  next_at: number;
}

/**
 * Endpoints of a lane that have a due delivery and no lease, and whose accounts are not suspended, those first whose delivery
 * has been due for longest.
 *
 * @param now milliseconds since the epoch.
 * @param after the last endpoint of the page before.
 */
export const selectDueEndpoints = (
  lane: Lane,
  now: number,
  after: DueEndpoint | undefined,
  limit: number,
): Query<DueEndpoint> => {
  const due = (endpoint: string, table: Sql) => sql`
    SELECT account_id, ${raw(endpoint)} AS endpoint, next_at FROM ${table}
    WHERE ${inLane(lane)} AND next_at <= ${now} AND ${free(now)} AND ${notSuspended(table)}
      ${after ? sql`AND next_at >= ${after.next_at} AND (next_at, account_id, ${raw(endpoint)}) > (${after.next_at}, ${after.account_id}, ${after.endpoint})` : sql``}`;
  return query<DueEndpoint>`${due("''", raw('webhooks'))} UNION ALL ${due('id', raw('further_endpoints'))}
    ORDER BY next_at, account_id, endpoint LIMIT ${limit}`;
};

/** A webhook whose lease a run has taken. Times are in milliseconds since the epoch. */
export interface LeasedWebhook extends WebhookRow {
  slow_since: number | null;
  hurry_before: number | null;
  hurry_from: number | null;
  dropped_before: number | null;
}

/**
 * Takes the lease. No row comes back where nothing is due, where another run has the lease, or where the fast lane no
 * longer has the endpoint; the slow lane takes any.
 */
export const takeLease = (endpoint: Endpoint, lease: string, lane: Lane, now: number): Sql<LeasedWebhook> =>
  sql<LeasedWebhook>`
  UPDATE ${tableOf(endpoint)} SET lease = ${lease}, lease_until = ${now + LEASE_MS[lane]}
  WHERE ${isEndpoint(endpoint)} AND url <> '' AND next_at <= ${now} AND ${free(now)} AND ${notSuspended(tableOf(endpoint))}
    ${lane === 'fast' ? sql`AND slow_since IS NULL` : sql``}
  RETURNING url, key, secret, old_secrets, old_secret, old_secret_until, headers, slow_since, hurry_before, hurry_from, dropped_before`;

export interface DueRow extends OutboxRow {
  id: string;
  attempts: number;
}

/** The due deliveries of an endpoint, for the run that has the lease; none from before the webhook was removed. */
export const selectDue = (endpoint: Endpoint, lease: string, now: number): Query<DueRow> => query<DueRow>`
  SELECT d.id, d.type, d.content, d.attempts, d.created FROM ${tableOf(endpoint)} w
  CROSS JOIN deliveries d ON d.account_id = w.account_id AND d.id IN (
    SELECT id FROM deliveries WHERE ${isFor(endpoint)} AND state = 'pending' AND next_at <= ${now}
    ORDER BY next_at LIMIT ${RUN_MAX} + ${STEP_MAX} * (SELECT dropped_before IS NOT NULL FROM ${tableOf(endpoint)} WHERE ${isEndpoint(endpoint)}))
  WHERE w.account_id = ${endpoint.account} AND w.lease = ${lease} AND d.created > coalesce(w.dropped_before, 0)
  ORDER BY d.next_at LIMIT ${RUN_MAX}`;

/** The attempts of a delivery that are kept, the latest ones: two series of them. */
const HISTORY_MAX = 20;

/** The record of an attempt. Times are in milliseconds since the epoch. */
export interface Attempt {
  id: string;
  state: DeliveryState;
  status: number | null;
  error: string | null;
  cause: DeliveryCause | null;
  /** How long it took. */
  ms: number;
  /** When the attempt began: a URL that is set later gets the delivery at once. */
  at: number;
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
    attempted_at = attempt.value ->> 'at', next_at = attempt.value ->> 'nextAt',
    expires_at = attempt.value ->> 'expiresAt',
    history = json_insert(CASE WHEN json_array_length(history) < ${HISTORY_MAX} THEN history ELSE json_remove(history, '$[0]') END,
      '$[#]', json_array(attempt.value ->> 'at', attempt.value ->> 'status', attempt.value ->> 'ms', attempt.value ->> 'cause'))
  FROM json_each(${JSON.stringify(attempts)}) attempt
  WHERE account_id = ${account} AND deliveries.id IN (SELECT value FROM json_each(${JSON.stringify(attempts.map(({ id }) => id))}))
    AND deliveries.id = attempt.value ->> 'id' AND +deliveries.state = 'pending'`;

/** Deletes deliveries of which nothing is left to send. */
export const deleteEmpty = (account: string, ids: readonly string[]): Sql => sql`
  DELETE FROM deliveries WHERE account_id = ${account} AND +state = 'pending'
    AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/**
 * Divides a delivery that is too large: it keeps `first`, and a new one gets `rest`; null: there is none. That one is as old,
 * so it is not dropped where the account has as many pending ones as it may.
 */
export const divide = (
  account: string,
  { id, content }: Pick<DueRow, 'id' | 'content'>,
  first: string,
  rest: string | null,
): Sql[] => [
  sql`
    INSERT INTO deliveries (account_id, endpoint, type, content, created)
    SELECT account_id, endpoint, type, ${rest}, created FROM deliveries
    WHERE account_id = ${account} AND id = ${id} AND content = ${content} AND state = 'pending' AND ${rest} IS NOT NULL`,
  sql`
    UPDATE deliveries SET content = ${first}
    WHERE account_id = ${account} AND id = ${id} AND content = ${content} AND content <> ${first}`,
];

/** What a run found out about an endpoint. */
export interface Health {
  /** The URL to which the run posted. */
  url: string;
  slow: boolean;
  status: number | null;
  error: string | null;
  /** Whether it answered any attempt of the run that it is gone, and whether it took any. */
  gone: boolean;
  delivered: boolean;
}

export interface Released {
  next_at: number | null;
  slow_since: number | null;
}

/**
 * Releases the lease, and returns when the next delivery is due: at once after a change of the URL, whose steps the next
 * run takes. No row comes back where another run has the lease.
 *
 * @param health null: the run made no attempt. Nothing good in it counts for a URL that was set meanwhile, and what is slow
 *   does: else an account that changes its URL again and again would stay in the fast lane.
 */
export const releaseLease = (
  endpoint: Endpoint,
  lease: string,
  health: Health | null,
  now: number,
): Sql<Released> => sql<Released>`
  UPDATE ${tableOf(endpoint)} SET lease = NULL, lease_until = NULL,
    next_at = CASE WHEN paused_at IS NOT NULL OR because IS NOT NULL THEN NULL WHEN hurry_before IS NULL THEN (
      SELECT min(next_at) FROM deliveries WHERE ${isFor(endpoint)} AND state = 'pending') ELSE ${now} END
    ${
      health
        ? sql`, slow_since = ${health.slow ? sql`coalesce(slow_since, ${now})` : sql`CASE WHEN url <> ${health.url} THEN slow_since END`},
      last_status = CASE WHEN url <> ${health.url} THEN last_status ELSE ${health.status} END,
      last_error = CASE WHEN url <> ${health.url} THEN last_error ELSE ${health.error} END,
      failing_since = CASE WHEN url <> ${health.url} THEN failing_since ${health.delivered ? sql`` : sql`ELSE coalesce(failing_since, ${now})`} END,
      paused_at = CASE WHEN because IS NOT NULL THEN ${now} ELSE paused_at END, paused_because = coalesce(because, paused_because)`
        : sql``
    }
  FROM (SELECT ${pauses(health, now)} AS because FROM ${tableOf(endpoint)} WHERE ${isEndpoint(endpoint)})
  WHERE ${isEndpoint(endpoint)} AND lease = ${lease} RETURNING next_at, slow_since`;

/**
 * Why the service pauses the endpoint from now on, in SQL; NULL: it does not. It is gone, or has only failed for `FAILING_MAX_MS`.
 * What the run found out about a URL that has been replaced meanwhile says nothing of the new one.
 */
function pauses(health: Health | null, now: number): Sql {
  if (!health || (health.delivered && !health.gone)) return sql`NULL`;
  return sql`CASE WHEN url <> ${health.url} OR paused_at IS NOT NULL THEN NULL WHEN ${health.gone ? 1 : 0} THEN 'gone'
    WHEN failing_since <= ${now - FAILING_MAX_MS} THEN 'failing' END`;
}

/** A delivery that waits for a retry. */
export interface WaitingRow {
  id: string;
  next_at: number;
  attempted_at: number | null;
}

/** The next deliveries that wait for a retry, after a change of the URL. */
export const selectWaiting = (endpoint: Endpoint, from: number): Query<WaitingRow> => query<WaitingRow>`
  SELECT id, next_at, attempted_at FROM deliveries
  WHERE ${isFor(endpoint)} AND state = 'pending' AND next_at > ${from} ORDER BY next_at LIMIT ${STEP_MAX}`;

/**
 * Makes those due that were attempted before the URL changed. Retries have random parts, so that hardly two of them are
 * due in the same millisecond; one that the page's end leaves out waits for its time.
 */
export function hurry(endpoint: Endpoint, page: readonly WaitingRow[], before: number, now: number): Sql[] {
  const ids = page.filter(({ attempted_at }) => (attempted_at ?? 0) <= before).map(({ id }) => id);
  const last = page.length < STEP_MAX ? null : (page.at(-1)?.next_at ?? null);
  return [
    sql`
      UPDATE deliveries SET next_at = ${now} WHERE account_id = ${endpoint.account} AND +state = 'pending'
        AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    sql`
      UPDATE ${tableOf(endpoint)} SET hurry_from = ${last}, hurry_before = ${last === null ? null : before}
      WHERE ${isEndpoint(endpoint)} AND hurry_before = ${before}`,
  ];
}

/** Endpoints that were removed, with deliveries from before. */
export const selectDropping = (limit: number): Query<Omit<DueEndpoint, 'next_at'>> => query<
  Omit<DueEndpoint, 'next_at'>
>`SELECT account_id, endpoint FROM (
    SELECT account_id, '' AS endpoint, dropped_before FROM webhooks WHERE dropped_before IS NOT NULL
    UNION ALL SELECT account_id, id, dropped_before FROM further_endpoints WHERE dropped_before IS NOT NULL)
  ORDER BY dropped_before LIMIT ${limit}`;

/** Deletes the next of those deliveries. The mark goes once none is left, and with it the row of a further endpoint. */
export function dropPending(endpoint: Endpoint): Sql[] {
  const [table, here] = [tableOf(endpoint), isEndpoint(endpoint)];
  const isOver = sql`${here} AND dropped_before IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM deliveries d WHERE d.account_id = ${endpoint.account} AND d.endpoint = ${endpoint.endpoint} AND d.state = 'pending'
      AND d.created <= ${table}.dropped_before)`;
  return [
    sql`
      DELETE FROM deliveries WHERE account_id = ${endpoint.account} AND id IN (
        SELECT id FROM deliveries WHERE ${isFor(endpoint)} AND state = 'pending'
          AND created <= (SELECT dropped_before FROM ${table} WHERE ${here})
        ORDER BY next_at LIMIT ${STEP_MAX})`,
    endpoint.endpoint === FIRST
      ? sql`UPDATE webhooks SET dropped_before = NULL WHERE ${isOver}`
      : sql`DELETE FROM further_endpoints WHERE ${isOver}`,
  ];
}

/** Deletes at most `limit` expired deliveries. */
export const deleteExpired = (now: number, limit: number): Sql<{ id: string }> => sql<{ id: string }>`
  DELETE FROM deliveries WHERE (account_id, id) IN (
    SELECT account_id, id FROM deliveries WHERE expires_at <= ${now} LIMIT ${limit}) RETURNING id`;
