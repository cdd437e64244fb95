/** Delivers what an endpoint's outbox holds: takes the lease, posts the due deliveries, and records the outcomes. */
import { batch, Outage } from '../db/connection.ts';
import { type Sql, sql } from '../db/sql.ts';
import type { Env } from '../env.ts';
import { DELIVERED_KEPT_MS, FAILED_KEPT_MS, WEBHOOK_TIMEOUT_MS } from '../limits.ts';
import { reportFailure } from '../report-failure.ts';
import { HOUR_MS, SECOND_MS } from '../time/units.ts';
import { delayAfter } from './backoff.ts';
import { type Endpoint, FIRST } from './endpoint.ts';
import { build } from './notification.ts';
import {
  type Attempt,
  type DueRow,
  deleteEmpty,
  divide,
  dropPending,
  type Health,
  hurry,
  type Lane,
  type LeasedWebhook,
  type Released,
  recordAttempts,
  releaseLease,
  selectDue,
  selectWaiting,
  takeLease,
} from './outbox-sql.ts';
import { type AttemptOutcome, failed, poster } from './post.ts';
import { type Reference, type ReferencedEvent, selectReferenced } from './references.ts';

/** The simultaneous posts of an invocation: it has six connections (developers.cloudflare.com/workers/platform/limits). */
const POSTS_AT_ONCE_MAX = 5;
/** How long a delivery waits whose outcome the database refuses to record. */
const UNRECORDED_WAIT_MS = HOUR_MS;
/** How long an endpoint of the fast lane has to answer. One that needs longer gets its time in the slow lane. */
export const FAST_TIMEOUT_MS = 1.5 * SECOND_MS;
/**
 * For how long a run starts posts. In the fast lane a run shares its batch with those of other endpoints, and the next batch
 * waits for all of them: an endpoint with a backlog soon makes room, and its next run comes after those of the others. So a
 * run of the fast lane lasts at most two seconds.
 */
const STARTS_MS: Record<Lane, number> = { fast: 0.5 * SECOND_MS, slow: 10 * SECOND_MS };

/** The clock and the timeouts of a run; a test brings its own. */
export interface Run {
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** How long each webhook has to answer; by default `WEBHOOK_TIMEOUT_MS`. */
  timeoutMs?: number;
  /** The same in the fast lane; by default `FAST_TIMEOUT_MS`. */
  fastTimeoutMs?: number;
  /** The runs that the invocation makes at once, which share its connections; by default 1. */
  runsAtOnce?: number;
}

/** What a run leaves. */
export interface Left {
  /** When the next delivery is due, in milliseconds since the epoch; null: none is, or another run has the lease. */
  nextAt: number | null;
  /** The lane in which to deliver it. */
  lane: Lane;
}

/**
 * Makes one run for an endpoint: at most `RUN_MAX` deliveries, one attempt each. If the run ends before it records the
 * outcomes, a later run repeats the attempts, with the same ids, once the lease has expired.
 *
 * A run of the fast lane posts one delivery first. Where the endpoint does not answer soon, the run stops and counts no
 * attempt: the slow lane repeats it with the time that the contract gives.
 *
 * @throws Outage
 */
export async function deliver(
  env: Env,
  account: string,
  run: Run,
  lane: Lane = 'slow',
  endpoint = FIRST,
): Promise<Left> {
  const own: Endpoint = { account, endpoint };
  const lease = crypto.randomUUID();
  const startedAt = run.clock();
  const [[webhook], due] = await batch(env.DB, [
    takeLease(own, lease, lane, startedAt),
    selectDue(own, lease, startedAt),
  ]);
  if (!webhook) return { nextAt: null, lane };
  try {
    const rows = (await catchUp(env.DB, own, lease, webhook, startedAt)) ?? due;
    const outcomes = await postAll(env, account, webhook, rows, run, lane);
    const release = () => releaseLease(own, lease, outcomes.health, run.clock());
    const [released] = await record(env.DB, account, outcomes, release);
    return { nextAt: released?.next_at ?? null, lane: released?.slow_since == null ? 'fast' : 'slow' };
  } catch (error) {
    // Without the lease, the next run repeats the attempts at once. Where this fails too, the lease ends by itself.
    await batch(env.DB, [releaseLease(own, lease, null, run.clock())]).catch(() => {});
    throw error;
  }
}

