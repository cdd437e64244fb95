/**
 * The health of the deployment, for a monitor: each shard answers in time, the cron runs, and notifications are sent. Anyone
 * may ask, so an isolate queries the databases once in some seconds, the rate limiter counts, and the answer names no account.
 */
import { Connection } from '../db/connection.ts';
import { type Shard, shardsOf } from '../db/shards.ts';
import type { Env } from '../env.ts';
import { HEALTH_CACHED_MS, HEALTH_TIMEOUT_MS, HEALTHY_CRON_MS, HEALTHY_DUE_MS } from '../limits.ts';
import { read } from '../operation.ts';
import { plan } from '../plan.ts';
import { Problem } from '../problem.ts';
import { reportFailure } from '../report-failure.ts';
import type { Health, ShardHealth } from '../sdk/types.ts';
import { MINUTE_MS, SECOND_MS } from '../time/units.ts';
import { selectHealth } from './sql.ts';

/** A new notification is due a minute before its creation: see `deliveries` in schema.sql. */
const DUE_EARLY_MS = MINUTE_MS;

export const getHealth = read({
  run: (_, { env, now }) =>
    plan([], async (): Promise<Health> => {
      const shards = await cached(env, now);
      const reasons = shards.flatMap(reasonsOf);
      if (reasons.length > 0) throw new Problem('unhealthy', reasons.join(' '), { shards });
      return { status: 'healthy', shards };
    }),
});

interface Cached {
  shards: readonly ShardHealth[];
  /** The time of `shards`, and of the latest check, which may be under way. */
  at: number;
  checkedAt: number;
}

const cache = new WeakMap<Env, Cached>();

const isRecent = (at: number, now: number, ms: number): boolean => Math.abs(now - at) < ms;

/**
 * The latest answer, or a new one. While one request checks, others get the answer before. None waits for the check of
 * another: that ends without a result when its caller goes away.
 */
async function cached(env: Env, now: number): Promise<ShardHealth[]> {
  const latest = cache.get(env);
  if (
    latest &&
    isRecent(latest.checkedAt, now, HEALTH_CACHED_MS) &&
    isRecent(latest.at, now, 2 * HEALTH_CACHED_MS)
  )
    return [...latest.shards];
  if (latest) latest.checkedAt = now;
  const shards = await Promise.all(shardsOf(env).map((shard) => healthOf(shard, now)));
  cache.set(env, { shards, at: now, checkedAt: now });
  return shards;
}

async function healthOf({ number: shard, db }: Shard, now: number): Promise<ShardHealth> {
  const startedAt = Date.now();
  try {
    const connection = new Connection(db, { endsMs: startedAt + HEALTH_TIMEOUT_MS });
    const [[row]] = await connection.batch([selectHealth(now)]);
    const { ended_at = null, due_at = null } = row ?? {};
    return {
      shard,
      ms: Date.now() - startedAt,
      lastCronMs: ended_at === null ? null : Math.max(0, now - ended_at),
      oldestDueMs: due_at === null ? 0 : Math.max(0, now - due_at - DUE_EARLY_MS),
    };
  } catch (error) {
    reportFailure('health', error);
    return { shard, ms: null, lastCronMs: null, oldestDueMs: null };
  }
}

/** What is wrong with a shard, a sentence each. */
function reasonsOf({ shard, ms, lastCronMs, oldestDueMs }: ShardHealth): string[] {
  if (ms === null) return [`Shard ${shard} did not answer in ${HEALTH_TIMEOUT_MS / SECOND_MS} seconds.`];
  const minutes = (ms: number) => Math.floor(ms / MINUTE_MS);
  return [
    ...(lastCronMs === null ? [`The cron has never run in shard ${shard}.`] : []),
    ...(lastCronMs !== null && lastCronMs > HEALTHY_CRON_MS
      ? [`The cron last ended ${minutes(lastCronMs)} minutes ago in shard ${shard}.`]
      : []),
    ...(oldestDueMs !== null && oldestDueMs > HEALTHY_DUE_MS
      ? [`A notification in shard ${shard} has been due for ${minutes(oldestDueMs)} minutes.`]
      : []),
  ];
}
