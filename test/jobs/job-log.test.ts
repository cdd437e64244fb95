/** Each run of a job is one line of the log: what it did, for how long, and how many of its steps failed. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import { sweep } from '../../src/jobs/cron.ts';
import { REMOVALS } from '../../src/jobs/names.ts';
import { newUser } from '../support/client.ts';
import { failing, through } from '../support/database.ts';
import { notifiedAccount } from '../support/webhooks.ts';

const lines: Record<string, unknown>[] = [];
beforeEach(() => {
  lines.length = 0;
  for (const by of ['log', 'error'] as const)
    vi.spyOn(console, by).mockImplementation((text: string) => void lines.push(JSON.parse(text)));
});
afterEach(() => vi.restoreAllMocks());

const taken: unknown[] = [];
const queue = { sendBatch: async (batch: unknown[]) => void taken.push(...batch), send: async () => {} };
const run = (cron: string, bound: Partial<Env> = {}) =>
  sweep({ ...env, DELIVERIES: queue, DELIVERIES_SLOW: queue, ...bound } as unknown as Env, {
    shard: 0,
    cron,
    at: Date.now(),
  });
const ms = expect.any(Number);

/** The lines of jobs, without those of the requests before. */
const jobs = () => lines.filter(({ job, ms }) => job && ms !== undefined);

it('of the job of every minute, with the accounts that it wakes the queue for', async () => {
  await run('* * * * *');
  expect(jobs()).toEqual([{ job: 'every-minute', shard: 0, ms, did: {}, failures: 0 }]);
  lines.length = 0;
  const account = await notifiedAccount();
  await account.newUser();
  await run('* * * * *');
  const [{ did } = {}] = jobs();
  expect(did).toMatchObject({ deliver: 1, 'deliver-more': 1 });
});

it('of the job that cleans, with the steps of its tasks', async () => {
  await run('*/2 * * * *');
  expect(jobs()).toEqual([
    { job: 'clean', shard: 0, ms, did: expect.objectContaining({ holds: 2, deliveries: 1 }), failures: 0 },
  ]);
});

it('of the removal of what is deleted, with its steps', async () => {
  const { account, id } = await newUser();
  await account.call('DELETE', `/user/${id}`);
  lines.length = 0;
  await run(REMOVALS);
  expect(jobs()).toEqual([
    { job: 'removals', shard: 0, ms, did: { remove: expect.any(Number) }, failures: 0 },
  ]);
});

it('counts the steps that fail, each of which has a line of its own', async () => {
  // The third batch is that of the backfill.
  const DB = through((step, count) => (count === 2 ? Promise.reject(new Error('nonsense')) : step()));
  await run('* * * * *', { DB });
  expect(jobs()).toMatchObject([{ job: 'every-minute', failures: 1 }]);
  expect(lines).toContainEqual({ code: 'job-failed', job: 'backfill', cause: expect.any(String) });
});

it('is written, too, where the run itself fails, and the failure goes on', async () => {
  const DB = failing(new Error('D1_ERROR: D1 DB is overloaded.'));
  await expect(run('*/2 * * * *', { DB })).rejects.toThrow('out of reach');
  expect(jobs()).toEqual([{ job: 'clean', shard: 0, ms, did: {}, failures: 2 }]);
});
