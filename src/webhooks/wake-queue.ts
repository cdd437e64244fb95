/**
 * Says that an account has something to deliver. It is a hint and nothing more: what is true stands in the outbox, so
 * a nudge may be lost, doubled or late.
 */
import { batch } from '../db/connection.ts';
import type { Env, Message } from '../env.ts';
import { reportFailure } from '../jobs/report-failure.ts';
import { type DueAccount, selectDueAccounts } from './outbox-sql.ts';

/** A queue takes no more in one call (developers.cloudflare.com/queues/platform/limits). */
const PAGE = 100;
/** How long an isolate waits before it looks again, so that many writes are one look. */
const PAUSE = 1000;
/** After so long a look that has not taken place never will. */
const LOST = 10_000;

/** Pages of the accounts that have something due. */
export async function* dueAccounts(env: Env, now: number): AsyncGenerator<string[]> {
  let last: DueAccount | undefined;
  do {
    const [page] = await batch(env.DB, [selectDueAccounts(now, last, PAGE)]);
    if (page.length > 0) yield page.map(({ account_id }) => account_id);
    last = page.length < PAGE ? undefined : page.at(-1);
  } while (last);
}

/** Nudges each account that has something due, through the queue. */
export async function nudgeDue(env: Env, queue: Queue<Message>, now: number): Promise<void> {
  for await (const accounts of dueAccounts(env, now)) {
    await queue.sendBatch(accounts.map((account) => ({ body: { account } })));
  }
}

/** By database: when the latest look at it began, or is to, and whether that is still to come. */
const looks = new WeakMap<D1Database, { at: number; coming: boolean }>();

/**
 * After a write: looks whether anything is due in that database, and nudges. An isolate looks once a second at most,
 * after the last of the writes that it makes up for.
 */
export function nudgeSoon(env: Env, context: Pick<ExecutionContext, 'waitUntil'>): void {
  const { DELIVERIES: queue, DB } = env;
  const now = Date.now();
  const latest = looks.get(DB) ?? { at: Number.NEGATIVE_INFINITY, coming: false };
  if (!queue || (latest.coming && now - latest.at < LOST)) return;
  const pause = Math.max(0, latest.at + PAUSE - now);
  const look = { at: now + pause, coming: true };
  looks.set(DB, look);
  context.waitUntil(
    (async () => {
      if (pause > 0) await scheduler.wait(pause);
      // From here on a write is too late for this look, and asks for one of its own.
      look.coming = false;
      await nudgeDue(env, queue, Date.now());
    })().catch((error: unknown) => reportFailure('nudge', error)),
  );
}
