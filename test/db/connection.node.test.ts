/** Which batches a connection retries, how often, after which waits, and when it gives up. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BatchOptions, Connection, DEADLINE_MS, Outage } from '../../src/db/connection.ts';
import { query, type Sql, sql } from '../../src/db/sql.ts';

const read = [query`SELECT 1`];
const write = [query`SELECT 1`, sql`DELETE FROM users`];

const LOST = 'D1_ERROR: Network connection lost.';
const UNRESOLVED = 'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.';
/** The errors that D1's documentation says to retry (developers.cloudflare.com/d1/observability/debug-d1/#error-list). */
const transient = [
  LOST,
  UNRESOLVED,
  'D1_ERROR: D1 DB reset because its code was updated.',
  'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
  'D1_ERROR: Internal error in D1 DB storage caused object to be reset.',
  "D1_ERROR: Can't read from request stream because client disconnected.",
];
const lasting = [
  'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
  'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
  'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
  "D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.",
  'D1_ERROR: D1 DB exceeded its CPU time limit and was reset.',
  'something else',
];

/** Returns a database with an outcome per batch: null succeeds, a text is an error, and later batches never end. */
function database(...outcomes: (string | null)[]) {
  const at: number[] = [];
  const began = Date.now();
  const session = {
    prepare: (text: string) => ({ bind: () => text }),
    batch: (statements: string[]) => {
      const outcome = outcomes[at.length];
      at.push(Date.now() - began);
      if (outcome === undefined) return new Promise(() => {});
      if (outcome !== null) return Promise.reject(new Error(outcome));
      return Promise.resolve(
        statements.map(() => ({ results: [], meta: { rows_read: 0, rows_written: 0, size_after: 0 } })),
      );
    },
    getBookmark: () => '0',
  };
  return { db: { withSession: () => session } as unknown as D1Database, at };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Returns the outcome of a batch, and after how many milliseconds. */
async function outcomeOf(db: D1Database, statements: readonly Sql[], manner: BatchOptions = {}) {
  const began = Date.now();
  const outcome = new Connection(db).batch(statements, manner).then(
    () => ({ changed: 'answered', after: Date.now() - began }),
    (error: unknown) => ({
      changed: error instanceof Outage ? error.changed : String(error),
      after: Date.now() - began,
    }),
  );
  await vi.runAllTimersAsync();
  return outcome;
}

describe.each(transient)('%s', (message) => {
  it('retries a read until it succeeds, with five attempts at most and twice the wait each time', async () => {
    const { db, at } = database(message, message, message, message, null);
    expect(await outcomeOf(db, read)).toEqual({ changed: 'answered', after: 3000 });
    expect(at).toEqual([0, 200, 600, 1400, 3000]);
    const dead = database(...Array(9).fill(message));
    expect(await outcomeOf(dead.db, read)).toMatchObject({ changed: 'nothing' });
    expect(dead.at).toHaveLength(5);
  });

  it('retries a write that may run twice', async () => {
    const { db, at } = database(message, message, null);
    expect(await outcomeOf(db, write, { repeatable: true })).toMatchObject({ changed: 'answered' });
    expect(at).toHaveLength(3);
  });

  it('retries any other write only when it certainly has not run', async () => {
    const { db, at } = database(message, null);
    const { changed } = await outcomeOf(db, write);
    expect([changed, at.length]).toEqual(message === UNRESOLVED ? ['answered', 2] : ['unknown', 1]);
  });
});

it.each(lasting)('%s: retries nothing', async (message) => {
  for (const [statements, manner] of [
    [read, {}],
    [write, {}],
    [write, { repeatable: true }],
  ] as const) {
    const { db, at } = database(message, null);
    const { changed } = await outcomeOf(db, statements, manner);
    expect(changed).toBe(statements === read || message.includes('overloaded') ? 'nothing' : 'unknown');
    expect(at).toHaveLength(1);
  }
});

it('does not retry an error of SQLite, also after a retry', async () => {
  const defect = 'D1_ERROR: no such table: x: SQLITE_ERROR';
  const { db, at } = database(LOST, defect, null);
  expect(await outcomeOf(db, read)).toMatchObject({ changed: `Error: ${defect}` });
  expect(at).toHaveLength(2);
});

it('jitters the waits, from zero up to the full wait', async () => {
  for (const [random, times] of [
    [0, [0, 0, 0]],
    [0.5, [0, 100, 300]],
  ] as const) {
    vi.mocked(Math.random).mockReturnValue(random);
    const { db, at } = database(LOST, LOST, null);
    await outcomeOf(db, read);
    expect(at).toEqual(times);
  }
});

it('reports an unknown outcome when a write may have run once, even if its last attempt has not run', async () => {
  const { db } = database(LOST, ...Array(9).fill(UNRESOLVED));
  expect(await outcomeOf(db, write, { repeatable: true })).toMatchObject({ changed: 'unknown' });
});

it('gives up after ten seconds, however many retries are left', async () => {
  for (const outcomes of [[], [LOST], [LOST, LOST, LOST, LOST]]) {
    const { db, at } = database(...outcomes);
    expect(await outcomeOf(db, read)).toEqual({ changed: 'nothing', after: DEADLINE_MS });
    expect(at).toHaveLength(outcomes.length + 1);
  }
  expect(DEADLINE_MS).toBeLessThanOrEqual(10_000);
});

it('shares the ten seconds among the batches of one request', async () => {
  const { db } = database(null);
  const connection = new Connection(db);
  await connection.batch(read);
  await vi.advanceTimersByTimeAsync(9000);
  const began = Date.now();
  const next = connection.batch(read).catch(() => Date.now() - began);
  await vi.runAllTimersAsync();
  expect(await next).toBe(1000);
});

it('gives up on a replica at the same deadline', async () => {
  const { db } = database();
  const connection = new Connection(db, { replicaFrom: 'first-unconstrained', endsMs: Date.now() + 1000 });
  const began = Date.now();
  const outcome = connection.batch(read).catch(() => Date.now() - began);
  await vi.runAllTimersAsync();
  expect(await outcome).toBe(1000);
});
