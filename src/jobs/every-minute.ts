/** The work of every minute in one shard. Each step fails alone, and the next minute tries it again. */
import type { Env } from '../env.ts';
import { backfillReminders, remind } from '../reminders/remind.ts';
import { removeInSteps } from '../removals/remove.ts';
import { reportFailure } from '../report-failure.ts';
import { deliver, inParallel, type Run } from '../webhooks/deliver.ts';
import { dueAccounts, wakeQueueForDue } from '../webhooks/wake-queue.ts';

/** The accounts that are served at once where there is no queue. */
const ACCOUNTS_AT_ONCE_MAX = 5;

export async function everyMinute(env: Env, run: Run): Promise<void> {
  const steps = {
    backfill: () => backfillReminders(env),
    remind: () => remind(env, run.clock),
    deliver: () =>
      env.DELIVERIES ? wakeQueueForDue(env, env.DELIVERIES, run.clock()) : deliverDue(env, run),
    remove: () => removeInSteps(env.DB, run.clock),
  };
  for (const [step, runStep] of Object.entries(steps)) {
    try {
      await runStep();
    } catch (error) {
      reportFailure(step, error);
    }
  }
}

/** Delivers without a queue: one run for each account after the other, and more runs for accounts that have more. */
async function deliverDue(env: Env, run: Run): Promise<void> {
  for await (const accounts of dueAccounts(env, run.clock())) {
    await inParallel(accounts, ACCOUNTS_AT_ONCE_MAX, async (account) => {
      let nextAt: number | null;
      do nextAt = await deliver(env, account, run);
      while (nextAt !== null && nextAt <= run.clock());
    });
  }
}
