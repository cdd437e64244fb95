/** What a run leaves when something fails in the midst of it: a lease, a record that is refused, a URL that changes meanwhile. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { WakeUp } from '../../src/env.ts';
import { consume } from '../../src/jobs/queue.ts';
import { deliver } from '../../src/webhooks/deliver.ts';
import { LEASE_MS } from '../../src/webhooks/outbox-sql.ts';
import { interrupted, reading, through } from '../support/database.ts';
import { DAY, type NotifiedAccount, notifiedAccount, open, urlOf } from '../support/webhooks.ts';

const leaseOf = ({ id }: NotifiedAccount) =>
  env.DB.prepare('SELECT lease, lease_until FROM webhooks WHERE account_id = ?').bind(id).first();

describe('a run', () => {
  it('that throws releases its lease: the next one repeats its attempts at once', async () => {
    const account = await notifiedAccount();
    await account.newUser();
    const now = Date.now();
    const lost = new Error('D1_ERROR: Network connection lost.');
    const DB = through((run, count) => (count === 2 ? Promise.reject(lost) : run()));
    await expect(account.deliver(now, { env: { DB } })).rejects.toThrow('out of reach');
    expect(await leaseOf(account)).toEqual({ lease: null, lease_until: null });
    expect(await account.deliver(now)).toBe(null);
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });

  it('records all outcomes but the one that the database refuses, which alone waits', async () => {
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    const account = await notifiedAccount();
    for (let i = 0; i < 5; i++) await account.newUser();
    const refused = (await account.deliveries())[2]?.id as string;
    await env.DB.prepare(
      `CREATE TRIGGER refuses BEFORE UPDATE ON deliveries WHEN NEW.id = '${refused}' AND NEW.state = 'delivered'
       BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    ).run();
    const now = Date.now();
    const next = await account.deliver(now);
    await env.DB.prepare('DROP TRIGGER refuses').run();
    logged.mockRestore();
    expect(next).toBeGreaterThan(now);
    expect(await leaseOf(account)).toEqual({ lease: null, lease_until: null });
    for (const { id, state, lastError } of await account.deliveries()) {
      expect([id, state, lastError]).toEqual(
        id === refused ? [id, 'pending', 'The outcome could not be recorded.'] : [id, 'delivered', null],
      );
    }
    expect(await account.deliver(next ?? 0)).toBe(null);
  });

  it('during which the URL changes leaves its attempts to the new URL, in the slow lane, and says nothing of its answer', async () => {
    const account = await notifiedAccount('down');
    await account.newUser();
    const now = Date.now();
    // The old URL has answered 500 by then; the run has not recorded it.
    const DB = interrupted(
      () =>
        account.call('PUT', '/account/webhook', {
          body: { webhookUrl: urlOf('ok', account.name) },
          env: open,
        }),
      2,
    );
    expect(await account.deliver(now, { env: { DB } })).toBeLessThanOrEqual(Date.now());
    const { webhook } = (await account.call('GET', '/account/webhook')).body;
    expect(webhook).toMatchObject({ slowSince: expect.any(Number), lastStatus: null, lastError: null });
    expect(await account.deliver(Date.now())).toBe(null);
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });
});

describe('a batch of the queue', () => {
  const batchOf = (bodies: WakeUp[]) => {
    const messages = bodies.map((body) => ({ body, attempts: 1, ack: vi.fn(), retry: vi.fn() }));
    return { messages, batch: { queue: 'q', messages } as unknown as MessageBatch<WakeUp> };
  };

  // A seventh post would wait for a connection of the Worker while its own time runs out.
  it('posts to at most five endpoints at once, however many accounts it serves', async () => {
    const accounts = await Promise.all(new Array(5).fill(0).map(() => notifiedAccount('ok')));
    for (const account of accounts) for (let i = 0; i < 4; i++) await account.newUser();
    const [real, counts] = [globalThis.fetch, { now: 0, most: 0 }];
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
      counts.most = Math.max(counts.most, ++counts.now);
      return real(...request).finally(() => counts.now--);
    });
    await consume(batchOf(accounts.map(({ id }) => ({ account: id, lane: 'fast' }))).batch, open, {
      clock: Date.now,
    });
    fetched.mockRestore();
    expect(counts.most).toBe(5);
    for (const account of accounts) expect(await account.received()).toHaveLength(4);
  });

  it.each(['fast', 'slow'] as const)('%s: comes again after the lease of a run that failed', async (lane) => {
    const account = await notifiedAccount();
    await account.newUser();
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    const DB = through((run, count) => (count === 1 ? run() : Promise.reject(new Error('lost'))));
    const { batch, messages } = batchOf([{ account: account.id, lane }]);
    const now = Date.now();
    await consume(batch, { ...open, DB }, { clock: () => now });
    logged.mockRestore();
    const delaySeconds = messages[0]?.retry.mock.calls[0]?.[0].delaySeconds;
    expect(1000 * delaySeconds).toBeGreaterThan(LEASE_MS[lane]);
    const later = { clock: () => now + 1000 * delaySeconds };
    expect(await deliver(open, account.id, later, lane)).toMatchObject({ nextAt: null });
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered' }]);
    expect(await account.deliver(now + DAY)).toBe(null);
  });
});

describe('while what a removal dropped is deleted', () => {
  const removedWith = async (count: number) => {
    const account = await notifiedAccount('ok');
    await account.newUser();
    await account.deliver();
    await env.DB.prepare(
      `INSERT INTO deliveries (account_id, type, content, next_at)
       SELECT ?, 'user.created', '{"id":"a","metadata":"{}"}', ? FROM json_each(?)`,
    )
      .bind(account.id, Date.now() + DAY, JSON.stringify(new Array(count).fill(0)))
      .run();
    await account.call('DELETE', '/account/webhook');
    const removed = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(removed));
    await account.point('ok', ['*']);
    return account;
  };

  it('the state of the webhook counts what is pending since, and reads no more rows when more was dropped', async () => {
    const read: number[] = [];
    for (const count of [100, 2000]) {
      const account = await removedWith(count);
      await account.newUser();
      await account.newUser();
      const { db, rows } = reading();
      const { body } = await account.call('GET', '/account/webhook', { env: { ...open, DB: db } });
      expect(body.webhook).toMatchObject({ pending: 2, pendingBytes: expect.any(Number) });
      read.push(rows());
    }
    // One notification in sixteen, at random, is counted: the counters are then two rows more to read.
    expect(read[1]).toBeLessThan((read[0] ?? 0) + 10);
  });

  it('a delivery that is sent again is not deleted with them', async () => {
    const account = await removedWith(700);
    const [{ id } = { id: '' }] = await account.deliveries('?state=delivered');
    expect((await account.call('POST', `/account/webhook/deliveries/${id}/replay`)).status).toBe(200);
    for (let runs = 0; runs < 3; runs++) await account.deliver();
    expect((await account.call('GET', `/account/webhook/deliveries/${id}`)).body.delivery).toMatchObject({
      state: 'delivered',
    });
    expect(await account.received()).toHaveLength(2);
  });
});
