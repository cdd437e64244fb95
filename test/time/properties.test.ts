import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysOf } from '../../src/time/days.ts';
import { instances, lastStart, mergeBusy } from '../../src/time/recurrence.ts';
import { ruleOf } from '../../src/time/rule.ts';
import { endless, instant, series, weekday, zone } from './arbitraries.ts';

const DAY = 86_400_000;
const days = (max: number) => fc.integer({ min: 0, max });

test('two adjacent windows together have the same instances as one', () => {
  const windows = fc.tuple(
    days(800),
    fc.integer({ min: 1, max: 31 * DAY }),
    fc.integer({ min: 1, max: 31 * DAY }),
  );
  fc.assert(
    fc.property(series, zone, weekday, windows, (series, zone, weekStart, [after, first, second]) => {
      const startTs = series.startTs - 31 * DAY + after * DAY;
      const inWindow = (startTs: number, endTs: number) =>
        instances(series, zone, weekStart, { startTs, endTs });
      const parts = [
        ...inWindow(startTs, startTs + first),
        ...inWindow(startTs + first, startTs + first + second),
      ];
      const together = [...new Map(parts.map((instance) => [instance.startTs, instance])).values()];
      expect(together).toEqual(inWindow(startTs, startTs + first + second));
    }),
    { numRuns: 1000 },
  );
});

test('every instance starts between the start of the series and its last, in every zone and week start', () => {
  fc.assert(
    fc.property(series, zone, weekday, (series, zone, weekStart) => {
      const last = lastStart(series.startTs, series.recurrence) ?? Infinity;
      const window = { startTs: 0, endTs: Math.min(series.startTs + 5000 * DAY, Date.UTC(2301, 0)) };
      for (const { startTs } of instances(series, zone, weekStart, window)) {
        expect(startTs).toBeGreaterThanOrEqual(series.startTs);
        expect(startTs).toBeLessThanOrEqual(last);
      }
    }),
    { numRuns: 500 },
  );
});

test('instances are in order, unique, and overlap the window', () => {
  fc.assert(
    fc.property(series, zone, weekday, days(400), (series, zone, weekStart, after) => {
      const window = { startTs: series.startTs + after * DAY, endTs: series.startTs + (after + 62) * DAY };
      const found = instances(series, zone, weekStart, window);
      for (const [i, { startTs, endTs }] of found.entries()) {
        expect(startTs).toBeGreaterThan(found[i - 1]?.startTs ?? -Infinity);
        expect(startTs).toBeLessThan(window.endTs);
        expect(endTs).toBeGreaterThanOrEqual(window.startTs);
        expect(endTs - startTs).toBe(series.duration);
      }
    }),
  );
});

test('a search from the window finds the same days as a search from the start', () => {
  fc.assert(
    fc.property(
      endless,
      instant,
      weekday,
      days(20_000),
      days(400),
      (recurrence, startTs, weekStart, after, length) => {
        const start = Math.floor(startTs / DAY);
        const [from, to] = [start + after, start + after + length];
        const rule = ruleOf(recurrence, start, weekStart);
        const counted = { ...rule, count: Number.MAX_SAFE_INTEGER };
        expect([...daysOf(rule, from, to)]).toEqual([...daysOf(counted, from, to)]);
      },
    ),
    { numRuns: 500 },
  );
});

test('a count keeps the first days of an endless series', () => {
  fc.assert(
    fc.property(endless, weekday, fc.integer({ min: 1, max: 50 }), (recurrence, weekStart, count) => {
      const [start, to] = [20_000, 24_000];
      const all = [...daysOf(ruleOf(recurrence, start, weekStart), start, to)];
      expect([...daysOf(ruleOf({ ...recurrence, count }, start, weekStart), start, to)]).toEqual(
        all.slice(0, count),
      );
    }),
  );
});

test('mergeBusy returns disjoint intervals in order that cover the same times, and is idempotent', () => {
  const instance = fc
    .record({ startTs: days(60), length: fc.integer({ min: 0, max: 9 }), busy: fc.boolean() })
    .map(({ startTs, length, busy }) => ({ startTs, endTs: startTs + length, busy }));
  const covers = (list: { startTs: number; endTs: number }[], ts: number) =>
    list.some(({ startTs, endTs }) => startTs <= ts && ts < endTs);
  fc.assert(
    fc.property(fc.array(instance, { maxLength: 15 }), (list) => {
      const merged = mergeBusy(list);
      for (const [i, { startTs }] of merged.entries())
        expect(startTs).toBeGreaterThan(merged[i - 1]?.endTs ?? -1);
      const busy = list.filter(({ busy }) => busy);
      for (let ts = 0; ts < 75; ts++) expect(covers(merged, ts)).toBe(covers(busy, ts));
      expect(mergeBusy(merged)).toEqual(merged);
    }),
    { numRuns: 500 },
  );
});
