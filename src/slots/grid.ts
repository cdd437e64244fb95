/** The dates of a viewer, and the starts that each of them offers. */
import { DAY_MS } from '../time/units.ts';
import { firstAt, lastAt, toLocal } from '../time/zone.ts';
import type { Interval } from './intervals.ts';

/** What is asked: days from `first` to `last`, both included, of a zone, and an interval and a duration (ms). */
export interface Query {
  zone: string;
  first: number;
  last: number;
  interval: number;
  duration: number;
}

/** The window (ms) in which slots must lie: from the first moment of the first date to the end of the last. */
export function windowOf({ zone, first, last }: Pick<Query, 'zone' | 'first' | 'last'>): Interval {
  return { start: firstAt(zone, first * DAY_MS), end: lastAt(zone, (last + 1) * DAY_MS) };
}

/**
 * How many starts a query has on its grid, as if every date had 24 hours: a bound to refuse it by before any
 * work. A date on which the clock goes back has up to an eighth more.
 */
export function gridSize({ first, last, interval }: Pick<Query, 'first' | 'last' | 'interval'>): number {
  return (last - first + 1) * Math.ceil(DAY_MS / interval);
}

/**
 * Is an instant within the span of a date on that date? Where a clock goes back over midnight the date is
 * left, and begins again: its span is longer than a day then, and shares times with the next one's.
 */
export function isOn(day: number, span: Interval, zone: string, instant: number): boolean {
  return span.end - span.start <= DAY_MS || Math.floor(toLocal(zone, instant) / DAY_MS) === day;
}
