/** Consumes the queue: each message is a run for the endpoint, or the shard, that it names. */
import { Outage } from '../db/connection.ts';
import { shardOfAccount } from '../db/shard-ids.ts';
import { databaseOf } from '../db/shards.ts';
import type { Env, Message, WakeUp } from '../env.ts';
import { reportFailure } from '../report-failure.ts';
import { MINUTE_MS } from '../time/units.ts';
import { deliver, type Left, type Run } from '../webhooks/deliver.ts';
import { type Endpoint, FIRST } from '../webhooks/endpoint.ts';
import type { Lane } from '../webhooks/outbox-sql.ts';
import { wakeUpOf } from '../webhooks/wake-queue.ts';
import { isOverdue, sweep } from './cron.ts';

/** Deliveries that are due later than this are left to the cron. */
const SOON_MS = MINUTE_MS;
/**
 * How long a message waits after a run failed, times its number of attempts: longer than the lease of that run. `retry_delay`
 * in wrangler.toml is the same, for runs that the platform ends.
 */
const RETRY_SECONDS: Record<Lane, number> = { fast: 20, slow: 36 };

export async function consume(batch: MessageBatch<Message>, env: Env, run: Run): Promise<void> {
  const runsAtOnce = batch.messages.length;
  await Promise.all(
    batch.messages.map(async (message) => {
      const { body } = message;
      try {
        if ('account' in body) await deliverFor(body, env, { ...run, runsAtOnce });
        else if (!isOverdue(body, run.clock())) {
          // A message of the release before this one has only `place`.
          await sweep(env, { ...body, shard: body.shard ?? body.place ?? 0 });
        }
        message.ack();
      } catch (error) {
        reportFailure('account' in body ? 'deliver' : 'sweep', error);
        // A retry does not pass a limit of the plan, and would end as a dead letter. The cron wakes the queue again.
        if (error instanceof Outage && error.limit) {
          message.ack();
          return;
        }
        const lane = 'account' in body ? body.lane : undefined;
        message.retry({ delaySeconds: RETRY_SECONDS[lane ?? 'fast'] * message.attempts });
      }
    }),
  );
}

async function deliverFor(
  { account, lane = 'fast', endpoint = FIRST }: WakeUp,
  env: Env,
  run: Run,
): Promise<void> {
  const DB = databaseOf(env, shardOfAccount(account));
  const left = await deliver({ ...env, DB }, account, run, lane, endpoint);
  await wakeQueueAgain(env, { account, endpoint }, left, run.clock());
}

/** Sends another message where a run left deliveries over, or an attempt is due again soon. */
async function wakeQueueAgain(
  env: Env,
  { account, endpoint }: Endpoint,
  { nextAt, lane }: Left,
  now: number,
): Promise<void> {
  if (nextAt === null || nextAt > now + SOON_MS) return;
  const delaySeconds = Math.max(0, Math.ceil((nextAt - now) / 1000));
  const queue = lane === 'fast' ? env.DELIVERIES : env.DELIVERIES_SLOW;
  await queue?.send(wakeUpOf({ account_id: account, endpoint }, lane), { delaySeconds });
}
