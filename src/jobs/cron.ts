/** What the crons of wrangler.toml ask for, of every database. */

import { forgetExpired } from '../db/expire-idempotency.ts';
import { databaseOf, type Place, placesOf } from '../db/shards.ts';
import type { Env, Sweep } from '../env.ts';
import { everyMinute } from './every-minute.ts';
import { reportFailure } from './report-failure.ts';

/** The one cron that is not of every minute. */
const DAILY = '17 3 * * *';

/** In milliseconds. */
const OVERDUE = 5 * 60_000;

/** A queue takes no more in one call (developers.cloudflare.com/queues/platform/limits). */
const PAGE = 100;

/**
 * Sweeps place 0 here and has each other place swept in a run of its own, through the queue: what one run may ask of
 * D1 is limited (a thousand queries, developers.cloudflare.com/d1/platform/limits), however many databases there are.
 * Without a queue, or where that fails, all is done here. Where one database fails, the others go on.
 *
 * @throws what the first one failed with, once all are through.
 */
export async function sweepAll(env: Env, cron: string, at: number): Promise<void> {
  const [first, ...others] = placesOf(env) as [Place, ...Place[]];
  const here = (await handOut(env, others, { cron, at })) ? [first] : [first, ...others];
  const outcomes = await Promise.allSettled(
    here.map(({ number }) => sweep(env, { place: number, cron, at })),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function handOut(
  env: Env,
  places: readonly Place[],
  { cron, at }: Omit<Sweep, 'place'>,
): Promise<boolean> {
  try {
    for (let i = 0; i < places.length; i += PAGE) {
      const messages = places.slice(i, i + PAGE).map(({ number }) => ({ body: { place: number, cron, at } }));
      if (!env.DELIVERIES) return false;
      await env.DELIVERIES.sendBatch(messages);
    }
    return true;
  } catch (error) {
    reportFailure('sweep', error);
    return false;
  }
}

export async function sweep(env: Env, { place, cron, at }: Sweep): Promise<void> {
  const DB = databaseOf(env, place);
  if (cron === DAILY) await forgetExpired(DB, at);
  else await everyMinute({ ...env, DB }, { clock: Date.now });
}

/** Whether the queue has held it up for so long that a later one has done, or is to do, the same. */
export const isOverdue = ({ cron, at }: Sweep, now: number): boolean => cron !== DAILY && now - at > OVERDUE;
