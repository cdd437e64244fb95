/**
 * Turns due reminders into notifications. One transaction writes the notifications and the next due times of their
 * events, and takes effect only for events that are unchanged since they were read. So no lease is needed: of two runs
 * at the same time, the second finds the events changed and writes nothing.
 *
 * A step takes a bounded number of events and reminders of each account in turn. A step that fails is halved down to the
 * event that fails, which is put off alone.
 */
import { Outage } from '../db/connection.ts';
import { RunBudget } from '../db/run-budget.ts';
import type { Env } from '../env.ts';
import { NOTIFICATION_REMINDERS_MAX, WEBHOOK_BODY_MAX_BYTES } from '../limits.ts';
import { reportFailure } from '../report-failure.ts';
import { toDaySeries, toSeries } from '../resources/events/table.ts';
import { Budget, Overspent } from '../time/budget.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time/units.ts';
import { type DueReminder, dueOf } from './due.ts';
import {
  type AccountToRemind,
  type DueEventRow,
  insertNotifications,
  type NextDue,
  type NotificationEntry,
  putOffAccount,
  selectAccountsToRemind,
  selectDueEvents,
  updateNext,
  updateRemindAt,
} from './sql.ts';

/** The accounts of one step. */
const STEP_ACCOUNTS_MAX = 50;
/** The events of one step, shared by its accounts. */
export const STEP_EVENTS_MAX = 1000;
/** The reminders of one step, shared by its accounts: some 110 bytes each, far below the 2 MB of a bound value. */
const STEP_REMINDERS_MAX = 5000;
/** The bytes of the reminders of one step, each with its event, shared by its accounts: some 100 notifications. */
const STEP_BYTES_MAX = 100 * WEBHOOK_BODY_MAX_BYTES;
/** The expansion that one step may cost, shared by its accounts, and that one event may: many times any ordinary series. */
const STEP_MAX_NS = 500_000_000;
const EVENT_MAX_NS = 20_000_000;
/** The most bytes of a notification, by `DueEventRow.size`: the rest is for its frame. */
const NOTIFICATION_MAX_BYTES = WEBHOOK_BODY_MAX_BYTES - 1024;
/** How long the row of an event without a reminder to come stays, so that the backfill does not add it again. */
const BACKFILL_WAIT_MS = HOUR_MS;
/** How long an event that failed waits, doubled with each further failure. */
const FAILED_WAIT_MS = HOUR_MS;
const FAILED_WAIT_MAX_MS = DAY_MS;

/** What one call may do: with the other jobs, two of them stay below the thousand statements of a run. */
export const remindBudget = () => new RunBudget(250, 10 * SECOND_MS);

/**
 * Writes the notifications of due reminders, round by round over the accounts, until none is due or the budget is spent.
 *
 * @param clock milliseconds since the epoch.
 * @param options.rounds the most rounds; a round takes one step of each account.
 * @returns the number of reminders.
 * @throws Outage
 */
export async function remind(
  { DB }: Env,
  clock: () => number,
  { stepEvents = STEP_EVENTS_MAX, budget = remindBudget(), rounds = Infinity } = {},
): Promise<number> {
  let reminders = 0;
  let accounts = 0;
  let round = 0;
  do {
    accounts = 0;
    let last: AccountToRemind | undefined;
    do {
      const now = clock();
      const [page] = await budget.batch(DB, [selectAccountsToRemind(now, last, STEP_ACCOUNTS_MAX)]);
      if (page.length > 0) reminders += await remindPage(DB, page, now, stepEvents, budget);
      accounts += page.length;
      last = page.length < STEP_ACCOUNTS_MAX ? undefined : page.at(-1);
    } while (last && !budget.spent);
    round += 1;
  } while (accounts > 0 && !budget.spent && round < rounds);
  return reminders;
}

/** One step for these accounts: how many reminders. Where it fails, one for each half of them; a single account is put off. */
async function remindPage(
  DB: D1Database,
  page: readonly AccountToRemind[],
  now: number,
  stepEvents: number,
  budget: RunBudget,
): Promise<number> {
  try {
    return await remindAccounts(DB, page, now, stepEvents, budget);
  } catch (error) {
    const [first, ...others] = page;
    if (!first || budget.spent || error instanceof Outage) throw error;
    if (others.length === 0) {
      reportFailure('remind', error);
      await budget.batch(DB, [putOffAccount(first.account_id, now + FAILED_WAIT_MS)]);
      return 0;
    }
    const half = page.length >> 1;
    const done = await remindPage(DB, page.slice(0, half), now, stepEvents, budget);
    return done + (await remindPage(DB, page.slice(half), now, stepEvents, budget));
  }
}

/** One step: the next due events of each of these accounts; returns how many of their reminders are due. */
async function remindAccounts(
  DB: D1Database,
  page: readonly AccountToRemind[],
  now: number,
  stepEvents: number,
  budget: RunBudget,
): Promise<number> {
  const accounts = page.map(({ account_id }) => account_id);
  const eventsEach = Math.ceil(stepEvents / accounts.length);
  const [rows] = await budget.batch(DB, [selectDueEvents(accounts, now, eventsEach)]);
  const evaluated = evaluateAll(rows, now, accounts.length);
  await record(DB, evaluated, now, budget);
  await budget.batch(DB, [updateRemindAt(accounts)]);
  return evaluated.reduce((sum, { due }) => sum + due.length, 0);
}

