/** What the cron does each minute. Each part fails by itself, and leaves the rest to the next minute. */
import { batch } from '../db/connection.ts';
import type { Env } from '../env.ts';
import { fileReminders, remind } from '../reminders/remind.ts';
import { deliver, inParallel, type Run } from '../webhooks/deliver.ts';
import { deleteExpired } from '../webhooks/outbox-sql.ts';
import { dueAccounts, nudgeDue } from '../webhooks/wake-queue.ts';
import { reportFailure } from './report-failure.ts';

const EXPIRED_AT_ONCE = 500;
/** How many accounts are served at once where there is no queue. */
const ACCOUNTS_AT_ONCE = 5;

export async function everyMinute(env: Env, run: Run): Promise<void> {
  const parts = {
    file: () => fileReminders(env),
    remind: () => remind(env, run.clock),
    deliver: () => (env.DELIVERIES ? nudgeDue(env, env.DELIVERIES, run.clock()) : deliverDue(env, run)),
    forget: () => batch(env.DB, [deleteExpired(run.clock(), EXPIRED_AT_ONCE)]),
  };
  for (const [part, does] of Object.entries(parts)) {
    try {
      await does();
    } catch (error) {
      reportFailure(part, error);
    }
  }
}

/** Without a queue: one run for each account after the other, and again for those that have more. */
async function deliverDue(env: Env, run: Run): Promise<void> {
  for await (const accounts of dueAccounts(env, run.clock())) {
    await inParallel(accounts, ACCOUNTS_AT_ONCE, async (account) => {
      let next: number | null;
      do next = await deliver(env, account, run);
      while (next !== null && next <= run.clock());
    });
  }
}
