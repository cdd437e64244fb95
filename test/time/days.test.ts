/** The cost of a search, at the prices of its steps: no public request may make it long. */
import { expect, test } from 'vitest';
import type { Recurrence } from '../../src/sdk/types.ts';
import { Budget, Overspent, PRICE_NS } from '../../src/time/budget.ts';
import { daysOf } from '../../src/time/days.ts';
import { ruleOf } from '../../src/time/rule.ts';

const TODAY = Date.UTC(2026, 10, 22) / 86_400_000;
const YEAR_2299 = Date.UTC(2299, 6, 1) / 86_400_000;

function cost(recurrence: Partial<Recurrence>, start: number, from: number): number {
  const budget = new Budget(1e12);
  const rule = ruleOf({ freq: 'daily', interval: 1, ...recurrence }, start, 'Mon');
  for (const _ of daysOf(rule, from, from + 62, budget));
  return 1e12 - budget.leftNs;
}

test.each<Partial<Recurrence>>([
  { freq: 'daily' },
  { freq: 'daily', interval: 10_000 },
  { freq: 'daily', bymonth: [2], bymonthday: [30] },
  { freq: 'weekly', byweekday: ['Mon', 'Wed', 'Fri'] },
  { freq: 'monthly', byweekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], bysetpos: [-2] },
  { freq: 'yearly' },
  { freq: 'yearly', byweekno: [47] },
])('a rule that started 230 years ago costs less than 20 µs, like a recent one: %j', (recurrence) => {
  const old = cost(recurrence, TODAY - 230 * 365, TODAY);
  expect(old).toBeLessThan(20_000);
  expect(old).toBeLessThanOrEqual(1.5 * cost(recurrence, TODAY - 1, TODAY));
});

test('a search skips the days outside the window, unless a count or a position needs them', () => {
  const days = (recurrence: Partial<Recurrence>) =>
    cost({ freq: 'yearly', ...recurrence }, 0, TODAY) / PRICE_NS.day;
  expect(days({ byyearday: [326] })).toBeLessThan(3 * 64 + 200);
  expect(days({ byyearday: [326], bysetpos: [1] })).toBeGreaterThan(365);
});

test('a search with a count begins at the start, and ends with the count', () => {
  expect(cost({ count: 10 }, TODAY - 3000, TODAY)).toBeLessThan(70 * PRICE_NS.day + 2 * PRICE_NS.month);
  expect(cost({ freq: 'yearly', count: 1 }, TODAY - 3000, TODAY)).toBeLessThan(5000);
});

test.each<Partial<Recurrence>>([
  { freq: 'daily', bymonthday: [31], byweekday: ['Mon'], bysetpos: [2] },
  { freq: 'weekly', bysetpos: [8], byweekday: ['Mon'] },
  { freq: 'monthly', bysetpos: [300], byweekday: ['1Mon'] },
  { freq: 'yearly', byyearday: [366], byweekno: [53] },
])('a search for a count that is never reached checks each day once, in at most 16 ms: %j', (recurrence) => {
  expect(cost({ ...recurrence, count: 739 }, 0, YEAR_2299)).toBeLessThan(16_000_000);
});

test.each(['daily', 'yearly'] as const)('a search skips the months that bymonth excludes: %s', (freq) => {
  const never = { freq, count: 739, bymonth: [2], bymonthday: [30] };
  expect(cost(never, 0, YEAR_2299)).toBeLessThan(
    330 * (29 * 2 * PRICE_NS.day + 12 * (PRICE_NS.period + PRICE_NS.month)),
  );
});

test('a search ends when its budget is spent', () => {
  const recurrence = {
    freq: 'daily',
    interval: 1,
    count: 739,
    bymonthday: [31],
    byweekday: ['Mon'],
  } as const;
  const budget = new Budget(100_000);
  const found: number[] = [];
  expect(() => {
    const rule = ruleOf(recurrence as unknown as Recurrence, 0, 'Mon');
    for (const day of daysOf(rule, 0, YEAR_2299, budget)) found.push(day);
  }).toThrow(Overspent);
  expect(budget.leftNs).toBeGreaterThan(-31 * 3 * PRICE_NS.day);
  expect(found.at(-1)).toBeLessThan(100_000 / PRICE_NS.day);
});

test('a budget pays for the entries of a rule before they are prepared', () => {
  const full = Array.from({ length: 366 }, (_, i) => i + 1);
  const budget = new Budget(365 * PRICE_NS.entry);
  const recurrence: Recurrence = { freq: 'yearly', interval: 1, byyearday: full };
  expect(() => ruleOf(recurrence, 0, 'Mon', budget)).toThrow(Overspent);
});
