/**
 * The work of every minute in one shard. Each step fails alone, and the next minute tries it again. Each has a budget of
 * its own, so that no backlog keeps another step from running; deliveries go first, because they wait for nobody.
 */
import { batch } from '../db/connection.ts';
import { RunBudget } from '../db/run-budget.ts';
import type { Env } from '../env.ts';
import { JobLog } from '../job-log.ts';
import { backfillReminders } from '../reminders/backfill.ts';
import { remind } from '../reminders/remind.ts';
import { removeInSteps } from '../removals/remove.ts';
import { SECOND_MS } from '../time/units.ts';
import { deliver, inParallel, type Run } from '../webhooks/deliver.ts';
import { type DueEndpoint, dropPending, type Lane, selectDropping } from '../webhooks/outbox-sql.ts';
import { selectDropped } from '../webhooks/sql.ts';
import { dueEndpoints, wakeQueueForDue } from '../webhooks/wake-queue.ts';
import { SUBSCRIPTIONS } from './names.ts';
import { fetchDue, selectAnyDue } from './subscriptions.ts';

/** The endpoints that are served at once where there is no queue. */
const ENDPOINTS_AT_ONCE_MAX = 5;
/** For how long a step starts runs where there is no queue. */
const RUNS_MAX_MS = 30 * SECOND_MS;
/** The endpoints of one round of drops. */
const DROPPING_MAX = 20;

/** @param log counts what each step did: endpoints to deliver to, steps of backfills and removals, reminders, accounts. */
export async function everyMinute(env: Env, run: Run, log = new JobLog(), shard = 0): Promise<void> {
  const steps = {
    deliver: () => deliverOrWake(env, run, 'fast'),
    backfill: () => backfillReminders(env),
    remind: () => remind(env, run.clock, { rounds: 1 }),
    'deliver-reminders': () => deliverOrWake(env, run, 'fast'),
    'remind-more': () => remind(env, run.clock),
    'deliver-more': () => deliverOrWake(env, run, 'fast'),
    'deliver-slow': () => deliverOrWake(env, run, 'slow'),
    drop: () => dropAll(env),
    remove: () => removeInSteps(env.DB, run.clock, { statements: 200, ms: 10 * SECOND_MS, log }),
    'log-dropped': () => logDropped(env, run.clock()),
    subscriptions: () => fetchOrWake(env, run, log, shard),
  };
  for (const [step, runStep] of Object.entries(steps)) {
    try {
      log.count(step, await runStep());
    } catch (error) {
      log.fail(step, error);
    }
  }
}

/**
 * Wakes the queue of the lane. Without it, makes runs here: one for each endpoint after the other, and more for those that
 * have more.
 *
 * @returns the number of endpoints.
 */
async function deliverOrWake(env: Env, run: Run, lane: Lane): Promise<number> {
  const queue = lane === 'fast' ? env.DELIVERIES : env.DELIVERIES_SLOW;
  if (queue) return wakeQueueForDue(env, queue, lane, run.clock());
  const startedAt = Date.now();
  let served = 0;
  const goesOn = () => Date.now() - startedAt < RUNS_MAX_MS;
  for await (const page of dueEndpoints(env, lane, run.clock())) {
    const shared = { ...run, runsAtOnce: Math.min(page.length, ENDPOINTS_AT_ONCE_MAX) };
    const serve = async ({ account_id, endpoint }: DueEndpoint) => {
      served += 1;
      let left = await deliver(env, account_id, shared, lane, endpoint);
      while (goesOn() && left.lane === lane && left.nextAt !== null && left.nextAt <= run.clock()) {
        left = await deliver(env, account_id, shared, lane, endpoint);
      }
    };
    await inParallel(page, ENDPOINTS_AT_ONCE_MAX, serve, goesOn);
    if (!goesOn()) break;
  }
  return served;
}

/**
 * Where a subscription is due, has the queue begin a run that fetches; without a queue, makes it here.
 *
 * @returns 1 where one is due.
 */
async function fetchOrWake(env: Env, { clock }: Run, log: JobLog, shard: number): Promise<number> {
  const at = clock();
  const [[due]] = await batch(env.DB, [selectAnyDue(at)]);
  if (!due) return 0;
  const queue = env.DELIVERIES_SLOW ?? env.DELIVERIES;
  if (queue) await queue.send({ shard, place: shard, cron: SUBSCRIPTIONS, at });
  else await fetchSubscriptions(env, clock, log);
  return 1;
}

/** Fetches the subscriptions that are due. */
export async function fetchSubscriptions(env: Env, clock: () => number, log: JobLog): Promise<void> {
  const setting = env.ALLOW_PRIVATE_WEBHOOKS;
  await fetchDue({ batch: (statements) => batch(env.DB, statements), clock, setting, log });
}

/** Deletes what was pending when endpoints were removed, step by step of each endpoint in turn; returns the steps. */
async function dropAll({ DB }: Env): Promise<number> {
  const budget = new RunBudget(100, 5 * SECOND_MS);
  let steps = 0;
  for (;;) {
    const [endpoints] = await budget.batch(DB, [selectDropping(DROPPING_MAX)]);
    for (const { account_id: account, endpoint } of endpoints) {
      if (budget.spent) return steps;
      await budget.batch(DB, dropPending({ account, endpoint }));
      steps += 1;
    }
    if (endpoints.length === 0 || budget.spent) return steps;
  }
}

/** One line a minute for each account that has too many pending notifications; returns how many they are. */
async function logDropped({ DB }: Env, now: number): Promise<number> {
  const [accounts] = await batch(DB, [selectDropped(now)]);
  for (const { account_id: account, dropped } of accounts)
    console.warn(JSON.stringify({ code: 'notifications-dropped', account, dropped }));
  return accounts.length;
}
