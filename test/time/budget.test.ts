/** A request pays for each time zone, and for each bucket of its time, once. */
import { expect, test } from 'vitest';
import { Budget, Overspent, PRICE_NS } from '../../src/time/budget.ts';
import { instances, type Series } from '../../src/time/recurrence.ts';

const DAY = 86_400_000;
const MAX = 1e12;

function paid(...times: [zone: string, time: string][]): number {
  const budget = new Budget(MAX);
  for (const [zone, time] of times) budget.convert(zone, Date.parse(time));
  return MAX - budget.leftNs;
}

test('a budget pays once for a zone, and once for each bucket of its time', () => {
  const first = PRICE_NS.zone + PRICE_NS.bucket + PRICE_NS.conversion;
  const at = ['Europe/Oslo', '2027-01-01'] as [string, string];
  expect(paid(at)).toBe(first);
  expect(paid(at, at)).toBe(first + PRICE_NS.conversion);
  expect(paid(at, ['Europe/Oslo', '2027-02-01'])).toBe(first + PRICE_NS.bucket + PRICE_NS.conversion);
  expect(paid(at, ['Asia/Tokyo', '2027-01-01'])).toBe(2 * first);
});

test('a bucket with a clock change costs more, also in later requests', () => {
  for (let i = 0; i < 2; i++) {
    expect(paid(['Europe/Oslo', '2027-03-28'])).toBe(
      PRICE_NS.zone + PRICE_NS.bucket + PRICE_NS.change + PRICE_NS.conversion,
    );
  }
});

test('a budget pays for instances, exdates and the series itself', () => {
  const series: Series = { startTs: 0, duration: 1, busy: true, recurrence: null, exdates: [1, 2, 3] };
  const window = { startTs: 0, endTs: 62 * DAY };
  const cost = (of: Series) => {
    const budget = new Budget(MAX);
    instances(of, 'UTC', 'Mon', window, budget);
    return MAX - budget.leftNs;
  };
  expect(cost(series)).toBe(PRICE_NS.series + 3 * PRICE_NS.exdate);
  const daily = cost({ ...series, recurrence: { freq: 'daily', interval: 1 } });
  expect(daily).toBeGreaterThan(62 * (PRICE_NS.day + PRICE_NS.conversion));
  expect(daily).toBeLessThan(PRICE_NS.zone + 17 * PRICE_NS.bucket + 30_000);
});

test('throws Overspent before work that exceeds the budget', () => {
  expect(() => new Budget(PRICE_NS.zone - 1).convert('Europe/Oslo', 0)).toThrow(Overspent);
});