/** Records the outcomes and releases the lease. Where the database refuses them, records each half alone: see `recordHalves`. */
async function record(
  DB: D1Database,
  account: string,
  { attempts, others }: Outcomes,
  release: () => ReturnType<typeof releaseLease>,
): Promise<Released[]> {
  try {
    const recorded = attempts.length > 0 ? [recordAttempts(account, attempts)] : [];
    const results = await batch<Sql[]>(DB, [...recorded, ...others, release()]);
    return results.at(-1) as Released[];
  } catch (error) {
    if (error instanceof Outage) throw error;
    await recordHalves(DB, account, attempts);
    if (others.length > 0) {
      await batch<Sql[]>(DB, others).catch((refusal: unknown) => reportFailure('deliver', refusal));
    }
    return (await batch(DB, [release()]))[0];
  }
}

/** Records attempts, half by half down to the one that the database refuses. It waits alone, with its error. */
async function recordHalves(DB: D1Database, account: string, attempts: readonly Attempt[]): Promise<void> {
  const [first] = attempts;
  if (!first) return;
  try {
    await batch(DB, [recordAttempts(account, attempts)]);
  } catch (error) {
    if (error instanceof Outage) throw error;
    if (attempts.length > 1) {
      const half = attempts.length >> 1;
      await recordHalves(DB, account, attempts.slice(0, half));
      await recordHalves(DB, account, attempts.slice(half));
      return;
    }
    reportFailure('deliver', error);
    const waits = { ...first, state: 'pending' as const, error: UNRECORDED, expiresAt: null };
    await batch(DB, [recordAttempts(account, [{ ...waits, nextAt: first.at + UNRECORDED_WAIT_MS }])]);
  }
}

const UNRECORDED = 'The outcome could not be recorded.';

/**
 * Takes the next steps of a change of the webhook: see `hurry` and `dropPending`.
 *
 * @returns what is due then; null where there was no step to take.
 */
async function catchUp(
  DB: D1Database,
  endpoint: Endpoint,
  lease: string,
  { hurry_before: before, hurry_from: from, dropped_before }: LeasedWebhook,
  now: number,
): Promise<DueRow[] | null> {
  if (dropped_before !== null) await batch(DB, dropPending(endpoint));
  if (before === null) return null;
  const [page] = await batch(DB, [selectWaiting(endpoint, from ?? now)]);
  const results = await batch<Sql[]>(DB, [
    ...hurry(endpoint, page, before, now),
    selectDue(endpoint, lease, now),
  ]);
  return results.at(-1) as DueRow[];
}

interface Outcomes {
  attempts: Attempt[];
  /** null: no attempt was made. */
  health: Health | null;
  /** Statements for deliveries that are empty or too large. */
  others: Sql[];
}

async function postAll(
  env: Env,
  account: string,
  webhook: LeasedWebhook,
  due: readonly DueRow[],
  { clock, timeoutMs = WEBHOOK_TIMEOUT_MS, fastTimeoutMs = FAST_TIMEOUT_MS, runsAtOnce = 1 }: Run,
  lane: Lane,
): Promise<Outcomes> {
  const startedAt = Date.now();
  const { posts, unreadable, others } = prepare(account, due, await referencedBy(env, account, due), clock());
  const attempts = unreadable.map((row) =>
    attemptOf(row, failed(null, UNREADABLE, 'unsendable'), 0, clock(), Math.random()),
  );
  const patientMs = lane === 'fast' ? Math.min(fastTimeoutMs, timeoutMs) : timeoutMs;
  const atOnce = Math.max(1, Math.floor(POSTS_AT_ONCE_MAX / runsAtOnce));
  const post = await poster(webhook, env, clock, patientMs);
  let health = null as Health | null;

  const attempt = async ({ row, body }: Post) => {
    const startMs = Date.now();
    const at = clock();
    const outcome = await post({ id: row.id, body });
    const ms = Date.now() - startMs;
    const soon = ms <= fastTimeoutMs;
    health = {
      url: webhook.url,
      slow: outcome.error !== null || !soon,
      status: outcome.status,
      error: outcome.error,
      gone: health?.gone || outcome.status === GONE,
      delivered: health?.delivered || outcome.error === null,
    };
    const silent = outcome.error !== null && outcome.status === null;
    const counts = lane === 'slow' || !silent || patientMs === timeoutMs;
    if (counts) attempts.push({ ...attemptOf(row, outcome, ms, clock(), Math.random()), at });
    logAttempt(account, row, outcome, ms);
    return !silent && outcome.status !== GONE;
  };
  const [first, ...rest] = posts;
  if (lane === 'slow') {
    await inParallel(posts, atOnce, attempt, () => !health?.gone && Date.now() - startedAt < STARTS_MS.slow);
  } else if (first && (await attempt(first))) {
    await inParallel(rest, atOnce, attempt, () => Date.now() - startedAt < STARTS_MS.fast);
  }
  return { attempts, health, others };
}

