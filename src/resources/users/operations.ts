/** What is done to users: by the account, for a user's own token can but ask who it is. */
import { read, write } from '../../operation.ts';
import { change, creation, firstVersion, lookup, plan, type Tagged, tagged } from '../../plan.ts';
import type { UserResult, UsersPage, UsersResult } from '../../sdk/types.ts';
import { metadataQuery } from '../../validation/schemas.ts';
import { page, pageQuery } from '../lists.ts';
import * as input from './input.ts';
import {
  deleteUser,
  insertUser,
  listedUsers,
  selectUser,
  selectUsersByMetadata,
  toUser,
  type UserRow,
  updateNotBefore,
  updateUser,
  userIsThere,
} from './table.ts';

const toResult = (row: UserRow): Tagged<UserResult> => tagged({ user: toUser(row) }, row);

export const createUser = write({
  idempotent: true,
  body: input.creation,
  run(scope, { body }) {
    const metadata = JSON.stringify(body.metadata);
    const row: UserRow = { id: crypto.randomUUID(), metadata, version: firstVersion() };
    return creation({ answer: toResult(row), created: userIsThere(scope, row) }, [insertUser(scope, row)]);
  },
});

export const getUser = read({ hasEtag: true, run: (scope) => lookup(selectUser(scope), toResult) });

export const changeUser = write({
  body: input.update,
  target: selectUser,
  run: (scope, { body }) => change(updateUser(scope, body.metadata), toResult),
});

export const revokeTokens = write({
  body: input.revocation,
  target: selectUser,
  run: (scope, { body }) => change(updateNotBefore(scope, body.notBefore), toResult),
});

export const removeUser = write({ target: selectUser, run: (scope) => change(deleteUser(scope), toResult) });

export const findUsers = read({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan([selectUsersByMetadata(scope, query)], (rows): UsersResult => ({ users: rows.map(toUser) })),
});

export const listUsers = read({
  unbounded: true,
  query: pageQuery,
  run: (scope, input) =>
    page(scope, input, {
      name: 'users',
      listed: listedUsers(scope),
      toAnswer: (rows: UserRow[], nextCursor): UsersPage => ({ users: rows.map(toUser), nextCursor }),
    }),
});
