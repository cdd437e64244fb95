/** Where a new account comes to live. */
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

describe('a region', () => {
  it('that is named decides', async () => {
    for (const [place, region] of ['home', 'eu', 'us'].entries()) {
      const { env, trips } = counted();
      const reply = await open(env, { region });
      expect([reply.status, shardOf(reply)]).toEqual([201, place]);
      expect(trips()).toEqual([0, 1, 2].map((i) => Number(i === place)));
      const headers = { 'x-api-key': reply.body.secretApiKey };
      expect((await call('GET', '/account', { headers, env })).body.account).toEqual(reply.body.account);
    }
  });

  it('that there is not is refused, and those that there are are named; nothing is asked', async () => {
    const { env, trips } = counted();
    const reply = await open(env, { region: 'mars' });
    expectInvalid(reply, 'region');
    expect(reply.problem.detail).toBe('region must be one of eu, home, us.');
    expect(trips()).toEqual([0, 0, 0]);
  });

  it('is refused where the operator has none, and told to nobody with a wrong code', async () => {
    const reply = await open({}, { region: 'eu' });
    expectInvalid(reply, 'region');
    expect(reply.problem.detail).toBe('region is not offered here.');
    expectProblem(await open(deployed(), { region: 'mars', code: 'no' }), 'account-code-wrong');
  });

  it('of several places is where there is room', async () => {
    const SHARDS: Env['SHARDS'] = {
      1: { binding: 'DB_EU', region: 'eu' },
      2: { binding: 'DB_US', region: 'eu' },
    };
    const env = { ...deployed({ DB_EU: full(databases.DB_EU) }), SHARDS };
    expect(shardOf(await open(env, { region: 'eu' }))).toBe(2);
  });
});

describe('without a region', () => {
  it('the roomiest of all is chosen', async () => {
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

  it('one that is out of reach gets no account, and keeps none from the others', async () => {
    const lost = failing(new Error('D1_ERROR: Network connection lost.'));
    expect(shardOf(await open(deployed({ DB: full(databases.DB), DB_EU: lost })))).toBe(2);
  });

  it('it is 507 when all are full, and nothing is written; named or not', async () => {
    const { DB, DB_EU, DB_US } = databases;
    const env = deployed({ DB: full(DB), DB_EU: full(DB_EU), DB_US: full(DB_US) });
    const before = await everything();
    expectProblem(await open(env), 'no-room');
    expectProblem(await open(env, {}, { 'idempotency-key': 'full' }), 'no-room');
    expect(await everything()).toEqual(before);
  });

  it('it is 503 when those that are not full are out of reach', async () => {
    const { DB, DB_EU } = databases;
    const lost = failing(new Error('D1_ERROR: D1 DB is overloaded. Too many requests queued.'));
    expectProblem(
      await open(deployed({ DB: full(DB), DB_EU: full(DB_EU), DB_US: lost })),
      'database-unavailable',
    );
  });

  it('nobody asks how full they are with a wrong code', async () => {
    const { env, trips } = counted();
    expectProblem(await open(env, { code: 'no' }, { 'idempotency-key': 'wrong' }), 'account-code-wrong');
    expect(trips()).toEqual([0, 0, 0]);
  });

  it('one place alone is not asked: the account takes one round trip', async () => {
    const { env, trips } = counted();
    expect((await open({ ...env, SHARDS: {} })).status).toBe(201);
    expect(trips()).toEqual([1, 0, 0]);
  });
});

describe('with an Idempotency-Key', () => {
  const only = (place: number) =>
    deployed(
      Object.fromEntries(
        Object.entries(databases).map(([name, db], i) => [name, i === place ? db : full(db)]),
      ),
    );
  const keyed = () => ({ 'idempotency-key': crypto.randomUUID() });

  it('the first answer is found again, though another place would be chosen now', async () => {
    for (const place of [0, 1, 2]) {
      const headers = keyed();
      const first = await open(only(place), {}, headers);
      expect([first.status, shardOf(first)]).toEqual([201, place]);
      const before = await everything();
      for (const other of [0, 1, 2]) {
        const again = await open(only(other), {}, headers);
        expect([again.status, again.body]).toEqual([201, first.body]);
        expect(again.headers.get('idempotency-replayed')).toBe('true');
      }
      expect(await everything()).toEqual(before);
    }
  });

  it('many at once that would choose differently make one account', async () => {
    const headers = keyed();
    const before = await Promise.all(Object.values(databases).map(accountsIn));
    const replies = await Promise.all(Array.from({ length: 12 }, (_, i) => open(only(i % 3), {}, headers)));
    for (const reply of replies) expect([reply.status, reply.body]).toEqual([201, replies[0]?.body]);
    const after = await Promise.all(Object.values(databases).map(accountsIn));
    expect(after.map((n, i) => n - (before[i] as number)).sort()).toEqual([0, 0, 1]);
  });

  it('an answer from the time of a single place is found again', async () => {
    const headers = keyed();
    const first = await open({}, {}, headers);
    const again = await open(only(1), {}, headers);
    expect(again.body).toEqual(first.body);
  });

  it('a request that went no further than the choice is carried out where that was', async () => {
    const headers = keyed();
    const dead = through(async () => Promise.reject(new Error('D1_ERROR: Network connection lost.')));
    const asked = await open(
      deployed({ DB: full(databases.DB), DB_US: full(databases.DB_US), DB_EU: afterOne(dead) }),
      {},
      headers,
    );
    expectProblem(asked, 'outcome-unknown');
    expect(shardOf(await open(only(2), {}, headers))).toBe(1);
  });

  /** Says how full it is, and is out of reach from then on. */
  function afterOne(dead: D1Database): D1Database {
    return through((run, count) => (count === 1 ? run() : dead.batch([])), databases.DB_EU);
  }

  it('it is 422 with another body, also where the first went no further than the choice', async () => {
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

  it('is free again after a day', async () => {
    const headers = keyed();
    const first = await open(only(1), {}, headers);
    const now = Date.now() + 24 * 3_600_000 + 1000;
    const next = await call('POST', '/account', { body: { code: CODE }, headers, env: only(2), now });
    expect([next.status, shardOf(next)]).toEqual([201, 2]);
    expect(next.body).not.toEqual(first.body);
  });
});

it('all that it asks for together has ten seconds', async () => {
  const empty = () => Promise.resolve([{ results: [], meta: { size_after: 1, rows_read: 0 } }]) as never;
  const asked: number[] = [];
  const hung = through(() => {
    asked.push(Date.now());
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
    // How full it is, and what was chosen before.
    expect(asked).toHaveLength(2);
    expect(replied - (asked[0] as number)).toBeLessThanOrEqual(10_000);
  } finally {
    vi.useRealTimers();
  }
});
