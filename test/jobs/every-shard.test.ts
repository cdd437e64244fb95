/** The cron and the queue do the background work of every shard. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { Env, Message } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { consume } from '../../src/jobs/queue.ts';
import { failing, snapshot } from '../support/database.ts';
import { accountIn, counted, databases, deployed, regions } from '../support/shards.ts';

const now = Date.now();
const CLEANING = '*/2 * * * *';
const run = (cron: string, bound: Partial<Env>) =>
  worker.scheduled({ cron, scheduledTime: now, noRetry() {} }, {
    ...env,
    ...bound,
  } as Env);

/** Returns a queue that collects its messages until `handOut` delivers them. */
function queueFor(bound: Partial<Env>, { at = now } = {}) {
  const messages: { body: Message; attempts: number; ack: () => void; retry: () => void }[] = [];
  const take = (body: Message) => messages.push({ body, attempts: 1, ack: vi.fn(), retry: vi.fn() });
  const DELIVERIES = {
    send: async (body: Message) => take(body),
    sendBatch: async (batch: { body: Message }[]) => batch.forEach(({ body }) => void take(body)),
  } as unknown as Queue<Message>;
  const none = undefined as unknown as Queue<Message>;
  const withQueue: Partial<Env> & { DELIVERIES: Queue<Message> } = {
    ...bound,
    DELIVERIES,
    DELIVERIES_SLOW: none,
  };
  const handOut = () => consume({ messages } as never, { ...env, ...withQueue } as Env, { clock: () => at });
  return { env: withQueue, messages, handOut };
}

/** Adds a record that has expired and one that has not, where no walk rests. */
const addRecords = () =>
  Promise.all(
    Object.values(databases).map((db) =>
      db.batch([
        db.prepare('DELETE FROM walks'),
        db
          .prepare(
            `INSERT OR REPLACE INTO remembered (account_id, caller, key, request, answer, expires_at) -- the former name
             VALUES ('a', '', 'expired', '', '', ?), ('a', '', 'live', '', '', ?)`,
          )
          .bind(now - 1, now + 60_000),
      ]),
    ),
  );
const recordKeys = () =>
  Promise.all(
    Object.values(databases).map(
      async (db) => (await snapshot(db)).remembered?.map((row) => (row as { key: string }).key), // words: allow
    ),
  );

const both = ['expired', 'live'];
const lost = failing(new Error('D1_ERROR: D1 DB is overloaded. Too many requests queued.'));

describe('with a queue', () => {
  it('the cron that cleans deletes expired records of shard 0 at once, and of each other shard in its own run', async () => {
    await addRecords();
    const queue = queueFor(deployed());
    await run(CLEANING, queue.env);
    expect(await recordKeys()).toEqual([['live'], both, both]);
    expect(queue.messages.map(({ body }) => body)).toEqual([
      { shard: 1, place: 1, cron: CLEANING, at: now },
      { shard: 2, place: 2, cron: CLEANING, at: now },
    ]);
    await queue.handOut();
    expect(await recordKeys()).toEqual([['live'], ['live'], ['live']]);
    for (const { ack } of queue.messages) expect(ack).toHaveBeenCalledOnce();
  });

  it('every minute each shard has its own run', async () => {
    const counts = counted();
    const queue = queueFor(counts.env);
    await run('* * * * *', queue.env);
    expect(counts.trips().map((count) => count > 0)).toEqual([true, false, false]);
    await queue.handOut();
    for (const count of counts.trips()) expect(count).toBeGreaterThan(0);
  });

  it('a delayed message is skipped, because a later one does the same', async () => {
    for (const cron of ['* * * * *', CLEANING]) {
      const counts = counted();
      const queue = queueFor(counts.env, { at: now + 3_600_000 });
      await run(cron, queue.env);
      await queue.handOut();
      expect(counts.trips().slice(1)).toEqual([0, 0]);
      for (const { ack } of queue.messages) expect(ack).toHaveBeenCalledOnce();
    }
  });

  // Release 3 reads and writes `place`.
  it.each(['shard', 'place'])('a message that has only %s runs in that shard', async (name) => {
    await addRecords();
    const queue = queueFor(deployed());
    await queue.env.DELIVERIES.send({ [name]: 2, cron: CLEANING, at: now } as unknown as Message);
    await queue.handOut();
    expect(await recordKeys()).toEqual([both, both, ['live']]);
    for (const { ack } of queue.messages) expect(ack).toHaveBeenCalledOnce();
  });

  it('only the shard with an outage is retried', async () => {
    const queue = queueFor(deployed({ DB_EU: lost }));
    await run(CLEANING, queue.env);
    await queue.handOut();
    const [eu, us] = queue.messages;
    expect(eu?.retry).toHaveBeenCalledOnce();
    expect(us?.ack).toHaveBeenCalledOnce();
  });

  it('the cron does the work itself when the queue fails', async () => {
    await addRecords();
    const sendBatch = () => Promise.reject(new Error('Queue is out'));
    await run(CLEANING, {
      ...deployed(),
      DELIVERIES_SLOW: { sendBatch } as unknown as Queue<Message>,
    });
    expect(await recordKeys()).toEqual([['live'], ['live'], ['live']]);
  });
});

