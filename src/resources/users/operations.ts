/** What is done to users: by the account, for a user's own token can but ask who it is. */
import { change, lookup, plan, read, write } from '../../operation.ts';
import type { UserResult, UsersResult } from '../../sdk/types.ts';
import { metadataQuery } from '../schemas.ts';
import * as input from './input.ts';
import {
  deleteUser,
  insertUser,
  selectUser,
  selectUsersByMetadata,
  toUser,
  type UserRow,
  updateNotBefore,
  updateUser,
} from './rows.ts';

const toResult = (row: UserRow): UserResult => ({ user: toUser(row) });

export const createUser = write({
  body: input.creation,
  run: (scope, { body }) => change(insertUser(scope, crypto.randomUUID(), body.metadata), toResult),
});

export const getUser = read({ run: (scope) => lookup(selectUser(scope), toResult) });

export const changeUser = write({
  body: input.update,
  run: (scope, { body }) => change(updateUser(scope, body.metadata), toResult),
});

export const revokeTokens = write({
  body: input.revocation,
  run: (scope, { body }) => change(updateNotBefore(scope, body.notBefore), toResult),
});

export const removeUser = write({ run: (scope) => change(deleteUser(scope), toResult) });

export const findUsers = read({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan([selectUsersByMetadata(scope, query)], (rows): UsersResult => ({ users: rows.map(toUser) })),
});
