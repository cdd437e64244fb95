/**
 * The webhook of an account in SQL. A row without a URL is a removed webhook, whose deliveries the account can still
 * read.
 */
import type { Scope } from '../db/scope.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import type { WebhookEvent } from '../sdk/types.ts';
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

/** Sets the webhook. A new URL gets the pending deliveries at once: it may replace one that did not answer. */
export function setWebhook({ account }: Scope, { url, events, key, secret, now }: NewWebhook): Sql[] {
  const eventsJson = JSON.stringify(events ?? []);
  return [
    sql`
      UPDATE deliveries SET next_at = ${now} WHERE account_id = ${account} AND state = 'pending' AND next_at > ${now}
        AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = ${account} AND url <> ${url})`,
    sql`
      INSERT INTO webhooks (account_id, url, key, secret, events, since, backfilled_to)
      SELECT id, ${url}, ${key}, ${secret}, ${eventsJson}, ${now}, '' FROM accounts WHERE id = ${account}
      ON CONFLICT (account_id) DO UPDATE SET url = excluded.url, key = coalesce(key, excluded.key),
        secret = coalesce(secret, excluded.secret), events = ${events ? sql`excluded.events` : sql`events`},
        since = CASE WHEN url IS NULL THEN excluded.since ELSE since END,
        backfilled_to = CASE WHEN url IS NULL THEN '' ELSE backfilled_to END`,
  ];
}

/** Removes the webhook and its pending deliveries. The account can still read the others. */
export const removeWebhook = ({ account }: Scope): Sql[] => [
  sql`DELETE FROM deliveries WHERE account_id = ${account} AND state = 'pending'`,
  sql`
    UPDATE webhooks SET url = NULL, key = NULL, secret = NULL, old_secret = NULL, old_secret_until = NULL,
      events = '[]', backfilled_to = NULL, next_at = NULL, lease = NULL, lease_until = NULL
    WHERE account_id = ${account}`,
];

/**
 * Replaces the secret. No row comes back where the account has no webhook.
 *
 * @param oldUntil until when the old secret signs too, in milliseconds since the epoch.
 */
export const rollSecret = (
  { account }: Scope,
  { secret, oldUntil }: { secret: string; oldUntil: number },
): Sql<{ url: string }> => sql<{ url: string }>`
  UPDATE webhooks SET old_secret = secret, old_secret_until = ${oldUntil}, secret = ${secret}
  WHERE account_id = ${account} AND url IS NOT NULL RETURNING url`;

export const selectWebhook = ({ account }: Scope): Query<WebhookRow> => query<WebhookRow>`
  SELECT url, key, secret, old_secret, old_secret_until FROM webhooks
  WHERE account_id = ${account} AND url IS NOT NULL`;
