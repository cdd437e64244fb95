/**
 * The occurrences of a series. Each is named by its original start, where the rule puts it, and keeps that name wherever it
 * is moved to. The exceptions of a series are its exdates, which cancel occurrences, and its overrides, which change them.
 */
import type { Metadata, Occurrence, Recurrence, Timespan, Weekday } from '../sdk/types.ts';
import { type Budget, PRICE_NS, unlimited } from './budget.ts';
import { instances, type Position, positions, type Series } from './recurrence.ts';
import { DAY_MS } from './units.ts';
import { firstAt, toLocal } from './zone.ts';

/** An occurrence that differs from its series, as it takes place. */
export interface Override {
  originalStartTs: number;
  startTs: number;
  duration: number;
  busy: boolean;
  /** In place of the series'; absent: the series'. */
  metadata?: Metadata | undefined;
}

/** What decides where the occurrences of a series are. */
export interface Ruled extends Pick<Series, 'startTs' | 'recurrence'> {
  /** The IANA time zone in which the rule is expanded: UTC for whole days, whose start is the midnight of a date there. */
  zone: string;
  weekStart: Weekday;
  wholeDays?: boolean | undefined;
}

/** An exception is cheaper than a conversion: it is compared and sorted. */
const OVERRIDE_PRICE_NS = PRICE_NS.exdate + PRICE_NS.conversion;

/**
 * The occurrences that overlap a window, in the order of their starts: those of the rule, with each override in place of its
 * own. One that is moved into the window is among them, one that is moved out is not.
 *
 * @param overrides each of an occurrence of the rule that no exdate cancels.
 * @throws Overspent
 */
export function occurrences(
  series: Series,
  overrides: readonly Override[],
  { zone, weekStart }: Pick<Ruled, 'zone' | 'weekStart'>,
  window: Timespan,
  budget = unlimited(),
): Occurrence[] {
  budget.spend(OVERRIDE_PRICE_NS * overrides.length);
  const exdates = [...series.exdates, ...overrides.map(({ originalStartTs }) => originalStartTs)];
  const found: Occurrence[] = instances({ ...series, exdates }, zone, weekStart, window, budget).map(
    (instance) => ({ ...instance, originalStartTs: instance.startTs }),
  );
  for (const override of overrides) {
    const one = toOccurrence(override);
    if (overlaps(one, window)) found.push(one);
  }
  return overrides.length ? found.sort(byStart) : found;
}

/** Sorts by start; of two at the same moment, that which the rule puts first comes first. */
export const byStart = (a: Occurrence, b: Occurrence): number =>
  a.startTs - b.startTs || a.originalStartTs - b.originalStartTs;

const toOccurrence = ({ originalStartTs, startTs, duration, busy, metadata }: Override): Occurrence => ({
  startTs,
  endTs: startTs + duration,
  busy,
  originalStartTs,
  overridden: true,
  ...(metadata && { metadata }),
});

/** Whether something overlaps a window: without a duration, whether it starts within it. */
export const overlaps = ({ startTs, endTs }: Timespan, window: Timespan): boolean =>
  startTs < window.endTs && (startTs >= window.startTs || endTs > window.startTs);

/**
 * Whether the rule of a series puts an occurrence at this start, cancelled or not. A single event has none.
 *
 * @throws Overspent
 */
export function isOccurrence(series: Ruled, originalStartTs: number, budget = unlimited()): boolean {
  return series.recurrence !== null && daysOfStarts(series, [originalStartTs], budget).has(originalStartTs);
}

/**
 * Whether an occurrence is at the time of day of its series. One whose time the clocks skip is later, and so would be all
 * occurrences of a series that starts with it.
 */
export const keepsClock = ({ startTs, zone }: Ruled, occurrence: number): boolean =>
  (toLocal(zone, occurrence) - toLocal(zone, startTs)) % DAY_MS === 0;

/** The rules of both parts of a series that is split. */
export interface Parts {
  before: Recurrence;
  following: Recurrence;
}

/**
 * The rules of a series that ends before one of its occurrences, and of the series that starts with that occurrence and
 * takes the rest: its count is what was left, and its `until` the same.
 *
 * @param originalStartTs an occurrence: see `isOccurrence`.
 * @param untilMaxMs the farthest that `until` can be after the start. Where the first part would need a later one, it has a
 *   count instead, up to `countMax`.
 * @returns null where it is the first occurrence, so that nothing is left before it.
 * @throws Overspent
 */
