import { found, operation, plan } from '../operation.ts';
import { metadataQuery } from '../schemas.ts';
import type { UserResult, UsersResult } from '../sdk/types.ts';
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

const one = (rows: UserRow[]): UserResult => ({ user: toUser(found(rows)) });

export const createUser = operation({
  body: input.creation,
  run: (scope, { body }) => plan([insertUser(scope, crypto.randomUUID(), body.metadata)], one),
});

export const getUser = operation({ run: (scope) => plan([selectUser(scope)], one) });

export const changeUser = operation({
  body: input.update,
  run: (scope, { body }) => plan([updateUser(scope, body.metadata)], one),
});

export const revokeTokens = operation({
  body: input.revocation,
  run: (scope, { body }) => plan([updateNotBefore(scope, body.notBefore)], one),
});

export const removeUser = operation({ run: (scope) => plan([deleteUser(scope)], one) });

export const findUsers = operation({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan([selectUsersByMetadata(scope, query)], (rows): UsersResult => ({ users: rows.map(toUser) })),
});
