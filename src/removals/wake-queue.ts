/** Has the queue take up removals. A message is only a hint: the cron looks every minute. */

import { batch } from '../db/connection.ts';
import type { Shard } from '../db/shards.ts';
import type { Env } from '../env.ts';
import { REMOVALS } from '../jobs/names.ts';
import { reportFailure } from '../report-failure.ts';
import { SECOND_MS } from '../time/units.ts';
import { selectAnyRemoval } from './sql.ts';

/** The pause of an isolate between two messages for a database: a run takes up whatever is removed meanwhile. */
const PAUSE_MS = 10 * SECOND_MS;

const sentAt = new WeakMap<D1Database, number>();

/** After a DELETE, sends a message if the database has anything removed. */
export function removeSoon(
  env: Env,
  { number: shard, db }: Shard,
  request: Request,
  context: Pick<ExecutionContext, 'waitUntil'>,
): void {
  const queue = env.DELIVERIES_SLOW ?? env.DELIVERIES; // a run lasts longer than deliveries may wait
  const at = Date.now();
  if (request.method !== 'DELETE' || !queue || at - (sentAt.get(db) ?? 0) < PAUSE_MS) return;
  context.waitUntil(
    (async () => {
      const [[any]] = await batch(db, [selectAnyRemoval()]);
      if (!any) return;
      sentAt.set(db, at);
      await queue.send({ shard, place: shard, cron: REMOVALS, at });
    })().catch((error: unknown) => reportFailure('remove', error)),
  );
}
