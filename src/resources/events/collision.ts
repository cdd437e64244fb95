/** Whether an event that names a service takes time from another one, by the instances of both. Pure. */
import { SERIES_COMPARED_MAX_DAYS } from '../../limits.ts';
import type { Recurrence, Timespan, Weekday } from '../../sdk/types.ts';
import type { Budget } from '../../time/budget.ts';
import { instances } from '../../time/recurrence.ts';
import { DAY_MS } from '../../time/units.ts';
import type { NearRow } from './booked-sql.ts';

/** An event. The week start is for a rule that names none. */
interface Zoned {
  startTs: number;
  duration: number;
  recurrence: Recurrence | null;
  exdates: number[];
  timezone: string;
  weekStart: Weekday;
}

/** The time of an instance of another event. */
interface Time extends Timespan {
  /** Whether an instance at the very same time does not count. */
  shares: boolean;
}

/** Single events that are closer to each other than this are compared in one expansion. */
const CLUSTER_MS = 31 * DAY_MS;

/**
 * Whether an event overlaps any of the events near it. Two series are compared for ten years from when both have begun, or
 * from now: no booking is farther away.
 *
 * @param rows those of `selectNear`.
 * @param now milliseconds since the epoch.
 * @throws Overspent where the expansion costs more than the budget.
 */
export function collides(rows: readonly NearRow[], now: number, budget: Budget): boolean {
  if (!rows[0]) return false;
  if (rows.some(({ mark }) => mark === 'taken')) return true;
  const [startTs, duration, recurrence, exdates, timezone, weekStart] = JSON.parse(rows[0].own);
  const own: Zoned = { startTs, duration, recurrence, exdates, timezone, weekStart };
  const timesOf = (event: Zoned, window: Timespan) =>
    instances({ ...event, busy: true }, event.timezone, event.weekStart, window, budget);
  const collidesWith = (times: readonly Time[], window: Timespan) => overlap(times, timesOf(own, window));

  const others = rows.map((row) => ({ ...zoned(row), shares: row.shares === 1 }));
  const [series, singles] = [true, false].map((is) =>
    others.filter((other) => (other.recurrence !== null) === is),
  ) as [typeof others, typeof others];
  const ofSeries = series.some((other) => {
    const begin = Math.max(own.startTs, other.startTs);
    const window =
      own.recurrence === null
        ? { startTs: own.startTs, endTs: own.startTs + own.duration }
        : { startTs: begin, endTs: Math.max(begin, now) + SERIES_COMPARED_MAX_DAYS * DAY_MS };
    const times = timesOf(other, window).map((time) => ({ ...time, shares: other.shares }));
    return collidesWith(times, window);
  });
  return ofSeries || clusters(singles).some((times) => collidesWith(times, windowOf(times)));
}

const zoned = ({ start_ts, duration, recurrence, exdates, timezone, week_start }: NearRow): Zoned => ({
  startTs: start_ts,
  duration,
  recurrence: recurrence === null ? null : JSON.parse(recurrence),
  exdates: JSON.parse(exdates),
  timezone,
  weekStart: week_start,
});

/** The times of single events, in order, and apart where a long time lies between them. */
function clusters(singles: readonly (Zoned & { shares: boolean })[]): Time[][] {
  const found: Time[][] = [];
  const times = singles
    .filter(({ startTs, exdates }) => !exdates.includes(startTs))
    .map(({ startTs, duration, shares }) => ({ startTs, endTs: startTs + duration, shares }))
    .sort((a, b) => a.startTs - b.startTs);
  for (const time of times) {
    const cluster = found.at(-1);
    if (cluster && time.startTs - (cluster.at(-1)?.startTs ?? 0) < CLUSTER_MS) cluster.push(time);
    else found.push([time]);
  }
  return found;
}

const windowOf = (times: readonly Time[]): Timespan => ({
  startTs: Math.min(...times.map(({ startTs }) => startTs)),
  endTs: Math.max(...times.map(({ endTs }) => endTs)),
});

/** @param times in order, as `own` is, whose instances all last equally long. */
function overlap(times: readonly Time[], own: readonly Timespan[]): boolean {
  let first = 0;
  return times.some(({ startTs, endTs, shares }) => {
    while ((own[first]?.endTs ?? Number.POSITIVE_INFINITY) <= startTs) first++;
    for (let i = first; (own[i]?.startTs ?? Number.POSITIVE_INFINITY) < endTs; i++) {
      if (!shares || own[i]?.startTs !== startTs || own[i]?.endTs !== endTs) return true;
    }
    return false;
  });
}
