/** The operations on any of an account's webhooks, by its id. operations.ts has those on the first one. */
import { newSecret } from '../crypto/hash.ts';
import type { Scope } from '../db/scope.ts';
import { sql } from '../db/sql.ts';
import type { Env } from '../env.ts';
import { OLD_SECRET_KEPT_MS, WEBHOOK_SECRETS_MAX, WEBHOOKS_MAX } from '../limits.ts';
import { type Input, read, write } from '../operation.ts';
import { creation, found, lookup, plan, type WithEtag, withEtag } from '../plan.ts';
import { Problem } from '../problem.ts';
import type {
  Notification,
  WebhookEndpointResult,
  WebhookEndpointsResult,
  WebhookTestResult,
} from '../sdk/types.ts';
import {
  type EndpointRow,
  endpointInSql,
  endpointIsThere,
  hasSecret,
  insertEndpoint,
  newEndpointRow,
  removeEndpoint,
  rollSecret,
  rowsWith,
  type ShownRow,
  selectEndpoint,
  selectEndpoints,
  toEndpoint,
  updateEndpoint,
} from './endpoint-sql.ts';
import * as input from './input.ts';
import { poster, type WebhookRow } from './post.ts';
import { newWebhookSecret } from './sign.ts';

export const ROLL_ADVICE =
  'If it did, the webhook has a new secret, and the old one signs beside it for a day. Another roll is safe.';

const toResult = (row: ShownRow): WithEtag<WebhookEndpointResult> =>
  withEtag({ webhook: toEndpoint(row) }, row);

const target = (scope: Scope, { params }: Pick<Input<'webhookId'>, 'params'>) =>
  selectEndpoint(scope, params.webhookId);

export const listWebhooks = read({
  discloses: true,
  run: (scope) =>
    plan([selectEndpoints(scope)], (rows): WebhookEndpointsResult => ({ webhooks: rows.map(toEndpoint) })),
});

export const getOneWebhook = read({
  params: ['webhookId'],
  discloses: true,
  hasEtag: true,
  run: (scope, { params }) => lookup(selectEndpoint(scope, params.webhookId), toResult),
});

export const createWebhook = write({
  idempotent: true,
  body: input.creation,
  sealedWith: ({ apiKey }) => apiKey ?? '',
  run(scope, { body, now, env }) {
    input.permitUrl(body.url, env.ALLOW_PRIVATE_WEBHOOKS, 'url');
    const row = newEndpointRow(body, newCredentials(), now);
    const promised = { answer: toResult(row), created: endpointIsThere(scope, row) };
    return creation(promised, insertEndpoint(scope, row, now), ([first], [further]) => {
      if (!first && !further) throw tooMany();
      return undefined;
    });
  },
});

export const updateWebhook = write({
  params: ['webhookId'],
  body: input.update,
  target,
  run(scope, { params: { webhookId }, body, now, env }) {
    if (body.url !== undefined) input.permitUrl(body.url, env.ALLOW_PRIVATE_WEBHOOKS, 'url');
    const changes = updateEndpoint(scope, webhookId, body, now);
    return plan([...changes, selectEndpoint(scope, webhookId)], (...results) =>
      toResult(found(results.at(-1) as EndpointRow[])),
    );
  },
});

export const removeWebhook = write({
  params: ['webhookId'],
  target,
  run: (scope, { params: { webhookId }, now }) =>
    plan([selectEndpoint(scope, webhookId), ...removeEndpoint(scope, webhookId, now)], (before) =>
      toResult(found(before as EndpointRow[])),
    ),
});

export const rollOneWebhookSecret = write({
  params: ['webhookId'],
  retryAdvice: ROLL_ADVICE,
  idempotent: true,
  // The record holds the id alone, and a replay answers with the webhook as it is now.
  current: (scope) => endpointInSql(scope, sql`answer ->> '$[0].id'`),
  revived: (row: ShownRow): WebhookEndpointResult => toResult(found(row.url ? [row] : [])).body,
  run(scope, { params: { webhookId }, now }) {
    const roll = newRoll(now);
    const [first, further] = rowsWith(scope, webhookId);
    return plan(
      [rollSecret(first, roll), rollSecret(further, roll), selectEndpoint(scope, webhookId)],
      ([one], [other], rows): WithEtag<WebhookEndpointResult> => {
        const row = found(rows);
        if (!one && !other) throw tooManySecrets();
        return toResult(row);
      },
      {
        expected: {
          answer: sql`${JSON.stringify([{ id: webhookId }, 0])}`,
          created: hasSecret(scope, roll.secret),
        },
      },
    );
  },
});

export const testOneWebhook = read({
  params: ['webhookId'],
  run: (scope, { params: { webhookId }, env, now }) =>
    plan([selectEndpoint(scope, webhookId)], (rows) => ping(found(rows), env, now)),
});

/** Posts a `ping` to an endpoint, and answers with the outcome. The ping is no delivery: nothing is stored. */
export async function ping(endpoint: WebhookRow, env: Env, now: number): Promise<WebhookTestResult> {
  const post = await poster(endpoint, env, () => now);
  const message: Notification = { type: 'ping', timestamp: now, data: {} };
  const { status, error, cause } = await post({ id: crypto.randomUUID(), body: JSON.stringify(message) });
  return { delivered: error === null, status, error, cause };
}

/** What a new endpoint knows the service by. */
export const newCredentials = () => ({ key: newSecret('whk_'), secret: newWebhookSecret() });

export const newRoll = (now: number) => ({
  secret: newWebhookSecret(),
  oldUntil: now + OLD_SECRET_KEPT_MS,
  now,
});

export const tooMany = (): Problem =>
  new Problem('webhook-limit', `An account has at most ${WEBHOOKS_MAX} webhooks. Remove one first.`);

export const tooManySecrets = (): Problem =>
  new Problem(
    'secret-limit',
    `${WEBHOOK_SECRETS_MAX} secrets sign already, each for a day after its roll. Roll again when one of them has ended.`,
  );
