/** What a search costs, in days looked at: on a public endpoint nobody may be able to make it long. */
import { expect, test } from 'vitest';
import type { Recurrence } from '../../../src/sdk/types.ts';
import { daysOf } from '../../../src/time/days.ts';
import { ruleOf } from '../../../src/time/rule.ts';

const TODAY = Date.UTC(2026, 10, 22) / 86_400_000;
const YEAR_2299 = Date.UTC(2299, 6, 1) / 86_400_000;

function looked(recurrence: Partial<Recurrence>, start: number, from: number): number {
  const budget = { days: 1e9 };
  const rule = ruleOf({ freq: 'daily', interval: 1, ...recurrence }, start, 'Mon');
  for (const _ of daysOf(rule, from, from + 62, budget));
  return 1e9 - budget.days;
}

test.each<Partial<Recurrence>>([
  { freq: 'daily' },
  { freq: 'daily', interval: 10_000 },
  { freq: 'daily', bymonth: [2], bymonthday: [30] },
  { freq: 'weekly', byweekday: ['Mon', 'Wed', 'Fri'] },
  { freq: 'monthly', byweekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], bysetpos: [-2] },
  { freq: 'yearly' },
  { freq: 'yearly', byweekno: [47] },
])('a rule begun 230 years ago costs no more than one begun lately: %j', (recurrence) => {
  const old = looked(recurrence, TODAY - 230 * 365, TODAY);
  expect(old).toBeLessThanOrEqual(2 * 366 + 24);
  expect(old).toBeLessThanOrEqual(looked(recurrence, TODAY - 1, TODAY) + 366);
});

test('a count is searched from the start, and no further than it lasts', () => {
  expect(looked({ count: 10 }, TODAY - 3000, TODAY)).toBeLessThan(70);
  expect(looked({ freq: 'yearly', count: 1 }, TODAY - 3000, TODAY)).toBeLessThan(32);
});

test.each<Partial<Recurrence>>([
  { freq: 'daily', bymonthday: [31], byweekday: ['Mon'], bysetpos: [2] },
  { freq: 'weekly', bysetpos: [8], byweekday: ['Mon'] },
  { freq: 'monthly', bysetpos: [300], byweekday: ['1Mon'] },
  { freq: 'yearly', byyearday: [366], byweekno: [53] },
])('a count that never fills looks at each day once: %j', (recurrence) => {
  expect(looked({ ...recurrence, count: 739 }, 0, YEAR_2299)).toBeLessThan(1.2 * YEAR_2299 + 1000);
});

test.each(['daily', 'yearly'] as const)('months that bymonth leaves out are not looked at: %s', (freq) => {
  const never = { freq, count: 739, bymonth: [2], bymonthday: [30] };
  expect(looked(never, 0, YEAR_2299)).toBeLessThan(330 * (29 + 12));
});

test('a search ends when its budget does', () => {
  const budget = { days: 1000 };
  const rule = ruleOf(
    { freq: 'daily', interval: 1, count: 739, bymonthday: [31], byweekday: ['Mon'] },
    0,
    'Mon',
  );
  const found = [...daysOf(rule, 0, YEAR_2299, budget)];
  expect(budget.days).toBeLessThan(0);
  expect(budget.days).toBeGreaterThan(-40);
  expect(found.at(-1)).toBeLessThan(1100);
});
