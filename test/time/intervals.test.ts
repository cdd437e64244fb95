/** Operations on sets of intervals equal those on sets of numbers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Interval, intersect, merge, subtract, widen } from '../../src/time/intervals.ts';

const SIZE = 60;
const list = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: SIZE - 12 }), fc.integer({ min: -2, max: 12 }))
    .map(([start, length]) => ({ start, end: start + length })),
  { maxLength: 12 },
);

const covers = (intervals: Interval[], time: number) =>
  intervals.some(({ start, end }) => start <= time && time < end);

/** Returns the integers that pass as the fewest intervals. */
function setOf(passes: (time: number) => boolean): Interval[] {
  const found: Interval[] = [];
  for (let start = -SIZE; start < 2 * SIZE; start++) {
    if (!passes(start) || passes(start - 1)) continue;
    let end = start;
    while (passes(end)) end += 1;
    found.push({ start, end });
  }
  return found;
}

test('merge sorts, joins overlapping and touching intervals, and drops empty ones', () => {
  fc.assert(
    fc.property(list, (list) => {
      const before = structuredClone(list);
      expect(merge(list)).toEqual(setOf((time) => covers(list, time)));
      expect(list).toEqual(before);
    }),
    { numRuns: 1000 },
  );
});

test('intersect keeps the times in both sets', () => {
  fc.assert(
    fc.property(list, list, (some, others) => {
      const expected = setOf((time) => covers(some, time) && covers(others, time));
      expect(intersect(merge(some), merge(others))).toEqual(expected);
      expect(intersect(merge(some), merge(others))).toEqual(intersect(merge(others), merge(some)));
    }),
    { numRuns: 1000 },
  );
});

test('subtract keeps the times in the first set and not in the second', () => {
  fc.assert(
    fc.property(list, list, (some, others) => {
      const expected = setOf((time) => covers(some, time) && !covers(others, time));
      expect(subtract(merge(some), merge(others))).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test('widen extends or shortens every interval, and drops those that become empty', () => {
  const by = fc.integer({ min: -6, max: 6 });
  fc.assert(
    fc.property(list, by, by, (list, before, after) => {
      const set = merge(list);
      const wider = set.map(({ start, end }) => ({ start: start - before, end: end + after }));
      expect(widen(set, before, after)).toEqual(setOf((time) => covers(wider, time)));
    }),
    { numRuns: 1000 },
  );
});

test('intersect accepts an infinite interval and an empty one', () => {
  expect(intersect([{ start: 5, end: 9 }], [{ start: 7, end: Infinity }])).toEqual([{ start: 7, end: 9 }]);
  expect(intersect([{ start: 5, end: 9 }], [{ start: 8, end: 6 }])).toEqual([]);
});

test('intersect and subtract read each interval a constant number of times', () => {
  const many = (count: number, shift: number) =>
    Array.from({ length: count }, (_, i) => ({ start: 10 * i + shift, end: 10 * i + shift + 5 }));
  let reads = 0;
  const counted = (list: Interval[]) =>
    new Proxy(list, {
      get(target, key, receiver) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
        return Reflect.get(target, key, receiver);
      },
    });
  const [some, others] = [many(5000, 0), many(5000, 3)];
  for (const operation of [intersect, subtract]) {
    reads = 0;
    expect(operation(counted(some), counted(others)).length).toBeGreaterThan(4000);
    expect(reads).toBeLessThan(5 * (some.length + others.length));
  }
});
