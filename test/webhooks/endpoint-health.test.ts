/** What an endpoint says about itself: when to come again, and that it is gone. What is kept of each attempt. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { WebhookState } from '../../src/sdk/types.ts';
import { verifyWebhook } from '../../src/sdk/verify-webhook.ts';
import { selectDueEndpoints } from '../../src/webhooks/outbox-sql.ts';
import { expectProblem } from '../support/problem.ts';
import { DAY, HOUR, type NotifiedAccount, notifiedAccount } from '../support/webhooks.ts';

const stateOf = async (account: NotifiedAccount): Promise<WebhookState> =>
  (await account.call('GET', '/account/webhook')).body.webhook;

async function changedAccount(behaviour: string): Promise<NotifiedAccount> {
  const account = await notifiedAccount(behaviour);
  await account.newUser();
  return account;
}

describe('Retry-After', () => {
  const second = 1000;
  it.each([
    ['later', HOUR, HOUR],
    ['dated', 2 * HOUR - 2 * second, 2 * HOUR + second],
    ['never', DAY, DAY],
    ['unreadable', 5 * second, 6 * second],
    ['past', 5 * second, 6 * second],
    ['failing', 5 * second, 6 * second],
  ])('of an endpoint that answers %s', async (behaviour, least, most) => {
    const account = await changedAccount(behaviour);
    const now = Date.now();
    const next = (await account.deliver(now)) ?? 0;
    expect(next - now).toBeGreaterThanOrEqual(least);
    expect(next - now).toBeLessThanOrEqual(most);
  });
});

describe('an endpoint', () => {
  it('that answers 410 is paused at once, and gets what is pending once the webhook is set again', async () => {
    const account = await changedAccount('gone');
    for (let i = 0; i < 9; i++) await account.newUser();
    const now = Date.now();
    expect(await account.deliver(now)).toBe(null);
    // Those that were on their way.
    expect(await account.received()).toHaveLength(5);
    expect(await stateOf(account)).toMatchObject({
      pausedAt: now,
      pausedBecause: 'gone',
      failingSince: now,
      lastStatus: 410,
    });
    await account.newUser();
    expect(await account.deliver(now + DAY)).toBe(null);
    expect(await account.received()).toHaveLength(5);
    await account.point('ok');
    expect(await stateOf(account)).toMatchObject({ pausedAt: null, pausedBecause: null, failingSince: null });
    expect(await account.deliver(now + DAY)).toBe(null);
    expect(await account.deliveries()).toMatchObject(new Array(11).fill({ state: 'delivered' }));
  });

  it('is paused after three days of nothing but failures, and no earlier', async () => {
    const account = await changedAccount('down');
    const now = Date.now();
    await account.deliver(now);
    await account.newUser();
    await account.deliver(now + 3 * DAY - 1);
    expect(await stateOf(account)).toMatchObject({ failingSince: now, pausedAt: null });
    await account.newUser();
    expect(await account.deliver(now + 3 * DAY)).toBe(null);
    expect(await stateOf(account)).toMatchObject({ pausedAt: now + 3 * DAY, pausedBecause: 'failing' });
    const attempts = (await account.received()).length;
    await account.deliver(now + 4 * DAY);
    expect(await account.received()).toHaveLength(attempts);
  });

  it('that answers once starts the three days anew', async () => {
    const account = await changedAccount('recovering');
    const now = Date.now();
    for (const later of [0, HOUR, 2 * HOUR]) await account.deliver(now + later);
    expect((await stateOf(account)).failingSince).toBe(now);
    await account.deliver(now + 12 * HOUR);
    expect(await stateOf(account)).toMatchObject({ failingSince: null, pausedAt: null });
  });

  it('that takes some types and refuses others is not paused', async () => {
    const account = await notifiedAccount('choosy');
    const now = Date.now();
    for (const later of [0, DAY, 2 * DAY, 3 * DAY, 4 * DAY]) {
      const user = await account.newUser();
      await user.newCalendar();
      await account.deliver(now + later);
      expect(await stateOf(account)).toMatchObject({ failingSince: null, pausedAt: null });
    }
  });

  it('that is paused is read by nobody, however many are', async () => {
    const dueIn = async () => {
      const { text, params } = selectDueEndpoints('slow', Date.now() + DAY, undefined, 100);
      const { meta, results } = await env.DB.prepare(text)
        .bind(...params)
        .all();
      return [meta.rows_read, results.length];
    };
    const before = await dueIn();
    for (let i = 0; i < 5; i++) {
      const account = await changedAccount('gone');
      await account.deliver();
      // Neither a new notification nor one that is sent again makes it due.
      await account.newUser();
      const [{ id } = { id: '' }] = await account.deliveries();
      expect((await account.call('POST', `/account/webhook/deliveries/${id}/replay`)).status).toBe(200);
    }
    expect(await dueIn()).toEqual(before);
  });

  it('that is removed while it is paused loses what is pending', async () => {
    const account = await changedAccount('gone');
    await account.deliver();
    await account.call('DELETE', '/account/webhook');
    const removed = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(removed));
    await account.point('ok');
    expect(await account.deliver(Date.now() + DAY)).toBe(null);
    expect(await account.deliveries()).toEqual([]);
  });

  it('that was replaced meanwhile pauses nothing', async () => {
    const account = await changedAccount('gone');
    await account.point('ok');
    await account.deliver(Date.now() + HOUR);
    expect(await stateOf(account)).toMatchObject({ failingSince: null, pausedAt: null });
  });
});

it('every attempt is kept with its time, status, length and cause, and logged without URL and secrets', async () => {
  const account = await changedAccount('down');
  const now = Date.now();
  const log = vi.spyOn(console, 'log');
  const next = await account.deliver(now);
  const [{ id, type } = { id: '', type: '' }] = await account.deliveries();
  const lines = log.mock.calls
    .map(([line]) => JSON.parse(String(line)))
    .filter(({ delivery }) => delivery === id);
  log.mockRestore();
  expect(lines).toEqual([
    {
      delivery: id,
      account: account.id,
      type,
      attempt: 1,
      status: 500,
      ms: expect.any(Number),
      cause: 'status',
    },
  ]);
  await account.point('refuse');
  await account.deliver(next ?? 0);
  await account.point('unreached');
  const [{ nextAttempt } = { nextAttempt: 0 }] = await account.deliveries();
  await account.deliver(nextAttempt ?? 0);
  await account.point('ok');
  const [{ nextAttempt: last } = { nextAttempt: 0 }] = await account.deliveries();
  await account.deliver(last ?? 0);
  const { delivery } = (await account.call('GET', `/account/webhook/deliveries/${id}`)).body;
  const ms = expect.any(Number);
  expect(delivery.history).toEqual([
    { at: now, status: 500, ms, cause: 'status' },
    { at: next, status: null, ms, cause: expect.stringMatching(/^(refused|reset)$/) },
    { at: nextAttempt, status: 526, ms, cause: 'tls' },
    { at: last, status: 200, ms, cause: null },
  ]);
});

it('the attempts of the last two series are kept, however often it is sent again', async () => {
  const account = await changedAccount('down');
  const [{ id } = { id: '' }] = await account.deliveries();
  const now = Date.now();
  for (let i = 1; i <= 22; i++) {
    await account.deliver(now + i * DAY);
    await account.point('down');
    await account.call('POST', `/account/webhook/deliveries/${id}/replay`);
  }
  const { delivery } = (await account.call('GET', `/account/webhook/deliveries/${id}`)).body;
  expect(delivery.history).toHaveLength(20);
  expect(delivery.history.at(-1).at).toBe(now + 22 * DAY);
});

it('at most five secrets sign at once', async () => {
  const account = await notifiedAccount();
  const now = Date.now();
  const roll = (at: number) => account.call('POST', '/account/webhook/secret', { now: at });
  for (let i = 0; i < 4; i++) expect((await roll(now + i)).status).toBe(200);
  const before = (await account.call('GET', '/account')).body;
  expectProblem(await roll(now + 4), 'secret-limit');
  expect((await account.call('GET', '/account')).body).toEqual(before);
  expect((await roll(now + DAY)).status).toBe(200);
});

it('each secret that a roll replaces signs for a day of its own', async () => {
  const account = await notifiedAccount();
  const secretOf = (body: { account: { settings: { webhook: { secret: string } } } }) =>
    body.account.settings.webhook.secret;
  const now = Date.now();
  const secrets = [secretOf((await account.call('GET', '/account')).body)];
  for (const later of [0, HOUR, 2 * HOUR]) {
    secrets.push(
      secretOf((await account.call('POST', '/account/webhook/secret', { now: now + later })).body),
    );
  }
  for (const [later, signing] of [
    [3 * HOUR, secrets],
    [DAY, secrets.slice(1)],
    [DAY + HOUR, secrets.slice(2)],
    [DAY + 2 * HOUR, secrets.slice(3)],
  ] as const) {
    await account.newUser();
    await account.deliver(now + later);
    const { headers = {}, body = '' } = (await account.received()).at(-1) ?? {};
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(signing.length);
    vi.useFakeTimers({ now: now + later, toFake: ['Date'] });
    try {
      for (const secret of signing)
        expect(await verifyWebhook(body, headers, secret)).toMatchObject({ type: 'user.created' });
    } finally {
      vi.useRealTimers();
    }
  }
});
