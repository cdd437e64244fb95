/**
 * Random series for property tests: every recurrence without `recurrenceErrors` can occur, most often with small
 * numbers.
 */
import fc from 'fast-check';
import type { Recurrence, Weekday } from '../../src/sdk/types.ts';
import type { Series } from '../../src/time/recurrence.ts';

const DAY = 86_400_000;

export const WEEKDAYS: Weekday[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export const weekday = fc.constantFrom(...WEEKDAYS);

/** Zones of all kinds: both extreme offsets, both hemispheres, half hours, a skipped day. */
export const zone = fc.constantFrom(
  ...['UTC', 'Etc/GMT+12', 'Pacific/Kiritimati', 'Pacific/Apia', 'Europe/Oslo', 'America/New_York'],
  ...['America/St_Johns', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Chatham'],
);

export const instant = fc.integer({ min: 0, max: Date.UTC(2199, 11, 31) });

const numbers = (max: number) =>
  fc.array(
    fc
      .oneof(fc.integer({ min: 1, max: Math.min(max, 7) }), fc.integer({ min: 1, max }))
      .chain((n) => fc.constantFrom(n, n, -n)),
    { minLength: 1, maxLength: 6 },
  );

const plainWeekdays = fc.array(weekday, { minLength: 1, maxLength: 5 });
const ordinalWeekdays = fc.array(
  fc
    .tuple(fc.constantFrom('', '1', '2', '-1', '5', '-5', '53', '20'), weekday)
    .map(([n, day]) => `${n}${day}`),
  { minLength: 1, maxLength: 4 },
) as fc.Arbitrary<NonNullable<Recurrence['byweekday']>>;

const common = {
  interval: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 10_000 }) },
  ),
  bymonth: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
  bysetpos: numbers(40),
};

const shapes: fc.Arbitrary<Recurrence>[] = [
  record({ freq: fc.constant('daily' as const), byweekday: plainWeekdays, bymonthday: numbers(31) }),
  record({ freq: fc.constant('weekly' as const), byweekday: plainWeekdays }),
  record({ freq: fc.constant('monthly' as const), byweekday: ordinalWeekdays, bymonthday: numbers(31) }),
  record({
    freq: fc.constant('yearly' as const),
    byweekday: ordinalWeekdays,
    bymonthday: numbers(31),
    byyearday: numbers(366),
  }),
  record({
    freq: fc.constant('yearly' as const),
    byweekday: plainWeekdays,
    bymonthday: numbers(31),
    byweekno: numbers(53),
  }),
];

function record(
  by: { [K in keyof Recurrence]?: fc.Arbitrary<Recurrence[K]> } & { freq: fc.Arbitrary<Recurrence['freq']> },
) {
  return fc
    .record({ ...common, ...by } as { [K in keyof Recurrence]: fc.Arbitrary<Recurrence[K]> }, {
      requiredKeys: ['freq', 'interval'],
    })
    .map((recurrence) => {
      const { bysetpos, ...rest } = recurrence as Recurrence;
      const beside = Object.keys(rest).some((key) => key.startsWith('by'));
      return beside && bysetpos ? { ...rest, bysetpos } : rest;
    });
}

/** A recurrence without an end. */
export const endless = fc.oneof(...shapes);

/** A recurring series with or without an end. */
export const series: fc.Arbitrary<Series> = fc
  .record({
    recurrence: endless,
    startTs: instant,
    duration: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 * DAY }), fc.constant(366 * DAY)),
    busy: fc.boolean(),
    count: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    untilDays: fc.option(fc.integer({ min: -1, max: 732 }), { nil: undefined }),
  })
  .map(({ recurrence, count, untilDays, ...rest }) => ({
    ...rest,
    exdates: [],
    recurrence: {
      ...recurrence,
      count,
      until: untilDays === undefined ? undefined : rest.startTs + untilDays * DAY,
    },
  }));
