/** Endpoints that hang, rows that cannot be read and webhooks that change delay nobody else, and cost the same at any size. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { WakeUp } from '../../src/env.ts';
import { everyMinute } from '../../src/jobs/every-minute.ts';
import { consume } from '../../src/jobs/queue.ts';
import { deliver } from '../../src/webhooks/deliver.ts';
import { RUN_MAX } from '../../src/webhooks/outbox-sql.ts';
import { writing } from '../support/database.ts';
import { DAY, HOUR, type NotifiedAccount, notifiedAccount, open, urlOf } from '../support/webhooks.ts';

const stateOf = async (account: NotifiedAccount) =>
  (await account.call('GET', '/account/webhook')).body.webhook;

const fast = (account: NotifiedAccount, fastTimeoutMs = 300) =>
  deliver(open, account.id, { clock: Date.now, fastTimeoutMs }, 'fast');
const slow = (account: NotifiedAccount, timeoutMs = 5000, fastTimeoutMs = 300) =>
  deliver(open, account.id, { clock: Date.now, timeoutMs, fastTimeoutMs }, 'slow');

/** Stores pending deliveries by SQL, each due at that time. */
const pending = ({ id }: NotifiedAccount, count: number, nextAt: number) =>
  env.DB.prepare(
    `INSERT INTO deliveries (account_id, type, content, next_at, attempts, attempted_at)
     SELECT ?, 'user.created', '{"id":"a","metadata":"{}"}', ? + key, 1, 0 FROM json_each(?)`,
  )
    .bind(id, nextAt, JSON.stringify(new Array(count).fill(0)))
    .run();

describe('the lanes', () => {
  it('an endpoint that does not answer soon gets its whole time in the slow lane, and counts no attempt before', async () => {
    const account = await notifiedAccount('hang');
    await account.newUser();
    await account.newUser();
    expect(await fast(account)).toMatchObject({ lane: 'slow' });
    expect(await account.received()).toHaveLength(1);
    expect((await account.deliveries()).map(({ attempts }) => attempts)).toEqual([0, 0]);
    expect((await stateOf(account)).slowSince).toEqual(expect.any(Number));
    // The fast lane no longer serves it.
    expect(await fast(account)).toEqual({ nextAt: null, lane: 'fast' });
    expect(await account.received()).toHaveLength(1);
    await slow(account, 400);
    expect((await account.deliveries()).map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it('an endpoint that answers late gets every delivery, and returns to the fast lane when it answers soon', async () => {
    const account = await notifiedAccount('slow');
    for (let i = 0; i < 3; i++) await account.newUser();
    await fast(account, 1);
    expect(await slow(account, 5000, 1)).toEqual({ nextAt: null, lane: 'slow' });
    expect((await account.deliveries()).map(({ state }) => state)).toEqual(new Array(3).fill('delivered'));
    await account.newUser();
    expect(await slow(account, 5000, 5000)).toEqual({ nextAt: null, lane: 'fast' });
    expect(await stateOf(account)).toMatchObject({ slowSince: null, lastStatus: 200, lastError: null });
  });

  it('an endpoint that hangs stays in the slow lane, whatever URL its account sets, until that one answers', async () => {
    const account = await notifiedAccount('hang');
    await account.newUser();
    await fast(account);
    const change = (method: 'PUT' | 'DELETE', behaviour = 'hang') =>
      account.call(method, '/account/webhook', {
        env: open,
        ...(method === 'PUT' && {
          body: { webhookUrl: urlOf(behaviour, `${account.name}-${crypto.randomUUID()}`), events: ['*'] },
        }),
      });
    const isSlow = async () => (await stateOf(account)).slowSince !== null;
    await change('PUT');
    expect(await isSlow()).toBe(true);
    await change('DELETE');
    await change('PUT', 'ok');
    expect(await isSlow()).toBe(true);
    await account.newUser();
    await slow(account);
    expect(await isSlow()).toBe(false);
  });

  it('one consumer delivers to healthy accounts while five endpoints hang', async () => {
    const hanging = await Promise.all(new Array(5).fill(0).map(() => notifiedAccount('hang')));
    const healthy = await Promise.all(new Array(10).fill(0).map(() => notifiedAccount('ok')));
    const queued: WakeUp[] = [];
    const slowLane: WakeUp[] = [];
    const queueOf = (messages: WakeUp[]) =>
      ({ send: async (body: WakeUp) => void messages.push(body) }) as unknown as Queue<WakeUp>;
    const bindings = { ...open, DELIVERIES: queueOf(queued), DELIVERIES_SLOW: queueOf(slowLane) };
    // One batch after the other, of five messages each, as a queue with one consumer has it.
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      const startMs = Date.now();
      for (const account of [...hanging, ...healthy]) {
        await account.newUser();
        queued.push({ account: account.id, lane: 'fast' });
      }
      while (queued.length > 0) {
        const messages = queued.splice(0, 5).map((body) => ({ body, ack: () => {}, retry: () => {} }));
        const batch = { queue: 'fast', messages } as unknown as MessageBatch<WakeUp>;
        await consume(batch, bindings, { clock: Date.now, fastTimeoutMs: 250 });
        for (const { body } of messages) {
          if (healthy.some(({ id }) => id === body.account)) waits.push(Date.now() - startMs);
        }
      }
    }
    for (const account of healthy) {
      expect((await account.deliveries()).map(({ state }) => state)).toEqual(new Array(4).fill('delivered'));
    }
    // Five endpoints hung once, in one batch; from then on they are in the slow lane.
    expect(await Promise.all(hanging.map(async (account) => (await account.received()).length))).toEqual([
      1, 1, 1, 1, 1,
    ]);
    expect(new Set(slowLane.map(({ account }) => account))).toEqual(new Set(hanging.map(({ id }) => id)));
    const sorted = waits.sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length * 0.99)]).toBeLessThan(10_000);
  });

  it('without a slow queue the cron serves the slow lane, after everything else', async () => {
    const [hanging, healthy] = [await notifiedAccount('hang'), await notifiedAccount('ok')];
    await hanging.newUser();
    await healthy.newUser();
    await fast(hanging);
    await everyMinute(open, { clock: Date.now, timeoutMs: 300, fastTimeoutMs: 300 });
    expect((await healthy.deliveries())[0]?.state).toBe('delivered');
    expect((await hanging.deliveries())[0]).toMatchObject({ state: 'pending', attempts: 1 });
  });
});

