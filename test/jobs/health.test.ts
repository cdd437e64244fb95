/** GET /health tells a monitor whether the databases answer, the cron runs, and notifications are sent. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batch } from '../../src/db/connection.ts';
import type { Env } from '../../src/env.ts';
import worker, { handle } from '../../src/index.ts';
import { CLEAN, EVERY_MINUTE } from '../../src/jobs/names.ts';
import { recordRun } from '../../src/jobs/sql.ts';
import { HEALTH_CACHED_MS, HEALTH_TIMEOUT_MS, HEALTHY_CRON_MS, HEALTHY_DUE_MS } from '../../src/limits.ts';
import { call, counting } from '../support/client.ts';
import { failing, through } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import { databases, deployed } from '../support/shards.ts';
import { MINUTE, notifiedAccount } from '../support/webhooks.ts';

const now = Date.now();
const ran = (ago = 0, db: D1Database = env.DB, job = EVERY_MINUTE) => batch(db, [recordRun(job, now - ago)]);
const health = (bound: Partial<Env> = {}, at = now) => call('GET', '/health', { env: bound, now: at });

beforeEach(async () => {
  for (const db of Object.values(databases)) await db.prepare('DELETE FROM job_runs').run();
  await env.DB.prepare('DELETE FROM webhooks').run();
  await ran();
});
afterEach(() => vi.useRealTimers());

it('answers without credentials: how long each database took, and how old the last cron and the oldest notification are', async () => {
  await ran(2 * MINUTE);
  const { status, body } = await health();
  expect(status).toBe(200);
  expect(body).toEqual({
    status: 'healthy',
    shards: [{ shard: 0, ms: expect.any(Number), lastCronMs: 2 * MINUTE, oldestDueMs: 0 }],
  });
});

it('answers at the bare host, too, and to HEAD', async () => {
  for (const method of ['GET', 'HEAD']) {
    const response = await handle(
      new Request('https://nettu.test/health', { method }),
      { ...env } as Env,
      now,
    );
    expect(response.status).toBe(200);
    await response.body?.cancel();
  }
  const elsewhere = await handle(new Request('https://nettu.test/healthy'), { ...env } as Env, now);
  expect(elsewhere.status).toBe(404);
});

it('is 503 when the cron has never run, or has not for too long', async () => {
  await ran(HEALTHY_CRON_MS);
  expect((await health()).status).toBe(200);
  await ran(HEALTHY_CRON_MS + 1);
  const late = await health();
  expectProblem(late, 'unhealthy');
  expect(late.problem.detail).toBe('The cron last ended 5 minutes ago in shard 0.');
  await env.DB.prepare('DELETE FROM job_runs').run();
  await ran(0, env.DB, CLEAN);
  const never = await health();
  expectProblem(never, 'unhealthy');
  expect(never.problem).toMatchObject({
    detail: 'The cron has never run in shard 0.',
    shards: [{ shard: 0, ms: expect.any(Number), lastCronMs: null, oldestDueMs: 0 }],
  });
});

it('sees the run of the cron itself', async () => {
  await env.DB.prepare('DELETE FROM job_runs').run();
  const controller = { cron: '* * * * *', scheduledTime: now, noRetry() {} };
  await worker.scheduled(controller, { ...env, DELIVERIES: undefined, DELIVERIES_SLOW: undefined } as never);
  expect((await health({}, Date.now())).status).toBe(200);
});

describe('notifications', () => {
  /** An account whose oldest notification became due so long ago. */
  async function waiting(ms: number) {
    const account = await notifiedAccount();
    await account.newUser();
    const dueAt = now - ms - MINUTE;
    await env.DB.prepare('UPDATE webhooks SET next_at = ? WHERE account_id = ?')
      .bind(dueAt, account.id)
      .run();
    return account.id;
  }

  it('are 503 when one has been due for too long', async () => {
    await waiting(HEALTHY_DUE_MS);
    expect((await health()).body).toMatchObject({ shards: [{ oldestDueMs: HEALTHY_DUE_MS }] });
    await waiting(HEALTHY_DUE_MS + 1);
    const { problem, ...reply } = await health();
    expectProblem({ problem, ...reply }, 'unhealthy');
    expect(problem.detail).toBe('A notification in shard 0 has been due for 5 minutes.');
  });

  it.each([
    ['whose endpoint fails or hangs', 'UPDATE webhooks SET slow_since = 1 WHERE account_id = ?'],
    ['whose account is suspended', 'INSERT INTO suspensions (account_id, since) VALUES (?, 1)'],
  ])('%s say nothing of the service', async (_, sql) => {
    const id = await waiting(HEALTHY_DUE_MS + MINUTE);
    expect((await health()).status).toBe(503);
    await env.DB.prepare(sql).bind(id).run();
    expect((await health()).body).toMatchObject({ status: 'healthy', shards: [{ oldestDueMs: 0 }] });
  });
});

describe('the databases', () => {
  it('are all queried, and each one that fails is named', async () => {
    for (const db of Object.values(databases)) await ran(0, db);
    expect((await health(deployed())).body.shards).toHaveLength(3);
    const down = deployed({ DB_EU: failing(new Error('D1_ERROR: D1 DB is overloaded. secret')) });
    const reply = await health(down);
    expectProblem(reply, 'unhealthy');
    expect(reply.problem.detail).toBe('Shard 1 did not answer in 2 seconds.');
    expect(reply.problem.shards).toMatchObject([
      { shard: 0, lastCronMs: 0 },
      { shard: 1, ms: null, lastCronMs: null, oldestDueMs: null },
      { shard: 2, lastCronMs: 0 },
    ]);
    expect(JSON.stringify(reply.problem)).not.toContain('secret');
  });

  it('have two seconds to answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const DB = through(() => new Promise(() => {}));
    const reply = health({ DB });
    await vi.advanceTimersByTimeAsync(HEALTH_TIMEOUT_MS + 1);
    expectProblem(await reply, 'unhealthy');
  });

  it('are queried once in some seconds, and nobody waits for the query of another caller', async () => {
    const gate = Promise.withResolvers<void>();
    let queries = 0;
    const DB = through(async (step) => {
      queries += 1;
      if (queries === 2) await gate.promise;
      return step();
    });
    const bound = { ...env, DB } as Env;
    const check = (at: number) => handle(new Request('https://nettu.test/health'), bound, at);
    await check(now);
    await check(now + HEALTH_CACHED_MS - 1);
    expect(queries).toBe(1);
    // The second query hangs, and its caller with it.
    const hanging = check(now + HEALTH_CACHED_MS);
    expect((await check(now + HEALTH_CACHED_MS + 1)).status).toBe(200);
    expect(queries).toBe(2);
    // An answer is never older than two of these times.
    await check(now + 2 * HEALTH_CACHED_MS);
    expect(queries).toBe(3);
    gate.resolve();
    expect((await hanging).status).toBe(200);
  });

  it('are spared by the rate limiter of the address', async () => {
    const { db, trips } = counting();
    const RATE_LIMITER = { limit: async () => ({ success: false }) };
    const headers = { 'cf-connecting-ip': '203.0.113.9' };
    const reply = await call('GET', '/health', { headers, env: { DB: db, RATE_LIMITER } });
    expectProblem(reply, 'rate-limited');
    expect(trips()).toBe(0);
  });
});
