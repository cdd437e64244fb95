import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Recurrence } from '../../src/sdk/types.ts';
import { recurrenceErrors, sizes } from '../../src/time/recurrence-errors.ts';
import { series } from './arbitraries.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1, 9);

/** A recurrence with the right JSON types, and any values. */
type Loose = Omit<Partial<Recurrence>, 'byweekday' | 'bymonth'> & {
  byweekday?: string[];
  bymonth?: (string | number)[];
};

const check = (loose: Loose) =>
  recurrenceErrors({ freq: 'yearly', interval: 1, ...loose } as Recurrence, START);
const paths = (loose: Loose) => check(loose).map(({ path }) => path);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const bothEnds = (n: number) => [...upTo(n), ...upTo(n).map((i) => -i)];

test('a valid recurrence has no errors', () => {
  fc.assert(
    fc.property(series, ({ recurrence, startTs }) => {
      expect(recurrence && recurrenceErrors(recurrence, startTs)).toEqual([]);
    }),
  );
});

test.each(['yearly', 'monthly', 'weekly', 'daily'] as const)('%s is valid on its own', (freq) => {
  expect(paths({ freq })).toEqual([]);
});

test('interval is from 1 to 10,000', () => {
  expect([1, 10_000].flatMap((interval) => paths({ interval }))).toEqual([]);
  for (const interval of [0, -1, 10_001, 1.5]) expect(paths({ interval })).toEqual(['interval']);
});

test('count is from 1 to 739', () => {
  expect([1, 739].flatMap((count) => paths({ count }))).toEqual([]);
  for (const count of [0, -1, 740, 2.5]) expect(paths({ count })).toEqual(['count']);
});

test('until is at most 732 days after the start', () => {
  expect([START + 732 * DAY, START, START - DAY, 0].flatMap((until) => paths({ until }))).toEqual([]);
  expect(paths({ until: START + 732 * DAY + 1 })).toEqual(['until']);
});

test.each([
  ['bymonthday', 31],
  ['byyearday', 366],
  ['byweekno', 53],
  ['bysetpos', 366],
] as const)('%s is from ±1 to ±%d', (name, max) => {
  const beside = name === 'bysetpos' ? { bymonth: [1] } : {};
  expect(paths({ [name]: bothEnds(max), ...beside })).toEqual([]);
  for (const value of [0, -0, max + 1, -max - 1, 1.5]) {
    expect(paths({ [name]: [1, value], ...beside })).toEqual([`${name}[1]`]);
  }
});

test('bymonth accepts names and numbers from 1 to 12', () => {
  expect(paths({ bymonth: upTo(12) })).toEqual([]);
  expect(paths({ bymonth: ['January', 'December', 3] })).toEqual([]);
  for (const value of [0, 13, -1, 1.5, 'january', 'Jan', '1', '']) {
    expect(paths({ bymonth: [1, value] })).toEqual(['bymonth[1]']);
  }
});

test('byweekday accepts weekdays, with ordinals from ±1 to ±53', () => {
  expect(paths({ byweekday: ['Mon', 'Sun', '1Mon', '-1Fri', '53Tue', '-53Wed'] })).toEqual([]);
  expect(paths({ freq: 'monthly', byweekday: ['5Mon', '-5Fri', '53Tue'] })).toEqual([]);
  for (const value of [
    'mon',
    'Monday',
    'MO',
    '0Mon',
    '-0Mon',
    '+1Mon',
    '54Mon',
    '-54Mon',
    '100Mon',
    '01Mon',
    '1 Mon',
    '1',
    '',
  ]) {
    expect(paths({ byweekday: ['Mon', value] })).toEqual(['byweekday[1]']);
  }
});

test.each(['daily', 'weekly'] as const)('weekdays of a %s recurrence have no ordinals', (freq) => {
  expect(paths({ freq, byweekday: ['Mon', 'Fri'] })).toEqual([]);
  expect(paths({ freq, byweekday: ['Mon', '1Fri', '-1Tue'] })).toEqual(['byweekday[1]', 'byweekday[2]']);
});

test('weekdays beside byweekno have no ordinals', () => {
  expect(paths({ byweekno: [20], byweekday: ['Mon'] })).toEqual([]);
  expect(paths({ byweekno: [20], byweekday: ['Mon', '1Fri'] })).toEqual(['byweekday[1]']);
  expect(paths({ byweekno: [], byweekday: ['1Fri'] })).toEqual([]);
});

test('each frequency allows its own lists', () => {
  const allowed = (name: string) =>
    (['yearly', 'monthly', 'weekly', 'daily'] as const).filter(
      (freq) => paths({ freq, [name]: [1] }).length === 0,
    );
  expect(allowed('bymonth')).toEqual(['yearly', 'monthly', 'weekly', 'daily']);
  expect(allowed('bymonthday')).toEqual(['yearly', 'monthly', 'daily']);
  expect(allowed('byyearday')).toEqual(['yearly']);
  expect(allowed('byweekno')).toEqual(['yearly']);
});

test('bysetpos requires another by-rule', () => {
  expect(paths({ bysetpos: [1], bymonth: [1] })).toEqual([]);
  expect(paths({ bysetpos: [1] })).toEqual(['bysetpos']);
  expect(paths({ bysetpos: [1], bymonth: [] })).toEqual(['bysetpos']);
  expect(paths({ bysetpos: [] })).toEqual([]);
});

test('an empty list equals an absent one', () => {
  expect(paths({ freq: 'weekly', byyearday: [], byweekno: [], bymonthday: [] })).toEqual([]);
});

test.each([
  ['bymonth', 12],
  ['bymonthday', 62],
  ['byyearday', 732],
  ['byweekno', 106],
  ['bysetpos', 732],
] as const)('%s has at most %d values', (name, size) => {
  expect(sizes[name]).toBe(size);
  const beside = name === 'bysetpos' ? { bymonth: [1] } : {};
  expect(check({ [name]: Array(size).fill(1), ...beside })).toEqual([]);
  expect(check({ [name]: Array(size + 1).fill(1), ...beside })).toEqual([
    { path: name, reason: `must have at most ${size} values` },
  ]);
});

test('byweekday has at most 749 values, the number of different ones', () => {
  const all = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].flatMap((day) => [
    day,
    ...bothEnds(53).map((n) => n + day),
  ]);
  expect(check({ byweekday: all })).toEqual([]);
  expect(paths({ byweekday: [...all, 'Mon'] })).toEqual(['byweekday']);
});

test('reports every error, and repeats no value of the input', () => {
  const found = check({
    freq: 'weekly',
    interval: 777_777,
    count: 888_888,
    byweekday: ['77Mon'],
    bymonthday: [99],
  });
  expect(found.map(({ path }) => path).sort()).toEqual([
    'bymonthday',
    'byweekday[0]',
    'byweekday[0]',
    'count',
    'interval',
  ]);
  expect(JSON.stringify(found)).not.toMatch(/777|888|77Mon|99/);
});
