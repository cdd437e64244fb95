/**
 * The starts at which a host can take a slot, as one set, so that no start on the grid has to be tried by itself. A host
 * takes a slot where:
 *
 * 1. the slot lies within the host's availability;
 * 2. the slot, widened by the host's buffers in the service, overlaps no busy time and no booking of the host;
 * 3. the slot overlaps no booking of the host, widened by the host's buffers in the service of that booking;
 * 4. the slot starts within the host's booking times.
 */
import { type Interval, intersect, merge, subtract, widen } from '../time/intervals.ts';

/** A time for which a host is booked. */
export interface HostBooking extends Interval {
  /** The host's buffers in the service of this booking, in milliseconds. */
  bufferBefore: number;
  bufferAfter: number;
  /** Whether the booking is of the group service in question, so that others may take seats in its slot. */
  shared?: boolean;
}

/** A host of a service. Times and buffers are whole milliseconds; lists are in any order. */
export interface Host {
  id: string;
  /** The open times. Where a calendar opens them, without its busy events; its bookings are in `bookings`. */
  availability: readonly Interval[];
  /** The busy events in the host's busy calendars, without bookings. */
  busy: readonly Interval[];
  /** The bookings in any service. */
  bookings: readonly HostBooking[];
  bufferBefore: number;
  bufferAfter: number;
  /** The first and the last start that the booking times allow; null: no last one. */
  earliest: number;
  latest: number | null;
}

/**
 * The set of the starts at which the host can take a slot that lies in a window.
 *
 * Times are whole milliseconds. So a slot lies in `[a, b)` when it starts in `[a, b - duration + 1)`, and it overlaps
 * `[a, b)` when it starts in `[a - duration + 1, b)`.
 *
 * @param duration milliseconds, at least 1.
 */
export function startsOf(host: Host, duration: number, window: Interval): Interval[] {
  const rest = duration - 1;
  const { bufferBefore, bufferAfter, earliest, latest } = host;
  const bookings = host.bookings.filter(({ start, end }) => start < end);
  const ownSlot = (booking: HostBooking) => booking.shared && booking.end - booking.start === duration;

  const open = intersect(widen(merge(host.availability), 0, -rest), [
    {
      start: Math.max(window.start, earliest),
      end: Math.min(window.end - rest, latest === null ? Infinity : latest + 1),
    },
  ]);
  const busy = widen(merge(host.busy), bufferAfter + rest, bufferBefore);
  // Rules 2 and 3 each forbid an interval of starts around a booking. Both contain the booking itself, so they make one.
  const around = (booking: HostBooking): Interval => ({
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

/**
 * Whether the host can take one slot. It need not lie on any grid.
 *
 * @param start milliseconds since the epoch.
 * @param duration milliseconds.
 */
export function canTake(host: Host, start: number, duration: number): boolean {
  return startsOf(host, duration, { start, end: start + duration }).length > 0;
}

/** The starts of the sessions that are at least `apart` milliseconds from every other session. */
function isolated(sessions: readonly Interval[], apart: number): Interval[] {
  const starts = [...new Set(sessions.map(({ start }) => start))].sort((a, b) => a - b);
  return starts
    .filter(
      (start, i) =>
        start - (starts[i - 1] ?? -Infinity) >= apart && (starts[i + 1] ?? Infinity) - start >= apart,
    )
    .map((start) => ({ start, end: start + 1 }));
}
