/** Measures the creation of an account: with one database, and with three to choose a shard from. */
import { newFixture } from './fixture.ts';
import { PRIMARY_MS } from './nearest.ts';
import { median } from './statistics.ts';
import { type LocalWorker, startWorker } from './worker.ts';

export interface Opening {
  request: string;
  /** The round trips to all databases. */
  trips: number;
  /** The round trips in sequence: round trips to several databases at once count as one. */
  inTurn: number;
  /** The limit of `inTurn`. */
  allowed: number;
  /** Median latency in milliseconds with each database PRIMARY_MS away. */
  far: number;
}

const CODE = 'let me in';
const SHARDS = {
  1: { binding: 'DB_EU', region: 'eu' },
  2: { binding: 'DB_US', region: 'us' },
};

interface Case {
  request: string;
  allowed: number;
  keyed?: true;
  region?: string;
}

const withOne: readonly Case[] = [
  { request: 'one database', allowed: 1 },
  { request: 'one database, with an Idempotency-Key', allowed: 1, keyed: true },
];
const withThree: readonly Case[] = [
  { request: 'three databases', allowed: 2 },
  { request: 'three databases, with an Idempotency-Key', allowed: 3, keyed: true },
  { request: 'three databases, in a region', allowed: 1, region: 'eu' },
  { request: 'three databases, in a region, with a key', allowed: 2, region: 'eu', keyed: true },
];

/** @param code our bundle, and `observed`, which wraps it. */
export async function measureOpening(
  code: { ours: string; observed: string },
  times: number,
): Promise<Opening[]> {
  const fixture = newFixture({ accounts: 1, users: 1, actors: 1 });
  const modules = { 'observed.js': code.observed, 'worker-under-test': code.ours };
  const bindings = { DELAY_MS: PRIMARY_MS, CREATE_ACCOUNT_SECRET_CODE: CODE };
  const rows: Opening[] = [];
  for (const { cases, setup } of [
    { cases: withOne, setup: { bindings } },
    { cases: withThree, setup: { bindings: { ...bindings, SHARDS }, databases: ['DB_EU', 'DB_US'] } },
  ]) {
    const worker = await startWorker(fixture, { modules, ...setup });
    try {
      // At once, since each case mostly waits.
      rows.push(...(await Promise.all(cases.map((oneCase) => measure(worker, oneCase, times)))));
    } finally {
      await worker.stop();
    }
  }
  return rows;
}

async function measure({ url }: LocalWorker, oneCase: Case, times: number): Promise<Opening> {
  const { request, allowed, keyed, region } = oneCase;
  const samples: number[] = [];
  let [trips, inTurn] = [0, 0];
  for (let i = 0; i < times; i++) {
    const startMs = performance.now();
    const response = await fetch(new URL('/api/v1/account', url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(keyed && { 'idempotency-key': crypto.randomUUID() }),
      },
      body: JSON.stringify({ code: CODE, region }),
    });
    const body = await response.text();
    samples.push(performance.now() - startMs);
    if (response.status !== 201) throw new Error(`"${request}" failed: status ${response.status}: ${body}`);
    trips = Math.max(trips, JSON.parse(response.headers.get('x-cost') ?? '{}').trips);
    inTurn = Math.max(inTurn, Number(response.headers.get('x-in-turn')));
  }
  return { request, allowed, trips, inTurn, far: median(samples) };
}