/** Times are in milliseconds since the epoch. */
interface Evaluation {
  due: DueReminder[];
  /** Every reminder that was due before this time is in a notification. */
  since: number;
  /** When to look at the event again; null: never. */
  next: number | null;
  /** Why the reminders could not be computed; null: they could. */
  error: string | null;
}

type Evaluated = Evaluation & { row: DueEventRow };

function evaluate(row: DueEventRow, now: number, work: Budget): Evaluation {
  if (!row.notifies) return { due: [], since: now, next: null, error: null };
  try {
    const { timezone: zone, last_start: lastStart } = row;
    const deltas: number[] = JSON.parse(row.deltas ?? '[null]');
    if (!deltas.every(Number.isInteger)) throw new Error('the reminders cannot be read');
    const reminders = { series: toSeries(row), dates: toDaySeries(row), deltas, zone, lastStart };
    const { due, next } = dueOf(reminders, row.since, now, work);
    return {
      due,
      since: now + 1,
      next: next ?? (row.backfills ? now + BACKFILL_WAIT_MS : null),
      error: null,
    };
  } catch (error) {
    const reason = error instanceof Overspent ? 'the recurrence takes too long to expand' : String(error);
    return putOff(row, now, reason);
  }
}

/** The event waits alone, longer with each failure. `GET /account/webhook` shows it to its account. */
function putOff(row: DueEventRow, now: number, reason: string): Evaluation {
  reportFailure('remind', new Error(`event ${row.event}: ${reason}`));
  const waitMs = Math.min(FAILED_WAIT_MS * 2 ** row.failures, FAILED_WAIT_MAX_MS);
  return { due: [], since: row.since, next: now + waitMs, error: reason };
}

/** Evaluates the rows, of each account up to its share of the step. What is left stays due. */
function evaluateAll(rows: readonly DueEventRow[], now: number, accounts: number): Evaluated[] {
  const remindersEach = Math.ceil(STEP_REMINDERS_MAX / accounts);
  const bytesEach = STEP_BYTES_MAX / accounts;
  const nsEach = STEP_MAX_NS / accounts;
  const used = new Map<string, { reminders: number; bytes: number; ns: number }>();
  const evaluated: Evaluated[] = [];
  for (const row of rows) {
    const share = used.get(row.account_id) ?? { reminders: 0, bytes: 0, ns: 0 };
    if (share.reminders >= remindersEach || share.bytes >= bytesEach || share.ns >= nsEach) continue;
    const work = new Budget(EVENT_MAX_NS);
    const one = firstOf({ row, ...evaluate(row, now, work) }, remindersEach - share.reminders);
    evaluated.push(one);
    used.set(row.account_id, {
      reminders: share.reminders + one.due.length,
      bytes: share.bytes + one.due.length * row.size,
      ns: share.ns + EVENT_MAX_NS - work.leftNs,
    });
  }
  return evaluated;
}

/**
 * The earliest reminders, some `room` of them. Those of one moment stay together: an event has at most `REMINDERS_MAX` of
 * them. The event is due again at once for the others.
 */
function firstOf(one: Evaluated, room: number): Evaluated {
  const cutAt = one.due[room]?.at;
  if (cutAt === undefined) return one;
  const before = one.due.findIndex(({ at }) => at === cutAt);
  const end = before > 0 ? before : one.due.findIndex(({ at }) => at > cutAt);
  const rest = one.due[end];
  return rest ? { ...one, due: one.due.slice(0, end), since: rest.at, next: rest.at } : one;
}

/** Writes the results. Where the database refuses them, writes each half alone; a single event is put off. */
async function record(
  DB: D1Database,
  evaluated: readonly Evaluated[],
  now: number,
  budget: RunBudget,
): Promise<void> {
  const next = evaluated.map(nextOf);
  const entries = notificationsOf(evaluated);
  try {
    await budget.batch(DB, [
      ...(entries.length > 0 ? [insertNotifications(entries)] : []),
      ...updateNext(next),
    ]);
  } catch (error) {
    const [first, ...others] = evaluated;
    if (!first || budget.spent || error instanceof Outage) throw error;
    if (others.length === 0) {
      const { row } = first;
      await budget.batch(DB, updateNext([nextOf({ row, ...putOff(row, now, String(error)) })]));
      return;
    }
    const half = evaluated.length >> 1;
    await record(DB, evaluated.slice(0, half), now, budget);
    await record(DB, evaluated.slice(half), now, budget);
  }
}

const nextOf = ({ row, since, next, error }: Evaluated): NextDue => ({
  event: row.event,
  token: row.change_token,
  since,
  due: next,
  failures: error === null ? 0 : row.failures + 1,
  error,
});

/** Groups reminders into numbered notifications, each of one account and within the bounds of a notification. */
export function notificationsOf(
  evaluated: readonly { row: DueEventRow; due: readonly DueReminder[] }[],
): NotificationEntry[] {
  const entries: NotificationEntry[] = [];
  const open = new Map<string, { notification: number; reminders: number; bytes: number }>();
  let notifications = 0;
  for (const { row, due } of evaluated) {
    for (const { reminder, startTs, at } of due) {
      let current = open.get(row.account_id);
      if (
        !current ||
        current.reminders >= NOTIFICATION_REMINDERS_MAX ||
        current.bytes + row.size > NOTIFICATION_MAX_BYTES
      ) {
        current = { notification: notifications++, reminders: 0, bytes: 0 };
        open.set(row.account_id, current);
      }
      current.reminders += 1;
      current.bytes += row.size;
      entries.push([current.notification, row.event, row.change_token, reminder, startTs, at]);
    }
  }
  return entries;
}
