/** Failing endpoints, runs and queues, with a real server: no delivery is lost, and no other account waits. */
import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { Env, WakeUp } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { everyMinute } from '../../src/jobs/every-minute.ts';
import { consume } from '../../src/jobs/queue.ts';
import { remind } from '../../src/reminders/remind.ts';
import { LEASE_MS } from '../../src/webhooks/outbox-sql.ts';
import { interrupted, through } from '../support/database.ts';
import { DAY, HOUR, MINUTE, type NotifiedAccount, notifiedAccount, open } from '../support/webhooks.ts';

const changed = (account: NotifiedAccount) => account.newUser();

describe('an endpoint', () => {
  it.each([
    ['refuse', null, 'The connection failed.'],
    ['reset', null, 'The connection failed.'],
    ['hang', null, 'There was no answer within 0.3 seconds.'],
    ['down', 500, 'It answered 500.'],
    ['redirect', 307, 'It answered 307: redirects are not followed.'],
    ['inward', 302, 'It answered 302: redirects are not followed.'],
  ])('%s: gets the delivery again until it accepts it', async (behaviour, lastStatus, lastError) => {
    const account = await notifiedAccount(behaviour);
    await changed(account);
    const now = Date.now();
    const next = await account.deliver(now, { timeoutMs: behaviour === 'hang' ? 300 : 5000 });
    const pending = { state: 'pending', attempts: 1, lastStatus, lastError, nextAttempt: next };
    expect(await account.deliveries()).toMatchObject([pending]);
    await account.point('ok');
    expect(await account.deliver(next ?? 0)).toBe(null);
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
    const paths = (await account.received()).map(({ path }) => path);
    expect(paths.filter((path) => path === `/ok/${account.name}`)).toHaveLength(1);
    expect(paths).not.toContain('/ok/redirected');
  });

  it.each(['ok', 'accepted', 'slow', 'endless'])(
    '%s: gets each delivery once, whatever its body',
    async (behaviour) => {
      const account = await notifiedAccount(behaviour);
      for (let i = 0; i < 3; i++) await changed(account);
      expect(await account.deliver()).toBe(null);
      expect(await account.deliveries()).toMatchObject(
        new Array(3).fill({ state: 'delivered', attempts: 1 }),
      );
      expect(await account.received()).toHaveLength(3);
    },
  );

  it('lossy: gets a delivery twice, with the same id', async () => {
    const account = await notifiedAccount('lossy');
    await changed(account);
    await account.deliver((await account.deliver()) ?? 0);
    const ids = (await account.received()).map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });

  it('hang: has at most five requests open at once, and does not delay another account', async () => {
    const [hanging, other] = [await notifiedAccount('hang'), await notifiedAccount('ok')];
    for (let i = 0; i < 8; i++) await changed(hanging);
    await changed(other);
    let done = false;
    const run = hanging.deliver(Date.now(), { timeoutMs: 1500 }).then(() => {
      done = true;
    });
    await vi.waitFor(async () => expect(await hanging.received()).toHaveLength(5), 1400);
    await other.deliver();
    expect(await other.deliveries()).toMatchObject([{ state: 'delivered' }]);
    expect([await hanging.received(), done]).toEqual([expect.objectContaining({ length: 5 }), false]);
    await run;
    expect(await hanging.received()).toHaveLength(8);
  });
});

describe('a run that', () => {
  const lost = new Error('D1_ERROR: Network connection lost.');

  it('ends between a request and its record is repeated after its lease', async () => {
    const account = await notifiedAccount();
    await changed(account);
    const now = Date.now();
    // The platform ends the run: nothing after it reaches the database.
    const DB = through((run, count) => (count >= 2 ? Promise.reject(lost) : run()));
    await expect(account.deliver(now, { env: { DB } })).rejects.toThrow('out of reach');
    expect(await account.received()).toHaveLength(1);
    expect(await account.deliveries()).toMatchObject([{ state: 'pending', attempts: 0 }]);
    // Until then the lease keeps other runs out.
    expect(await account.deliver(now + LEASE_MS.slow - 1)).toBe(null);
    expect(await account.received()).toHaveLength(1);
    expect(await account.deliver(now + LEASE_MS.slow)).toBe(null);
    const ids = (await account.received()).map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });

  it('loses the answer of the database has recorded its delivery', async () => {
    const account = await notifiedAccount();
    await changed(account);
    const DB = through(async (run, count) => {
      const results = await run();
      if (count === 2) throw lost;
      return results;
    });
    await expect(account.deliver(Date.now(), { env: { DB } })).rejects.toThrow('out of reach');
    expect(await account.deliver()).toBe(null);
    expect(await account.received()).toHaveLength(1);
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered' }]);
  });

  it('ends late does not overwrite the record of a later run', async () => {
    const account = await notifiedAccount('recovering');
    await changed(account);
    const now = Date.now();
    const later = now + 3 * MINUTE;
    // The interrupted run gets a 503. The other run, after the lease of the first, gets a 200.
    const DB = interrupted(async () => {
      await account.point('ok');
      await account.deliver(later);
    }, 2);
    await account.deliver(now, { env: { DB } });
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1, lastStatus: 200 }]);
    expect(await account.deliver(later)).toBe(null);
  });
});

