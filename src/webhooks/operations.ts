/** The operations on an account's first webhook: set it, delete it, roll its secret, test it. */
import { read, write } from '../operation.ts';
import { found, plan, type WithEtag, withEtag } from '../plan.ts';
import { Problem } from '../problem.ts';
import { changed, toResult } from '../resources/accounts/operations.ts';
import {
  type AccountRow,
  accountInSql,
  selectAccount,
  toAccount,
  withWebhook,
} from '../resources/accounts/sql.ts';
import type { AccountResult, WebhookResult } from '../sdk/types.ts';
import { hasSecret, newEndpointRow, rollSecret as rollIn, rowOfFirst, selectFirst } from './endpoint-sql.ts';
import { newCredentials, newRoll, ping, ROLL_ADVICE, tooMany, tooManySecrets } from './endpoints.ts';
import * as input from './input.ts';
import * as rows from './sql.ts';

export const getWebhook = read({
  run: (scope) =>
    plan(
      [rows.selectWebhookState(scope), rows.selectFailingEvents(scope)],
      ([row], failing): WebhookResult => {
        if (!row) throw webhookMissing();
        return { webhook: rows.toWebhookState(row, failing) };
      },
    ),
});

export const setWebhook = write({
  body: input.webhook,
  target: selectAccount,
  run(scope, { body: { webhookUrl: url, events }, now, env }) {
    input.permitUrl(url, env.ALLOW_PRIVATE_WEBHOOKS, 'webhookUrl');
    const { id, version, key, secret } = newEndpointRow({ url }, newCredentials(), now);
    const statements = [
      rows.setWebhook(scope, { id, version, url, events, key, secret, now }),
      selectAccount(scope),
    ] as const;
    return plan(statements, ([set], accounts): WithEtag<AccountResult> => {
      const account = found(accounts);
      if (!set) throw tooMany();
      return withEtag({ account: toAccount(account) }, account);
    });
  },
});

export const deleteWebhook = write({
  target: selectAccount,
  run: (scope) => changed(scope, rows.removeWebhook(scope)),
});

const resultOf = (account: AccountRow | undefined): WithEtag<AccountResult> => {
  if (!account?.webhook) throw webhookMissing();
  return toResult(account);
};

/** A replay answers with the webhook as it is now, so that no idempotency record holds a secret. */
export const rollSecret = write({
  idempotent: true,
  retryAdvice: ROLL_ADVICE,
  current: withWebhook,
  revived: (row: AccountRow): AccountResult => resultOf(row).body,
  run(scope, { now }) {
    const roll = newRoll(now);
    return plan(
      [rollIn(rowOfFirst(scope), roll), selectAccount(scope)],
      ([rolled], [account]): WithEtag<AccountResult> => {
        const result = resultOf(account);
        if (!rolled) throw tooManySecrets();
        return result;
      },
      { expected: { answer: accountInSql(scope), created: hasSecret(scope, roll.secret) } },
    );
  },
});

/** Posts a `ping` to the webhook, and answers with the outcome. */
export const testWebhook = read({
  run: (scope, { env, now }) =>
    plan([selectFirst(scope)], ([webhook]) => {
      if (!webhook) throw webhookMissing();
      return ping(webhook, env, now);
    }),
});

const webhookMissing = (): Problem =>
  new Problem('webhook-missing', 'Set the webhook with PUT /account/webhook.');
