import { equalSecrets, newSecret } from '../../auth/api-key.ts';
import type { Scope } from '../../db/scope.ts';
import { type Sql, sql } from '../../db/sql.ts';
import { Problem } from '../../http/problem.ts';
import { type Env, found, operation, type Plan, plan, single } from '../../operation.ts';
import type { AccountResult, CreateAccountResult, MessageResult } from '../../sdk/types.ts';
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

export const checkHealth = operation({
  run: () => plan([], (): MessageResult => ({ message: 'Nettu Scheduler is up.' })),
});

export const createAccount = operation({
  body: input.creation,
  async run(_, { body, env, now }) {
    await checkCode(env, body.code);
    const account = sql`${crypto.randomUUID()}`;
    const secretApiKey = newSecret('sk_');
    return plan(
      [
        insertAccount({ account }, now),
        await insertApiKey({ account }, { secret: secretApiKey, name: null, expiresAt: null, now }),
        selectAccount({ account }),
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

export const getAccount = operation({ run: (scope) => single(selectAccount(scope), toResult) });

/** Afterwards the account has exactly this one key, or none. */
export const setPublicKey = operation({
  body: input.publicKey,
  async run(scope, { body: { publicJwtKey: pem }, now }) {
    if (pem === null) return changed(scope, deleteKeys(scope));
    const key = await publicKeyIn(pem);
    return changed(scope, deleteKeys(scope), insertKey(scope, { ...key, state: 'active', now }));
  },
});

export const changeSettings = operation({
  body: input.settings,
  run: (scope, { body }) => changed(scope, updateSettings(scope, body)),
});

export const setWebhook = operation({
  body: input.webhook,
  run: (scope, { body }) => changed(scope, updateWebhook(scope, body.webhookUrl, newSecret('whk_'))),
});

export const deleteWebhook = operation({ run: (scope) => changed(scope, removeWebhook(scope)) });
