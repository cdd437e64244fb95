/**
 * Deletes what is removed, step by step. The accounts take turns of one step each, and between two steps the database is
 * free for as long as the step took. A removal that fails is put off alone, and goes on with shorter steps.
 */
import { batch } from '../db/connection.ts';
import { reportFailure } from '../report-failure.ts';
import { SECOND_MS } from '../time/units.ts';
import { putOff, type Removal, selectNext } from './sql.ts';
import { STEPS } from './steps.ts';

/** What one run may use. D1 grants a run 1,000 queries (developers.cloudflare.com/d1/platform/limits). */
const BOUNDS = { steps: 200, ms: 20 * SECOND_MS };

interface RunOptions {
  bounds?: typeof BOUNDS;
  /** Waits between two steps. */
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * One run in one database. What it leaves is for the next minute's.
 *
 * @param clock milliseconds since the epoch.
 * @throws Outage
 */
export async function removeInSteps(
  db: D1Database,
  clock: () => number,
  { bounds = BOUNDS, wait = (ms) => scheduler.wait(ms) }: RunOptions = {},
): Promise<void> {
  const startedAt = clock();
  /** The steps that have nothing left, by the id of what is removed. */
  const done = new Map<string, number>();
  let last = '';
  for (let steps = 0; steps < bounds.steps && clock() - startedAt < bounds.ms; ) {
    const [[removal]] = await batch(db, [selectNext(last, clock())]);
    if (!removal && last === '') return;
    last = removal?.account_id ?? '';
    if (!removal) continue;
    const at = clock();
    try {
      if (!(await runStep(db, removal, done.get(removal.id) ?? 0)))
        done.set(removal.id, (done.get(removal.id) ?? 0) + 1);
    } catch (error) {
      reportFailure('remove', error);
      await batch(db, [putOff(removal, clock())]);
    }
    steps += 1;
    await wait(clock() - at);
  }
}

/** Runs one step, and returns whether it left anything. */
async function runStep(db: D1Database, removal: Removal, index: number): Promise<boolean> {
  const step = STEPS[removal.kind][index];
  if (!step) return false;
  const results = await batch(db, step(removal));
  const [row] = results.at(-1) as { more: number }[];
  return row?.more === 1;
}
