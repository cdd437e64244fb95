/**
 * Wakes the queue for endpoints that have something to deliver. A wake-up is only a hint: the outbox is the truth, so a
 * wake-up may get lost, come twice or come late.
 */
import { BoundedMap } from '../bounded-map.ts';
import { batch } from '../db/connection.ts';
import type { Env, Message, WakeUp } from '../env.ts';
import { reportFailure } from '../report-failure.ts';
import { FIRST } from './endpoint.ts';
import { type DueEndpoint, type Lane, selectDueEndpoints } from './outbox-sql.ts';

/** The messages that a queue takes in one call (developers.cloudflare.com/queues/platform/limits). */
const BATCH_MAX = 100;
/** The pause of an isolate between two checks, so that one check serves many writes. */
const PAUSE_MS = 1000;
/** A check that is still pending after this time was lost with its request. */
const LOST_MS = 10_000;

/** Pages of the endpoints of a lane that have something due. */
export async function* dueEndpoints({ DB }: Env, lane: Lane, now: number): AsyncGenerator<DueEndpoint[]> {
  let last: DueEndpoint | undefined;
  do {
    const [page] = await batch(DB, [selectDueEndpoints(lane, now, last, BATCH_MAX)]);
    if (page.length > 0) yield page;
    last = page.length < BATCH_MAX ? undefined : page.at(-1);
  } while (last);
}

/** Sends a wake-up for each endpoint of a lane that has something due, and that `isNew` lets through; returns how many. */
export async function wakeQueueForDue(
  env: Env,
  queue: Queue<Message>,
  lane: Lane,
  now: number,
  isNew: (endpoint: DueEndpoint) => boolean = () => true,
): Promise<number> {
  let woken = 0;
  for await (const page of dueEndpoints(env, lane, now)) {
    const fresh = page.filter(isNew);
    if (fresh.length > 0) await queue.sendBatch(fresh.map((due) => ({ body: wakeUpOf(due, lane) })));
    woken += fresh.length;
  }
  return woken;
}

/** The message for an endpoint. The release before this one knows the first one of an account alone. */
export const wakeUpOf = (
  { account_id: account, endpoint }: Omit<DueEndpoint, 'next_at'>,
  lane: Lane,
): WakeUp => (endpoint === FIRST ? { account, lane } : { account, endpoint, lane });

/** The endpoints whose wake-ups this isolate keeps in mind. */
const WOKEN_MAX = 10_000;
/** For which due time this isolate last woke the queue, by endpoint. */
const woken = new BoundedMap<string, number>(WOKEN_MAX);

/**
 * Whether the queue has not been woken for this endpoint since its earliest delivery became due. Otherwise its wake-up waits
 * in the queue, and another one each second would make a backlog that delays everybody. The cron replaces a lost one.
 */
function notWoken({ account_id, endpoint, next_at }: DueEndpoint): boolean {
  const name = `${account_id} ${endpoint}`;
  if (woken.get(name) === next_at) return false;
  woken.set(name, next_at);
  return true;
}

/**
 * The latest check of each database: when it starts or started, in milliseconds since the epoch, and whether it is
 * pending.
 */
const checks = new WeakMap<D1Database, { at: number; pending: boolean }>();

/**
 * After a write, checks whether anything is due in the database, and wakes the queue. An isolate checks at most once a
 * second, after the last of the writes that the check serves. The slow lane needs no check: its runs wake it again, and so
 * does the cron.
 */
export function wakeQueueSoon(env: Env, context: Pick<ExecutionContext, 'waitUntil'>): void {
  const { DELIVERIES: queue, DB } = env;
  const now = Date.now();
  const latest = checks.get(DB) ?? { at: Number.NEGATIVE_INFINITY, pending: false };
  if (!queue || (latest.pending && now - latest.at < LOST_MS)) return;
  const pauseMs = Math.max(0, latest.at + PAUSE_MS - now);
  const check = { at: now + pauseMs, pending: true };
  checks.set(DB, check);
  context.waitUntil(
    (async () => {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      // A later write needs another check.
      check.pending = false;
      await wakeQueueForDue(env, queue, 'fast', Date.now(), notWoken);
    })().catch((error: unknown) => reportFailure('wake-queue', error)),
  );
}
