/** What D1 bills, counted and not timed: round trips, rows read and rows written, in a small account and a large one. */
import { type Actor, addCalendars, addUsers, newFixture } from './fixture.ts';
import { once } from './load.ts';
import { operations } from './operations.ts';
import type { Tally } from './references/observed.ts';
import { type LocalWorker, startWorker } from './worker.ts';

export interface Cost {
  /** In the account, before and after. */
  users: readonly [number, number];
  rows: CostRow[];
  /** Bytes of the database for each, indexes included. */
  bytesPerUser: number;
  bytesPerCalendar: number;
}

export interface CostRow {
  operation: string;
  /** The round trips that it may take. */
  allowed: number;
  trips: number;
  rowsRead: readonly [few: number, many: number];
  rowsWritten: readonly [few: number, many: number];
}

/** Requests of each operation, by as many users: the dearest counts. */
const REQUESTS = 5;

export async function measureCost(
  code: { ours: string; observed: string },
  users: readonly [number, number],
): Promise<Cost> {
  const [few, many] = users;
  const fixture = newFixture({ accounts: 1, users: few, actors: REQUESTS });
  const [account] = fixture.accounts;
  if (!account) throw new Error('The fixture has no account.');
  const modules = { 'observed.js': code.observed, 'worker-under-test': code.ours };
  const worker = await startWorker(fixture, { modules, bindings: { DELAY_MS: 0 } });
  try {
    const { db } = worker;
    for (const { prepare } of operations) await prepare?.(db, fixture.actors);
    const before = await tallies(worker, fixture.actors);

    const { meta } = await db.prepare('SELECT 1').run();
    const withUsers = await addUsers(db, account, few, many);
    const withCalendars = await addCalendars(db, account, few, many);
    const after = await tallies(worker, fixture.actors);

    return {
      users,
      rows: operations.map(({ name, trips }, i) => {
        const [small = none, large = none] = [before[i], after[i]];
        return {
          operation: name,
          allowed: trips,
          trips: Math.max(small.trips, large.trips),
          rowsRead: [small.rowsRead, large.rowsRead],
          rowsWritten: [small.rowsWritten, large.rowsWritten],
        };
      }),
      bytesPerUser: (withUsers - meta.size_after) / (many - few),
      bytesPerCalendar: (withCalendars - withUsers) / (many - few),
    };
  } finally {
    await worker.stop();
  }
}

const none: Tally = { trips: 0, rowsRead: 0, rowsWritten: 0 };

/** Of each operation, once the isolate has met the account: `test/db/round-trips.test.ts` has the first time. */
async function tallies(worker: LocalWorker, actors: readonly Actor[]): Promise<Tally[]> {
  const [first] = actors;
  if (!first) throw new Error('The fixture has no actors.');
  for (const operation of operations) await once(worker, operation, first);

  const dearest: Tally[] = [];
  for (const operation of operations) {
    const worst = { ...none };
    for (const actor of actors) {
      const { headers } = await once(worker, operation, actor);
      const tally: Tally = JSON.parse(headers.get('x-cost') ?? '{}');
      for (const count of ['trips', 'rowsRead', 'rowsWritten'] as const) {
        worst[count] = Math.max(worst[count], tally[count]);
      }
    }
    dearest.push(worst);
  }
  return dearest;
}
