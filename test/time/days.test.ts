/** What a search costs, at the prices of its steps: on a public endpoint nobody may be able to make it long. */
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
])('a rule begun 230 years ago costs what one begun lately does, less than 20 µs: %j', (recurrence) => {
  const old = cost(recurrence, TODAY - 230 * 365, TODAY);
  expect(old).toBeLessThan(20_000);
  expect(old).toBeLessThanOrEqual(1.5 * cost(recurrence, TODAY - 1, TODAY));
});

test('days outside the window are not looked at, where they neither count nor have a place', () => {
  const days = (recurrence: Partial<Recurrence>) =>
    cost({ freq: 'yearly', ...recurrence }, 0, TODAY) / PRICE_NS.day;
  expect(days({ byyearday: [326] })).toBeLessThan(3 * 64 + 200);
  expect(days({ byyearday: [326], bysetpos: [1] })).toBeGreaterThan(365);
});

test('a count is searched from the start, and no further than it lasts', () => {
  expect(cost({ count: 10 }, TODAY - 3000, TODAY)).toBeLessThan(70 * PRICE_NS.day + 2 * PRICE_NS.month);
  expect(cost({ freq: 'yearly', count: 1 }, TODAY - 3000, TODAY)).toBeLessThan(5000);
});

test.each<Partial<Recurrence>>([
  { freq: 'daily', bymonthday: [31], byweekday: ['Mon'], bysetpos: [2] },
  { freq: 'weekly', bysetpos: [8], byweekday: ['Mon'] },
  { freq: 'monthly', bysetpos: [300], byweekday: ['1Mon'] },
  { freq: 'yearly', byyearday: [366], byweekno: [53] },
])('a count that never fills looks at each day once, in 16 ms at most: %j', (recurrence) => {
  expect(cost({ ...recurrence, count: 739 }, 0, YEAR_2299)).toBeLessThan(16_000_000);
});

test.each(['daily', 'yearly'] as const)('months that bymonth leaves out are not looked at: %s', (freq) => {
  const never = { freq, count: 739, bymonth: [2], bymonthday: [30] };
  expect(cost(never, 0, YEAR_2299)).toBeLessThan(
    330 * (29 * 2 * PRICE_NS.day + 12 * (PRICE_NS.period + PRICE_NS.month)),
  );
});

test('a search ends when its budget does', () => {
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

test('every entry of a rule is paid for before it is made ready', () => {
  const full = Array.from({ length: 366 }, (_, i) => i + 1);
  const budget = new Budget(365 * PRICE_NS.entry);
  const recurrence: Recurrence = { freq: 'yearly', interval: 1, byyearday: full };
  expect(() => ruleOf(recurrence, 0, 'Mon', budget)).toThrow(Overspent);
});
