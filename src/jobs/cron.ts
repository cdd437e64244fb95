/** Runs the crons of wrangler.toml in every shard. */
import { batch } from '../db/connection.ts';
import { databaseOf, type Shard, shardsOf } from '../db/shards.ts';
import type { Env, Sweep } from '../env.ts';
import { JobLog } from '../job-log.ts';
import { removeInSteps } from '../removals/remove.ts';
import { reportFailure } from '../report-failure.ts';
import { MINUTE_MS } from '../time/units.ts';
import { clean } from './clean.ts';
import { everyMinute, fetchSubscriptions } from './every-minute.ts';
import { CLEAN, EVERY_MINUTE, REMOVALS, SUBSCRIPTIONS } from './names.ts';
import { recordRun } from './sql.ts';

/** The job of each cron of wrangler.toml; any other cron cleans. */
const JOBS: Record<string, string> = {
  '* * * * *': EVERY_MINUTE,
  [REMOVALS]: REMOVALS,
  [SUBSCRIPTIONS]: SUBSCRIPTIONS,
};

const OVERDUE_MS = 5 * MINUTE_MS;

/** The messages that a queue takes in one call (developers.cloudflare.com/queues/platform/limits). */
const BATCH_MAX = 100;

/**
 * Sweeps shard 0 here and each other shard in a run of its own, through the queue, since one run may make a thousand D1
 * queries (developers.cloudflare.com/d1/platform/limits), however many shards there are. Without a queue, or when it
 * fails, this run sweeps all of them. A shard that fails does not stop the others.
 *
 * @param at when the cron was due, in milliseconds since the epoch.
 * @throws the first shard's failure, once all are done.
 */
export async function runCron(env: Env, cron: string, at: number): Promise<void> {
  const [first, ...others] = shardsOf(env) as [Shard, ...Shard[]];
  const here = (await enqueue(env, others, { cron, at })) ? [first] : [first, ...others];
  const outcomes = await Promise.allSettled(
    here.map(({ number }) => sweep(env, { shard: number, cron, at })),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Sweeps last long, so they do not wait among the fast deliveries where there is a choice. */
async function enqueue(
  { DELIVERIES, DELIVERIES_SLOW: queue = DELIVERIES }: Env,
  shards: readonly Shard[],
  due: Omit<Sweep, 'shard'>,
): Promise<boolean> {
  try {
    for (let i = 0; i < shards.length; i += BATCH_MAX) {
      if (!queue) return false;
      await queue.sendBatch(
        shards
          .slice(i, i + BATCH_MAX)
          .map(({ number }) => ({ body: { shard: number, place: number, ...due } })),
      );
    }
    return true;
  } catch (error) {
    reportFailure('sweep', error);
    return false;
  }
}

/** Runs the job of a cron in one shard, logs it, and records when it ended. @throws what the job throws. */
export async function sweep(env: Env, { shard, cron }: Sweep): Promise<void> {
  const DB = databaseOf(env, shard);
  const job = JOBS[cron] ?? CLEAN;
  const log = new JobLog();
  const startedAt = Date.now();
  try {
    if (job === EVERY_MINUTE) await everyMinute({ ...env, DB }, { clock: Date.now }, log, shard);
    else if (job === REMOVALS) log.count('remove', await removeInSteps(DB, Date.now, { log }));
    else if (job === SUBSCRIPTIONS) await fetchSubscriptions({ ...env, DB }, Date.now, log);
    else await clean(DB, Date.now, undefined, log);
  } catch (error) {
    log.stopped();
    throw error;
  } finally {
    if (job !== REMOVALS && job !== SUBSCRIPTIONS)
      await batch(DB, [recordRun(job, Date.now())]).catch((error: unknown) => log.fail('record-run', error));
    log.write(job, shard, Date.now() - startedAt);
  }
}

/** Whether a sweep waited in the queue for so long that a later sweep does the same work. */
export const isOverdue = ({ at }: Sweep, now: number): boolean => now - at > OVERDUE_MS;
