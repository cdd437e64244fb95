import { describe, expect, test } from 'vitest';
import type { Recurrence, Weekday } from '../../src/sdk/types.ts';
import { instances, lastStart, mergeBusy, type Series } from '../../src/time/recurrence.ts';
import { toInstant } from '../../src/time/zone.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OSLO = 'Europe/Oslo';

const at = (zone: string, local: string) => toInstant(zone, Date.parse(`${local}Z`));
const series = (startTs: number, rule: Partial<Recurrence> | null, more: Partial<Series> = {}): Series => ({
  startTs,
  duration: HOUR,
  busy: false,
  exdates: [],
  recurrence: rule && { freq: 'daily', interval: 1, ...rule },
  ...more,
});

/** Returns the UTC starts in a window of this many days from the start of the series. */
function starts(of: Series, zone = OSLO, days = 62, weekStart: Weekday = 'Mon'): string[] {
  const window = { startTs: of.startTs, endTs: of.startTs + days * DAY };
  return instances(of, zone, weekStart, window).map(
    ({ startTs }) => `${new Date(startTs).toISOString().slice(0, 16)}Z`,
  );
}

describe('instances', () => {
  test('09:00 stays 09:00 on the wall clock when clocks change', () => {
    expect(starts(series(at(OSLO, '2026-03-28T09:00'), { count: 3 }))).toEqual([
      '2026-03-28T08:00Z',
      '2026-03-29T07:00Z',
      '2026-03-30T07:00Z',
    ]);
  });

  test('a time in a gap moves forward by the gap, and counts', () => {
    expect(starts(series(at(OSLO, '2026-03-28T02:30'), { count: 3 }))).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-29T01:30Z',
      '2026-03-30T00:30Z',
    ]);
  });

  test('a time in an overlap is its first pass', () => {
    expect(starts(series(at(OSLO, '2026-10-24T02:30'), { count: 2 }))).toEqual([
      '2026-10-24T00:30Z',
      '2026-10-25T00:30Z',
    ]);
  });

  test('the first instance keeps a start in the second pass', () => {
    expect(starts(series(Date.UTC(2026, 9, 25, 1, 30), { count: 2 }))).toEqual([
      '2026-10-25T01:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  test('two days with the same instant are one instance, but both count', () => {
    expect(starts(series(at('Pacific/Apia', '2011-12-29T09:00'), { count: 4 }), 'Pacific/Apia')).toEqual([
      '2011-12-29T19:00Z',
      '2011-12-30T19:00Z',
      '2011-12-31T19:00Z',
    ]);
  });

  test('an instance keeps milliseconds, and ends after the duration', () => {
    const startTs = Date.UTC(2026, 0, 1, 9, 0, 0, 123);
    const of = series(startTs, {}, { duration: 1001, busy: true });
    expect(instances(of, OSLO, 'Mon', { startTs: startTs + DAY, endTs: startTs + 2 * DAY })).toEqual([
      { startTs: startTs + DAY, endTs: startTs + DAY + 1001, busy: true },
    ]);
  });

  test('a duration is elapsed time, also over a clock change', () => {
    const startTs = at(OSLO, '2026-03-28T12:00');
    const [instance] = instances(series(startTs, {}, { duration: DAY }), OSLO, 'Mon', {
      startTs,
      endTs: startTs + 1,
    });
    expect(instance?.endTs).toBe(at(OSLO, '2026-03-29T13:00'));
  });

  test('a start that does not match its rule is not an instance', () => {
    expect(
      starts(series(at(OSLO, '2026-01-01T09:00'), { freq: 'weekly', byweekday: ['Fri'], count: 2 })),
    ).toEqual(['2026-01-02T08:00Z', '2026-01-09T08:00Z']);
  });

  test('until is inclusive and compares instants', () => {
    const startTs = at(OSLO, '2026-01-01T09:00');
    expect(starts(series(startTs, { until: startTs + DAY }))).toHaveLength(2);
    expect(starts(series(startTs, { until: startTs + DAY - 1 }))).toHaveLength(1);
    expect(starts(series(startTs, { until: startTs - 1 }))).toEqual([]);
  });

  test('instances before the window count toward the count', () => {
    const startTs = Date.UTC(2026, 0, 1, 9);
    const later = { startTs: startTs + 100 * DAY, endTs: startTs + 162 * DAY };
    expect(instances(series(startTs, { count: 100 }), 'UTC', 'Mon', later)).toEqual([]);
    expect(instances(series(startTs, { count: 103 }), 'UTC', 'Mon', later)).toHaveLength(3);
  });

  test('exdates are removed after counting', () => {
    const startTs = at(OSLO, '2026-01-01T09:00');
    expect(starts(series(startTs, { count: 3 }, { exdates: [startTs + DAY] }))).toEqual([
      '2026-01-01T08:00Z',
      '2026-01-03T08:00Z',
    ]);
  });

  test('a single event is one instance, which an exdate removes', () => {
    const startTs = at(OSLO, '2026-01-01T09:00');
    expect(starts(series(startTs, null))).toEqual(['2026-01-01T08:00Z']);
    expect(starts(series(startTs, null, { exdates: [startTs] }))).toEqual([]);
  });

  test.each([null, {}])('an instance is in the window when it overlaps it: %j', (rule) => {
    const startTs = at(OSLO, '2026-01-01T09:00');
    const overlaps = (begin: number, end: number, duration = HOUR) =>
      instances(series(startTs, rule && { count: 1 }, { duration }), OSLO, 'Mon', {
        startTs: startTs + begin,
        endTs: startTs + end,
      }).length === 1;
    expect(overlaps(-DAY, 0)).toBe(false);
    expect(overlaps(-DAY, 1)).toBe(true);
    expect(overlaps(HOUR - 1, DAY)).toBe(true);
    expect(overlaps(HOUR, DAY)).toBe(false);
    expect(overlaps(0, DAY, 0)).toBe(true);
    expect(overlaps(1, DAY, 0)).toBe(false);
    expect(overlaps(-DAY, 0, 0)).toBe(false);
  });

  test('an instance that began a year before the window is in it while it runs', () => {
    const startTs = at(OSLO, '2025-01-01T09:00');
    const of = series(startTs, { freq: 'yearly', interval: 5 }, { duration: 366 * DAY });
    expect(
      instances(of, OSLO, 'Mon', { startTs: startTs + 366 * DAY - 1, endTs: startTs + 370 * DAY }),
    ).toHaveLength(1);
  });

  test('local dates differ from UTC dates at both extreme offsets', () => {
    for (const zone of ['Pacific/Kiritimati', 'Etc/GMT+12']) {
      for (const time of ['00:00', '23:59']) {
        const startTs = at(zone, `2026-01-01T${time}`);
        const window = { startTs: startTs + 40 * DAY, endTs: startTs + 40 * DAY + 1 };
        expect(
          instances(series(startTs, {}, { duration: 1 }), zone, 'Mon', window),
          `${zone} ${time}`,
        ).toHaveLength(1);
        expect(instances(series(startTs, { count: 41 }, { duration: 1 }), zone, 'Mon', window)).toHaveLength(
          1,
        );
      }
    }
  });

  test('a start in 1970 may be in 1969 in its zone', () => {
    expect(starts(series(0, { freq: 'weekly', count: 3 }), 'America/New_York')).toEqual([
      '1970-01-01T00:00Z',
      '1970-01-08T00:00Z',
      '1970-01-15T00:00Z',
    ]);
    expect(starts(series(0, { freq: 'yearly', byyearday: [-1] }), 'America/New_York')).toEqual([
      '1970-01-01T00:00Z',
    ]);
  });

  test('the week start decides which weeks an interval of 2 selects', () => {
    const of = series(at(OSLO, '1997-08-05T09:00'), {
      freq: 'weekly',
      interval: 2,
      count: 4,
      byweekday: ['Tue', 'Sun'],
    });
    expect(starts(of, OSLO, 62, 'Mon').map((start) => start.slice(5, 10))).toEqual([
      '08-05',
      '08-10',
      '08-19',
      '08-24',
    ]);
    expect(starts(of, OSLO, 62, 'Sun').map((start) => start.slice(5, 10))).toEqual([
      '08-05',
      '08-17',
      '08-19',
      '08-31',
    ]);
  });
});

