/** What no request waits for is done in every database. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { Env, Message } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { consume } from '../../src/jobs/queue.ts';
import { failing, snapshot } from '../support/database.ts';
import { accountIn, counted, databases, deployed, regions } from '../support/shards.ts';

const now = Date.now();
const DAILY = '17 3 * * *';
const run = (cron: string, bound: Partial<Env>) =>
  worker.scheduled({ cron, scheduledTime: now, noRetry() {} }, {
    ...env,
    ...bound,
  } as Env);

/** A queue that keeps what it is given until it is asked to hand it out. */
function queueFor(bound: Partial<Env>, { at = now } = {}) {
  const messages: { body: Message; attempts: number; ack: () => void; retry: () => void }[] = [];
  const take = (body: Message) => messages.push({ body, attempts: 1, ack: vi.fn(), retry: vi.fn() });
  const DELIVERIES = {
    send: async (body: Message) => take(body),
    sendBatch: async (batch: { body: Message }[]) => batch.forEach(({ body }) => void take(body)),
  } as unknown as Queue<Message>;
  const withQueue = { ...bound, DELIVERIES };
  const handOut = () => consume({ messages } as never, { ...env, ...withQueue } as Env, { clock: () => at });
  return { env: withQueue, messages, handOut };
}

const remember = () =>
  Promise.all(
    Object.values(databases).map((db) =>
      db
        .prepare(
          "INSERT OR REPLACE INTO remembered VALUES ('a', '', 'expired', '', '', ?), ('a', '', 'live', '', '', ?)",
        )
        .bind(now - 1, now + 60_000)
        .run(),
    ),
  );
const kept = () =>
  Promise.all(
    Object.values(databases).map(async (db) =>
      (await snapshot(db)).remembered?.map((row) => (row as { key: string }).key),
    ),
  );

const both = ['expired', 'live'];
const lost = failing(new Error('D1_ERROR: D1 DB is overloaded. Too many requests queued.'));

describe('with a queue', () => {
  it('each day shard 0 expires records at once, and each other shard in a run of its own', async () => {
    await remember();
    const queue = queueFor(deployed());
    await run(DAILY, queue.env);
    expect(await kept()).toEqual([['live'], both, both]);
    expect(queue.messages.map(({ body }) => body)).toEqual([
      { shard: 1, cron: DAILY, at: now },
      { shard: 2, cron: DAILY, at: now },
    ]);
    await queue.handOut();
    expect(await kept()).toEqual([['live'], ['live'], ['live']]);
    for (const { ack } of queue.messages) expect(ack).toHaveBeenCalledOnce();
  });

  it('each minute every database is looked at, each by the run that it is due to', async () => {
    const counts = counted();
    const queue = queueFor(counts.env);
    await run('* * * * *', queue.env);
    expect(counts.trips().map((count) => count > 0)).toEqual([true, false, false]);
    await queue.handOut();
    for (const count of counts.trips()) expect(count).toBeGreaterThan(0);
  });

  it('a minute that the queue has held up is left to the next, but a day is not', async () => {
    await remember();
    const counts = counted();
    const queue = queueFor(counts.env, { at: now + 3_600_000 });
    await run('* * * * *', queue.env);
    await queue.handOut();
    expect(counts.trips().slice(1)).toEqual([0, 0]);
    for (const { ack } of queue.messages) expect(ack).toHaveBeenCalledOnce();
    await run(DAILY, queue.env);
    await queue.handOut();
    expect(await kept()).toEqual([['live'], ['live'], ['live']]);
  });

  it('a database that is out of reach is tried again, and no other one is', async () => {
    const queue = queueFor(deployed({ DB_EU: lost }));
    await run(DAILY, queue.env);
    await queue.handOut();
    const [eu, us] = queue.messages;
    expect(eu?.retry).toHaveBeenCalledOnce();
    expect(us?.ack).toHaveBeenCalledOnce();
  });

  it('what the queue does not take is done at once', async () => {
    await remember();
    const sendBatch = () => Promise.reject(new Error('Queue is out'));
    await run(DAILY, { ...deployed(), DELIVERIES: { sendBatch } as unknown as Queue<Message> });
    expect(await kept()).toEqual([['live'], ['live'], ['live']]);
  });
});

describe('without a queue', () => {
  const alone = { DELIVERIES: undefined } as unknown as Partial<Env>;

  it('each day every database forgets what is past its time', async () => {
    await remember();
    await run(DAILY, { ...deployed(), ...alone });
    expect(await kept()).toEqual([['live'], ['live'], ['live']]);
  });

  it('a database that is out of reach keeps no other from it, and fails the run', async () => {
    await remember();
    await expect(run(DAILY, { ...deployed({ DB: lost }), ...alone })).rejects.toThrow('D1 is out of reach');
    expect(await kept()).toEqual([both, ['live'], ['live']]);
  });

  it('each minute every database is looked at', async () => {
    const { env, trips } = counted();
    await run('* * * * *', { ...env, ...alone });
    for (const count of trips()) expect(count).toBeGreaterThan(0);
  });
});

it('a nudge is a run in the database of its account, and the worker looks for one where it wrote', async () => {
  for (const [place, region] of regions.entries()) {
    const account = await accountIn(region);
    const { env: bound, trips } = counted();
    const message = { body: { account: account.id }, ack: vi.fn(), retry: vi.fn(), attempts: 1 };
    await consume({ messages: [message] } as never, { ...env, ...bound } as Env, { clock: () => now });
    expect(message.ack).toHaveBeenCalled();
    expect(trips().map((count) => count > 0)).toEqual(regions.map((_, i) => i === place));

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
    expect(looked.trips()).toEqual(regions.map((_, i) => (i === place ? 2 : 0)));
  }
});
