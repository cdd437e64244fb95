import { operation, plan, single } from '../../operation.ts';
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

export const createUser = operation({
  body: input.creation,
  run: (scope, { body }) => single(insertUser(scope, crypto.randomUUID(), body.metadata), toResult),
});

export const getUser = operation({ run: (scope) => single(selectUser(scope), toResult) });

export const changeUser = operation({
  body: input.update,
  run: (scope, { body }) => single(updateUser(scope, body.metadata), toResult),
});

export const revokeTokens = operation({
  body: input.revocation,
  run: (scope, { body }) => single(updateNotBefore(scope, body.notBefore), toResult),
});

export const removeUser = operation({ run: (scope) => single(deleteUser(scope), toResult) });

export const findUsers = operation({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan([selectUsersByMetadata(scope, query)], (rows): UsersResult => ({ users: rows.map(toUser) })),
});
