/** Whole days: dates that float, and their instants in a zone of the moment. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastStart } from '../../src/time/recurrence.ts';
import {
  type DaySeries,
  dayInstances,
  daySeriesOf,
  spanInAnyZone,
  timesOf,
} from '../../src/time/whole-days.ts';
import { toLocal } from '../../src/time/zone.ts';
import { series, zone } from './arbitraries.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const dayOf = (date: string) => Date.parse(date) / DAY;

test.each([
  ['UTC', '2030-07-04', '2030-07-04T00:00Z', 24],
  ['Europe/Oslo', '2030-07-04', '2030-07-03T22:00Z', 24],
  ['Europe/Oslo', '2030-03-31', '2030-03-30T23:00Z', 23],
  ['Europe/Oslo', '2030-10-27', '2030-10-26T22:00Z', 25],
  ['America/Santiago', '2024-09-08', '2024-09-08T04:00Z', 23], // the day begins at 01:00
  ['America/Havana', '2024-11-03', '2024-11-03T04:00Z', 25], // midnight comes twice, an hour apart
  ['Australia/Lord_Howe', '2024-10-06', '2024-10-05T13:30Z', 23.5],
  ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00Z', 24],
  ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00Z', 0], // a date that the zone skipped
  ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00Z', 24],
])('%s: %s begins at %s and has %d hours', (zone, date, start, hours) => {
  const { startTs, endTs } = timesOf(zone, dayOf(date), 1);
  expect([new Date(startTs).toISOString(), (endTs - startTs) / HOUR]).toEqual([
    new Date(start).toISOString(),
    hours,
  ]);
});

const daily = (start: string, rest: Partial<DaySeries> = {}): DaySeries => ({
  day: dayOf(start),
  days: 1,
  busy: true,
  recurrence: { freq: 'daily', interval: 1, count: 4 },
  exdates: [],
  ...rest,
});
const always = { startTs: Date.UTC(2000), endTs: Date.UTC(2100) };
const datesOf = (series: DaySeries, zone: string, window = always) =>
  dayInstances(series, zone, window).map(({ date }) => date);

test('a date that the zone skipped counts, and does not take place', () => {
  expect(datesOf(daily('2011-12-29'), 'UTC')).toEqual([
    '2011-12-29',
    '2011-12-30',
    '2011-12-31',
    '2012-01-01',
  ]);
  expect(datesOf(daily('2011-12-29'), 'Pacific/Apia')).toEqual(['2011-12-29', '2011-12-31', '2012-01-01']);
  expect(datesOf(daily('2011-12-30', { recurrence: null }), 'Pacific/Apia')).toEqual([]);
  const [two] = dayInstances(daily('2011-12-30', { recurrence: null, days: 2 }), 'Pacific/Apia', always);
  expect(two).toMatchObject({
    allDay: true,
    date: '2011-12-30',
    days: 2,
    endTs: Date.parse('2011-12-31T10:00Z'),
  });
});

test('exdates cancel dates, until is inclusive, and a window has what overlaps it in the zone', () => {
  const until = daily('2030-03-30', {
    recurrence: { freq: 'daily', interval: 1, until: Date.parse('2030-04-02') + DAY - 1 },
    exdates: [dayOf('2030-03-31')],
  });
  for (const zone of ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Oslo']) {
    expect(datesOf(until, zone)).toEqual(['2030-03-30', '2030-04-01', '2030-04-02']);
  }
  const first = timesOf('Pacific/Kiritimati', dayOf('2030-04-01'), 1);
  for (const [startTs, endTs, expected] of [
    [first.startTs, first.endTs, ['2030-04-01']],
    [first.startTs - 1, first.startTs, []],
    [first.endTs, first.endTs + 1, ['2030-04-02']],
    [first.endTs - 1, first.endTs + 1, ['2030-04-01', '2030-04-02']],
  ] as const) {
    expect(datesOf(until, 'Pacific/Kiritimati', { startTs, endTs })).toEqual(expected);
  }
});

test('the dates are the same in each zone, begin and end at local midnights, and lie in what is stored', () => {
  const days = fc.record({ series, zone, count: fc.integer({ min: 1, max: 366 }), from: fc.nat(365) });
  fc.assert(
    fc.property(days, ({ series, zone, count, from }) => {
      const first = Math.floor(series.startTs / DAY);
      const span = spanInAnyZone(first, count);
      const stored = daySeriesOf({ ...series, ...span, exdates: [] }, count);
      expect(stored.day).toBe(first);
      const last = lastStart(span.startTs, stored.recurrence) ?? Infinity;
      const window = { startTs: (first + from) * DAY, endTs: (first + from + 40) * DAY };
      const found = dayInstances(stored, zone, window);
      for (const { startTs, endTs } of found) {
        // As window-sql.ts reads the index.
        expect(startTs).toBeGreaterThanOrEqual(span.startTs);
        expect(endTs).toBeLessThanOrEqual(last + span.duration);
        expect(endTs).toBeGreaterThan(window.startTs);
        expect(startTs).toBeLessThan(window.endTs);
        for (const ts of [startTs, endTs]) {
          expect(Math.floor(toLocal(zone, ts - 1) / DAY)).toBeLessThan(Math.floor(toLocal(zone, ts) / DAY));
        }
      }
      const wide = { startTs: window.startTs - 3 * DAY, endTs: window.endTs + 3 * DAY };
      const inUtc = new Set(dayInstances(stored, 'UTC', wide).map(({ date }) => date));
      for (const { date } of found) expect(inUtc).toContain(date);
    }),
  );
});
