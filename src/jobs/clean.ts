/**
 * Deletes what is over: expired holds, deliveries and idempotency records, and cancelled bookings that nobody keeps any
 * longer. It also finishes what one statement only began. It has a cron of its own, so it delays no other job.
 *
 * The tasks take turns, one bounded step at a time, so none of them waits for the backlog of another, and after a step the
 * database is free for as long as the step took. A task goes on until
 * nothing is left, and all of them until the run has used its time or its statements.
 */
import { batch } from '../db/connection.ts';
import { deleteExpired as deleteRecords, selectEndOfStretch } from '../db/idempotency-store.ts';
import { JobLog } from '../job-log.ts';
import {
  cancelSeats,
  deleteCancelled,
  deleteExpiredHolds,
  deleteFinished,
  moveCounts,
  selectCancellation,
  selectEndOfBookings,
  selectEndOfHosts,
} from '../resources/bookings/clean-sql.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time/units.ts';
import { deleteExpired as deleteDeliveries } from '../webhooks/outbox-sql.ts';
import { loadWalks, saveWalks, type Walk } from './walks.ts';

/** What one run may use. D1 grants a run 1,000 queries (developers.cloudflare.com/d1/platform/limits). */
const BOUNDS = { statements: 600, ms: 20 * SECOND_MS };

/** The rows that one statement deletes or changes: some tens of milliseconds of the database. */
const STEP_ROWS = 500;

/** The walks over whole tables. Their statements read up to `rows` rows, most of which stay. */
const WALKS: readonly Walk[] = [
  // A record that has expired is never replayed, so it may stay until the next walk comes by.
  { name: 'idempotency', rows: 5000, restMs: HOUR_MS / 2, end: selectEndOfStretch, change: deleteRecords },
  {
    name: 'cancelled bookings',
    rows: 5000,
    restMs: DAY_MS,
    end: selectEndOfBookings,
    change: deleteCancelled,
  },
  { name: 'counts of hosts', rows: 500, restMs: DAY_MS, end: selectEndOfHosts, change: moveCounts },
];

interface Task {
  name: string;
  statements: number;
  /** Does one step, and returns whether there is more to do. */
  step(now: number): Promise<boolean>;
}

/**
 * One run in one database.
 *
 * @param clock milliseconds since the epoch.
 * @param bounds the milliseconds and the statements of the run.
 * @param log counts the steps of each task.
 * @throws the first failure of a task, once the others have had their turns.
 */
export async function clean(
  db: D1Database,
  clock: () => number,
  bounds = BOUNDS,
  log = new JobLog(),
): Promise<void> {
  const startedAt = clock();
  const walks = await loadWalks(db, WALKS, startedAt);
  const tasks: Task[] = [
    seats(db),
    holds(db),
    deliveries(db),
    ...walks.map((walk) => ({ name: walk.name, statements: 2, step: (now: number) => walk.step(db, now) })),
  ];
  const failures: unknown[] = [];
  let statements = 0;
  for (let left = tasks; left.length > 0; ) {
    const more: Task[] = [];
    for (const task of left) {
      if (clock() - startedAt >= bounds.ms || statements + task.statements > bounds.statements) continue;
      statements += task.statements;
      const stepStartedAt = Date.now();
      try {
        log.count(task.name, 1);
        if (await task.step(clock())) more.push(task);
      } catch (error) {
        log.fail(task.name, error);
        failures.push(error);
      }
      const stepMs = Date.now() - stepStartedAt;
      if (stepMs > 0) await scheduler.wait(stepMs);
    }
    left = more;
  }
  await saveWalks(db, walks);
  if (failures.length > 0) throw failures[0];
}

/** The task that deletes expired deliveries, those first that expired first. */
const deliveries = (db: D1Database): Task => ({
  name: 'deliveries',
  statements: 1,
  step: async (now) => {
    const [rows] = await batch(db, [deleteDeliveries(now, STEP_ROWS)]);
    return rows.length === STEP_ROWS;
  },
});

/** The task that deletes expired holds, beginning with any account, so that none always comes last. */
function holds(db: D1Database): Task {
  let from: string = crypto.randomUUID();
  return {
    name: 'holds',
    statements: 1,
    step: async (now) => {
      const [rows] = await batch(db, [deleteExpiredHolds(from, now, STEP_ROWS)]);
      const begun = from === '';
      if (rows.length < STEP_ROWS) from = '';
      return rows.length === STEP_ROWS || !begun;
    },
  };
}

/** The task that cancels the seats of sessions whose events are deleted, for one account after the other. */
function seats(db: D1Database): Task {
  let last: string = crypto.randomUUID();
  return {
    name: 'cancellations',
    statements: 3,
    step: async () => {
      const [[next]] = await batch(db, [selectCancellation(last)]);
      const ended = !next && last === '';
      last = next?.account_id ?? '';
      if (next) await batch(db, [cancelSeats(next, STEP_ROWS), deleteFinished(next)]);
      return !ended;
    },
  };
}
