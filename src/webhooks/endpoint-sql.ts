/**
 * The webhooks of an account in SQL, the first one among them. A change by id is a statement for each of the two tables, of
 * which one has the row: see `further_endpoints` in schema.sql.
 */
import type { Scope } from '../db/scope.ts';
import { assign, jsonOf, type Query, query, raw, type Sql, sql } from '../db/sql.ts';
import { WEBHOOK_SECRETS_MAX } from '../limits.ts';
import { firstVersion, type Versioned } from '../plan.ts';
import type { CreateWebhookEndpoint, UpdateWebhookEndpoint, WebhookEndpoint } from '../sdk/types.ts';
import { further, type HealthRow, hasRoom, toHealth } from './endpoint.ts';
import type { WebhookRow } from './post.ts';
import { removeWebhook } from './sql.ts';

export interface EndpointRow extends HealthRow, Versioned, WebhookRow {
  id: string;
  /** JSON. */
  events: string;
  description: string | null;
}

/** What its owner sees of an endpoint. */
export type ShownRow = Omit<EndpointRow, 'old_secret' | 'old_secret_until' | 'old_secrets'>;

export const toEndpoint = (row: ShownRow): WebhookEndpoint => ({
  id: row.id,
  url: row.url,
  events: JSON.parse(row.events),
  description: row.description,
  headers: JSON.parse(row.headers),
  key: row.key,
  secret: row.secret,
  paused: row.paused_at !== null,
  ...toHealth(row),
});

/** The columns that its owner sees; with the names, they are less than the 32 arguments that a function has in D1. */
const SHOWN =
  'id,url,key,secret,events,description,headers,version,next_at,slow_since,last_status,last_error,failing_since,paused_at,paused_because';
const columns = raw(`${SHOWN},old_secret,old_secret_until,old_secrets`);

export const selectEndpoints = ({ account }: Scope): Query<EndpointRow> => query<EndpointRow>`
  SELECT ${columns} FROM endpoints WHERE account_id = ${account} ORDER BY seq`;

export const selectEndpoint = ({ account }: Scope, id: string): Query<EndpointRow> => query<EndpointRow>`
  SELECT ${columns} FROM endpoints WHERE account_id = ${account} AND id = ${id}`;

/** The account's first endpoint. */
export const selectFirst = ({ account }: Scope): Query<EndpointRow> => query<EndpointRow>`
  SELECT ${columns} FROM endpoints WHERE account_id = ${account} AND endpoint = ''`;

export const newEndpointRow = (
  { url, events = [], description, headers = {}, paused = false }: CreateWebhookEndpoint,
  credentials: { key: string; secret: string },
  now: number,
): EndpointRow => ({
  id: crypto.randomUUID(),
  url,
  ...credentials,
  old_secret: null,
  old_secret_until: null,
  old_secrets: '[]',
  events: JSON.stringify(events),
  description: description || null,
  headers: JSON.stringify(headers),
  version: firstVersion(),
  next_at: null,
  slow_since: null,
  last_status: null,
  last_error: null,
  failing_since: null,
  paused_at: paused ? now : null,
  paused_because: paused ? 'requested' : null,
});

/**
 * Inserts an endpoint: as the account's first one where there is none, or else as a further one. No row comes back of
 * either where the account has `WEBHOOKS_MAX`. An account whose removed endpoint did not answer goes on in the slow lane.
 */
export function insertEndpoint(scope: Scope, row: EndpointRow, now: number): [Sql, Sql] {
  const values = sql`${row.id}, ${row.url}, ${row.key}, ${row.secret}, ${row.events}, ${row.description}, ${row.headers}, ${row.version},
    ${row.paused_at}, ${row.paused_because}`;
  const { account } = scope;
  const names = sql`id, url, key, secret, events, description, headers, version, paused_at, paused_because`;
  return [
    sql`
      INSERT INTO webhooks (account_id, ${names}, since, backfilled_to)
      SELECT id, ${values}, ${now}, '' FROM accounts WHERE id = ${account} AND ${hasRoom(scope, further)}
      ON CONFLICT (account_id) DO UPDATE SET id = excluded.id, url = excluded.url, key = excluded.key, secret = excluded.secret,
        events = excluded.events, own_events = CASE WHEN own_events IS NOT NULL THEN excluded.events END,
        description = excluded.description, headers = excluded.headers, version = excluded.version,
        paused_at = excluded.paused_at, paused_because = excluded.paused_because,
        since = CASE WHEN url IS NULL THEN excluded.since ELSE since END,
        backfilled_to = CASE WHEN url IS NULL THEN '' ELSE backfilled_to END
        WHERE coalesce(url, '') = '' RETURNING 1`,
    sql`
      INSERT INTO further_endpoints (account_id, ${names}, slow_since)
      SELECT account_id, ${values}, (
        SELECT max(slow_since) FROM further_endpoints f WHERE f.account_id = webhooks.account_id AND f.url IS NULL)
      FROM webhooks WHERE account_id = ${account} AND url <> '' AND id IS NOT ${row.id}
        AND ${hasRoom(scope)}
      RETURNING 1`,
  ];
}

export const endpointIsThere = ({ named }: Scope, { id }: EndpointRow): Sql =>
  sql`EXISTS (SELECT 1 FROM endpoints WHERE account_id = ${named} AND id = ${id})`;

