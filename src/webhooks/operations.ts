/** The operations on an account's webhook: set it, delete it, roll its secret, test it. */
import { newSecret } from '../crypto/hash.ts';
import { OLD_SECRET_KEPT_MS, WEBHOOK_SECRETS_MAX } from '../limits.ts';
import { read, write } from '../operation.ts';
import { plan } from '../plan.ts';
import { Problem } from '../problem.ts';
import { changed } from '../resources/accounts/operations.ts';
import { selectAccount, toAccount } from '../resources/accounts/sql.ts';
import type { AccountResult, Notification, WebhookResult, WebhookTestResult } from '../sdk/types.ts';
import { allowsPrivate } from './address.ts';
import * as input from './input.ts';
import { poster } from './post.ts';
import { newWebhookSecret } from './sign.ts';
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
    input.permitUrl(url, allowsPrivate(url, env.ALLOW_PRIVATE_WEBHOOKS));
    const credentials = { key: newSecret('whk_'), secret: newWebhookSecret() };
    return changed(scope, ...rows.setWebhook(scope, { url, events, ...credentials, now }));
  },
});

export const deleteWebhook = write({
  target: selectAccount,
  run: (scope) => changed(scope, ...rows.removeWebhook(scope)),
});

export const rollSecret = write({
  retryAdvice:
    'If it did, the account has a new secret, and the old one signs beside it for a day. Another roll is safe.',
  run: (scope, { now }) =>
    plan(
      [
        rows.rollSecret(scope, { secret: newWebhookSecret(), oldUntil: now + OLD_SECRET_KEPT_MS, now }),
        selectAccount(scope),
      ],
      ([rolled], [account]): AccountResult => {
        if (!account?.webhook) throw webhookMissing();
        if (!rolled)
          throw new Problem(
            'secret-limit',
            `${WEBHOOK_SECRETS_MAX} secrets sign already, each for a day after its roll. Roll again when one of them has ended.`,
          );
        return { account: toAccount(account) };
      },
    ),
});

/** Posts a `ping` to the webhook, and answers with the outcome. The ping is no delivery: nothing is stored. */
export const testWebhook = read({
  run: (scope, { env, now }) =>
    plan([rows.selectWebhook(scope)], async ([webhook]): Promise<WebhookTestResult> => {
      if (!webhook) throw webhookMissing();
      const post = await poster(webhook, env, () => now);
      const ping: Notification = { type: 'ping', timestamp: now, data: {} };
      const outcome = await post({ id: crypto.randomUUID(), body: JSON.stringify(ping) });
      const { status, error, cause } = outcome;
      return { delivered: error === null, status, error, cause };
    }),
});

export const webhookMissing = (): Problem =>
  new Problem('webhook-missing', 'Set the webhook with PUT /account/webhook.');
