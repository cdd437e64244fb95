/** What is done to the account itself. */
import { equalSecrets, newSecret } from '../../auth/api-key.ts';
import { type Scope, system } from '../../db/scope.ts';
import type { Sql } from '../../db/sql.ts';
import type { Env } from '../../env.ts';
import { BASE } from '../../http/base.ts';
import { found, lookup, type Plan, plan, read, write } from '../../operation.ts';
import { Problem } from '../../problem.ts';
import { version } from '../../sdk/package.json' with { type: 'json' };
import type { AccountResult, CreateAccountResult, HealthResult } from '../../sdk/types.ts';
import { insertApiKey } from '../api-keys/rows.ts';
import { publicKeyIn } from '../signing-keys/input.ts';
import { deleteKeys, insertKey } from '../signing-keys/rows.ts';
import * as input from './input.ts';
import {
  type AccountRow,
  insertAccount,
  removeWebhook,
  selectAccount,
  toAccount,
  updateSettings,
  updateWebhook,
} from './rows.ts';

const toResult = (row: AccountRow): AccountResult => ({ account: toAccount(row) });

/** Changes an account, then shows it. */
const changed = (scope: Scope, ...changes: Sql[]): Plan =>
  plan([...changes, selectAccount(scope)], (...results) => toResult(found(results.at(-1) as AccountRow[])));

export const checkHealth = read({
  run: () =>
    plan(
      [],
      (): HealthResult => ({
        message: 'Nettu Scheduler is up.',
        version,
        docs: `${BASE}/docs`,
        openapi: `${BASE}/openapi.json`,
      }),
    ),
});

export const createAccount = write({
  body: input.creation,
  unsure:
    'If it was, there is an empty account of which nobody has the API key, and which does no harm. ' +
    'Send it again: you get one of your own.',
  async run(_, { body, env, now }) {
    await checkCode(env, body.code);
    const scope = system(crypto.randomUUID());
    const secretApiKey = newSecret('sk_');
    return plan(
      [
        insertAccount(scope, now),
        await insertApiKey(scope, { secret: secretApiKey, name: null, expiresAt: null, now }),
        selectAccount(scope),
      ],
      (_, __, rows): CreateAccountResult => ({ ...toResult(found(rows)), secretApiKey }),
    );
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

export const getAccount = read({ run: (scope) => lookup(selectAccount(scope), toResult) });

/** Afterwards the account has exactly this one key, or none. */
export const setPublicKey = write({
  body: input.publicKey,
  async run(scope, { body: { publicJwtKey: pem }, now }) {
    if (pem === null) return changed(scope, deleteKeys(scope));
    const key = await publicKeyIn(pem);
    return changed(scope, deleteKeys(scope), insertKey(scope, { ...key, state: 'active', now }));
  },
});

export const changeSettings = write({
  body: input.settings,
  run: (scope, { body }) => changed(scope, updateSettings(scope, body)),
});

export const setWebhook = write({
  body: input.webhook,
  run: (scope, { body }) => changed(scope, updateWebhook(scope, body.webhookUrl, newSecret('whk_'))),
});

export const deleteWebhook = write({ run: (scope) => changed(scope, removeWebhook(scope)) });
