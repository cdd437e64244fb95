import { insertApiKey } from '../api-keys/rows.ts';
import { equalSecrets, newSecret } from '../auth/api-key.ts';
import { publicKeyIn } from '../keys/input.ts';
import { deleteKeys, insertKey } from '../keys/rows.ts';
import { type Env, found, operation, plan } from '../operation.ts';
import { Problem } from '../problem.ts';
import type { AccountResult, CreateAccountResult, MessageResult } from '../sdk/types.ts';
import { sql } from '../sql.ts';
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

const one = (rows: AccountRow[]): AccountResult => ({ account: toAccount(found(rows)) });

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
      (_, __, rows): CreateAccountResult => ({ ...one(rows), secretApiKey }),
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

export const getAccount = operation({ run: (scope) => plan([selectAccount(scope)], one) });

/** Afterwards the account has exactly this one key, or none. */
export const setPublicKey = operation({
  body: input.publicKey,
  async run(scope, { body: { publicJwtKey: pem }, now }) {
    if (pem === null) return plan([deleteKeys(scope), selectAccount(scope)], (_, rows) => one(rows));
    const key = await publicKeyIn(pem);
    return plan(
      [deleteKeys(scope), insertKey(scope, { ...key, state: 'active', now }), selectAccount(scope)],
      (_, __, rows) => one(rows),
    );
  },
});

export const changeSettings = operation({
  body: input.settings,
  run: (scope, { body }) => plan([updateSettings(scope, body), selectAccount(scope)], (_, rows) => one(rows)),
});

export const setWebhook = operation({
  body: input.webhook,
  run: (scope, { body }) =>
    plan([updateWebhook(scope, body.webhookUrl, newSecret('whk_')), selectAccount(scope)], (_, rows) =>
      one(rows),
    ),
});

export const deleteWebhook = operation({
  run: (scope) => plan([removeWebhook(scope), selectAccount(scope)], (_, rows) => one(rows)),
});
