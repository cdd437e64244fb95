/** Times reads with the primary far away and a replica close, one after the other, as a page sends them. */
import type { D1Database } from '@cloudflare/workers-types';
import { type Actor, newFixture } from './fixture.ts';
import { callOf, type OperationName, operations } from './operations.ts';
import { median } from './statistics.ts';
import { type LocalWorker, startWorker } from './worker.ts';

/** The round trip to a primary on the other side of the earth, and to a replica in the same city. */
export const PRIMARY_MS = 120;
export const REPLICA_MS = 10;

export interface ReplicaRead {
  read: string;
  /** Median latencies in milliseconds, with the primary alone and with a replica. */
  alone: number;
  replica: number;
}

interface Read {
  operation: OperationName;
  variant: string;
  /** The setting of the account. */
  reads: 'nearest' | 'primary';
  /** Whether each request sends the bookmark of the answer before. */
  bookmark: boolean;
}

const reads: readonly Read[] = [
  { operation: 'free/busy of 5 calendars', variant: 'anonymous', reads: 'primary', bookmark: true },
  {
    operation: 'week of 200 recurring events',
    variant: "reads: 'nearest'",
    reads: 'nearest',
    bookmark: true,
  },
  { operation: 'GET /me', variant: "reads: 'nearest'", reads: 'nearest', bookmark: true },
  { operation: 'GET /me', variant: "reads: 'nearest', no bookmark", reads: 'nearest', bookmark: false },
  { operation: 'GET /me', variant: "reads: 'primary'", reads: 'primary', bookmark: true },
];

/** @param code our bundle, and `observed`, which wraps it. */
export async function measureReplica(
  code: { ours: string; observed: string },
  times: number,
): Promise<ReplicaRead[]> {
  const fixture = newFixture({ accounts: 2, users: 10, actors: 1 });
  const [onReplica, onPrimary] = fixture.actors as [Actor, Actor];
  const actors = { nearest: onReplica, primary: onPrimary };
  const modules = { 'observed.js': code.observed, 'worker-under-test': code.ours };
  const measured: number[][] = [];
  for (const bindings of [{ DELAY_MS: PRIMARY_MS }, { DELAY_MS: PRIMARY_MS, REPLICA_MS }]) {
    const worker = await startWorker(fixture, { modules, bindings });
    try {
      await prepare(worker.db, fixture.actors);
      await letReplicasAnswer(worker, onReplica);
      const row: number[] = [];
      for (const read of reads) row.push(await timeOf(worker, read, actors[read.reads], times));
      measured.push(row);
    } finally {
      await worker.stop();
    }
  }
  const [alone = [], replica = []] = measured;
  return reads.map(({ operation, variant }, i) => ({
    read: `${operation}, ${variant}`,
    alone: alone[i] ?? Number.NaN,
    replica: replica[i] ?? Number.NaN,
  }));
}

async function prepare(db: D1Database, actors: readonly Actor[]): Promise<void> {
  for (const { name, prepare } of operations) {
    if (reads.some(({ operation }) => operation === name)) await prepare?.(db, actors);
  }
}

async function letReplicasAnswer({ url }: LocalWorker, { apiKey }: Actor): Promise<void> {
  const response = await fetch(new URL('/api/v1/account/settings', url), {
    method: 'PUT',
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ reads: 'nearest' }),
  });
  if (!response.ok) throw new Error(`PUT /account/settings failed: status ${response.status}`);
}

async function timeOf(worker: LocalWorker, read: Read, actor: Actor, times: number): Promise<number> {
  const operation = operations.find(({ name }) => name === read.operation);
  if (!operation) throw new Error(`operations.ts has no "${read.operation}"`);
  const { path, headers } = callOf(operation, actor);
  let bookmark = '';
  const send = async () => {
    const startMs = performance.now();
    const sent = bookmark && read.bookmark ? { ...headers, 'nettu-bookmark': bookmark } : headers;
    const response = await fetch(new URL(path, worker.url), { headers: sent });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`"${read.operation}" failed: status ${response.status}`);
    bookmark = response.headers.get('nettu-bookmark') ?? '';
    return performance.now() - startMs;
  };
  // The first answer fills the caches of the isolate, and brings the first bookmark.
  await send();
  const samples: number[] = [];
  for (let i = 0; i < times; i++) samples.push(await send());
  return median(samples);
}