export function split(
  series: Ruled & { recurrence: Recurrence },
  originalStartTs: number,
  { untilMaxMs, countMax }: { untilMaxMs: number; countMax: number },
  budget = unlimited(),
): Parts | null {
  const { startTs, recurrence, zone } = series;
  let count = 0;
  let last: Position | undefined;
  let at: Position | undefined;
  for (const position of positions(
    { ...series, duration: 0 },
    series,
    upTo(startTs, originalStartTs),
    budget,
  )) {
    if (position.start >= originalStartTs) {
      at = position;
      break;
    }
    last = position;
    count += 1;
  }
  if (!last || !at) return null;
  // The end of the day before, so that a start at another time of the day brings no occurrence back, nor takes one away.
  const midnight = firstAt(zone, at.day * DAY_MS) - 1;
  const until = Math.max(last.start, Math.min(midnight, originalStartTs - 1));
  const { count: all, ...rule } = recurrence;
  const counted = all !== undefined || (until - startTs > untilMaxMs && count <= countMax);
  const { until: _, ...open } = rule;
  return {
    before: counted ? { ...(all === undefined ? open : rule), count } : { ...rule, until },
    following: all === undefined ? rule : { ...rule, count: all - count },
  };
}

/**
 * Where the exceptions of a series belong once its start, its zone or its rule has changed: each follows its occurrence, by
 * its place on the wall clock. Where the dates of the series stay, an exception stays on its date; where the series moves
 * by some days, it moves with it. Those that are no longer occurrences are left out.
 *
 * @param originals the original starts of the exceptions.
 * @returns their new original starts, by the former ones.
 * @throws Overspent
 */
export function follow(
  before: Ruled,
  after: Ruled,
  originals: readonly number[],
  budget = unlimited(),
): Map<number, number> {
  const followed = new Map<number, number>();
  if (!after.recurrence || !before.recurrence || originals.length === 0) return followed;
  const dayOf = daysOfStarts(before, originals, budget);
  const moved = daysBetween(before, after, budget);
  const days = [...dayOf.values()].map((day) => day + moved);
  const [low, high] = [Math.min(...days), Math.max(...days)];
  const startOf = new Map<number, number>();
  // All offsets are less than a day.
  const window = { startTs: (low - 2) * DAY_MS, endTs: (high + 3) * DAY_MS };
  for (const { day, start } of positions({ ...after, duration: 0 }, after, window, budget))
    startOf.set(day, start);
  for (const [original, day] of dayOf) {
    const start = startOf.get(day + moved);
    if (start !== undefined) followed.set(original, start);
  }
  return followed;
}

/** By how many days the exceptions of a series move on the wall clock. */
function daysBetween(before: Ruled, after: Ruled, budget: Budget): number {
  // An event that becomes one of whole days, or a timed one, stays on its dates: its zone is not another one.
  const zoned = !before.wholeDays === !after.wholeDays ? { ...before, zone: after.zone } : before;
  const [from, inZone, to] = [localDay(before), localDay(zoned), localDay(after)];
  // In another zone the start may be on another date. The rest of the series goes with it, unless the rule names its days.
  const byZone = inZone !== from && occursOn(zoned, inZone, budget) ? inZone - from : 0;
  const keepsDates = to === inZone || occursOn(zoned, to, budget) || occursOn(after, inZone, budget);
  return byZone + (keepsDates ? 0 : to - inZone);
}

const localDay = ({ startTs, zone }: Ruled): number => Math.floor(toLocal(zone, startTs) / DAY_MS);

/** Whether the rule puts an occurrence on a local day. */
function occursOn(series: Ruled, wanted: number, budget: Budget): boolean {
  const window = { startTs: (wanted - 1) * DAY_MS, endTs: (wanted + 2) * DAY_MS };
  for (const { day } of positions({ ...series, duration: 0 }, series, window, budget)) {
    if (day === wanted) return true;
    if (day > wanted) return false;
  }
  return false;
}

/** The local days of the occurrences that start at these times. A time without an occurrence is left out. */
function daysOfStarts(series: Ruled, starts: readonly number[], budget: Budget): Map<number, number> {
  budget.spend(PRICE_NS.exdate * starts.length);
  const wanted = new Set(starts);
  const found = new Map<number, number>();
  const window = upTo(Math.min(...starts), Math.max(...starts));
  for (const { day, start } of positions({ ...series, duration: 0 }, series, window, budget)) {
    if (wanted.has(start) && !found.has(start)) found.set(start, day);
  }
  return found;
}

/** The window that begins with one time and still includes another. */
const upTo = (startTs: number, last: number): Timespan => ({ startTs, endTs: last + 1 });
