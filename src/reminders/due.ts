/** What an event's reminders come to: which are due, and when to look again. Pure: it is given the time. */
import type { Weekday } from '../sdk/types.ts';
import { Budget } from '../time/budget.ts';
import { instances, type Series } from '../time/recurrence.ts';
import { DAY_MS, MINUTE_MS } from '../time/units.ts';

/** How far ahead a series is expanded. One that has nothing due in it is looked at again at its end. */
const REACH_MS = 40 * DAY_MS;
/**
 * A reminder that is farther away is looked at once more, so long before it: by then the runtime may know another
 * offset of the zone.
 */
const AHEAD_MS = DAY_MS;
/** What one event may cost, in nanoseconds: many times what any does that people make. */
const COST_MAX_NS = 20_000_000;

export interface Reminding {
  series: Series;
  /** Of each reminder, in minutes. */
  deltas: readonly number[];
  zone: string;
  weekStart: Weekday;
  /** See `lastStart`. */
  lastStart: number | null;
}

export interface Due {
  /** A reminder, by its place among the event's, of the instance that starts then. */
  reminder: number;
  startTs: number;
}

/**
 * Times in ms: what is due from `since` until now, both included, the earliest first; and when to look again, null
 * where nothing is to come.
 *
 * @throws Overspent
 */
export function dueOf(
  { series, deltas, zone, weekStart, lastStart }: Reminding,
  since: number,
  now: number,
): { due: Due[]; next: number | null } {
  const offsets = deltas.map((delta) => delta * MINUTE_MS);
  const [earliest, latest] = [Math.min(...offsets), Math.max(...offsets)];
  const end = now + REACH_MS;
  const window = { startTs: since - latest, endTs: end - earliest + 1 };
  const single = series.recurrence === null;
  const starts = single
    ? [series.startTs].filter((start) => !series.exdates.includes(start))
    : instances({ ...series, duration: 0 }, zone, weekStart, window, new Budget(COST_MAX_NS)).map(
        ({ startTs }) => startTs,
      );

  const due: (Due & { at: number })[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const startTs of starts) {
    offsets.forEach((offset, reminder) => {
      const at = startTs + offset;
      if (at > now) next = Math.min(next, at);
      else if (at >= since) due.push({ reminder, startTs, at });
    });
  }
  const ended = single || (lastStart !== null && lastStart + latest <= now);
  if (next > end && !single) next = ended ? Number.POSITIVE_INFINITY : end;
  return {
    due: due.sort((a, b) => a.at - b.at).map(({ reminder, startTs }) => ({ reminder, startTs })),
    next: next === Number.POSITIVE_INFINITY ? null : next - now > 2 * AHEAD_MS ? next - AHEAD_MS : next,
  };
}
