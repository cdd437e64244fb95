/**
 * The webhook of an account in SQL. A row without a URL is a removed webhook, whose deliveries the account can still
 * read.
 */
import type { Scope } from '../db/scope.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import { FILTERED_ROWS_MAX, WEBHOOK_SECRETS_MAX } from '../limits.ts';
import type { FailingEvent, PauseReason, WebhookEvent, WebhookState } from '../sdk/types.ts';
import { MINUTE_MS } from '../time/units.ts';
import type { WebhookRow } from './post.ts';

export interface NewWebhook {
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
 * Sets the webhook, and ends a pause. A new URL, or one that was paused, gets the pending deliveries, in steps: it may replace
 * one that did not answer.
 */
export function setWebhook({ account }: Scope, { url, events, key, secret, now }: NewWebhook): Sql[] {
  const eventsJson = JSON.stringify(events ?? []);
  const moves = sql`url <> excluded.url`;
  return [
    sql`
      INSERT INTO webhooks (account_id, url, key, secret, events, since, backfilled_to)
      SELECT id, ${url}, ${key}, ${secret}, ${eventsJson}, ${now}, '' FROM accounts WHERE id = ${account}
      ON CONFLICT (account_id) DO UPDATE SET url = excluded.url, key = coalesce(key, excluded.key),
        secret = coalesce(secret, excluded.secret), events = ${events ? sql`excluded.events` : sql`events`},
        since = CASE WHEN url IS NULL THEN excluded.since ELSE since END,
        backfilled_to = CASE WHEN url IS NULL THEN '' ELSE backfilled_to END,
        hurry_before = CASE WHEN ${moves} AND next_at IS NOT NULL OR paused_at IS NOT NULL THEN ${now} ELSE hurry_before END,
        hurry_from = CASE WHEN ${moves} OR paused_at IS NOT NULL THEN NULL ELSE hurry_from END,
        next_at = CASE WHEN paused_at IS NOT NULL THEN ${now} WHEN ${moves} THEN min(next_at, ${now}) ELSE next_at END,
        failing_since = NULL, paused_at = NULL, paused_because = NULL`,
  ];
}

/** Removes the webhook. The runs delete what was pending, in steps; the account can still read the other deliveries. */
export const removeWebhook = ({ account }: Scope): Sql[] => [
  sql`
    UPDATE webhooks SET url = NULL, key = NULL, secret = NULL, old_secret = NULL, old_secret_until = NULL, old_secrets = '[]',
      failing_since = NULL, paused_at = NULL, paused_because = NULL, events = '[]', backfilled_to = NULL, next_at = NULL,
      lease = NULL, lease_until = NULL,
      last_status = NULL, last_error = NULL, hurry_before = NULL, hurry_from = NULL,
      dropped_before = CASE WHEN next_at IS NULL AND paused_at IS NULL THEN dropped_before ELSE CAST(unixepoch('subsec') * 1000 AS INTEGER) END
    WHERE account_id = ${account}`,
];

/**
 * Replaces the secret. No row comes back where the account has no webhook, or `WEBHOOK_SECRETS_MAX` secrets sign already.
 *
 * @param oldUntil until when the old secret signs too, in milliseconds since the epoch.
 */
export const rollSecret = (
  { account }: Scope,
  { secret, oldUntil, now }: { secret: string; oldUntil: number; now: number },
): Sql<{ url: string }> => sql<{ url: string }>`
  UPDATE webhooks SET old_secret = secret, old_secret_until = ${oldUntil}, secret = ${secret},
    old_secrets = (SELECT json_group_array(json(value)) FROM (
      SELECT value FROM json_each(old_secrets) WHERE value ->> 1 > ${now}
      UNION ALL SELECT json_array(old_secret, old_secret_until) WHERE old_secret_until > ${now} AND NOT EXISTS (
        SELECT 1 FROM json_each(old_secrets) WHERE value ->> 0 = old_secret)))
  WHERE account_id = ${account} AND url IS NOT NULL AND (SELECT count(*) FROM (
    SELECT value ->> 0 FROM json_each(old_secrets) WHERE value ->> 1 > ${now}
    UNION SELECT old_secret WHERE old_secret_until > ${now})) < ${WEBHOOK_SECRETS_MAX - 1} RETURNING url`;

export const selectWebhook = ({ account }: Scope): Query<WebhookRow> => query<WebhookRow>`
  SELECT url, key, secret, old_secrets, old_secret, old_secret_until FROM webhooks
  WHERE account_id = ${account} AND url IS NOT NULL`;

interface WebhookStateRow {
  url: string;
  events: string;
  slow_since: number | null;
  last_status: number | null;
  last_error: string | null;
  failing_since: number | null;
  paused_at: number | null;
  paused_because: PauseReason | null;
  next_at: number | null;
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
  SELECT url, w.events, slow_since, last_status, last_error, failing_since, paused_at, paused_because, next_at, dropped, dropped_at,
    CASE WHEN dropped_before IS NULL THEN usage.pending ELSE (SELECT count(*) ${sinceDropped(account)}) END AS pending,
    1024 * CASE WHEN dropped_before IS NULL THEN usage.pending_kib
      ELSE (SELECT coalesce(sum(kib), 0) ${sinceDropped(account)}) END AS pending_bytes
  FROM webhooks w JOIN usage ON usage.account_id = w.account_id
  WHERE w.account_id = ${account} AND url IS NOT NULL`;

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
  url: row.url,
  events: JSON.parse(row.events),
  slowSince: row.slow_since,
  lastStatus: row.last_status,
  lastError: row.last_error,
  failingSince: row.failing_since,
  pausedAt: row.paused_at,
  pausedBecause: row.paused_because,
  nextAttempt: row.next_at,
  pending: row.pending,
  pendingBytes: row.pending_bytes,
  dropped: row.dropped,
  droppedAt: row.dropped_at,
  failingEvents,
});
