/** What no request waits for is done in every database. */
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import type { Env } from '../../../src/env.ts';
import worker from '../../../src/index.ts';
import { consume } from '../../../src/jobs/queue.ts';
import { failing, snapshot } from '../support/database.ts';
import { accountIn, counted, databases, deployed, regions } from './support.ts';

const now = Date.now();
const run = (cron: string, bound: Partial<Env>) =>
  worker.scheduled({ cron, scheduledTime: now, noRetry() {} }, {
    ...env,
    ...bound,
  } as Env);

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

it('each day every database forgets what is past its time', async () => {
  await remember();
  await run('17 3 * * *', deployed());
  expect(await kept()).toEqual([['live'], ['live'], ['live']]);
});

it('a database that is out of reach keeps no other from it, and fails the run', async () => {
  await remember();
  const lost = failing(new Error('D1_ERROR: D1 DB is overloaded. Too many requests queued.'));
  await expect(run('17 3 * * *', deployed({ DB: lost }))).rejects.toThrow('D1 is out of reach');
  expect(await kept()).toEqual([['expired', 'live'], ['live'], ['live']]);
});

it('each minute every database is looked at', async () => {
  const { env, trips } = counted();
  await run('* * * * *', env);
  for (const count of trips()) expect(count).toBeGreaterThan(0);
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
