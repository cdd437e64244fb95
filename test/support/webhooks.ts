/** Shared by the tests of webhooks: accounts with a webhook, deliveries as the queue and the cron make them, and the requests that arrived. */
import { env } from 'cloudflare:workers';
import { expect, inject } from 'vitest';
import { batch } from '../../src/db/connection.ts';
import type { Env } from '../../src/env.ts';
import type { Delivery, WebhookEvent } from '../../src/sdk/types.ts';
import { deliver } from '../../src/webhooks/deliver.ts';
import { deleteExpired } from '../../src/webhooks/outbox-sql.ts';
import type { Received } from '../webhooks/received.ts';
import { type Account, newAccount, type Reply } from './client.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The Worker as an operator configures it for development, without a queue: tests deliver explicitly. */
export const open = {
  ...env,
  ALLOW_PRIVATE_WEBHOOKS: 'yes',
  DELIVERIES: undefined,
  DELIVERIES_SLOW: undefined,
} as unknown as Env;

export interface NotifiedAccount extends Account {
  /** The name under which the receiver stores the account's requests. */
  name: string;
  /** All requests that arrived, earliest first. */
  received: () => Promise<Received[]>;
  /** The bodies of those requests. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any body that comes over the wire
  bodies: () => Promise<any[]>;
  deliveries: (query?: string) => Promise<Delivery[]>;
  /** Delivers for this account once, at that time. */
  deliver: (now?: number, run?: { timeoutMs?: number; env?: Partial<Env> }) => Promise<number | null>;
  point: (behaviour: string, events?: WebhookEvent[]) => Promise<Reply>;
}

/** An account whose webhook is the receiver with this behaviour. */
export async function notifiedAccount(
  behaviour = 'ok',
  events: WebhookEvent[] | undefined = ['*'],
  now = Date.now(),
): Promise<NotifiedAccount> {
  const account = await newAccount();
  const name = crypto.randomUUID();
  const received = async () =>
    (await (await fetch(`${inject('receiver')}/received/${name}`)).json()) as Received[];
  const notified: NotifiedAccount = {
    ...account,
    name,
    received,
    bodies: async () => (await received()).map(({ body }) => JSON.parse(body)),
    deliveries: async (query = '?limit=100') =>
      (await account.call('GET', `/account/webhook/deliveries${query}`)).body.deliveries,
    deliver: async (now = Date.now(), run = {}) => {
      const clocked = { clock: () => now, timeoutMs: run.timeoutMs ?? 5000 };
      return (await deliver({ ...open, ...run.env }, account.id, clocked)).nextAt;
    },
    point: (behaviour, events) =>
      account.call('PUT', '/account/webhook', {
        body: { webhookUrl: urlOf(behaviour, name), ...(events && { events }) },
        env: open,
        now,
      }),
  };
  const { status, body } = await notified.point(behaviour, events);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return notified;
}

export const urlOf = (behaviour: string, name: string): string =>
  behaviour === 'refuse' ? `${inject('refusing')}/${name}` : `${inject('receiver')}/${behaviour}/${name}`;

/** Deletes the deliveries whose retention has ended at that time. */
export const deleteOldDeliveries = (now: number) => batch(env.DB, [deleteExpired(now, 500)]);

/** A further webhook at the receiver, and what arrived there. */
export async function further(account: NotifiedAccount, behaviour = 'ok', more: object = { events: ['*'] }) {
  const name = crypto.randomUUID();
  const body = { url: urlOf(behaviour, name), ...more };
  const { status, body: created } = await account.call('POST', '/account/webhooks', { body, env: open });
  expect([status, created]).toMatchObject([201, { webhook: { url: body.url } }]);
  const { id, secret, key } = created.webhook;
  const path = `/account/webhooks/${id}`;
  const received = async () => (await (await fetch(urlOf('received', name))).json()) as Received[];
  return {
    id: id as string,
    secret: secret as string,
    key: key as string,
    url: body.url,
    path,
    received,
    types: async () => (await received()).map(({ body }) => JSON.parse(body).type),
    get: async () => (await account.call('GET', path)).body.webhook,
    put: (body: object, now = Date.now()) => account.call('PUT', path, { body, env: open, now }),
    deliver: (now = Date.now(), timeoutMs = 300) =>
      deliver(open, account.id, { clock: () => now, timeoutMs }, 'slow', id),
  };
}
