/** An account's webhook in SQL. */
import type { Scope } from '../db/scope.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import type { WebhookEvent } from '../sdk/types.ts';
import type { WebhookRow } from './post.ts';

export interface NewWebhook {
  url: string;
  /** undefined: as they were. */
  events: readonly WebhookEvent[] | undefined;
  /** What it gets if it has none yet. */
  key: string;
  secret: string;
  now: number;
}

/** What is pending goes to the new URL, at once: it may have been changed because the old one did not answer. */
export function setWebhook({ account }: Scope, { url, events, key, secret, now }: NewWebhook): Sql[] {
  const asked = JSON.stringify(events ?? []);
  return [
    sql`
      UPDATE deliveries SET next_at = ${now} WHERE account_id = ${account} AND state = 'pending' AND next_at > ${now}
        AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = ${account} AND url <> ${url})`,
    sql`
      INSERT INTO webhooks (account_id, url, key, secret, events, since, filed)
      SELECT id, ${url}, ${key}, ${secret}, ${asked}, ${now}, '' FROM accounts WHERE id = ${account}
      ON CONFLICT (account_id) DO UPDATE SET url = excluded.url, key = coalesce(key, excluded.key),
        secret = coalesce(secret, excluded.secret), events = ${events ? sql`excluded.events` : sql`events`},
        since = CASE WHEN url IS NULL THEN excluded.since ELSE since END,
        filed = CASE WHEN url IS NULL THEN '' ELSE filed END`,
  ];
}

/** What is pending is dropped; what became of the rest can still be read. */
export const removeWebhook = ({ account }: Scope): Sql[] => [
  sql`DELETE FROM deliveries WHERE account_id = ${account} AND state = 'pending'`,
  sql`
    UPDATE webhooks SET url = NULL, key = NULL, secret = NULL, old_secret = NULL, old_secret_until = NULL,
      events = '[]', filed = NULL, next_at = NULL, lease = NULL, lease_until = NULL
    WHERE account_id = ${account}`,
];

/** No row comes back where there is no webhook. */
export const rollSecret = (
  { account }: Scope,
  { secret, oldUntil }: { secret: string; oldUntil: number },
): Sql<{ url: string }> => sql<{ url: string }>`
  UPDATE webhooks SET old_secret = secret, old_secret_until = ${oldUntil}, secret = ${secret}
  WHERE account_id = ${account} AND url IS NOT NULL RETURNING url`;

export const selectWebhook = ({ account }: Scope): Query<WebhookRow> => query<WebhookRow>`
  SELECT url, key, secret, old_secret, old_secret_until FROM webhooks
  WHERE account_id = ${account} AND url IS NOT NULL`;
