/** Statements on signing keys. */

import type { Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import { LIVE_SIGNING_KEYS_MAX, SIGNING_KEYS_MAX } from '../../limits.ts';
import { firstVersion } from '../../plan.ts';
import type { SigningKey, SigningKeyState } from '../../sdk/types.ts';
import { type KeyRow, signingKeys } from './table.ts';

const columns = signingKeys.selected;

export const toKey = (row: KeyRow): SigningKey => ({
  kid: row.kid,
  publicJwtKey: row.pem,
  state: row.state,
  created: row.created,
  retiresAt: row.retires_at,
});

export const newKeyRow = (key: Pick<KeyRow, 'kid' | 'pem' | 'state'>, now: number): KeyRow => ({
  ...key,
  created: now,
  retires_at: null,
  version: firstVersion(),
});

/** Neither revoked nor past its retirement. */
const live = (now: number): Sql => sql`(state <> 'revoked' AND (retires_at IS NULL OR retires_at > ${now}))`;

export const selectKeys = ({ account }: Scope): Query<KeyRow> =>
  query<KeyRow>`SELECT ${columns} FROM signing_keys WHERE account_id = ${account} ORDER BY seq`;

export const selectKey = ({ account }: Scope, kid: string): Query<KeyRow> =>
  query<KeyRow>`SELECT ${columns} FROM signing_keys WHERE account_id = ${account} AND kid = ${kid}`;

/** No row comes back where the `kid` is taken, or the account has too many keys. */
export const insertKey = ({ account }: Scope, { kid, pem, state, created, version }: KeyRow): Sql => sql`
  INSERT INTO signing_keys (account_id, kid, pem, state, created, version, reads_replica)
  SELECT id, ${kid}, ${pem}, ${state}, ${created}, ${version}, reads_replica FROM accounts WHERE id = ${account}
    AND (SELECT count(*) FROM signing_keys WHERE account_id = accounts.id AND ${live(created)}) < ${LIVE_SIGNING_KEYS_MAX}
    AND (SELECT count(*) FROM signing_keys WHERE account_id = accounts.id) < ${SIGNING_KEYS_MAX}
  ON CONFLICT (account_id, kid) DO NOTHING RETURNING 1`;

/** The condition that this very key exists: another key with the same `kid` would have another version. */
export const keyIsThere = ({ named }: Scope, { kid, version }: KeyRow): Sql => sql`
  EXISTS (SELECT 1 FROM signing_keys WHERE account_id = ${named} AND kid = ${kid} AND version = ${version})`;

/** No row comes back where the key is revoked and would be so no longer, or where the account has too many live keys. */
export const updateKey = (
  { account }: Scope,
  {
    kid,
    state,
    retiresAt,
    now,
  }: { kid: string; state: SigningKeyState; retiresAt: number | null; now: number },
): Sql<KeyRow> => {
  const staysLive = state !== 'revoked' && (retiresAt === null || retiresAt > now);
  const room = sql`(SELECT count(*) FROM signing_keys other WHERE other.account_id = signing_keys.account_id
    AND other.kid <> ${kid} AND ${live(now)}) < ${LIVE_SIGNING_KEYS_MAX}`;
  return sql<KeyRow>`
    UPDATE signing_keys SET state = ${state}, retires_at = ${retiresAt}, version = version + 1
    WHERE account_id = ${account} AND kid = ${kid} AND (state <> 'revoked' OR ${state} = 'revoked')
      ${staysLive ? sql`AND ${room}` : sql``}
    RETURNING ${columns}`;
};

export const deleteKey = ({ account }: Scope, kid: string): Sql<KeyRow> =>
  sql<KeyRow>`DELETE FROM signing_keys WHERE account_id = ${account} AND kid = ${kid} RETURNING ${columns}`;

export const deleteKeys = ({ account }: Scope): Sql =>
  sql`DELETE FROM signing_keys WHERE account_id = ${account}`;
