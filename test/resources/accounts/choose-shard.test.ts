/** The shard that a new account is created in. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../../src/env.ts';
import { CODE, call } from '../../support/client.ts';
import { failing, snapshot, through } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { counted, databases, deployed, filled } from '../../support/shards.ts';

const GB = 1e9;
const full = (db: D1Database) => filled(db, 9.5 * GB);
const open = (env: Partial<Env>, body: object = {}, headers: Record<string, string> = {}) =>
  call('POST', '/account', { body: { code: CODE, ...body }, headers, env });
const shardOf = ({ body }: Awaited<ReturnType<typeof open>>): number =>
  Number(/^sk_(\d+)\./.exec(body.secretApiKey)?.[1] ?? 0);
const accountsIn = async (db: D1Database) => (await snapshot(db)).accounts?.length ?? 0;
const everything = () => Promise.all(Object.values(databases).map((db) => snapshot(db)));

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe('POST /account with a region', () => {
  it('creates the account in the shard of that region', async () => {
    for (const [shard, region] of ['home', 'eu', 'us'].entries()) {
      const { env, trips } = counted();
      const reply = await open(env, { region });
      expect([reply.status, shardOf(reply)]).toEqual([201, shard]);
      expect(trips()).toEqual([0, 1, 2].map((i) => Number(i === shard)));
      const headers = { 'x-api-key': reply.body.secretApiKey };
      expect((await call('GET', '/account', { headers, env })).body.account).toEqual(reply.body.account);
    }
  });

  it('rejects an unknown region, lists the known ones and queries no shard', async () => {
    const { env, trips } = counted();
    const reply = await open(env, { region: 'mars' });
    expectInvalid(reply, 'region');
    expect(reply.problem.detail).toBe('region must be one of eu, home, us.');
    expect(trips()).toEqual([0, 0, 0]);
  });

  it('rejects a region where none is configured, and checks the code first', async () => {
    const reply = await open({}, { region: 'eu' });
    expectInvalid(reply, 'region');
    expect(reply.problem.detail).toBe('region is not offered here.');
    expectProblem(await open(deployed(), { region: 'mars', code: 'no' }), 'account-code-wrong');
  });

  it('picks the shard with room among several in the region', async () => {
    const SHARDS: Env['SHARDS'] = {
      1: { binding: 'DB_EU', region: 'eu' },
      2: { binding: 'DB_US', region: 'eu' },
    };
    const env = { ...deployed({ DB_EU: full(databases.DB_EU) }), SHARDS };
    expect(shardOf(await open(env, { region: 'eu' }))).toBe(2);
  });
});

describe('POST /account without a region', () => {
  it('picks the shard with the most room', async () => {
    const sizes = [
      [3, 2, 1],
      [1, 2, 3],
      [2, 1, 3],
      [9.5, 9.1, 8.9],
    ];
    for (const [DB, DB_EU, DB_US] of sizes as [number, number, number][]) {
      const env = deployed({
        DB: filled(databases.DB, DB * GB),
        DB_EU: filled(databases.DB_EU, DB_EU * GB),
        DB_US: filled(databases.DB_US, DB_US * GB),
      });
      const least = [DB, DB_EU, DB_US].indexOf(Math.min(DB, DB_EU, DB_US));
      expect(shardOf(await open(env))).toBe(least);
    }
  });

  it('skips a shard that is out of reach', async () => {
    const lost = failing(new Error('D1_ERROR: Network connection lost.'));
    expect(shardOf(await open(deployed({ DB: full(databases.DB), DB_EU: lost })))).toBe(2);
  });

  it('returns 507 and writes nothing when all shards are full', async () => {
    const { DB, DB_EU, DB_US } = databases;
    const env = deployed({ DB: full(DB), DB_EU: full(DB_EU), DB_US: full(DB_US) });
    const before = await everything();
    expectProblem(await open(env), 'no-room');
    expectProblem(await open(env, {}, { 'idempotency-key': 'full' }), 'no-room');
    expect(await everything()).toEqual(before);
  });

  it('returns 503 when every shard with room is out of reach', async () => {
    const { DB, DB_EU } = databases;
    const lost = failing(new Error('D1_ERROR: D1 DB is overloaded. Too many requests queued.'));
    expectProblem(
      await open(deployed({ DB: full(DB), DB_EU: full(DB_EU), DB_US: lost })),
      'database-unavailable',
    );
  });

  it('queries no shard when the code is wrong', async () => {
    const { env, trips } = counted();
    expectProblem(await open(env, { code: 'no' }, { 'idempotency-key': 'wrong' }), 'account-code-wrong');
    expect(trips()).toEqual([0, 0, 0]);
  });

  it('makes one round trip with a single shard', async () => {
    const { env, trips } = counted();
    expect((await open({ ...env, SHARDS: {} })).status).toBe(201);
    expect(trips()).toEqual([1, 0, 0]);
  });
});

describe('POST /account with an Idempotency-Key', () => {
  const only = (shard: number) =>
    deployed(
      Object.fromEntries(
        Object.entries(databases).map(([name, db], i) => [name, i === shard ? db : full(db)]),
      ),
    );
  const keyed = () => ({ 'idempotency-key': crypto.randomUUID() });

  it('replays the first response even if another shard would be chosen now', async () => {
    for (const shard of [0, 1, 2]) {
      const headers = keyed();
      const first = await open(only(shard), {}, headers);
      expect([first.status, shardOf(first)]).toEqual([201, shard]);
      const before = await everything();
      for (const other of [0, 1, 2]) {
        const again = await open(only(other), {}, headers);
        expect([again.status, again.body]).toEqual([201, first.body]);
        expect(again.headers.get('idempotency-replayed')).toBe('true');
      }
      expect(await everything()).toEqual(before);
    }
  });

  it('creates one account from concurrent requests that would choose different shards', async () => {
    const headers = keyed();
    const before = await Promise.all(Object.values(databases).map(accountsIn));
    const replies = await Promise.all(Array.from({ length: 12 }, (_, i) => open(only(i % 3), {}, headers)));
    for (const reply of replies) expect([reply.status, reply.body]).toEqual([201, replies[0]?.body]);
    const after = await Promise.all(Object.values(databases).map(accountsIn));
    expect(after.map((n, i) => n - (before[i] as number)).sort()).toEqual([0, 0, 1]);
  });

  it('replays a response from before the deployment had shards', async () => {
    const headers = keyed();
    const first = await open({}, {}, headers);
    const again = await open(only(1), {}, headers);
    expect(again.body).toEqual(first.body);
  });

  it('retries in the shard that an interrupted request chose', async () => {
    const headers = keyed();
    const dead = through(async () => Promise.reject(new Error('D1_ERROR: Network connection lost.')));
    const interrupted = await open(
      deployed({ DB: full(databases.DB), DB_US: full(databases.DB_US), DB_EU: afterOne(dead) }),
      {},
      headers,
    );
    expectProblem(interrupted, 'outcome-unknown');
    expect(shardOf(await open(only(2), {}, headers))).toBe(1);
  });

  /** Answers the first batch and fails every later one. */
  function afterOne(dead: D1Database): D1Database {
    return through((run, count) => (count === 1 ? run() : dead.batch([])), databases.DB_EU);
  }

  it('returns 422 for a different body, also after an interrupted request', async () => {
    const headers = keyed();
    await open(deployed(), { region: 'eu' }, headers);
    expectProblem(await open(deployed(), { region: 'us' }, headers), 'idempotency-key-reused');
    expectProblem(await open(deployed(), {}, headers), 'idempotency-key-reused');
    const others = keyed();
    const lost = failing(new Error('D1_ERROR: Network connection lost.'));
    expect((await open(deployed({ DB_EU: lost }), { region: 'eu' }, others)).status).toBe(503);
    expectProblem(await open(deployed(), { region: 'us' }, others), 'idempotency-key-reused');
    expect((await open(deployed(), { region: 'eu' }, others)).status).toBe(201);
  });

  it('accepts the key for a new account after 24 hours', async () => {
    const headers = keyed();
    const first = await open(only(1), {}, headers);
    const now = Date.now() + 24 * 3_600_000 + 1000;
    const next = await call('POST', '/account', { body: { code: CODE }, headers, env: only(2), now });
    expect([next.status, shardOf(next)]).toEqual([201, 2]);
    expect(next.body).not.toEqual(first.body);
  });
});

it('answers within ten seconds in total when a shard hangs', async () => {
  const empty = () =>
    Promise.resolve([{ results: [], meta: { size_after: 1, rows_read: 0, rows_written: 0 } }]) as never;
  const queriedAt: number[] = [];
  const hung = through(() => {
    queriedAt.push(Date.now());
    return new Promise(() => {});
  });
  const env = deployed({ DB: hung, DB_EU: through(empty), DB_US: through(empty) });
  vi.useFakeTimers();
  try {
    let replied = 0;
    const reply = open(env, {}, { 'idempotency-key': crypto.randomUUID() }).finally(() => {
      replied = Date.now();
    });
    while (!replied) await vi.advanceTimersByTimeAsync(100);
    expect((await reply).status).toBe(503);
    // One query for the size and one for the earlier choice.
    expect(queriedAt).toHaveLength(2);
    expect(replied - (queriedAt[0] as number)).toBeLessThanOrEqual(10_000);
  } finally {
    vi.useRealTimers();
  }
});
