/**
 * Looks at events again without a change of their own: those that are older than their account's webhook, and those of a
 * calendar that has changed its time zone or week start. Each account takes a step in turn.
 */
import { Outage } from '../db/connection.ts';
import { RunBudget } from '../db/run-budget.ts';
import type { Env } from '../env.ts';
import { reportFailure } from '../report-failure.ts';
import { SECOND_MS } from '../time/units.ts';
import {
  type BackfillRow,
  backfillEvents,
  type Position,
  recheck,
  selectBackfilling,
  selectRechecked,
} from './sql.ts';

/** The accounts of one page, and the events that a step reads. */
const ACCOUNTS_MAX = 20;
const STEP_EVENTS_MAX = 2000;

export const backfillBudget = () => new RunBudget(200, 5 * SECOND_MS);

/**
 * Makes those events due, so that `remind` computes their reminders. The first account is any of them: so no account waits
 * for others longer than for their steps, whatever a run leaves over.
 *
 * @returns the number of steps.
 * @throws Outage
 */
export async function backfillReminders(
  { DB }: Env,
  { stepEvents = STEP_EVENTS_MAX, budget = backfillBudget() } = {},
): Promise<number> {
  const failed = new Set<string>();
  let after: string = crypto.randomUUID();
  let steps = 1;
  let allSteps = 0;
  while (!budget.spent) {
    const [page] = await budget.batch(DB, [selectBackfilling(after, ACCOUNTS_MAX)]);
    for (const row of page) {
      if (budget.spent) break;
      if (failed.has(row.account_id)) continue;
      steps += 1;
      allSteps += 1;
      try {
        await step(DB, row, stepEvents, budget);
      } catch (error) {
        if (error instanceof Outage) throw error;
        reportFailure('backfill', error);
        failed.add(row.account_id);
      }
    }
    if (page.length === ACCOUNTS_MAX) after = page.at(-1)?.account_id ?? '';
    else if (steps === 0) break;
    else [after, steps] = ['', 0];
  }
  return allSteps;
}

async function step(DB: D1Database, row: BackfillRow, events: number, budget: RunBudget): Promise<void> {
  const { account_id: account, rechecked_to: from } = row;
  if (row.backfilled_to !== null) await budget.batch(DB, backfillEvents(account, events));
  if (from === null) return;
  const position: Position = JSON.parse(from);
  const [rows] = await budget.batch(DB, [selectRechecked(account, position, events)]);
  const last = rows.length < events ? undefined : rows.at(-1);
  const to: Position | null = last ? [last.due, last.event, position[2]] : null;
  await budget.batch(DB, recheck(account, rows, from, to));
}
