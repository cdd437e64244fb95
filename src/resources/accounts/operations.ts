/** What is done to the account itself. */
import { equalSecrets, newApiKey } from '../../auth/api-key.ts';
import { onlyWhile, type Scope, system } from '../../db/scope.ts';
import { type Sql, sql } from '../../db/sql.ts';
import type { Env } from '../../env.ts';
import { BASE } from '../../http/base.ts';
import {
  creation,
  found,
  lookup,
  type Plan,
  plan,
  read,
  type Tagged,
  tagged,
  write,
} from '../../operation.ts';
import { Problem } from '../../problem.ts';
import sdk from '../../sdk/package.json' with { type: 'json' };
import type { AccountResult, CreateAccountResult, HealthResult } from '../../sdk/types.ts';
import { insertApiKey, newApiKeyRow } from '../api-keys/sql.ts';
import { publicKeyIn } from '../signing-keys/input.ts';
import { deleteKeys, insertKey, newKeyRow } from '../signing-keys/sql.ts';
import { chooseHome } from './choose-shard.ts';
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

export const toResult = (row: AccountRow): Tagged<AccountResult> => tagged({ account: toAccount(row) }, row);

/** Changes an account, then shows it. */
export const changed = (scope: Scope, ...changes: Sql[]): Plan<AccountResult> =>
  plan([...changes, selectAccount(scope)], (...results) => toResult(found(results.at(-1) as AccountRow[])));

export const checkHealth = read({
  run: () =>
    plan(
      [],
      (): HealthResult => ({
        message: 'Nettu Scheduler is up.',
        version: sdk.version,
        docs: `${BASE}/docs`,
        openapi: `${BASE}/openapi.json`,
      }),
    ),
});

export const createAccount = write({
  creates: true,
  body: input.creation,
  unsure:
    'If it was, there is an empty account of which nobody has the API key, and which does no harm. ' +
    'Send it again: you get one of your own.',
  sealedWith: ({ body }) => body.code,
  async settle({ input: { body, env, now }, memo }, ends) {
    await checkCode(env, body.code);
    return chooseHome(env, body.region, { memo, now, ends });
  },
  async run(scope, { home: { number }, now }) {
    const row = newAccountRow(number);
    const secretApiKey = newApiKey(number);
    const apiKey = newApiKeyRow(secretApiKey, { name: null, expiresAt: null }, now);
    const result: CreateAccountResult = { account: toAccount(row), secretApiKey };
    const promised = { answer: tagged(result, row), made: accountIsThere(row) };
    return creation(promised, [
      insertAccount(scope, row, now),
      // While the account is being made; not where this is carried out a second time.
      await insertApiKey(onlyWhile(sql`${scope.account} IS NOT NULL`, system(row.id)), apiKey, secretApiKey),
    ]);
  },
});

async function checkCode({ CREATE_ACCOUNT_SECRET_CODE: secret }: Env, code: string): Promise<void> {
  if (!secret) {
    throw new Problem(
      'account-creation-closed',
      'The operator has not set the secret CREATE_ACCOUNT_SECRET_CODE.',
    );
  }
  if (!(await equalSecrets(code, secret)))
    throw new Problem('account-code-wrong', 'Ask the operator for the code.');
}

export const getAccount = read({ tagged: true, run: (scope) => lookup(selectAccount(scope), toResult) });

/** Afterwards the account has exactly this one key, or none. */
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
