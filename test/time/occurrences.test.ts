/** Occurrences equal those of occurrences.py, which two oracles agree on; and a split, a reset or a move loses none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recurrence } from '../../src/sdk/types.ts';
import { Budget } from '../../src/time/budget.ts';
import {
  follow,
  isOccurrence,
  type Override,
  occurrences,
  type Ruled,
  split,
} from '../../src/time/occurrences.ts';
import { instances, mergeBusy, neverOccurs } from '../../src/time/recurrence.ts';
import { endless, instant, series, weekday, zone } from './arbitraries.ts';
import vectors from './occurrences.json' with { type: 'json' };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LIMITS = { untilMaxMs: 732 * DAY, countMax: 739 };

const kinds = Map.groupBy(vectors, ([kind]) => kind);

test.each([...kinds])('equals both oracles: %s', (_, vectors) => {
  const wrong = vectors.filter((vector) => {
    const [, zone, weekStart, startTs, duration, recurrence, exdates, moved, [from, to], expected] = vector;
    const series = { startTs, duration, busy: true, recurrence, exdates };
    const overrides = moved.map(
      ([originalStartTs, startTs, duration]): Override => ({
        originalStartTs,
        startTs,
        duration,
        busy: true,
      }),
    );
    const found = occurrences(series, overrides, { zone, weekStart }, { startTs: from, endTs: to });
    const flat = found.map(({ startTs, endTs, originalStartTs }) => [startTs, endTs, originalStartTs]);
    const wanted = expected.map((one) => (typeof one === 'number' ? [one, one + duration, one] : one));
    return JSON.stringify(flat) !== JSON.stringify(wanted);
  });
  expect(vectors.length).toBeGreaterThanOrEqual(45);
  expect(wrong).toEqual([]);
});

/** A series that never ends, with its place, and some of its occurrences. */
const placed = fc.record({ series, zone, weekStart: weekday }).map(({ series, zone, weekStart }) => {
  const window = { startTs: series.startTs, endTs: series.startTs + 900 * DAY };
  const all = instances({ ...series, exdates: [] }, zone, weekStart, window);
  return { series, ruled: { ...series, zone, weekStart } as Ruled, all: all.map(({ startTs }) => startTs) };
});
const at = <T>(list: readonly T[], fraction: number): T => list[Math.floor(fraction * list.length)] as T;
const fraction = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('properties', () => {
  test('a split loses no occurrence, adds none, and divides the count', () => {
    fc.assert(
      fc.property(placed, fraction, ({ ruled, all }, where) => {
        const { recurrence } = ruled;
        if (!recurrence || all.length < 2) return;
        const original = at(all.slice(1), where);
        const parts = split({ ...ruled, recurrence }, original, LIMITS);
        if (!parts) throw new Error('no parts');
        const window = { startTs: ruled.startTs, endTs: ruled.startTs + 900 * DAY };
        const expand = (startTs: number, recurrence: Recurrence) =>
          instances(
            { startTs, recurrence, duration: 0, busy: true, exdates: [] },
            ruled.zone,
            ruled.weekStart,
            window,
          );
        const before = expand(ruled.startTs, parts.before).map(({ startTs }) => startTs);
        const following = expand(original, parts.following).map(({ startTs }) => startTs);
        expect(before.every((start) => start < original)).toBe(true);
        expect([...before, ...following]).toEqual(
          expand(ruled.startTs, recurrence).map(({ startTs }) => startTs),
        );
        expect(parts.following.until).toBe(recurrence.until);
      }),
      { numRuns: 500 },
    );
  });

  test('what is split off has its end as a rule that a request may send, up to two years or 739 occurrences', () => {
    fc.assert(
      fc.property(endless, instant, zone, weekday, (recurrence, startTs, zone, weekStart) => {
        const window = { startTs, endTs: startTs + 3000 * DAY };
        const all = instances(
          { startTs, recurrence, duration: 0, busy: true, exdates: [] },
          zone,
          weekStart,
          window,
        );
        const original = all.at(-1)?.startTs;
        if (original === undefined || all.length < 2) return;
        const parts = split({ startTs, recurrence, zone, weekStart }, original, LIMITS);
        const { count, until = 0 } = parts?.before ?? {};
        expect(
          count === undefined ? Number(until) - startTs <= 732 * DAY || all.length > 739 : count <= 739,
        ).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('an override changes nothing but its occurrence, a reset undoes it, and free/busy is the union', () => {
    fc.assert(
      fc.property(placed, fraction, instant, fc.boolean(), ({ series, ruled, all }, where, startTs, busy) => {
        if (!all.length || !series.recurrence) return;
        const originalStartTs = at(all, where);
        const plain = { ...series, exdates: [] };
        const window = { startTs: ruled.startTs - DAY, endTs: ruled.startTs + 200 * DAY };
        const before = occurrences(plain, [], ruled, window);
        const override: Override = { originalStartTs, startTs, duration: HOUR, busy };
        const after = occurrences(plain, [override], ruled, window);
        const others = (list: typeof before) => list.filter((one) => one.originalStartTs !== originalStartTs);
        expect(others(after)).toEqual(others(before));
        expect(after.length - others(after).length).toBeLessThanOrEqual(1);
        expect(occurrences(plain, [], ruled, window)).toEqual(before);
        const asEvents = [
          ...instances({ ...series, exdates: [originalStartTs] }, ruled.zone, ruled.weekStart, window),
          ...instances(
            { startTs, duration: HOUR, busy, recurrence: null, exdates: [] },
            'UTC',
            'Mon',
            window,
          ).filter(({ startTs, endTs }) => endTs > window.startTs || startTs >= window.startTs),
        ];
        expect(mergeBusy(after)).toEqual(mergeBusy(asEvents));
      }),
      { numRuns: 500 },
    );
  });

  test('in another zone, each exception stays with an occurrence, and as many take place', () => {
    const simple = fc.constantFrom<Recurrence[]>(
      { freq: 'daily', interval: 1, count: 20 },
      { freq: 'daily', interval: 3, count: 20 },
      { freq: 'weekly', interval: 2, count: 20 },
      { freq: 'weekly', interval: 1, byweekday: ['Mon', 'Thu', 'Sun'], count: 20 },
    );
    const start = fc.integer({ min: Date.UTC(2012, 1), max: Date.UTC(2035, 0) });
    fc.assert(
      fc.property(simple, start, zone, zone, fraction, (recurrence, startTs, zone, other, where) => {
        const before: Ruled = { startTs, recurrence, zone, weekStart: 'Mon' };
        const after = { ...before, zone: other };
        const window = { startTs, endTs: startTs + 900 * DAY };
        const of = ({ zone }: Ruled, exdates: number[]) =>
          instances({ startTs, recurrence, exdates, duration: 0, busy: true }, zone, 'Mon', window);
        const all = of(before, []).map(({ startTs }) => startTs);
        const exdates = [...new Set([at(all, where), at(all, where / 2)])];
        const followed = [...follow(before, after, exdates).values()];
        // Only the ends of a rule that names its days can fall away, where the start is on another date.
        const dropped = exdates.length - followed.length;
        expect(dropped === 0 || recurrence.byweekday !== undefined).toBe(true);
        expect(of(after, followed)).toHaveLength(of(after, []).length - followed.length);
      }),
      { numRuns: 500 },
    );
  });
});

const monday = Date.UTC(2030, 0, 7, 9);
const weekly = (by: Partial<Recurrence> = {}): Recurrence => ({ freq: 'weekly', interval: 1, ...by });
const ruled = (more: Partial<Ruled> = {}): Ruled => ({
  startTs: monday,
  recurrence: weekly(),
  zone: 'UTC',
  weekStart: 'Mon',
  ...more,
});

test.each<[string, Ruled, Ruled, number[], (number | undefined)[]]>([
  [
    'the time of day',
    ruled(),
    ruled({ startTs: monday + HOUR }),
    [monday + 7 * DAY],
    [monday + 7 * DAY + HOUR],
  ],
  [
    'the day of the week',
    ruled(),
    ruled({ startTs: monday + DAY }),
    [monday + 14 * DAY],
    [monday + 15 * DAY],
  ],
  [
    'the day of the week, in the rule too',
    ruled({ recurrence: weekly({ byweekday: ['Mon'] }) }),
    ruled({ startTs: monday + DAY, recurrence: weekly({ byweekday: ['Tue'] }) }),
    [monday + 7 * DAY],
    [monday + 8 * DAY],
  ],
  [
    'a later beginning keeps the dates',
    ruled(),
    ruled({ startTs: monday + 7 * DAY }),
    [monday, monday + 14 * DAY],
    [undefined, monday + 14 * DAY],
  ],
  ['an earlier beginning keeps the dates', ruled(), ruled({ startTs: monday - 7 * DAY }), [monday], [monday]],
  [
    'a rule that keeps some of its days',
    ruled({ recurrence: weekly({ byweekday: ['Mon', 'Wed'] }) }),
    ruled({ recurrence: weekly({ byweekday: ['Wed', 'Fri'] }) }),
    [monday + 7 * DAY, monday + 9 * DAY],
    [undefined, monday + 9 * DAY],
  ],
  [
    'a zone in which the start is on the next date',
    ruled({ startTs: monday + 9 * HOUR }),
    ruled({ startTs: monday + 9 * HOUR, zone: 'Asia/Tokyo' }),
    [monday + 9 * HOUR + 7 * DAY],
    [monday + 9 * HOUR + 7 * DAY],
  ],
  [
    'a zone with another summer time',
    ruled({ zone: 'Europe/Oslo' }),
    ruled({ zone: 'UTC' }),
    // Nine o'clock UTC is ten in Oslo, and eight UTC in summer.
    [Date.UTC(2030, 6, 1, 8)],
    [Date.UTC(2030, 6, 1, 9)],
  ],
  ['no rule at all', ruled(), ruled({ recurrence: null }), [monday], [undefined]],
  ['no occurrence from the beginning', ruled(), ruled(), [monday + DAY], [undefined]],
])('exceptions follow: %s', (_, before, after, originals, expected) => {
  const followed = follow(before, after, originals);
  expect(originals.map((original) => followed.get(original))).toEqual(expected);
});

test('an occurrence is where the rule puts it: not beside it, not beyond its end, and a single event has none', () => {
  expect(isOccurrence(ruled(), monday + 7 * DAY)).toBe(true);
  for (const [series, time] of [
    [ruled(), monday + 7 * DAY + 1],
    [ruled(), monday - 7 * DAY],
    [ruled({ recurrence: weekly({ count: 2 }) }), monday + 14 * DAY],
    [ruled({ recurrence: weekly({ until: monday + 8 * DAY }) }), monday + 14 * DAY],
    [ruled({ recurrence: null }), monday],
  ] as const)
    expect(isOccurrence(series, time)).toBe(false);
});

test('a split before the first occurrence has no first part', () => {
  expect(split({ ...ruled(), recurrence: weekly({ count: 3 }) }, monday, LIMITS)).toBeNull();
});

test('a thousand overrides and a thousand exdates stay in a budget of two milliseconds', () => {
  const daily: Recurrence = { freq: 'daily', interval: 1 };
  const series = { startTs: monday, duration: HOUR, busy: true, recurrence: daily, exdates: [] as number[] };
  const overrides = Array.from({ length: 1000 }, (_, i): Override => {
    const originalStartTs = monday + i * DAY;
    return { originalStartTs, startTs: originalStartTs + HOUR, duration: HOUR, busy: true };
  });
  const window = { startTs: monday, endTs: monday + 62 * DAY };
  expect(occurrences(series, overrides, ruled(), window, new Budget(2_000_000))).toHaveLength(62);
  const originals = overrides.map(({ originalStartTs }) => originalStartTs);
  const [before, after] = [ruled({ recurrence: daily }), ruled({ recurrence: daily, zone: 'Europe/Oslo' })];
  expect(follow(before, after, originals, new Budget(20_000_000)).size).toBe(1000);
});

test.each<[string, Recurrence, boolean]>([
  ['an end before the start', weekly({ until: monday - 1 }), true],
  ['an end at the start', weekly({ until: monday }), false],
  ['an end before the first date that fits', weekly({ byweekday: ['Fri'], until: monday + 2 * DAY }), true],
  ['30 February, daily', { freq: 'daily', interval: 1, bymonth: [2], bymonthday: [30] }, true],
  ['30 February, yearly', { freq: 'yearly', interval: 1, bymonth: ['February'], bymonthday: [30, 31] }, true],
  ['29 February', { freq: 'yearly', interval: 1, bymonth: [2], bymonthday: [29] }, false],
  [
    '29 February, every second year from 2030',
    { freq: 'yearly', interval: 2, bymonth: [2], bymonthday: [29] },
    false,
  ],
  ['a position beyond the month', { freq: 'monthly', interval: 1, byweekday: ['1Mon'], bysetpos: [2] }, true],
])('a rule without any occurrence: %s is %s', (_, recurrence, never) => {
  expect(neverOccurs(recurrence, monday)).toBe(never);
});