it('concurrent runs send each delivery once, and report one that is added meanwhile', async () => {
  const account = await notifiedAccount('slow');
  for (let i = 0; i < 4; i++) await changed(account);
  const DB = interrupted(() => changed(account), 2);
  const [next] = await Promise.all([
    account.deliver(Date.now(), { env: { DB } }),
    account.deliver(),
    account.deliver(),
  ]);
  const ids = (await account.received()).map(({ headers }) => headers['webhook-id']);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
  expect(next).toBeLessThanOrEqual(Date.now());
  await account.deliver();
  expect(await account.received()).toHaveLength(5);
});

it('several runs send 70 deliveries, each once', async () => {
  const account = await notifiedAccount();
  const insert = env.DB.prepare("INSERT INTO users (account_id, id, metadata) VALUES (?, ?, '{}')");
  await env.DB.batch(new Array(70).fill(0).map(() => insert.bind(account.id, crypto.randomUUID())));
  const nexts = [await account.deliver(), await account.deliver(), await account.deliver()];
  expect(nexts.map((next) => next === null)).toEqual([false, false, true]);
  const ids = (await account.received()).map(({ headers }) => headers['webhook-id']);
  expect(ids).toHaveLength(70);
  expect(new Set(ids).size).toBe(70);
});

it('a clock that goes back delays a retry until its time, and does not prolong a lease', async () => {
  const account = await notifiedAccount('down');
  await changed(account);
  const now = Date.now();
  const next = (await account.deliver(now + HOUR)) ?? 0;
  await account.point('ok');
  expect(await account.deliver(now)).toBe(next);
  expect(await account.deliver(next)).toBe(null);
  expect(await account.deliveries()).toMatchObject([{ state: 'delivered' }]);

  await changed(account);
  const DB = through((run, count) => (count >= 2 ? Promise.reject(new Error('lost')) : run()));
  await expect(account.deliver(now + DAY, { env: { DB } })).rejects.toThrow();
  expect(await account.deliver(now)).toBe(null);
  expect((await account.deliveries()).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
});

describe('the queue', () => {
  /** Returns a queue that collects its messages. */
  function queue() {
    const sent: { body: WakeUp; delaySeconds?: number }[] = [];
    const DELIVERIES = {
      send: async (body: WakeUp, options: { delaySeconds?: number } = {}) =>
        void sent.push({ body, ...options }),
      sendBatch: async (messages: Iterable<{ body: WakeUp }>) => void sent.push(...messages),
    } as unknown as Queue<WakeUp>;
    return { sent, DELIVERIES };
  }
  const messages = (...accounts: string[]) =>
    createMessageBatch<WakeUp>(
      'nettu-scheduler-deliveries',
      accounts.map((account, i) => ({ id: `${i}`, timestamp: new Date(), attempts: 2, body: { account } })),
    );
  const result = async (batch: MessageBatch<WakeUp>, overrides: Partial<Env> = {}) => {
    await consume(batch, { ...open, ...overrides }, { clock: Date.now });
    return (await getQueueResult(batch, createExecutionContext())) as { explicitAcks: string[] };
  };

  it('may deliver a message twice: the account gets its delivery once', async () => {
    const account = await notifiedAccount('slow');
    await changed(account);
    const [first, second] = [messages(account.id, account.id), messages(account.id)];
    const results = await Promise.all([result(first), result(second)]);
    expect(results.map(({ explicitAcks }) => explicitAcks.length)).toEqual([2, 1]);
    expect(await account.received()).toHaveLength(1);
  });

  it('delays its message until the next attempt, if that is soon', async () => {
    const account = await notifiedAccount('down');
    await changed(account);
    const { sent, DELIVERIES: DELIVERIES_SLOW } = queue();
    await result(messages(account.id), { DELIVERIES_SLOW });
    const body = { account: account.id, lane: 'slow' };
    expect(sent).toEqual([{ body, delaySeconds: expect.any(Number) }]);
    expect(sent[0]?.delaySeconds).toBeGreaterThanOrEqual(5);
    expect(sent[0]?.delaySeconds).toBeLessThanOrEqual(7);
  });

  it('redelivers a message later when it came during an outage of the database', async () => {
    const account = await notifiedAccount();
    await changed(account);
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    const DB = through(() => Promise.reject(new Error('D1 DB is overloaded. Requests queued for too long.')));
    const batch = messages(account.id);
    const retry = vi.spyOn(batch.messages[0] as Message, 'retry');
    expect((await result(batch, { DB })).explicitAcks).toEqual([]);
    expect(retry.mock.calls).toEqual([[{ delaySeconds: 40 }]]);
    expect(logged.mock.calls.flat().join()).toContain('out of reach');
    logged.mockRestore();
    expect((await result(messages(account.id))).explicitAcks).toEqual(['0']);
    expect(await account.received()).toHaveLength(1);
  });

  it('is woken by the cron for every account with a due delivery, and for no other', async () => {
    const [one, two, none] = [await notifiedAccount(), await notifiedAccount(), await notifiedAccount()];
    await changed(one);
    await changed(two);
    const { sent, DELIVERIES } = queue();
    await everyMinute({ ...open, DELIVERIES }, { clock: Date.now, timeoutMs: 200 });
    const accounts = sent.map(({ body }) => body.account);
    expect(accounts).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(accounts).not.toContain(none.id);
    await one.deliver();
    sent.length = 0;
    await everyMinute({ ...open, DELIVERIES }, { clock: Date.now, timeoutMs: 200 });
    expect(sent.map(({ body }) => body.account)).not.toContain(one.id);
  });

  it('is woken after a write, but not after a read', async () => {
    const account = await notifiedAccount();
    const { sent, DELIVERIES } = queue();
    const fetched = async (method: string, path: string) => {
      const context = createExecutionContext();
      const request = new Request<unknown, IncomingRequestCfProperties>(`https://nettu.test/api/v1${path}`, {
        method,
        headers: account.headers,
      });
      const response = await worker.fetch(request, { ...open, DELIVERIES }, context);
      await response.text();
      await waitOnExecutionContext(context);
      return response.status;
    };
    expect(await fetched('GET', '/account')).toBe(200);
    expect(sent).toEqual([]);
    expect(await fetched('POST', '/user')).toBe(201);
    expect(sent.map(({ body }) => body.account)).toContain(account.id);
  });

  it('may fail, like the database: the next minute delivers everything that is due', async () => {
    const account = await notifiedAccount();
    await changed(account);
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    // No wait before a retry.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    const DELIVERIES = {
      sendBatch: () => Promise.reject(new Error('queue lost')),
    } as unknown as Queue<WakeUp>;
    await everyMinute({ ...open, DELIVERIES }, { clock: Date.now, timeoutMs: 200 });
    const DB = through(() => Promise.reject(new Error('D1_ERROR: Network connection lost.')));
    await everyMinute({ ...open, DB }, { clock: Date.now });
    const output = logged.mock.calls.flat().join();
    logged.mockRestore();
    random.mockRestore();
    expect(output).toContain('queue lost');
    for (const job of ['backfill', 'remind', 'deliver']) expect(output).toContain(`"job":"${job}"`);
    expect(await account.received()).toEqual([]);
    // The next minute, without a queue, delivers everything that is due, of this account too.
    for (let i = 0; i < 40; i++) await changed(account);
    await everyMinute(open, { clock: Date.now, timeoutMs: 200 });
    expect(await account.received()).toHaveLength(41);
  });
});

it('a sweep whose second step fails leaves all due reminders to the next one, which notifies once', async () => {
  const account = await notifiedAccount('ok', []);
  const user = await account.newUser();
  const calendarId = await user.newCalendar();
  const startTs = Date.now() + HOUR;
  const body = { calendarId, startTs, duration: HOUR, reminders: [{ delta: 0, identifier: 'now' }] };
  await account.call('POST', `/user/${user.id}/events`, { body });
  for (const after of [false, true]) {
    const DB = through(async (run, count) => {
      if (count !== 3) return run();
      if (after) await run();
      throw new Error('D1_ERROR: Network connection lost.');
    });
    await expect(remind({ ...open, DB }, () => startTs)).rejects.toThrow('out of reach');
    expect(await account.deliveries()).toHaveLength(after ? 1 : 0);
  }
  await remind(open, () => startTs + MINUTE);
  expect(await account.deliveries()).toHaveLength(1);
});