describe('without a queue', () => {
  const alone = { DELIVERIES: undefined, DELIVERIES_SLOW: undefined } as unknown as Partial<Env>;

  it('the cron that cleans deletes expired records in every shard', async () => {
    await addRecords();
    await run(CLEANING, { ...deployed(), ...alone });
    expect(await recordKeys()).toEqual([['live'], ['live'], ['live']]);
  });

  it('an outage of one shard fails the run after all other shards had theirs', async () => {
    await addRecords();
    await expect(run(CLEANING, { ...deployed({ DB: lost }), ...alone })).rejects.toThrow(
      'D1 is out of reach',
    );
    expect(await recordKeys()).toEqual([both, ['live'], ['live']]);
  });

  it('every minute the cron sweeps every shard', async () => {
    const { env, trips } = counted();
    await run('* * * * *', { ...env, ...alone });
    for (const count of trips()) expect(count).toBeGreaterThan(0);
  });
});

it('a message runs in the shard of its account, and a write checks its own shard for due deliveries', async () => {
  for (const [shard, region] of regions.entries()) {
    const account = await accountIn(region);
    const { env: bound, trips } = counted();
    const message = { body: { account: account.id }, ack: vi.fn(), retry: vi.fn(), attempts: 1 };
    await consume({ messages: [message] } as never, { ...env, ...bound } as Env, { clock: () => now });
    expect(message.ack).toHaveBeenCalled();
    expect(trips().map((count) => count > 0)).toEqual(regions.map((_, i) => i === shard));

    const looked = counted();
    const waiting: Promise<unknown>[] = [];
    const request = new Request('https://nettu.test/api/v1/user', {
      method: 'POST',
      headers: { ...account.headers, 'content-type': 'application/json' },
      body: '{}',
    });
    const context = { waitUntil: (promise: Promise<unknown>) => void waiting.push(promise) };
    const queue = { DELIVERIES: { sendBatch: async () => {} } } as unknown as Partial<Env>;
    const response = await worker.fetch(
      request as never,
      { ...env, ...looked.env, ...queue } as Env,
      context as unknown as ExecutionContext,
    );
    await Promise.all(waiting);
    expect([response.status, waiting.length]).toEqual([201, 1]);
    expect(looked.trips()).toEqual(regions.map((_, i) => (i === shard ? 2 : 0)));
  }
});

it.each([
  ['D1_ERROR: Exceeded maximum DB size', 'room'],
  ["D1_ERROR: Your account has exceeded D1's free tier daily row write limit.", 'day'],
])('a job that meets "%s" logs the limit %s, and ends as no dead letter', async (text, limit) => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const message = { body: { account: crypto.randomUUID() }, ack: vi.fn(), retry: vi.fn(), attempts: 1 };
  const DB = failing(new Error(text));
  const alone = { DELIVERIES: undefined, DELIVERIES_SLOW: undefined } as unknown as Partial<Env>;
  await consume({ messages: [message] } as never, { ...env, DB } as Env, { clock: () => now });
  await run('* * * * *', { DB, ...alone });
  const lines = logged.mock.calls.map(([line]) => JSON.parse(line));
  logged.mockRestore();
  expect([message.ack.mock.calls.length, message.retry.mock.calls.length]).toEqual([1, 0]);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line).toMatchObject({ code: 'job-failed', limit });
});
