/** Statements on API keys. The database has their hashes, never the keys. */

import { hashOf } from '../../crypto/hash.ts';
import { exists, type Scope } from '../../db/scope.ts';
import { type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { API_KEYS_MAX } from '../../limits.ts';
import type { Versioned } from '../../plan.ts';
import type { ApiKey } from '../../sdk/types.ts';

/** An API key never changes, so every key has version 1. */
export interface ApiKeyRow extends Versioned {
  id: string;
  name: string | null;
  hint: string;
  created: number;
  expires_at: number | null;
}

const VERSION = 1;

const columns = sql`id, name, hint, created, expires_at, ${raw(String(VERSION))} AS version`;

/** The row of a new key: it holds the last characters of the secret, and `insertApiKey` adds the hash. */
export const newApiKeyRow = (
  secret: string,
  { name, expiresAt }: Pick<ApiKey, 'name' | 'expiresAt'>,
  now: number,
): ApiKeyRow => ({
  id: crypto.randomUUID(),
  name,
  hint: secret.slice(-4),
  created: now,
  expires_at: expiresAt,
  version: VERSION,
});

export const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  hint: row.hint,
  created: row.created,
  expiresAt: row.expires_at,
});

export const selectApiKeys = ({ account }: Scope): Query<ApiKeyRow> =>
  query<ApiKeyRow>`SELECT ${columns} FROM api_keys WHERE account_id = ${account} ORDER BY seq`;

export const selectApiKey = ({ account }: Scope, id: string): Query<ApiKeyRow> =>
  query<ApiKeyRow>`SELECT ${columns} FROM api_keys WHERE account_id = ${account} AND id = ${id}`;

/** No row comes back where the account has `API_KEYS_MAX` keys. */
export async function insertApiKey({ account }: Scope, row: ApiKeyRow, secret: string): Promise<Sql> {
  return sql`
    INSERT INTO api_keys (account_id, id, hash, name, hint, created, expires_at, reads_replica)
    SELECT id, ${row.id}, ${await hashOf(secret)}, ${row.name}, ${row.hint}, ${row.created}, ${row.expires_at}, reads_replica
    FROM accounts WHERE id = ${account}
      AND (SELECT count(*) FROM api_keys WHERE account_id = accounts.id) < ${API_KEYS_MAX}
    RETURNING 1`;
}

export const apiKeyIsThere = (scope: Scope, { id }: ApiKeyRow): Sql => exists(scope, sql`api_keys`, id);

/**
 * No row comes back where the account could lose its last key. A key that never expires can go while another one never
 * expires, since the others may expire unnoticed; a key that expires can go while another one works.
 */
export const deleteApiKey = ({ account }: Scope, id: string, now: number): Sql<ApiKeyRow> => sql<ApiKeyRow>`
  DELETE FROM api_keys WHERE account_id = ${account} AND id = ${id} AND EXISTS (
    SELECT 1 FROM api_keys other WHERE other.account_id = api_keys.account_id AND other.id <> api_keys.id
      AND (other.expires_at IS NULL OR (api_keys.expires_at IS NOT NULL AND other.expires_at > ${now})))
  RETURNING ${columns}`;
