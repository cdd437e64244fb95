/**
 * Sets of times. A set is a list of intervals in order that neither overlap nor touch, so that each operation sweeps once
 * over its operands. Every function takes and returns sets; only `merge` takes any list of intervals.
 */

/** The milliseconds from `start` until just before `end`. The interval is empty where `end <= start`. */
export interface Interval {
  start: number;
  end: number;
}

/**
 * The set of all times that lie in any of these intervals.
 *
 * @param intervals in any order.
 * @param keepEmpty keeps empty intervals that no other one touches.
 */
export function merge(intervals: readonly Interval[], keepEmpty = false): Interval[] {
  const merged: Interval[] = [];
  let last: Interval | undefined;
  for (const { start, end } of inOrder(intervals)) {
    if (end <= start && !keepEmpty) continue;
    if (!last || last.end < start) {
      last = { start, end };
      merged.push(last);
    } else if (last.end < end) last.end = end;
  }
  return merged;
}

/** The times that two sets share. A single empty interval may stand for the empty set. */
export function intersect(some: readonly Interval[], others: readonly Interval[]): Interval[] {
  const shared: Interval[] = [];
  let next = 0;
  for (const { start, end } of some) {
    for (let other = others[next]; other && other.start < end; other = others[next]) {
      const from = Math.max(start, other.start);
      const to = Math.min(end, other.end);
      if (from < to) shared.push({ start: from, end: to });
      if (other.end > end) break;
      next += 1;
    }
  }
  return shared;
}

/** The times of one set that are not in another. */
export function subtract(some: readonly Interval[], others: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let next = 0;
  for (const { start, end } of some) {
    let from = start;
    for (let other = others[next]; other && other.start < end; other = others[next]) {
      if (from < other.start) left.push({ start: from, end: other.start });
      from = Math.max(from, other.end);
      if (other.end > end) break;
      next += 1;
    }
    if (from < end) left.push({ start: from, end });
  }
  return left;
}

/**
 * A set whose intervals start earlier and end later. Negative values shrink the intervals, and drop those that become
 * empty.
 *
 * @param before milliseconds.
 * @param after milliseconds.
 */
export function widen(intervals: readonly Interval[], before: number, after: number): Interval[] {
  return merge(intervals.map(({ start, end }) => ({ start: start - before, end: end + after })));
}

/** Most lists come in order, and the check costs a fraction of a sort. */
function inOrder(intervals: readonly Interval[]): readonly Interval[] {
  let before = -Infinity;
  for (const { start } of intervals) {
    if (start < before) return [...intervals].sort((a, b) => a.start - b.start);
    before = start;
  }
  return intervals;
}
