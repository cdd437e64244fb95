/**
 * Turns due reminders into notifications. One transaction writes the notifications and the next due times of their
 * events, and takes effect only for events that are unchanged since they were read. So no lease is needed: of two runs
 * at the same time, the second finds the events changed and writes nothing.
 */
import { batch } from '../db/connection.ts';
import type { Env } from '../env.ts';
import { NOTIFICATION_REMINDERS_MAX } from '../limits.ts';
import { reportFailure } from '../report-failure.ts';
import { toSeries } from '../resources/events/table.ts';
import { Overspent } from '../time/budget.ts';
import { HOUR_MS } from '../time/units.ts';
import { type DueReminder, dueOf } from './due.ts';
import {
  backfillEvents,
  type DueEventRow,
  insertNotifications,
  type NextDue,
  type NotificationEntry,
  selectBackfilling,
  selectDueEvents,
  updateNext,
} from './sql.ts';

/** The events of one step. */
export const STEP_EVENTS = 500;
/** The events of an account that one step of a backfill reads. */
const BACKFILL_STEP_EVENTS = 2000;
/**
 * The most bytes of a notification, by the estimate `DueEventRow.size`. It leaves room below `WEBHOOK_BODY_MAX_BYTES`.
 */
const NOTIFICATION_MAX_BYTES = 200_000;
/** How long to wait before another try at an event that is too costly to expand. */
const COSTLY_EVENT_WAIT_MS = HOUR_MS;

/**
 * Writes the notifications of all due reminders, step by step.
 *
 * @param clock milliseconds since the epoch.
 * @throws Outage
 */
export async function remind({ DB }: Env, clock: () => number, stepEvents = STEP_EVENTS): Promise<void> {
  let rows: DueEventRow[];
  do {
    const now = clock();
    [rows] = await batch(DB, [selectDueEvents(now, stepEvents)]);
    if (rows.length === 0) return;
    const evaluated = rows.map((row) => ({ row, ...evaluate(row, now) }));
    const next = evaluated.map(({ row, since, next }): NextDue => [row.event, row.change_token, since, next]);
    const entries = notificationsOf(evaluated);
    await batch(DB, [...(entries.length > 0 ? [insertNotifications(entries)] : []), ...updateNext(next)]);
  } while (rows.length === stepEvents);
}

/** Times are in milliseconds since the epoch. */
interface Evaluation {
  due: DueReminder[];
  /** Every reminder that was due before this time is in a notification. */
  since: number;
  /** When to look at the event again; null: never. */
  next: number | null;
}

function evaluate(row: DueEventRow, now: number): Evaluation {
  if (!row.notifies) return { due: [], since: now, next: null };
  try {
    const { timezone: zone, week_start: weekStart, last_start: lastStart } = row;
    const deltas: number[] = JSON.parse(row.deltas);
    const reminders = { series: toSeries(row), deltas, zone, weekStart, lastStart };
    return { ...dueOf(reminders, row.since, now), since: now + 1 };
  } catch (error) {
    if (!(error instanceof Overspent)) throw error;
    reportFailure('remind', new Error(`event ${row.event} takes too long to expand`));
    return { due: [], since: row.since, next: now + COSTLY_EVENT_WAIT_MS };
  }
}

/** Groups reminders into numbered notifications, each of one account and within the bounds of a notification. */
export function notificationsOf(
  evaluated: readonly { row: DueEventRow; due: readonly DueReminder[] }[],
): NotificationEntry[] {
  const entries: NotificationEntry[] = [];
  const open = new Map<string, { notification: number; reminders: number; bytes: number }>();
  let notifications = 0;
  for (const { row, due } of evaluated) {
    for (const { reminder, startTs } of due) {
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
      entries.push([current.notification, row.event, row.change_token, reminder, startTs]);
    }
  }
  return entries;
}

/**
 * Makes the events due that are older than their account's webhook, so that `remind` reads them.
 *
 * @throws Outage
 */
export async function backfillReminders({ DB }: Env, stepEvents = BACKFILL_STEP_EVENTS): Promise<void> {
  for (;;) {
    const [[account]] = await batch(DB, [selectBackfilling()]);
    if (!account) return;
    let backfilledTo: string | null | undefined;
    do {
      const [, [row]] = await batch(DB, backfillEvents(account.account_id, stepEvents));
      backfilledTo = row?.backfilled_to;
    } while (backfilledTo);
  }
}