describe('lastStart', () => {
  const lastOf = ({ startTs, recurrence }: Series) => lastStart(startTs, recurrence);
  const start = Date.UTC(2026, 0, 1, 12);

  test('a single event starts once', () => {
    expect(lastOf(series(start, null))).toBe(start);
  });

  test('a series without count and until has no end', () => {
    expect(lastOf(series(start, {}))).toBeNull();
  });

  test('an instance may start at until', () => {
    expect(lastOf(series(start, { until: start + 9 * DAY }))).toBe(start + 9 * DAY);
  });

  test('a count ends soon after the last instance', () => {
    const end = lastOf(series(start, { count: 10 })) ?? 0;
    expect(end).toBeGreaterThanOrEqual(start + 9 * DAY);
    expect(end).toBeLessThan(start + 12 * DAY);
  });

  test('the earlier of count and until decides', () => {
    expect(lastOf(series(start, { until: start + 9 * DAY, count: 700 }))).toBe(start + 9 * DAY);
    expect(lastOf(series(start, { until: start + 700 * DAY, count: 2 }))).toBeLessThan(start + 5 * DAY);
  });

  test('covers the end of the last day at UTC-12', () => {
    const lateOnThe2nd = Date.UTC(2026, 0, 3, 12) - 1;
    const of = series(lateOnThe2nd, { freq: 'monthly', bymonthday: [15], count: 1 });
    expect(lastOf(of)).toBe(Date.UTC(2026, 0, 16, 12));
    expect(starts(of, 'Etc/GMT+12')).toEqual(['2026-01-16T11:59Z']);
  });

  test('covers zones where the start is already the next day', () => {
    const of = series(Date.UTC(2026, 0, 7, 20), { freq: 'weekly', byweekday: ['Wed'], count: 1 });
    expect(starts(of, 'UTC')).toEqual(['2026-01-07T20:00Z']);
    expect(starts(of, 'Pacific/Kiritimati')).toEqual(['2026-01-13T20:00Z']);
    expect(lastOf(of)).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 13, 20));
  });

  test('covers zones where the start is still the previous day', () => {
    const of = series(Date.UTC(2026, 1, 1, 3), { freq: 'monthly', interval: 2, bymonthday: [15], count: 1 });
    expect(starts(of, 'UTC')).toEqual(['2026-02-15T03:00Z']);
    expect(starts(of, 'America/New_York')).toEqual(['2026-03-16T02:00Z']);
    expect(lastOf(of)).toBeGreaterThanOrEqual(Date.UTC(2026, 2, 16, 2));
  });

  test.each([
    ['every other week', { freq: 'weekly', interval: 2, byweekday: ['Sun'], count: 1 }],
    ['positions in a week', { freq: 'weekly', byweekday: ['Wed', 'Sun'], bysetpos: [-1], count: 1 }],
    ['week numbers', { freq: 'yearly', byweekno: [33], byweekday: ['Sun', 'Sat'], count: 1 }],
    ['the last week', { freq: 'yearly', byweekno: [53], count: 1 }],
  ] as const)('covers every week start: %s', (_, rule) => {
    const of = series(Date.UTC(1997, 7, 7, 13), rule as unknown as Recurrence);
    const lasts = (['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const).map(
      (weekStart) =>
        instances(of, 'UTC', weekStart, { startTs: 0, endTs: Date.UTC(2040, 0) }).at(-1)?.startTs ?? 0,
    );
    expect(new Set(lasts).size).toBeGreaterThan(1);
    expect(lastOf(of)).toBeGreaterThanOrEqual(Math.max(...lasts));
  });

  test('ignores instances after 2300, as no window reaches them', () => {
    const late = Date.UTC(2250, 5);
    const end = lastOf(series(late, { freq: 'yearly', count: 739 })) ?? 0;
    expect(new Date(end).getUTCFullYear()).toBe(2300);
    const never = series(late, { bymonth: [2], bymonthday: [30], count: 3 });
    expect(lastOf(never)).toBeLessThan(late + 4 * DAY);
  });

  test.each([
    ['every day', { freq: 'daily', count: 739 }],
    ['every week', { freq: 'weekly', count: 739 }],
    ['every other week for five years', { freq: 'weekly', interval: 2, count: 130 }],
    ['every month for ten years', { freq: 'monthly', count: 120 }],
    ['every year for a hundred years', { freq: 'yearly', count: 100 }],
    ['the last Friday for five years', { freq: 'monthly', byweekday: ['-1Fri'], count: 60 }],
  ] as const)('finds the end of a usual count: %s', (_, rule) => {
    expect(lastOf(series(start, rule as unknown as Recurrence))).not.toBeNull();
  });

  test('returns null instead of a long search', () => {
    const sparse = {
      freq: 'yearly',
      byweekno: [53],
      byyearday: [366],
      byweekday: ['Sun'],
      count: 739,
    } as const;
    expect(lastOf(series(0, sparse as unknown as Recurrence))).toBeNull();
    expect(lastOf(series(0, { ...(sparse as unknown as Recurrence), until: DAY }))).toBe(DAY);
  });
});

