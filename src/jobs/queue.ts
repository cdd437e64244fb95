/** The queue's consumer: each message is a run for the account, or the place, that it names. */

import { placeOfAccount } from '../db/shard-ids.ts';
import { databaseOf } from '../db/shards.ts';
import type { Env, Message, Nudge } from '../env.ts';
import { deliver, type Run } from '../webhooks/deliver.ts';
import { isOverdue, sweep } from './cron.ts';
import { reportFailure } from './report-failure.ts';

/** What is due later than this is left to the cron, in milliseconds. */
const SOON = 60_000;
/** How long a message waits that came while the database was out of reach: so much more with each time, in seconds. */
const RETRY = 15;

export async function consume(batch: MessageBatch<Message>, env: Env, run: Run): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const { body } = message;
      try {
        if ('account' in body) await deliverFor(body, env, run);
        else if (!isOverdue(body, run.clock())) await sweep(env, body);
        message.ack();
      } catch (error) {
        reportFailure('account' in body ? 'deliver' : 'sweep', error);
        message.retry({ delaySeconds: RETRY * message.attempts });
      }
    }),
  );
}

async function deliverFor({ account }: Nudge, env: Env, run: Run): Promise<void> {
  const DB = databaseOf(env, placeOfAccount(account));
  await nudgeAgain(env, account, await deliver({ ...env, DB }, account, run), run.clock());
}

/** More than a run can take, or an attempt that is soon to be made again. */
async function nudgeAgain(env: Env, account: string, next: number | null, now: number): Promise<void> {
  if (next === null || next > now + SOON) return;
  const delaySeconds = Math.max(0, Math.ceil((next - now) / 1000));
  await env.DELIVERIES?.send({ account }, { delaySeconds });
}
