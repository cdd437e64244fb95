/** API keys in SQL: their hashes, never the keys. */
import { hashOf } from '../../auth/api-key.ts';
import type { Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import type { ApiKey } from '../../sdk/types.ts';

export const MAX_API_KEYS = 20;

export interface ApiKeyRow {
  id: string;
  name: string | null;
  hint: string;
  created: number;
  expires_at: number | null;
}

interface NewApiKey {
  secret: string;
  name: string | null;
  expiresAt: number | null;
  now: number;
}

const columns = sql`id, name, hint, created, expires_at`;

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

/** Keeps the key's hash and its last characters. No row comes back where the account has its fill. */
export async function insertApiKey({ account }: Scope, key: NewApiKey): Promise<Sql<ApiKeyRow>> {
  return sql<ApiKeyRow>`
    INSERT INTO api_keys (account_id, id, hash, name, hint, created, expires_at)
    SELECT id, ${crypto.randomUUID()}, ${await hashOf(key.secret)}, ${key.name}, ${key.secret.slice(-4)}, ${key.now},
      ${key.expiresAt}
    FROM accounts WHERE id = ${account}
      AND (SELECT count(*) FROM api_keys WHERE account_id = accounts.id) < ${MAX_API_KEYS}
    RETURNING ${columns}`;
}

/**
 * No row comes back where the account could be left without a key: one that never expires goes only while another
 * never expires, for those that do may be gone before anyone looks; one that expires, only while another works.
 */
export const deleteApiKey = ({ account }: Scope, id: string, now: number): Sql<ApiKeyRow> => sql<ApiKeyRow>`
  DELETE FROM api_keys WHERE account_id = ${account} AND id = ${id} AND EXISTS (
    SELECT 1 FROM api_keys other WHERE other.account_id = api_keys.account_id AND other.id <> api_keys.id
      AND (other.expires_at IS NULL OR (api_keys.expires_at IS NOT NULL AND other.expires_at > ${now})))
  RETURNING ${columns}`;
