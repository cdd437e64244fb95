/** A host's possible starts equal a literal reading of the contract's rules, at every millisecond of a small range. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canTake, type Host, type HostBooking, startsOf } from '../../src/slots/host.ts';
import type { Interval } from '../../src/time/intervals.ts';

const SIZE = 40;
const everywhere = Array.from({ length: SIZE + 45 }, (_, i) => i - 15);
const small = fc.integer({ min: 0, max: 6 });
const time = fc
  .tuple(fc.integer({ min: -5, max: SIZE }), fc.integer({ min: 0, max: 8 }))
  .map(([start, length]) => ({ start, end: start + length }));
const world = fc
  .record({ before: small, after: small, duration: fc.integer({ min: 1, max: 8 }) })
  .chain(({ before, after, duration }) => {
    const session = fc.integer({ min: 0, max: SIZE }).map((start) => ({ start, end: start + duration }));
    const booking = fc
      .record({ time, bufferBefore: small, bufferAfter: small })
      .map(({ time, ...buffers }) => ({
        ...time,
        ...buffers,
      }));
    // A booking of the queried service has the same buffers as the host in it.
    const shared = fc
      .oneof(session, time)
      .map((time) => ({ ...time, bufferBefore: before, bufferAfter: after, shared: true }));
    return fc.record({
      duration: fc.constant(duration),
      window: fc.constantFrom({ start: -9, end: 60 }, { start: 5, end: 35 }, { start: 20, end: 20 }),
      host: fc.record({
        id: fc.constant('a'),
        availability: fc.array(time, { minLength: 1, maxLength: 12 }),
        busy: fc.array(time, { maxLength: 2 }),
        bookings: fc.array(fc.oneof(booking, shared), { maxLength: 4 }) as fc.Arbitrary<HostBooking[]>,
        bufferBefore: fc.constant(before),
        bufferAfter: fc.constant(after),
        earliest: fc.constantFrom(-20, 7, 50),
        latest: fc.constantFrom(null, 7, 25),
      }),
    });
  });

const overlaps = (start: number, end: number, other: Interval) => start < other.end && end > other.start;

function allows(host: Host, start: number, duration: number, window: Interval): boolean {
  const end = start + duration;
  const isOpen = (time: number) => host.availability.some((open) => open.start <= time && time < open.end);
  for (let time = start; time < end; time++) if (!isOpen(time)) return false;
  const bookings = host.bookings.filter((booking) => {
    const joins = booking.shared && booking.start === start && booking.end === end;
    return booking.start < booking.end && !joins;
  });
  const busy = host.busy.filter((busy) => busy.start < busy.end);
  const withBuffers = (other: Interval) => overlaps(start - host.bufferBefore, end + host.bufferAfter, other);
  if ([...busy, ...bookings].some(withBuffers)) return false;
  const widened = bookings.map((booking) => ({
    start: booking.start - booking.bufferBefore,
    end: booking.end + booking.bufferAfter,
  }));
  if (widened.some((booking) => overlaps(start, end, booking))) return false;
  if (start < host.earliest || (host.latest !== null && start > host.latest)) return false;
  return window.start <= start && end <= window.end;
}

test('a slot can start at exactly the times that every rule allows', () => {
  fc.assert(
    fc.property(world, ({ host, duration, window }) => {
      const anytime = { start: -Infinity, end: Infinity };
      const starts = startsOf(host, duration, window);
      const listed = everywhere.filter((time) =>
        starts.some(({ start, end }) => start <= time && time < end),
      );
      expect(listed).toEqual(everywhere.filter((start) => allows(host, start, duration, window)));
      const able = everywhere.filter((start) => canTake(host, start, duration));
      expect(able).toEqual(everywhere.filter((start) => allows(host, start, duration, anytime)));
    }),
    { numRuns: 3000 },
  );
});

test('the starts are in order and disjoint', () => {
  fc.assert(
    fc.property(world, ({ host, duration, window }) => {
      const starts = startsOf(host, duration, window);
      for (const [i, { start, end }] of starts.entries()) {
        expect(start).toBeLessThan(end);
        expect(start).toBeGreaterThan(starts[i - 1]?.end ?? -Infinity);
      }
    }),
    { numRuns: 500 },
  );
});
