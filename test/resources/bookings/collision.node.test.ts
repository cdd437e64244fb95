/** `collides` against a comparison of each instance with each, on random events; and what it must not spend. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NearRow } from '../../../src/resources/events/booked-sql.ts';
import { collides } from '../../../src/resources/events/collision.ts';
import type { Recurrence } from '../../../src/sdk/types.ts';
import { Budget, Overspent } from '../../../src/time/budget.ts';
import { instances } from '../../../src/time/recurrence.ts';
import { DAY_MS, HOUR_MS } from '../../../src/time/units.ts';

const NOW = Date.UTC(2030, 0, 7);
const ZONES = ['UTC', 'Europe/Oslo', 'America/New_York', 'Australia/Lord_Howe'];
interface Made {
  startTs: number;
  duration: number;
  recurrence: Recurrence | null;
  exdates: number[];
  timezone: string;
  shares: boolean;
}

const row = (own: Made, other: Made): NearRow => ({
  own: JSON.stringify([own.startTs, own.duration, own.recurrence, own.exdates, own.timezone, 'Mon']),
  mark: '',
  start_ts: other.startTs,
  duration: other.duration,
  recurrence: other.recurrence && JSON.stringify(other.recurrence),
  exdates: JSON.stringify(other.exdates),
  last_start: null,
  timezone: other.timezone,
  week_start: 'Mon',
  shares: Number(other.shares),
});
const events = (startTs: number, more: Partial<Made> = {}): Made => ({
  ...{ startTs, duration: HOUR_MS, recurrence: null, exdates: [], timezone: 'UTC', shares: false },
  ...more,
});
const collide = (own: Made, others: Made[], leftNs = 1e9) =>
  collides(
    others.map((other) => row(own, other)),
    NOW,
    new Budget(leftNs),
  );

const event = (recurs: boolean): fc.Arbitrary<Made> =>
  fc
    .record({
      startTs: fc.integer({ min: 0, max: 24 * 90 }).map((hour) => NOW + hour * HOUR_MS),
      duration: fc.integer({ min: 1, max: 60 }).map((half) => (half * HOUR_MS) / 2),
      recurrence: recurs
        ? fc.record({
            freq: fc.constantFrom('daily' as const, 'weekly' as const),
            interval: fc.integer({ min: 3, max: 9 }),
            count: fc.integer({ min: 1, max: 30 }),
          })
        : fc.constant(null),
      skips: fc.array(fc.nat(5), { maxLength: 3 }),
      timezone: fc.constantFrom(...ZONES),
      shares: fc.boolean(),
    })
    .map(({ skips, ...made }) => {
      const exdates = skips.map((n) => made.startTs + n * DAY_MS * (made.recurrence?.interval ?? 1));
      return { ...made, exdates };
    });

it('is the same as comparing each instance with each', () => {
  const timesOf = ({ timezone, ...made }: Made) =>
    instances({ ...made, busy: true }, timezone, 'Mon', { startTs: 0, endTs: NOW + 2000 * DAY_MS });
  const others = fc.array(fc.oneof(event(true), event(false)), { minLength: 1, maxLength: 4 });
  let found = 0;
  fc.assert(
    fc.property(fc.oneof(event(true), event(false)), others, (own, near) => {
      const expected = near.some((other) =>
        timesOf(other).some((a) =>
          timesOf(own).some(
            (b) =>
              a.startTs < b.endTs &&
              b.startTs < a.endTs &&
              !(other.shares && a.startTs === b.startTs && a.endTs === b.endTs),
          ),
        ),
      );
      found += Number(expected);
      expect(collide(own, near)).toBe(expected);
    }),
    { numRuns: 500 },
  );
  expect(found).toBeGreaterThan(20);
});

describe('series without an end', () => {
  const weekly = { freq: 'weekly' as const, interval: 2 };
  it('meet within ten years, or are taken to be apart', () => {
    const own = events(NOW, { recurrence: weekly });
    expect(collide(own, [events(NOW + 7 * DAY_MS, { recurrence: weekly })])).toBe(false);
    const rare = { freq: 'yearly' as const, interval: 7, byweekday: [], bymonth: [1], bymonthday: [7] };
    expect(collide(own, [events(NOW - 3652 * DAY_MS, { recurrence: rare as never })])).toBe(false);
    expect(collide(own, [events(NOW + 7 * DAY_MS, { recurrence: { ...weekly, interval: 3 } })])).toBe(true);
  });

  it('cost what they expand to, and the budget bounds it', () => {
    const own = events(NOW, { recurrence: { freq: 'daily', interval: 1 } });
    const far = Array.from({ length: 1000 }, (_, i) => events(NOW + (12 + 24 * i) * HOUR_MS));
    expect(collide(own, far, 5e6)).toBe(false);
    expect(() => collide(own, [events(NOW + 7200_000, { recurrence: own.recurrence })], 1e5)).toThrow(
      Overspent,
    );
  });
});