describe('a run', () => {
  it('fails the delivery that it cannot read, and sends the others', async () => {
    const account = await notifiedAccount('ok');
    await account.newUser();
    for (const content of ['{', '{"id":"a"}', '[[1']) {
      await env.DB.prepare('INSERT INTO deliveries (account_id, type, content) VALUES (?, ?, ?)')
        .bind(account.id, content.startsWith('[') ? 'reminders' : 'user.created', content)
        .run();
    }
    await account.deliver();
    const byState = (await account.deliveries()).map(({ state, lastError }) => [state, lastError]);
    expect(byState.sort()).toEqual([
      ['delivered', null],
      ['pending', 'The notification cannot be read.'],
      ['pending', 'The notification cannot be read.'],
      ['pending', 'The notification cannot be read.'],
    ]);
  });

  it('says that the secret is no base64', async () => {
    const account = await notifiedAccount('ok');
    await account.newUser();
    await env.DB.prepare("UPDATE webhooks SET secret = 'whsec_%%%' WHERE account_id = ?")
      .bind(account.id)
      .run();
    await account.deliver();
    expect(await account.deliveries()).toMatchObject([
      { state: 'pending', attempts: 1, lastError: 'The secret is not base64: roll it.' },
    ]);
    await account.call('POST', '/account/webhook/secret');
    expect(await account.deliver(Date.now() + DAY)).toBe(null);
  });
});

describe('a change of the webhook writes the same rows however much is pending', () => {
  const cost = async (
    count: number,
    change: (account: NotifiedAccount, DB: D1Database) => Promise<unknown>,
  ) => {
    const account = await notifiedAccount('down');
    await pending(account, count, Date.now() + HOUR);
    const { db, rows } = writing();
    await change(account, db);
    return rows();
  };

  it.each([
    [
      'another URL',
      (account: NotifiedAccount, DB: D1Database) =>
        account.call('PUT', '/account/webhook', {
          body: { webhookUrl: urlOf('ok', account.name) },
          env: { ...open, DB },
        }),
    ],
    [
      'its removal',
      (account: NotifiedAccount, DB: D1Database) =>
        account.call('DELETE', '/account/webhook', { env: { ...open, DB } }),
    ],
  ])('%s', async (_, change) => {
    const [few, many] = [await cost(20, change), await cost(2000, change)];
    expect(few).toBeGreaterThan(0);
    expect(many).toBe(few);
    expect(many).toBeLessThanOrEqual(20);
  });

  it('another URL gets everything that waits, step by step, each once', async () => {
    const account = await notifiedAccount('down');
    const count = 3 * RUN_MAX;
    await pending(account, count, Date.now() + HOUR);
    await account.point('ok');
    for (let runs = 0; runs < 5; runs++) await account.deliver(Date.now());
    expect(await account.received()).toHaveLength(count);
    expect(await account.deliver(Date.now())).toBe(null);
  });

  it('what a removal drops is neither shown, nor sent after the webhook is set again', async () => {
    const account = await notifiedAccount('down');
    await pending(account, 700, Date.now() - 1000);
    await account.call('DELETE', '/account/webhook');
    expect(await account.deliveries()).toEqual([]);
    const { results } = await env.DB.prepare('SELECT id FROM deliveries WHERE account_id = ? LIMIT 1')
      .bind(account.id)
      .all<{ id: string }>();
    const path = `/account/webhook/deliveries/${results[0]?.id}`;
    expect((await account.call('GET', path)).status).toBe(404);
    // The removal drops what was created in its millisecond, too.
    const removed = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(removed));
    await account.point('ok', ['*']);
    await account.newUser();
    for (let runs = 0; runs < 3; runs++) await account.deliver(Date.now());
    expect((await account.bodies()).map(({ type }) => type)).toEqual(['user.created']);
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered' }]);
    const left = await env.DB.prepare('SELECT count(*) AS n FROM deliveries WHERE account_id = ?')
      .bind(account.id)
      .first();
    expect(left).toEqual({ n: 1 });
  });

  it('what a removal drops is deleted by the cron where the webhook stays removed', async () => {
    const logged = vi.spyOn(console, 'error');
    const account = await notifiedAccount('down');
    await pending(account, 700, Date.now() - 1000);
    await account.call('DELETE', '/account/webhook');
    await everyMinute(open, { clock: Date.now, timeoutMs: 200, fastTimeoutMs: 200 });
    expect(logged).not.toHaveBeenCalled();
    const row = await env.DB.prepare(
      'SELECT (SELECT count(*) FROM deliveries d WHERE d.account_id = w.account_id) AS n, dropped_before FROM webhooks w WHERE account_id = ?',
    )
      .bind(account.id)
      .first();
    expect(row).toEqual({ n: 0, dropped_before: null });
  });
});
