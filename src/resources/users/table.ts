/** Users in SQL. */
import { type MetadataPage, selectByMetadata } from '../../db/metadata.ts';
import type { Listed } from '../../db/pages.ts';
import { exists, ofAccount, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import type { Versioned } from '../../plan.ts';
import type { Metadata, User } from '../../sdk/types.ts';

export interface UserRow extends Versioned {
  id: string;
  metadata: string;
}

const columns = sql`id, metadata, version`;

export const toUser = ({ id, metadata }: UserRow): User => ({ id, metadata: JSON.parse(metadata) });

export const insertUser = ({ account }: Scope, { id, metadata, version }: UserRow): Sql => sql`
  INSERT INTO users (account_id, id, metadata, version)
  SELECT id, ${id}, ${metadata}, ${version} FROM accounts WHERE id = ${account} RETURNING 1`;

export const userIsThere = (scope: Scope, { id }: UserRow): Sql => exists(scope, sql`users`, id);

export const selectUser = ({ account, user }: Scope): Query<UserRow> =>
  query<UserRow>`SELECT ${columns} FROM users WHERE account_id = ${account} AND id = ${user}`;

/** Absent metadata is kept. */
export const updateUser = (
  { account, user }: Scope,
  metadata: Metadata | undefined,
): Sql<UserRow> => sql<UserRow>`
  UPDATE users SET version = version + 1, metadata = coalesce(${metadata ? JSON.stringify(metadata) : null}, metadata)
  WHERE account_id = ${account} AND id = ${user} RETURNING ${columns}`;

/** The user's tokens issued before it are refused from then on; null takes that back. */
export const updateNotBefore = (
  { account, user }: Scope,
  notBefore: number | null,
): Sql<UserRow> => sql<UserRow>`
  UPDATE users SET version = version + 1, not_before = ${notBefore} WHERE account_id = ${account} AND id = ${user} RETURNING ${columns}`;

/** All that belongs to the user goes with it: the foreign keys see to that, in the same statement. */
export const deleteUser = ({ account, user }: Scope): Sql<UserRow> =>
  sql<UserRow>`DELETE FROM users WHERE account_id = ${account} AND id = ${user} RETURNING ${columns}`;

export const selectUsersByMetadata = (scope: Scope, page: MetadataPage): Query<UserRow> =>
  selectByMetadata(scope, { columns, table: sql`users`, entries: sql`user_metadata` }, page);

export const listedUsers = (scope: Scope): Listed => ({
  table: sql`users`,
  columns,
  entries: sql`user_metadata`,
  within: ofAccount(scope),
});