/**
 * The row of an endpoint in an idempotency record, as the JSON of `[row, version]`; NULL where the endpoint is gone.
 *
 * @param id SQL for its id.
 */
export const endpointInSql = ({ named }: Scope, id: Sql): Sql => sql`(
  SELECT json_array(${jsonOf(SHOWN)}, version) FROM endpoints WHERE account_id = ${named} AND id = ${id})`;

/** The condition that one of the account's endpoints has this secret: a roll took effect. */
export const hasSecret = ({ named }: Scope, secret: string): Sql =>
  sql`EXISTS (SELECT 1 FROM endpoints WHERE account_id = ${named} AND secret = ${secret})`;

/** A table, and the condition that its row is the endpoint. */
interface TableRow {
  table: Sql;
  here: Sql;
}

/** Where the account's first endpoint is. */
export const rowOfFirst = ({ account }: Scope): TableRow => ({
  table: sql`webhooks`,
  here: sql`account_id = ${account} AND url <> ''`,
});

/** Where an endpoint can be: as the account's first one, or as a further one. */
export const rowsWith = ({ account }: Scope, id: string): [TableRow, TableRow] => [
  {
    table: sql`webhooks`,
    here: sql`account_id = ${account} AND coalesce(id, account_id) = ${id} AND url <> ''`,
  },
  { table: sql`further_endpoints`, here: sql`account_id = ${account} AND id = ${id} AND url <> ''` },
];

/** Updates the members that have a value. What is pending goes to a new URL, and goes on after a pause, step by step. */
export function updateEndpoint(
  scope: Scope,
  id: string,
  { url, events, description, headers, paused }: UpdateWebhookEndpoint,
  now: number,
): Sql[] {
  const moves = url === undefined ? sql`false` : sql`url <> ${url}`;
  const resumes = paused === false ? sql`paused_at IS NOT NULL` : sql`false`;
  const pauses = paused === true ? sql`true` : sql`paused_at IS NOT NULL`;
  const json = (value: object | undefined) => value && JSON.stringify(value);
  return rowsWith(scope, id).map(({ table, here }, i) => {
    const own =
      events && i === 0
        ? { own_events: sql`CASE WHEN own_events IS NOT NULL THEN ${JSON.stringify(events)} END` }
        : {};
    return sql`UPDATE ${table} SET ${assign({
      url,
      events: json(events),
      ...own,
      description: description === '' ? null : description,
      headers: json(headers),
      version: sql`version + 1`,
      hurry_before: sql`CASE WHEN ${resumes} OR (${moves} AND next_at IS NOT NULL) THEN ${now} ELSE hurry_before END`,
      hurry_from: sql`CASE WHEN ${resumes} OR ${moves} THEN NULL ELSE hurry_from END`,
      next_at: sql`CASE WHEN ${resumes} THEN ${now} WHEN ${pauses} THEN NULL WHEN ${moves} THEN min(next_at, ${now}) ELSE next_at END`,
      failing_since: sql`CASE WHEN ${resumes} OR ${moves} THEN NULL ELSE failing_since END`,
      ...(paused !== undefined && {
        paused_at: paused ? sql`coalesce(paused_at, ${now})` : null,
        paused_because: paused ? sql`coalesce(paused_because, 'requested')` : null,
      }),
    })} WHERE ${here}`;
  });
}

/** Removes an endpoint. The runs delete what was pending, in steps. */
export function removeEndpoint(scope: Scope, id: string, now: number): Sql[] {
  const [first, { table, here }] = rowsWith(scope, id);
  return [
    removeWebhook(scope, first.here),
    sql`UPDATE ${table} SET url = NULL, key = NULL, secret = NULL, old_secret = NULL, old_secrets = '[]', headers = '{}',
      paused_at = NULL, next_at = NULL, lease = NULL, lease_until = NULL, dropped_before = ${now} WHERE ${here}`,
  ];
}

/**
 * Replaces the secret. No row comes back where there is no such endpoint, or `WEBHOOK_SECRETS_MAX` secrets sign already.
 *
 * @param oldUntil until when the old secret signs too, in milliseconds since the epoch.
 */
export const rollSecret = (
  { table, here }: TableRow,
  { secret, oldUntil, now }: { secret: string; oldUntil: number; now: number },
): Sql<{ url: string }> => sql<{ url: string }>`
  UPDATE ${table} SET old_secret = secret, old_secret_until = ${oldUntil}, secret = ${secret}, version = version + 1,
    old_secrets = (SELECT json_group_array(json(value)) FROM (
      SELECT value FROM json_each(old_secrets) WHERE value ->> 1 > ${now}
      UNION ALL SELECT json_array(old_secret, old_secret_until) WHERE old_secret_until > ${now} AND NOT EXISTS (
        SELECT 1 FROM json_each(old_secrets) WHERE value ->> 0 = old_secret)))
  WHERE ${here} AND (SELECT count(*) FROM (
    SELECT value ->> 0 FROM json_each(old_secrets) WHERE value ->> 1 > ${now}
    UNION SELECT old_secret WHERE old_secret_until > ${now})) < ${WEBHOOK_SECRETS_MAX - 1} RETURNING url`;