describe('mergeBusy', () => {
  const busy = (startTs: number, endTs: number) => ({ startTs, endTs, busy: true });

  test('joins overlapping and touching instances', () => {
    expect(mergeBusy([busy(0, 5), busy(3, 8), busy(8, 9), busy(10, 11)])).toEqual([busy(0, 9), busy(10, 11)]);
  });

  test('absorbs an instance inside another', () => {
    expect(mergeBusy([busy(0, 9), busy(2, 3), busy(4, 5)])).toEqual([busy(0, 9)]);
  });

  test('sorts instances', () => {
    expect(mergeBusy([busy(7, 8), busy(0, 1), busy(3, 4)])).toEqual([busy(0, 1), busy(3, 4), busy(7, 8)]);
  });

  test('drops instances that are not busy', () => {
    expect(mergeBusy([{ startTs: 0, endTs: 5, busy: false }, busy(3, 4)])).toEqual([busy(3, 4)]);
  });

  test('keeps an instance without duration, unless it touches another', () => {
    expect(mergeBusy([busy(1, 1), busy(3, 4), busy(4, 4)])).toEqual([busy(1, 1), busy(3, 4)]);
  });

  test('does not change its input', () => {
    const first = busy(0, 2);
    mergeBusy([first, busy(1, 9)]);
    expect(first).toEqual(busy(0, 2));
  });
});
