/** Counts the round trips, rows read and rows written of each operation, in a small account and a large one. D1 bills rows. */
import { type Actor, addCalendars, addUsers, newFixture } from './fixture.ts';
import { once } from './load.ts';
import { operations } from './operations.ts';
import type { Tally } from './references/observed.ts';
import { type LocalWorker, startWorker } from './worker.ts';

export interface Cost {
  /** The users of the account when it is small, and when it is large. */
  users: readonly [number, number];
  rows: CostRow[];
  /** Indexes included. */
  bytesPerUser: number;
  bytesPerCalendar: number;
}

export interface CostRow {
  operation: string;
  /** The limit of `trips`. */
  allowed: number;
  trips: number;
  rowsRead: readonly [few: number, many: number];
  rowsWritten: readonly [few: number, many: number];
}

/**
 * The requests of each operation, each by another user. The one in the middle counts: one idempotency record in sixteen is
 * counted, which costs more.
 */
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

/** The cost of each operation once the isolate has cached the account. `round-trips.test.ts` counts the first request. */
async function tallies(worker: LocalWorker, actors: readonly Actor[]): Promise<Tally[]> {
  const [first] = actors;
  if (!first) throw new Error('The fixture has no actors.');
  for (const operation of operations) await once(worker, operation, first);

  const middle: Tally[] = [];
  for (const operation of operations) {
    const all: Tally[] = [];
    for (const actor of actors) {
      const { headers } = await once(worker, operation, actor);
      all.push(JSON.parse(headers.get('x-cost') ?? '{}'));
    }
    const of = (count: keyof Tally): number =>
      all.map((tally) => tally[count]).sort((a, b) => a - b)[all.length >> 1] ?? 0;
    middle.push({ trips: of('trips'), rowsRead: of('rowsRead'), rowsWritten: of('rowsWritten') });
  }
  return middle;
}
