/** Delivers what an account's outbox holds: takes the lease, posts what is due, and records what came of it. */

import { batch } from '../db/connection.ts';
import type { Env } from '../env.ts';
import { DELIVERED_KEPT_MS, FAILED_KEPT_MS } from '../limits.ts';
import { delayAfter } from './backoff.ts';
import { notificationOf } from './notification.ts';
import {
  type Attempt,
  type DueRow,
  recordAttempts,
  releaseLease,
  selectDue,
  takeLease,
} from './outbox-sql.ts';
import { type Outcome, poster } from './post.ts';

/** To one account at once: a Worker has six connections to itself (developers.cloudflare.com/workers/platform/limits). */
const AT_ONCE_MAX = 5;

/** What a run goes by. */
export interface Run {
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** How long each answer is waited for; see `post.ts`. */
  timeoutMs?: number;
}

/**
 * One run for an account: at most `RUN` deliveries, each once. If it ends before it has recorded them, they are made
 * again when the lease has run out, with the same ids.
 *
 * @returns when the account's next one is due, in ms; null where none is, or where another run sees to it.
 * @throws Outage
 */
export async function deliver(env: Env, account: string, { clock, timeoutMs }: Run): Promise<number | null> {
  const lease = crypto.randomUUID();
  const began = clock();
  const [[webhook], due] = await batch(env.DB, [
    takeLease(account, lease, began),
    selectDue(account, lease, began),
  ]);
  if (!webhook) return null;
  const post = await poster(webhook, env, clock, timeoutMs);
  const attempts: Attempt[] = [];
  await inParallel(due, AT_ONCE_MAX, async (row) => {
    const outcome = await post({ id: row.id, body: JSON.stringify(notificationOf(row)) });
    attempts.push(attemptOf(row, outcome, clock(), Math.random()));
  });
  const [, [released]] = await batch(env.DB, [
    recordAttempts(account, attempts),
    releaseLease(account, lease),
  ]);
  return released?.next_at ?? null;
}

/** @param chance 0 … 1, for the next attempt's delay. */
export function attemptOf(
  { id, attempts }: Pick<DueRow, 'id' | 'attempts'>,
  outcome: Outcome,
  now: number,
  chance: number,
): Attempt {
  if (outcome.error === null) {
    return { id, ...outcome, state: 'delivered', nextAt: null, expiresAt: now + DELIVERED_KEPT_MS };
  }
  const delay = delayAfter(attempts + 1, chance);
  return delay === null
    ? { id, ...outcome, state: 'failed', nextAt: null, expiresAt: now + FAILED_KEPT_MS }
    : { id, ...outcome, state: 'pending', nextAt: now + delay, expiresAt: null };
}

/** Does it to each, so many at once. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  does: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const lane = async () => {
    for (const item of left) await does(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
