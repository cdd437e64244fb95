/** The grid of booking slots: the dates of a viewer, and the starts that each date offers. */
import type { Interval } from '../time/intervals.ts';
import { DAY_MS } from '../time/units.ts';
import { firstAt, lastAt, toLocal } from '../time/zone.ts';

export interface SlotQuery {
  /** The viewer's IANA time zone. */
  zone: string;
  /** The first and the last date, both included, as days since 1970-01-01. */
  first: number;
  last: number;
  /** Milliseconds from one start to the next. The first start of a date is its first moment. */
  interval: number;
  /** The length of a slot in milliseconds. */
  duration: number;
}

/** The window in which slots must lie: from the first moment of the first date to the end of the last. */
export function windowOf({ zone, first, last }: Pick<SlotQuery, 'zone' | 'first' | 'last'>): Interval {
  return { start: firstAt(zone, first * DAY_MS), end: lastAt(zone, (last + 1) * DAY_MS) };
}

/**
 * The number of starts on the grid of a query, so that the caller can refuse a large query before any work. It counts 24
 * hours for each date; a date on which the clock goes back has up to an eighth more.
 */
export function gridSize({ first, last, interval }: Pick<SlotQuery, 'first' | 'last' | 'interval'>): number {
  return (last - first + 1) * Math.ceil(DAY_MS / interval);
}

/**
 * Whether an instant within the window of a date is on that date. Where a clock goes back over midnight, the zone leaves
 * the date and enters it again, so the window is longer than a day and shares instants with the window of the next date.
 *
 * @param day days since 1970-01-01.
 * @param window `windowOf` that date.
 * @param instant milliseconds since the epoch.
 */
export function isOn(day: number, window: Interval, zone: string, instant: number): boolean {
  return window.end - window.start <= DAY_MS || Math.floor(toLocal(zone, instant) / DAY_MS) === day;
}
