/** Delivers the outbox of an account: takes the lease, posts the due deliveries, and records the outcomes. */
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
import { type AttemptOutcome, poster } from './post.ts';

/** The simultaneous posts of a run: a Worker has six connections (developers.cloudflare.com/workers/platform/limits). */
const POSTS_AT_ONCE_MAX = 5;

/** The clock and the timeout of a run; a test brings its own. */
export interface Run {
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** How long each webhook has to answer; by default `WEBHOOK_TIMEOUT_MS`. */
  timeoutMs?: number;
}

/**
 * Makes one run for an account: at most `RUN_MAX` deliveries, one attempt each. If the run ends before it records the
 * outcomes, a later run repeats the attempts, with the same ids, once the lease has expired.
 *
 * @returns when the account's next delivery is due, in milliseconds since the epoch; null where nothing is pending, or
 *   where another run has the lease.
 * @throws Outage
 */
export async function deliver(env: Env, account: string, { clock, timeoutMs }: Run): Promise<number | null> {
  const lease = crypto.randomUUID();
  const startedAt = clock();
  const [[webhook], due] = await batch(env.DB, [
    takeLease(account, lease, startedAt),
    selectDue(account, lease, startedAt),
  ]);
  if (!webhook) return null;
  const post = await poster(webhook, env, clock, timeoutMs);
  const attempts: Attempt[] = [];
  await inParallel(due, POSTS_AT_ONCE_MAX, async (row) => {
    const outcome = await post({ id: row.id, body: JSON.stringify(notificationOf(row)) });
    attempts.push(attemptOf(row, outcome, clock(), Math.random()));
  });
  const [, [released]] = await batch(env.DB, [
    recordAttempts(account, attempts),
    releaseLease(account, lease),
  ]);
  return released?.next_at ?? null;
}

/**
 * The record of an attempt: delivered, to be retried, or failed for good.
 *
 * @param now milliseconds since the epoch.
 * @param random see `delayAfter`.
 */
export function attemptOf(
  { id, attempts }: Pick<DueRow, 'id' | 'attempts'>,
  outcome: AttemptOutcome,
  now: number,
  random: number,
): Attempt {
  if (outcome.error === null) {
    return { id, ...outcome, state: 'delivered', nextAt: null, expiresAt: now + DELIVERED_KEPT_MS };
  }
  const delayMs = delayAfter(attempts + 1, random);
  return delayMs === null
    ? { id, ...outcome, state: 'failed', nextAt: null, expiresAt: now + FAILED_KEPT_MS }
    : { id, ...outcome, state: 'pending', nextAt: now + delayMs, expiresAt: null };
}

/** Runs `work` for each item, for `atOnce` of them at a time. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const lane = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
