/** Times each operation with the database far away, as it is from most users. Then the round trips decide. */

import type { Fixture } from './fixture.ts';
import { load } from './load.ts';
import { operations } from './operations.ts';
import { quantile } from './statistics.ts';
import { type LocalWorker, startWorker } from './worker.ts';

/** The delay of each round trip: across a continent and back. */
export const DELAY_MS = 40;

/** Few enough to keep the machine idle, so that the time is all waiting. */
const CONNECTIONS = 2;

export interface Distance {
  operation: string;
  /** Median latencies in milliseconds. */
  ours: number;
  sequential: number;
}

/** @param code the bundles of both Workers, and `observed`, which wraps them. */
export async function measureDistance(
  code: { ours: string; sequential: string; observed: string },
  fixture: Fixture,
  seconds: number,
): Promise<Distance[]> {
  const workers: LocalWorker[] = [];
  const start = async (worker: string) => {
    const modules = { 'observed.js': code.observed, 'worker-under-test': worker };
    const started = await startWorker(fixture, { modules, bindings: { DELAY_MS } });
    workers.push(started);
    return started;
  };
  try {
    const ours = await start(code.ours);
    const sequential = await start(code.sequential);
    const rows: Distance[] = [];
    for (const operation of operations) {
      const p50 = async (worker: LocalWorker) => {
        await operation.prepare?.(worker.db, fixture.actors);
        const { latencies } = await load(worker, operation, fixture.actors, {
          seconds,
          connections: CONNECTIONS,
        });
        return quantile(latencies, 0.5);
      };
      rows.push({ operation: operation.name, ours: await p50(ours), sequential: await p50(sequential) });
    }
    return rows;
  } finally {
    for (const worker of workers) await worker.stop();
  }
}
