/**
 * Reminders that are due become notifications. The notifications and the times at which their events are due next are
 * one transaction, in which each event must be as it was when it was looked at. So there is nothing to lease: of two
 * who look at the same time one finds that nothing is left to do.
 */

import { batch } from '../db/connection.ts';
import type { Env } from '../env.ts';
import { NOTIFICATION_REMINDERS_MAX } from '../limits.ts';
import { reportFailure } from '../report-failure.ts';
import { toSeries } from '../resources/events/table.ts';
import { Overspent } from '../time/budget.ts';
import { HOUR_MS } from '../time/units.ts';
import { type Due, dueOf } from './due.ts';
import {
  backfillEvents,
  type DueEventRow,
  type DueReminder,
  insertNotifications,
  type Next,
  selectBackfilling,
  selectDueEvents,
  updateNext,
} from './sql.ts';

/** How many events are looked at in one step. */
export const STEP_EVENTS = 500;
/** How many of an account's events are read at once after its webhook was set. */
const BACKFILL_STEP_EVENTS = 2000;
/** What one notification holds. Some room is left of the 256 KiB that a body may have. */
const NOTIFICATION_MAX_BYTES = 200_000;
/** An event that is too costly to expand is left for so long. */
const LATER_MS = HOUR_MS;

/**
 * Files a notification for all that is due, step by step, until nothing is.
 *
 * @throws Outage
 */
export async function remind({ DB }: Env, clock: () => number, stepEvents = STEP_EVENTS): Promise<void> {
  let rows: DueEventRow[];
  do {
    const now = clock();
    [rows] = await batch(DB, [selectDueEvents(now, stepEvents)]);
    if (rows.length === 0) return;
    const looked = rows.map((row) => ({ row, ...lookAt(row, now) }));
    const next = looked.map(({ row, since, next }): Next => [row.event, row.stamp, since, next]);
    const filed = notificationsOf(looked);
    await batch(DB, [...(filed.length > 0 ? [insertNotifications(filed)] : []), ...updateNext(next)]);
  } while (rows.length === stepEvents);
}

interface Look {
  due: Due[];
  /** All before it is told. */
  since: number;
  next: number | null;
}

function lookAt(row: DueEventRow, now: number): Look {
  if (!row.told) return { due: [], since: now, next: null };
  try {
    const { timezone: zone, week_start: weekStart, last_start: lastStart } = row;
    const deltas: number[] = JSON.parse(row.deltas);
    const reminding = { series: toSeries(row), deltas, zone, weekStart, lastStart };
    return { ...dueOf(reminding, row.since, now), since: now + 1 };
  } catch (error) {
    if (!(error instanceof Overspent)) throw error;
    reportFailure('remind', new Error(`event ${row.event} takes too long to expand`));
    return { due: [], since: row.since, next: now + LATER_MS };
  }
}

/** Numbers the notifications: each of one account, and neither too many reminders nor too many bytes. */
export function notificationsOf(looked: readonly { row: DueEventRow; due: readonly Due[] }[]): DueReminder[] {
  const filed: DueReminder[] = [];
  const open = new Map<string, { notification: number; reminders: number; bytes: number }>();
  let notifications = 0;
  for (const { row, due } of looked) {
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
      filed.push([current.notification, row.event, row.stamp, reminder, startTs]);
    }
  }
  return filed;
}

/**
 * Has the events looked at that were there before their account's webhook was set.
 *
 * @throws Outage
 */
export async function backfillReminders({ DB }: Env, step = BACKFILL_STEP_EVENTS): Promise<void> {
  for (;;) {
    const [[account]] = await batch(DB, [selectBackfilling()]);
    if (!account) return;
    let filed: string | null | undefined;
    do {
      const [, [row]] = await batch(DB, backfillEvents(account.account_id, step));
      filed = row?.filed;
    } while (filed);
  }
}
