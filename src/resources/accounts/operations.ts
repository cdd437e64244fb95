/** Operations on the account itself. */
import { newApiKey } from '../../auth/api-key.ts';
import { onlyWhile, type Scope, system } from '../../db/scope.ts';
import { type Sql, sql } from '../../db/sql.ts';
import { read, write } from '../../operation.ts';
import { creation, found, lookup, type Plan, plan, type WithEtag, withEtag } from '../../plan.ts';
import { BASE_PATH } from '../../route.ts';
import type { AccountResult, CreateAccountResult, HealthResult } from '../../sdk/types.ts';
import { VERSION } from '../../sdk/version.ts';
import { insertApiKey, newApiKeyRow } from '../api-keys/sql.ts';
import { publicKeyIn } from '../signing-keys/input.ts';
import { deleteKeys, insertKey, newKeyRow } from '../signing-keys/sql.ts';
import * as input from './input.ts';
import {
  type AccountRow,
  accountIsThere,
  insertAccount,
  newAccountRow,
  selectAccount,
  toAccount,
  updateSettings,
} from './sql.ts';

export const toResult = (row: AccountRow): WithEtag<AccountResult> =>
  withEtag({ account: toAccount(row) }, row);

/** The plan that changes an account and answers with it. */
export const changed = (scope: Scope, ...changes: Sql[]): Plan<AccountResult> =>
  plan([...changes, selectAccount(scope)], (...results) => toResult(found(results.at(-1) as AccountRow[])));

export const checkHealth = read({
  run: () =>
    plan(
      [],
      (): HealthResult => ({
        message: 'Nettu Scheduler is up.',
        version: VERSION,
        docs: `${BASE_PATH}/docs`,
        openapi: `${BASE_PATH}/openapi.json`,
      }),
    ),
});

export const createAccount = write({
  idempotent: true,
  body: input.creation,
  retryAdvice:
    'If it did, there is an empty account whose API key nobody has, which does no harm. ' +
    'Send it again: you get another account.',
  sealedWith: ({ body }) => body.code,
  async run(scope, { shard: { number }, now }) {
    const row = newAccountRow(number);
    const secretApiKey = newApiKey(number);
    const apiKey = newApiKeyRow(secretApiKey, { name: null, expiresAt: null }, now);
    const result: CreateAccountResult = { account: toAccount(row), secretApiKey };
    const expected = { answer: withEtag(result, row), created: accountIsThere(row) };
    return creation(expected, [
      insertAccount(scope, row, now),
      // Only where this batch creates the account, and not where a second run finds its record.
      await insertApiKey(onlyWhile(sql`${scope.account} IS NOT NULL`, system(row.id)), apiKey, secretApiKey),
    ]);
  },
});

export const getAccount = read({
  hasEtag: true,
  discloses: true,
  run: (scope) => lookup(selectAccount(scope), toResult),
});

/** Replaces every signing key of the account by this one, or by none. */
export const setPublicKey = write({
  body: input.publicKey,
  target: selectAccount,
  async run(scope, { body: { publicJwtKey: pem }, now }) {
    if (pem === null) return changed(scope, deleteKeys(scope));
    const key = await publicKeyIn(pem);
    return changed(scope, deleteKeys(scope), insertKey(scope, newKeyRow({ ...key, state: 'active' }, now)));
  },
});

export const changeSettings = write({
  body: input.settings,
  target: selectAccount,
  run: (scope, { body }) => changed(scope, updateSettings(scope, body)),
});
