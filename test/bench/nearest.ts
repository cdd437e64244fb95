/** Reads with the database far away, and a replica of it near: one after the other, as one page makes them. */
import type { D1Database } from '@cloudflare/workers-types';
import { type Actor, newFixture } from './fixture.ts';
import { callOf, type OperationName, operations } from './operations.ts';
import { median } from './statistics.ts';
import { type LocalWorker, startWorker } from './worker.ts';

/** Milliseconds of each round trip: to the other side of the earth, and around the corner. */
export const PRIMARY_MS = 120;
export const NEAR_MS = 10;

export interface Nearest {
  read: string;
  /** Milliseconds, the median: of the primary alone, and with the replica. */
  alone: number;
  replica: number;
}

interface Read {
  operation: OperationName;
  more: string;
  /** Of whose account: one that has chosen `nearest`, or not. */
  reads: 'nearest' | 'primary';
  /** Makes no use of the bookmark of the answer before. */
  forgets?: true;
}

const reads: readonly Read[] = [
  { operation: 'free/busy of 5 calendars', more: 'a visitor', reads: 'primary' },
  { operation: 'week of 200 recurring events', more: "reads: 'nearest'", reads: 'nearest' },
  { operation: 'GET /me', more: "reads: 'nearest'", reads: 'nearest' },
  { operation: 'GET /me', more: "reads: 'nearest', no bookmark", reads: 'nearest', forgets: true },
  { operation: 'GET /me', more: "reads: 'primary'", reads: 'primary' },
];

/** @param code our bundle, and `observed`, which stands in front of it. */
export async function measureNearest(
  code: { ours: string; observed: string },
  times: number,
): Promise<Nearest[]> {
  const fixture = newFixture({ accounts: 2, users: 10, actors: 1 });
  const [nearest, primary] = fixture.actors as [Actor, Actor];
  const actors = { nearest, primary };
  const modules = { 'observed.js': code.observed, 'worker-under-test': code.ours };
  const measured: number[][] = [];
  for (const bindings of [{ DELAY_MS: PRIMARY_MS }, { DELAY_MS: PRIMARY_MS, NEAR_MS }]) {
    const worker = await startWorker(fixture, { modules, bindings });
    try {
      await prepare(worker.db, fixture.actors);
      await readNearest(worker, nearest);
      const row: number[] = [];
      for (const read of reads) row.push(await timeOf(worker, read, actors[read.reads], times));
      measured.push(row);
    } finally {
      await worker.stop();
    }
  }
  const [alone = [], replica = []] = measured;
  return reads.map(({ operation, more }, i) => ({
    read: `${operation}, ${more}`,
    alone: alone[i] ?? Number.NaN,
    replica: replica[i] ?? Number.NaN,
  }));
}

async function prepare(db: D1Database, actors: readonly Actor[]): Promise<void> {
  for (const { name, prepare } of operations) {
    if (reads.some(({ operation }) => operation === name)) await prepare?.(db, actors);
  }
}

async function readNearest({ url }: LocalWorker, { apiKey }: Actor): Promise<void> {
  const response = await fetch(new URL('/api/v1/account/settings', url), {
    method: 'PUT',
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ reads: 'nearest' }),
  });
  if (!response.ok) throw new Error(`The settings were answered ${response.status}.`);
}

async function timeOf(worker: LocalWorker, read: Read, actor: Actor, times: number): Promise<number> {
  const operation = operations.find(({ name }) => name === read.operation);
  if (!operation) throw new Error(`There is no operation "${read.operation}".`);
  const { path, headers } = callOf(operation, actor);
  let bookmark = '';
  const ask = async () => {
    const began = performance.now();
    const sent = bookmark && !read.forgets ? { ...headers, 'nettu-bookmark': bookmark } : headers;
    const response = await fetch(new URL(path, worker.url), { headers: sent });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`"${read.operation}" was answered ${response.status}.`);
    bookmark = response.headers.get('nettu-bookmark') ?? '';
    return performance.now() - began;
  };
  // The isolate meets the account, and the page the database.
  await ask();
  const samples: number[] = [];
  for (let i = 0; i < times; i++) samples.push(await ask());
  return median(samples);
}
