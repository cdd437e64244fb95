/** The grid of booking slots: the dates of a viewer, and the starts that each date offers. */
import type { Interval } from '../time/intervals.ts';
import { DAY_MS } from '../time/units.ts';
import { firstAt, lastAt, stretches } from '../time/zone.ts';

export interface SlotQuery {
  /** The viewer's IANA time zone. */
  zone: string;
  /** The first and the last date, both included, as days since 1970-01-01. */
  first: number;
  last: number;
  /** Milliseconds from one start to the next, on the clock of the zone. */
  interval: number;
  /** The length of a slot in milliseconds. */
  duration: number;
}

/** The window in which slots must lie: from the first moment of the first date to the end of the last. */
export function windowOf({ zone, first, last }: Pick<SlotQuery, 'zone' | 'first' | 'last'>): Interval {
  return { start: firstAt(zone, first * DAY_MS), end: lastAt(zone, (last + 1) * DAY_MS) };
}

/**
 * The grid of a date: the instants at which clocks in the zone show the date and a multiple of the interval after
 * midnight. So a local time in a gap is not on the grid, and one in an overlap is on it twice.
 *
 * @param day days since 1970-01-01.
 * @param interval milliseconds.
 * @returns stretches of the grid in order, one for each offset of the zone on that date. A stretch starts on the grid,
 *   and goes on in steps of the interval until just before its end.
 */
export function gridOf(zone: string, day: number, interval: number): Interval[] {
  const midnight = day * DAY_MS;
  // Offsets are less than a day, so this span encloses the date.
  const around = { start: midnight - DAY_MS, end: midnight + 2 * DAY_MS };
  const grid: Interval[] = [];
  for (const { start, end, offset } of stretches(zone, around)) {
    const zero = midnight - offset;
    const first = zero + Math.max(0, Math.ceil((start - zero) / interval)) * interval;
    const last = Math.min(end, zero + DAY_MS);
    if (first < last) grid.push({ start: first, end: last });
  }
  return grid;
}

/** The number of starts on the grid of a query, by dates of 24 hours, so that the caller can refuse a large query before any work. */
export const gridSize = ({ first, last, interval }: Pick<SlotQuery, 'first' | 'last' | 'interval'>): number =>
  (last - first + 1) * Math.ceil(DAY_MS / interval);
