/** When a host can be booked: rules 1 to 4 of the contract, as one set of the moments at which a slot may start. */
import { type Interval, intersect, merge, subtract, widen } from './intervals.ts';

/** A time for which a host is booked, with the buffers (ms) that the host has in that booking's service. */
export interface Booking extends Interval {
  bufferBefore: number;
  bufferAfter: number;
  /** Is it one of the very group service that is asked about? Then others may take seats in its slot. */
  shared?: boolean;
}

/** A host of a service, in whole milliseconds. The lists come in any order. */
export interface Host {
  id: string;
  /** Without what is busy in a calendar of availability, but for the bookings in it. */
  availability: readonly Interval[];
  /** What is busy in the calendars of `busy`, but for the bookings in them. */
  busy: readonly Interval[];
  /** In any service. */
  bookings: readonly Booking[];
  bufferBefore: number;
  bufferAfter: number;
  /** The first and the last start that is allowed: the booking times, from now on. */
  earliest: number;
  latest: number | null;
}

/**
 * The set of the moments at which a slot of a duration (ms, at least 1) can start, so that the host can take
 * it and that it lies in a window.
 *
 * Times are whole milliseconds. So a slot lies in `[a, b)` when it starts in `[a, b - duration + 1)`, and it
 * overlaps `[a, b)` when it starts in `[a - duration + 1, b)`.
 */
export function startsOf(host: Host, duration: number, window: Interval): Interval[] {
  const rest = duration - 1;
  const { bufferBefore, bufferAfter, earliest, latest } = host;
  const bookings = host.bookings.filter(({ start, end }) => start < end);
  const ownSlot = (booking: Booking) => booking.shared && booking.end - booking.start === duration;

  const open = intersect(widen(merge(host.availability), 0, -rest), [
    {
      start: Math.max(window.start, earliest),
      end: Math.min(window.end - rest, latest === null ? Infinity : latest + 1),
    },
  ]);
  const busy = widen(merge(host.busy), bufferAfter + rest, bufferBefore);
  // Rule 2 and rule 3 each forbid a run of starts around a booking. Both hold its bare time: one run.
  const around = (booking: Booking): Interval => ({
    start: booking.start - Math.max(bufferAfter, booking.bufferBefore) - rest,
    end: booking.end + Math.max(bufferBefore, booking.bufferAfter),
  });
  const others = bookings.filter((booking) => !ownSlot(booking)).map(around);
  const free = subtract(open, merge([...busy, ...others]));

  const sessions = bookings.filter(ownSlot);
  if (sessions.length === 0) return free;
  const apart = duration + Math.max(bufferBefore, bufferAfter);
  const joinable = intersect(free, isolated(sessions, apart));
  return merge([...subtract(free, merge(sessions.map(around))), ...joinable]);
}

/** Can the host take this one slot? By the rules of `startsOf`, whatever grid it is not on. */
export function canTake(host: Host, start: number, duration: number): boolean {
  return startsOf(host, duration, { start, end: start + duration }).length > 0;
}

/** The starts of sessions from which every other start is `apart` (ms) or more away. */
function isolated(sessions: readonly Interval[], apart: number): Interval[] {
  const starts = [...new Set(sessions.map(({ start }) => start))].sort((a, b) => a - b);
  return starts
    .filter(
      (start, i) =>
        start - (starts[i - 1] ?? -Infinity) >= apart && (starts[i + 1] ?? Infinity) - start >= apart,
    )
    .map((start) => ({ start, end: start + 1 }));
}
