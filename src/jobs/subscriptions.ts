/**
 * Fetches the subscriptions that are due in one shard: each account's first before another's second, and no more of an account
 * whose server hangs, so that one account's dead feeds delay no other's. It is in the module that is loaded on demand: what
 * runs statements is an argument.
 */
import { system } from '../db/scope.ts';
import { type Query, type Results, type Sql, sql } from '../db/sql.ts';
import { SUBSCRIPTION_TIMEOUT_MS } from '../limits.ts';
import { failure, fetchSubscription, type Outcome } from '../resources/subscriptions/outcome.ts';
import { type SubscriptionRow, selectDue, selectDueAccounts } from '../resources/subscriptions/sql.ts';
import { MINUTE_MS, SECOND_MS } from '../time/units.ts';
import { SUBSCRIPTIONS } from './names.ts';

/** The simultaneous fetches of an invocation: it has six connections (developers.cloudflare.com/workers/platform/limits). */
const FETCHES_AT_ONCE_MAX = 5;
/** For how long a run starts fetches. */
const STARTS_MS = 25 * SECOND_MS;
/** Longer than a run lasts: a later one takes over from one that broke off. */
const LEASE_MS = 2 * MINUTE_MS;
/** The statements of a run: it may make a thousand (developers.cloudflare.com/d1/platform/limits). */
const STATEMENTS_MAX = 800;
/** The accounts of which a run takes some, so that none is always left over; the accounts that it takes; the fetches of each. */
const DUE_ACCOUNTS_MAX = 10_000;
const ACCOUNTS_MAX = 200;
const PER_ACCOUNT_MAX = 100;

/** What a run works with. */
export interface FetchRun {
  batch: <const S extends readonly Sql[]>(statements: S) => Promise<Results<S>>;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** `ALLOW_PRIVATE_WEBHOOKS` */
  setting: string | undefined;
  /** Counts what is done, and takes the failures that concern one subscription alone. */
  log: { count(step: string, n: number): void; fail(step: string, error: unknown): void };
  timeoutMs?: number;
}

/** Whether any subscription is due. */
export const selectAnyDue = (now: number): Query<{ id: string }> => selectDueAccounts(now, 1);

/** Makes one run, unless another one is under way. @throws what `batch` throws, but for a refusal of one calendar's events. */
export async function fetchDue(run: FetchRun): Promise<void> {
  const { batch, clock } = run;
  const startedAt = clock();
  const [[lease]] = await batch([takeLease(startedAt)]);
  if (!lease) return;
  try {
    await fetchAll(run, startedAt);
  } finally {
    await batch([releaseLease(clock())]);
  }
}

/** A row written a run. */
const takeLease = (now: number): Sql => sql`
  INSERT INTO job_runs (job, ended_at) VALUES (${SUBSCRIPTIONS}, ${now + LEASE_MS})
  ON CONFLICT DO UPDATE SET ended_at = excluded.ended_at WHERE ended_at <= ${now} OR ended_at > ${now + LEASE_MS} RETURNING 1`;

const releaseLease = (now: number): Sql =>
  sql`UPDATE job_runs SET ended_at = ${now} WHERE job = ${SUBSCRIPTIONS}`;

async function fetchAll(run: FetchRun, startedAt: number): Promise<void> {
  const { batch, clock } = run;
  const [accounts] = await batch([selectDueAccounts(startedAt, DUE_ACCOUNTS_MAX)]);
  const some = shuffled(accounts.map(({ id }) => id)).slice(0, ACCOUNTS_MAX);
  const [due] = await batch([selectDue(some, startedAt, PER_ACCOUNT_MAX)]);
  const hanging = new Set<string>();
  let statements = 0;
  const left = inTurn(due)[Symbol.iterator]();
  const lane = async () => {
    for (const row of left) {
      if (Date.now() - begunMs > STARTS_MS || statements > STATEMENTS_MAX) return;
      if (hanging.has(row.account_id)) continue;
      const outcome = await fetchSubscription(
        row,
        run.setting,
        clock(),
        run.timeoutMs ?? SUBSCRIPTION_TIMEOUT_MS,
      );
      if (outcome.hung) hanging.add(row.account_id);
      statements += await store(run, row, outcome);
      run.log.count('fetch', 1);
    }
  };
  const begunMs = Date.now();
  await Promise.all(Array.from({ length: FETCHES_AT_ONCE_MAX }, lane));
}

/** Stores what a fetch leads to, and returns the number of statements. */
async function store(
  { batch, clock, log }: FetchRun,
  row: SubscriptionRow,
  outcome: Outcome,
): Promise<number> {
  const scope = system(row.account_id);
  try {
    const reads = outcome.reads(scope);
    const [fetched = []] = reads.length > 0 ? await batch(reads) : [];
    const writes = outcome.writes(scope, fetched);
    await batch(writes);
    return reads.length + writes.length;
  } catch (error) {
    // An outage concerns all: the next run tries it again.
    if (error instanceof Error && 'changed' in error) throw error;
    const { quota } = error as { quota?: { quota: string; limit: number } | null };
    if (!quota) log.fail('fetch', error);
    const reason = quota
      ? `Its events are more than the account may have: ${quota.limit} ${quota.quota}. Remove some, or ask for more.`
      : 'Its events could not be stored. It is tried again.';
    await batch(failure(row, reason, clock()).writes(scope, []));
    return 8;
  }
}

/** Each account's first before another's second; among those, what fails comes last. */
function inTurn(due: readonly SubscriptionRow[]): SubscriptionRow[] {
  const ranks = new Map<string, number>();
  return due
    .map((row) => {
      const rank = ranks.get(row.account_id) ?? 0;
      ranks.set(row.account_id, rank + 1);
      return { row, rank };
    })
    .sort((a, b) => Number(a.row.failures > 0) - Number(b.row.failures > 0) || a.rank - b.rank)
    .map(({ row }) => row);
}

/** No account always comes first. */
const shuffled = (ids: readonly string[]): string[] =>
  ids
    .map((id) => [Math.random(), id] as const)
    .sort(([a], [b]) => a - b)
    .map(([, id]) => id);
