/**
 * Times as sets: every operation sweeps once over what it is given. A set is a list of intervals in order,
 * disjoint, and merged where they touch; only `merge` takes anything else.
 */

/** The time (ms) from `start` on, up to and without `end`. None when `end <= start`. */
export interface Interval {
  start: number;
  end: number;
}

/** The set of all times that lie in any of some intervals, which come in any order. */
export function merge(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  let last: Interval | undefined;
  for (const { start, end } of inOrder(intervals)) {
    if (end <= start) continue;
    if (!last || last.end < start) {
      last = { start, end };
      merged.push(last);
    } else if (last.end < end) last.end = end;
  }
  return merged;
}

/** The set of the times that two sets share. One interval of which nothing is left does for an empty set. */
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

/** The set of the times of one set that are not in another. */
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
 * A set whose intervals begin `before` (ms) earlier and end `after` later. Below zero they shrink, and those
 * of which nothing is left are gone.
 */
export function widen(intervals: readonly Interval[], before: number, after: number): Interval[] {
  return merge(intervals.map(({ start, end }) => ({ start: start - before, end: end + after })));
}

/** Most lists come in order: looking costs a fraction of sorting. */
function inOrder(intervals: readonly Interval[]): readonly Interval[] {
  let before = -Infinity;
  for (const { start } of intervals) {
    if (start < before) return [...intervals].sort((a, b) => a.start - b.start);
    before = start;
  }
  return intervals;
}
