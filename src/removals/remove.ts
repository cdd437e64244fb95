/**
 * Deletes what is removed, step by step. The accounts take turns of one step each. A removal that fails is put off alone, and goes on with shorter steps.
 */
import { RunBudget } from '../db/run-budget.ts';
import { JobLog } from '../job-log.ts';
import { SECOND_MS } from '../time/units.ts';
import { putOff, selectNext } from './sql.ts';
import { STEPS } from './steps.ts';

interface RunOptions {
  /** The most statements, and milliseconds, of the run. */
  statements?: number;
  ms?: number;
  log?: JobLog;
}

/**
 * One run in one database. What it leaves is for the next minute's.
 *
 * @param clock milliseconds since the epoch.
 * @returns the number of steps.
 * @throws Outage
 */
export async function removeInSteps(
  db: D1Database,
  clock: () => number,
  { statements = 600, ms = 20 * SECOND_MS, log = new JobLog() }: RunOptions = {},
): Promise<number> {
  const budget = new RunBudget(statements, ms);
  /** How many steps of each removal, by its id, have nothing left. */
  const done = new Map<string, number>();
  let last = '';
  let steps = 0;
  while (!budget.spent) {
    const [[removal]] = await budget.batch(db, [selectNext(last, clock())]);
    if (!removal && last === '') break;
    last = removal?.account_id ?? '';
    const index = done.get(removal?.id ?? '') ?? 0;
    const step = removal && STEPS[removal.kind][index];
    if (!step) continue;
    steps += 1;
    try {
      const results = await budget.batch(db, step(removal));
      const [left] = results.at(-1) as { more: number }[];
      if (!left?.more) done.set(removal.id, index + 1);
    } catch (error) {
      log.fail('remove', error);
      await budget.batch(db, [putOff(removal, clock())]);
    }
  }
  return steps;
}
