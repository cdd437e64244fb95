/** Users in SQL. */
import { ownerOf, type Scope } from '../../db/scope.ts';
import { type Query, type Sql, sql } from '../../db/sql.ts';
import {
  integer,
  json,
  nullableInteger,
  type RowOf,
  resourceTable,
  selectOne,
  text,
} from '../../db/table.ts';
import type { User } from '../../sdk/types.ts';

export const users = resourceTable({
  type: 'user',
  name: 'users',
  owner: 'account',
  removable: 'user',
  columns: { id: text, metadata: json, version: integer },
  internal: {
    not_before: nullableInteger,
    availability_revision: { ...integer, member: 'agenda' }, // words: allow, exports have this member
  },
  toResource: ({ id, metadata }): User => ({ id, metadata: JSON.parse(metadata) }),
});

export type UserRow = RowOf<typeof users>;

export const selectUser = (scope: Scope): Query<UserRow> => selectOne(users, scope, ownerOf(scope));

/** From then on, tokens of the user that were issued before `notBefore` are refused; null takes that back. */
export const updateNotBefore = (
  { account, user }: Scope,
  notBefore: number | null,
): Sql<UserRow> => sql<UserRow>`
  UPDATE users SET version = version + 1, not_before = ${notBefore}
  WHERE account_id = ${account} AND id = ${user} AND ${users.live} RETURNING ${users.selected}`;
