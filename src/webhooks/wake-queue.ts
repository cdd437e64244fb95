/**
 * Wakes the queue for accounts that have something to deliver. A wake-up is only a hint: the outbox is the truth, so a
 * wake-up may get lost, come twice or come late.
 */
import { batch } from '../db/connection.ts';
import type { Env, Message } from '../env.ts';
import { reportFailure } from '../report-failure.ts';
import { type DueAccount, selectDueAccounts } from './outbox-sql.ts';

/** The messages that a queue takes in one call (developers.cloudflare.com/queues/platform/limits). */
const BATCH_MAX = 100;
/** How long an isolate waits before it looks again, so that one look serves many writes. */
const PAUSE_MS = 1000;
/** A look that has not begun after this long never will. */
const LOST_MS = 10_000;

/** Pages of the accounts that have something due. */
export async function* dueAccounts(env: Env, now: number): AsyncGenerator<string[]> {
  let last: DueAccount | undefined;
  do {
    const [page] = await batch(env.DB, [selectDueAccounts(now, last, BATCH_MAX)]);
    if (page.length > 0) yield page.map(({ account_id }) => account_id);
    last = page.length < BATCH_MAX ? undefined : page.at(-1);
  } while (last);
}

/** Sends a wake-up for each account that has something due. */
export async function wakeQueueForDue(env: Env, queue: Queue<Message>, now: number): Promise<void> {
  for await (const accounts of dueAccounts(env, now)) {
    await queue.sendBatch(accounts.map((account) => ({ body: { account } })));
  }
}

/** The latest look at each database: when it began or will begin, and whether it is still to come. */
const looks = new WeakMap<D1Database, { at: number; coming: boolean }>();

/**
 * After a write, looks whether anything is due in that database, and wakes the queue. An isolate looks at most once a
 * second, after the last of the writes that the look serves.
 */
export function wakeQueueSoon(env: Env, context: Pick<ExecutionContext, 'waitUntil'>): void {
  const { DELIVERIES: queue, DB } = env;
  const now = Date.now();
  const latest = looks.get(DB) ?? { at: Number.NEGATIVE_INFINITY, coming: false };
  if (!queue || (latest.coming && now - latest.at < LOST_MS)) return;
  const pauseMs = Math.max(0, latest.at + PAUSE_MS - now);
  const look = { at: now + pauseMs, coming: true };
  looks.set(DB, look);
  context.waitUntil(
    (async () => {
      if (pauseMs > 0) await scheduler.wait(pauseMs);
      // A write from here on is too late for this look, and needs another.
      look.coming = false;
      await wakeQueueForDue(env, queue, Date.now());
    })().catch((error: unknown) => reportFailure('wake-queue', error)),
  );
}
