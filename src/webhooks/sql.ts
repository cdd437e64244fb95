/**
 * The first webhook of an account in SQL. A row without a URL is a removed webhook, whose deliveries the account can still
 * read; its URL is '' where the account has others. endpoint-sql.ts has the statements for any of them.
 */
import type { Scope } from '../db/scope.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import { FILTERED_ROWS_MAX } from '../limits.ts';
import type { FailingEvent, WebhookEvent, WebhookState } from '../sdk/types.ts';
import { MINUTE_MS } from '../time/units.ts';
import { further, type HealthRow, hasRoom, toHealth } from './endpoint.ts';

export interface NewWebhook {
  /** The id, and the version, of a webhook that is not there yet. */
  id: string;
  version: number;
  url: string;
  /** The types to notify of; undefined: as before. */
  events: readonly WebhookEvent[] | undefined;
  /** The key and the secret, for a webhook that has none yet. */
  key: string;
  secret: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Sets the webhook, and ends a pause. No row comes back where the account has `WEBHOOKS_MAX` others. A new URL, or one that was paused, gets the pending deliveries, in steps: it may replace
 * one that did not answer.
 */
export function setWebhook(scope: Scope, { id, version, url, events, key, secret, now }: NewWebhook): Sql {
  const eventsJson = JSON.stringify(events ?? []);
  const moves = sql`url <> excluded.url`;
  return sql`
      INSERT INTO webhooks (account_id, id, url, key, secret, events, version, since, backfilled_to)
      SELECT id, ${id}, ${url}, ${key}, ${secret}, ${eventsJson}, ${version}, ${now}, '' FROM accounts
      WHERE id = ${scope.account} AND ${hasRoom(scope, further)}
      ON CONFLICT (account_id) DO UPDATE SET url = excluded.url, key = coalesce(nullif(key, ''), excluded.key),
        secret = coalesce(nullif(secret, ''), excluded.secret), id = CASE WHEN url <> '' THEN id ELSE excluded.id END,
        ${events ? sql`events = excluded.events, own_events = CASE WHEN own_events IS NOT NULL THEN excluded.events END,` : sql``}
        version = version + 1,
        since = CASE WHEN url IS NULL THEN excluded.since ELSE since END,
        backfilled_to = CASE WHEN url IS NULL THEN '' ELSE backfilled_to END,
        hurry_before = CASE WHEN ${moves} AND next_at IS NOT NULL OR paused_at IS NOT NULL THEN ${now} ELSE hurry_before END,
        hurry_from = CASE WHEN ${moves} OR paused_at IS NOT NULL THEN NULL ELSE hurry_from END,
        next_at = CASE WHEN paused_at IS NOT NULL THEN ${now} WHEN ${moves} THEN min(next_at, ${now}) ELSE next_at END,
        failing_since = NULL, paused_at = NULL, paused_because = NULL
      RETURNING 1`;
}

/**
 * Removes the webhook. The runs delete what was pending, in steps; the account can still read the other deliveries.
 *
 * @param only one more condition on the row.
 */
export const removeWebhook = ({ account }: Scope, only: Sql = sql`true`): Sql => {
  const others = sql`EXISTS (SELECT 1 FROM further_endpoints f WHERE f.account_id = webhooks.account_id AND f.url <> '')`;
  const blank = sql`CASE WHEN ${others} THEN '' END`;
  return sql`
    UPDATE webhooks SET url = ${blank}, key = ${blank}, secret = ${blank}, old_secret = NULL, old_secret_until = NULL, old_secrets = '[]',
      id = NULL, description = NULL, headers = '{}',
      failing_since = NULL, paused_at = NULL, paused_because = NULL, events = '[]', own_events = CASE WHEN ${others} THEN '[]' END,
      backfilled_to = CASE WHEN ${others} THEN backfilled_to END, next_at = NULL, lease = NULL, lease_until = NULL,
      last_status = NULL, last_error = NULL, hurry_before = NULL, hurry_from = NULL,
      dropped_before = CASE WHEN next_at IS NULL AND paused_at IS NULL THEN dropped_before ELSE CAST(unixepoch('subsec') * 1000 AS INTEGER) END
    WHERE account_id = ${account} AND ${only}`;
};

interface WebhookStateRow extends HealthRow {
  id: string;
  url: string;
  events: string;
  pending: number;
  pending_bytes: number;
  dropped: number;
  dropped_at: number | null;
}

/**
 * While the runs delete what a removal dropped, `usage` counts those too: so the deliveries since are counted, by their ids
 * (see schema.sql), up to `FILTERED_ROWS_MAX`.
 */
export const selectWebhookState = ({ account }: Scope): Query<WebhookStateRow> => query<WebhookStateRow>`
  SELECT coalesce(id, w.account_id) AS id, url, coalesce(own_events, w.events) AS events, slow_since, last_status, last_error,
    failing_since, paused_at, paused_because, next_at, dropped, dropped_at,
    CASE WHEN dropped_before IS NULL THEN usage.pending ELSE (SELECT count(*) ${sinceDropped(account)}) END AS pending,
    1024 * CASE WHEN dropped_before IS NULL THEN usage.pending_kib
      ELSE (SELECT coalesce(sum(kib), 0) ${sinceDropped(account)}) END AS pending_bytes
  FROM webhooks w JOIN usage ON usage.account_id = w.account_id
  WHERE w.account_id = ${account} AND url <> ''`;

const sinceDropped = (account: Scope['account']): Sql => sql`FROM (
  SELECT d.state, d.kib FROM webhooks CROSS JOIN deliveries d ON d.account_id = webhooks.account_id
    AND d.id > printf('%08x-%04x', dropped_before >> 16, dropped_before & 0xffff)
  WHERE webhooks.account_id = ${account} AND d.created > dropped_before LIMIT ${FILTERED_ROWS_MAX})
  WHERE state = 'pending'`;

/** The accounts of which notifications were dropped in the minute before this time, in milliseconds since the epoch. */
export const selectDropped = (now: number): Query<{ account_id: string; dropped: number }> => query<{
  account_id: string;
  dropped: number;
}>`SELECT account_id, dropped FROM webhooks
  WHERE dropped_at = ${Math.floor(now / MINUTE_MS) * MINUTE_MS - MINUTE_MS} LIMIT ${DROPPED_LOGGED_MAX}`;

/** The accounts whose dropped notifications one minute logs. */
const DROPPED_LOGGED_MAX = 100;

/** The failing events that the state of a webhook shows. */
const FAILING_EVENTS_MAX = 10;

export const selectFailingEvents = ({ account }: Scope): Query<FailingEvent> => query<FailingEvent>`
  SELECT e.id AS eventId, failing.error, failing.failures, failing.due AS nextAttempt
  FROM (SELECT * FROM reminders INDEXED BY reminders_failing WHERE account_id = ${account} AND failures > 0
    LIMIT ${FAILING_EVENTS_MAX}) failing
  CROSS JOIN events e ON e.seq = failing.event WHERE e.account_id = ${account}`;

export const toWebhookState = (row: WebhookStateRow, failingEvents: FailingEvent[]): WebhookState => ({
  id: row.id,
  url: row.url,
  events: JSON.parse(row.events),
  ...toHealth(row),
  pending: row.pending,
  pendingBytes: row.pending_bytes,
  dropped: row.dropped,
  droppedAt: row.dropped_at,
  failingEvents,
});
