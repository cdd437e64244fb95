/** Random hosts and slot queries for property tests. */
import fc from 'fast-check';
import { type SlotQuery, windowOf } from '../../src/slots/grid.ts';
import type { Host, HostBooking } from '../../src/slots/host.ts';
import { parseDate } from '../../src/time/dates.ts';
import type { Interval } from '../../src/time/intervals.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Dates with a clock change, most of them at midnight, and dates without one. Monrovia's changes by 44 min 30 s. */
export const dates: [zone: string, date: string][] = [
  ['UTC', '2024-02-29'],
  ['Asia/Kathmandu', '2023-12-31'],
  ['Europe/Oslo', '2024-03-31'],
  ['Europe/Oslo', '2024-10-27'],
  ['Australia/Lord_Howe', '2024-04-07'],
  ['Africa/Cairo', '2024-04-26'],
  ['Africa/Cairo', '2024-11-01'],
  ['America/Havana', '2024-11-03'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/St_Johns', '2006-10-29'],
  ['Antarctica/Casey', '2010-03-05'],
  ['Pacific/Apia', '2011-12-30'],
  ['Africa/Monrovia', '1972-01-07'],
];

export const query: fc.Arbitrary<SlotQuery> = fc
  .record({
    at: fc.constantFrom(...dates),
    before: fc.integer({ min: 0, max: 2 }),
    days: fc.integer({ min: 0, max: 3 }),
    interval: fc.oneof(
      fc.constantFrom(15 * MINUTE, HOUR, 2 * HOUR),
      fc.integer({ min: 5 * MINUTE, max: 2 * HOUR }),
    ),
    duration: fc.oneof(fc.constantFrom(MINUTE, HOUR, DAY), fc.integer({ min: MINUTE, max: 5 * HOUR })),
  })
  .map(({ at: [zone, date], before, days, interval, duration }) => {
    const first = (parseDate(date) ?? 0) - before;
    return { zone, first, last: first + days, interval, duration };
  });

/** An interval in a span of time (ms), or beyond its ends; half of them start on a whole minute. */
export function intervalIn(span: Interval, longest: number): fc.Arbitrary<Interval> {
  const length = fc.oneof(
    fc.integer({ min: 0, max: longest }),
    fc.integer({ min: 0, max: Math.floor(longest / MINUTE) }).map((minutes) => minutes * MINUTE),
  );
  return fc
    .tuple(fc.integer({ min: span.start - longest, max: span.end }), length, fc.boolean())
    .map(([from, length, whole]) => {
      const start = whole ? from - (from % MINUTE) : from;
      return { start, end: start + length };
    });
}

const buffer = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: HOUR }));

export function bookingIn(span: Interval): fc.Arbitrary<HostBooking> {
  return fc
    .tuple(intervalIn(span, 2 * HOUR), buffer, buffer)
    .map(([time, bufferBefore, bufferAfter]) => ({ ...time, bufferBefore, bufferAfter }));
}

export function hostIn(span: Interval, id: string): fc.Arbitrary<Host> {
  return fc.record({
    id: fc.constant(id),
    availability: fc.array(intervalIn(span, 30 * HOUR), { minLength: 1, maxLength: 4 }),
    busy: fc.array(intervalIn(span, 2 * HOUR), { maxLength: 6 }),
    bookings: fc.array(bookingIn(span), { maxLength: 4 }),
    bufferBefore: buffer,
    bufferAfter: buffer,
    earliest: fc.oneof(fc.constant(0), fc.integer({ min: span.start - DAY, max: span.end })),
    latest: fc.oneof(fc.constant(null), fc.integer({ min: span.start, max: span.end + DAY })),
  });
}

/** A slot query, its window, and up to four hosts with events around its dates. */
export const scenario = query.chain((query) => {
  const window = windowOf(query);
  return fc.record({
    query: fc.constant(query),
    window: fc.constant(window),
    hosts: fc
      .integer({ min: 0, max: 4 })
      .chain((count) => fc.tuple(...[...'abcd'.slice(0, count)].map((id) => hostIn(window, id)))),
  });
});
