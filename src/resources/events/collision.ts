/** Whether an event that names a service takes time from another one, by the instances of both. Pure. */
import { SERIES_COMPARED_MAX_DAYS } from '../../limits.ts';
import type { Recurrence, Weekday } from '../../sdk/types.ts';
import type { Budget } from '../../time/budget.ts';
import { instances } from '../../time/recurrence.ts';
import { DAY_MS } from '../../time/units.ts';
import type { NearRow } from './booked-sql.ts';

/** An event, with the time zone and the week start of its calendar. */
interface Zoned {
  startTs: number;
  duration: number;
  recurrence: Recurrence | null;
  exdates: number[];
  timezone: string;
  weekStart: Weekday;
}

/**
 * Whether an event overlaps any of the events near it. Two series are compared for ten years from when both have begun, or
 * from now: no booking is farther away.
 *
 * @param rows those of `selectNear`.
 * @param now milliseconds since the epoch.
 * @throws Overspent where the expansion costs more than the budget.
 */
export function collides(rows: readonly NearRow[], now: number, budget: Budget): boolean {
  return rows.some((row) => {
    if (row.mark === 'taken') return true;
    const [startTs, duration, recurrence, exdates, timezone, weekStart] = JSON.parse(row.own);
    const own: Zoned = { startTs, duration, recurrence, exdates, timezone, weekStart };
    return overlap(own, otherOf(row), row.shares === 1, now, budget);
  });
}

const otherOf = ({ start_ts, duration, recurrence, exdates, timezone, week_start }: NearRow): Zoned => ({
  startTs: start_ts,
  duration,
  recurrence: recurrence === null ? null : JSON.parse(recurrence),
  exdates: JSON.parse(exdates),
  timezone,
  weekStart: week_start,
});

/** @param shares whether instances at the very same time do not count. */
function overlap(one: Zoned, other: Zoned, shares: boolean, now: number, budget: Budget): boolean {
  const single = [one, other].find(({ recurrence }) => recurrence === null);
  const begin = Math.max(one.startTs, other.startTs);
  const window = single
    ? { startTs: single.startTs, endTs: single.startTs + single.duration }
    : { startTs: begin, endTs: Math.max(begin, now) + SERIES_COMPARED_MAX_DAYS * DAY_MS };
  const timesOf = (event: Zoned) =>
    instances({ ...event, busy: true }, event.timezone, event.weekStart, window, budget);
  const [left, right] = [timesOf(one), timesOf(other)];
  let first = 0;
  for (const a of left) {
    while ((right[first]?.endTs ?? Number.POSITIVE_INFINITY) <= a.startTs) first++;
    for (let i = first; (right[i]?.startTs ?? Number.POSITIVE_INFINITY) < a.endTs; i++) {
      const same = right[i]?.startTs === a.startTs && right[i]?.endTs === a.endTs;
      if (!(shares && same)) return true;
    }
  }
  return false;
}