/** The endpoint asks for nothing any more (RFC 9110 section 15.5.11). */
const GONE = 410;

/** Logs an attempt: no URL, which may hold a secret, and no body. */
function logAttempt(
  account: string,
  { id, type, attempts }: DueRow,
  { status, cause }: AttemptOutcome,
  ms: number,
): void {
  console.log(JSON.stringify({ delivery: id, account, type, attempt: attempts + 1, status, ms, cause }));
}

const UNREADABLE = 'The notification cannot be read.';

interface Post {
  row: DueRow;
  body: string;
}

/** The bodies to post, the rows that cannot be read, and statements for those that are empty or too large. */
function prepare(
  account: string,
  due: readonly DueRow[],
  found: ReadonlyMap<string, ReferencedEvent>,
  now: number,
): { posts: Post[]; unreadable: DueRow[]; others: Sql[] } {
  const [posts, unreadable, others]: [Post[], DueRow[], Sql[]] = [[], [], []];
  const empty: string[] = [];
  for (const row of due) {
    try {
      const { body, held, left } = build(row, found, now);
      if (left.length > 0) others.push(...divided(account, row, held, left));
      else if (body) posts.push({ row, body: JSON.stringify(body) });
      else empty.push(row.id);
    } catch {
      unreadable.push(row);
    }
  }
  if (empty.length > 0) others.push(deleteEmpty(account, empty));
  return { posts, unreadable, others };
}

/** A delivery keeps what one body takes, and another one gets the rest. What no longer holds goes. */
const divided = (account: string, row: DueRow, held: Reference[], left: Reference[]): Sql[] =>
  held.length > 0
    ? divide(account, row, JSON.stringify(held), JSON.stringify(left))
    : divide(account, row, JSON.stringify(left), null);

/** The events to which the due deliveries refer, in one more round trip where there are any. */
async function referencedBy(
  { DB }: Env,
  account: string,
  due: readonly DueRow[],
): Promise<ReadonlyMap<string, ReferencedEvent>> {
  const ids = due.filter(({ type }) => type === 'reminders').map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const [events] = await batch(DB, [selectReferenced(sql`${account}`, ids)]);
  return new Map(events.map((event) => [event.id, event]));
}

/**
 * The record of an attempt: delivered, to be retried, or failed for good.
 *
 * @param ms how long it took.
 * @param now milliseconds since the epoch.
 * @param random see `delayAfter`.
 */
export function attemptOf(
  { id, attempts }: Pick<DueRow, 'id' | 'attempts'>,
  { status, error, cause, retryAfterMs }: AttemptOutcome,
  ms: number,
  now: number,
  random: number,
): Attempt {
  const attempt = { id, status, error, cause, ms, at: now };
  if (error === null) {
    return { ...attempt, state: 'delivered', nextAt: null, expiresAt: now + DELIVERED_KEPT_MS };
  }
  const delayMs = delayAfter(attempts + 1, random);
  return delayMs === null
    ? { ...attempt, state: 'failed', nextAt: null, expiresAt: now + FAILED_KEPT_MS }
    : { ...attempt, state: 'pending', nextAt: now + Math.max(delayMs, retryAfterMs ?? 0), expiresAt: null };
}

/** Runs `work` for each item, for `atOnce` of them at a time, as long as `goesOn` says so. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
  goesOn: () => boolean = () => true,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const lane = async () => {
    for (const item of left) {
      if (!goesOn()) return;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
