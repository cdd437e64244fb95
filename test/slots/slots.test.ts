/** Examples to check by hand; the vectors and the properties test the rest. */
import { expect, test } from 'vitest';
import type { ScheduleRule } from '../../src/sdk/types.ts';
import { gridSize } from '../../src/slots/grid.ts';
import type { Host } from '../../src/slots/host.ts';
import { openings } from '../../src/slots/openings.ts';
import { bookingSlots } from '../../src/slots/slots.ts';
import { parseDate } from '../../src/time/dates.ts';
import { daily, date, dates } from '../support/schedule-rules.ts';
import { DAY, HOUR, MINUTE } from './arbitraries.ts';

const day = parseDate('2030-1-7') ?? 0; // a Monday
const ts = (text: string) => Date.parse(`${text}Z`);
const openFrom = (start: string, end: string): Host => ({
  id: 'a',
  availability: [{ start: ts(start), end: ts(end) }],
  busy: [],
  bookings: [],
  bufferBefore: 0,
  bufferAfter: 0,
  earliest: 0,
  latest: null,
});
const query = { zone: 'UTC', first: day, last: day, interval: HOUR, duration: HOUR };

test('returns slots by date in the format of the contract', () => {
  const hosts = [openFrom('2030-01-07T09:00', '2030-01-07T11:00')];
  expect(bookingSlots(query, hosts, { variant: 'roundRobinAlgorithm', data: 'availability' })).toEqual([
    {
      date: '2030-01-07',
      slots: [
        { start: ts('2030-01-07T09:00'), duration: HOUR, userIds: ['a'] },
        { start: ts('2030-01-07T10:00'), duration: HOUR, userIds: ['a'] },
      ],
    },
  ]);
});

test.each([
  [1, 5 * MINUTE, 288],
  [101, 5 * MINUTE, 29_088],
  [31, 15 * MINUTE, 2976],
  [2, 2 * HOUR, 24],
  [1, 7 * MINUTE, 206], // the last slot starts at 23:55
  [1, 5 * MINUTE + 1, 288],
])('the grid of %i dates in steps of %i ms has %i slots', (dates, interval, size) => {
  expect(gridSize({ first: day, last: day + dates - 1, interval })).toBe(size);
  const always = openFrom('2029-01-01T00:00', '2032-01-01T00:00');
  const longer = { zone: 'UTC', first: day, last: day + dates, interval, duration: MINUTE };
  const found = bookingSlots(longer, [always], { variant: 'collective' });
  expect(found.slice(0, dates).flatMap(({ slots }) => slots).length).toBe(size);
});

test('merges hours that touch at midnight, and clips them to the window', () => {
  const hours = (hours: number, minutes = 0) => ({ hours, minutes });
  const rules: ScheduleRule[] = [
    { variant: { type: 'WDay', value: 'Mon' }, intervals: [{ start: hours(20), end: hours(24) }] },
    { variant: { type: 'Date', value: '2030-1-8' }, intervals: [{ start: hours(0), end: hours(2, 30) }] },
  ];
  const window = { start: ts('2030-01-07T21:00'), end: ts('2030-01-09T00:00') };
  expect(openings(rules, 'UTC', window)).toEqual([{ start: window.start, end: ts('2030-01-08T02:30') }]);
  expect(openings(rules, 'UTC', { start: window.start, end: window.start })).toEqual([]);
  expect(openings([], 'UTC', window)).toEqual([]);
});

test.each([
  ['2030-01-07', '2030-01-09', [8, 13, 8]],
  ['2030-01-08', '2030-01-08', [10, 13, 10]],
  ['2029-12-31', '2030-01-07', [8, 13, 10]],
  ['2030-01-09', '2030-12-31', [10, 13, 8]],
  ['2029-12-01', '2030-01-06', [10, 13, 10]],
])('a Date counts before the Dates from %s to %s, and these before the weekday', (from, to, expected) => {
  const open = daily('10:00-11:00');
  const rules = [dates(from, to, '08:00-09:00'), ...open, date('2030-01-08', '13:00-14:00')];
  const zone = 'Asia/Tokyo';
  const window = { start: ts('2030-01-06T15:00'), end: ts('2030-01-09T15:00') };
  const hours = (rules: ScheduleRule[]) =>
    openings(rules, zone, window).map(({ start }) => new Date(start + 9 * HOUR).getUTCHours());
  expect(hours(rules)).toEqual(expected);
  const off = rules.map((rule) => (rule.variant.type === 'Dates' ? { ...rule, intervals: [] } : rule));
  expect(hours(off)).toEqual(expected.filter((hour) => hour !== 8));
});

test('the largest grid for a collective of 100 hosts shares one list of ids', () => {
  const hosts = Array.from({ length: 100 }, (_, i) => ({
    ...openFrom('2029-01-01T00:00', '2032-01-01T00:00'),
    id: `${i}`,
  }));
  const worst = { zone: 'UTC', first: day, last: day + 100, interval: 5 * MINUTE, duration: MINUTE };
  const dates = bookingSlots(worst, hosts, { variant: 'collective' });
  expect(dates.length).toBe(101);
  expect(new Set(dates.flatMap(({ slots }) => slots.map(({ userIds }) => userIds))).size).toBe(1);
  expect(dates.at(-1)?.slots.at(-1)?.start).toBe((day + 101) * DAY - 5 * MINUTE);
});
