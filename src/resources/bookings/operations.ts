/** What is done to bookings: decided on what was read, and written only while that is as it was (see reading.ts). */

import type { Scope } from '../../db/scope.ts';
import { type Input, read, write } from '../../operation.ts';
import { creation, firstVersion, found, lookup, type Plan, plan, type Tagged, tagged } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { BookingResult, BookingsResult } from '../../sdk/types.ts';
import { MINUTE_MS } from '../../time/units.ts';
import { window } from '../events/input.ts';
import { selectService } from '../services/table.ts';
import { targetOf } from './availability-sql.ts';
import { chooseHosts, onlyBookings, sameHosts, type Wanted } from './decide.ts';
import * as input from './input.ts';
import { decisionQueries, type Reading, readingOf, sessionAt, sessionFor, untilWritten } from './reading.ts';
import {
  bookingIsThere,
  insertBooking,
  insertEvents,
  selectBooking,
  selectBookingsOfService,
  selectBookingsOfUser,
  targetOfBooking,
  updateBooking,
  updateEvents,
} from './sql.ts';
import { type BookingRow, bookings } from './table.ts';

const toResult = (row: BookingRow): Tagged<BookingResult> =>
  tagged({ booking: bookings.toResource(row) }, row);

const target = (scope: Scope, { params }: Pick<Input<'bookingId'>, 'params'>) =>
  selectBooking(scope, params.bookingId);

const cancelled = () =>
  new Problem('booking-cancelled', 'A cancelled booking stays as it is. Make a new one.');

export const createBooking = write({
  idempotent: true,
  params: ['serviceId'],
  body: input.creation,
  run(scope, { params: { serviceId }, body, now }) {
    const { startTs, duration, hostUserIds, holdFor, metadata } = body;
    const target = targetOf(scope, serviceId, { start: startTs, end: startTs + duration });
    const id = crypto.randomUUID();
    return untilWritten((again) =>
      plan(
        decisionQueries({ target, hostUserIds, now }),
        (services, hosts, times, booked, sessions, sessionEvents, ranks) => {
          const reading = readingOf(
            [services, hosts, times, booked, sessions],
            sessionEvents,
            ranks,
            body,
            now,
          );
          const rankOf = (host: { id: string }) => reading.ranks.get(host.id) ?? Number.NEGATIVE_INFINITY;
          const chosen = chooseHosts(reading.agenda, body, rankOf);
          const { missing, ...place } = sessionFor(reading, body, chosen);
          const expiresAt = holdFor === undefined ? null : now + holdFor * MINUTE_MS;
          const stamp = crypto.randomUUID();
          const row: BookingRow = {
            id,
            service_id: serviceId,
            session: place.session,
            start_ts: startTs,
            duration,
            state: expiresAt === null ? 'confirmed' : 'held',
            expires_at: expiresAt,
            hosts: JSON.stringify(place.hosts),
            events: JSON.stringify(place.events),
            booked_by: scope.user,
            metadata: JSON.stringify(metadata),
            created: now,
            updated: now,
            version: firstVersion(),
          };
          return creation(
            { answer: toResult(row), created: bookingIsThere(scope, row) },
            [insertBooking(scope, row, stamp, reading.basis), insertEvents(scope, id, stamp, missing)],
            ([written]) => (written ? undefined : again()),
          );
        },
      ),
    );
  },
});

export const getBooking = read({
  hasEtag: true,
  params: ['bookingId'],
  run: (scope, { params }) => lookup(selectBooking(scope, params.bookingId), toResult),
});

export const changeBooking = write({
  params: ['bookingId'],
  body: input.update,
  target,
  run(scope, { params: { bookingId }, body, now }): Plan<BookingResult> {
    if (body.state === undefined && body.startTs === undefined) return relabel(scope, bookingId, body, now);
    const target = targetOfBooking(scope, bookingId, body.startTs, now);
    return untilWritten((again) =>
      plan(
        [selectBooking(scope, bookingId), ...decisionQueries({ target, now })] as const,
        (bookings, services, hosts, times, booked, sessions, sessionEvents, ranks) => {
          const booking = found(bookings);
          if (booking.state === 'cancelled') throw cancelled();
          if (body.state && booking.state === 'confirmed') return relabel(scope, bookingId, body, now);
          const wanted = { startTs: body.startTs ?? booking.start_ts, duration: booking.duration };
          const reading = readingOf(
            [services, hosts, times, booked, sessions],
            sessionEvents,
            ranks,
            wanted,
            now,
          );
          return body.state
            ? confirm(scope, booking, reading, wanted, body, now, again)
            : move(scope, booking, reading, wanted, body, now, again);
        },
      ),
    );
  },
});

/** Changes nothing but the metadata, if that. */
function relabel(
  scope: Scope,
  id: string,
  { metadata }: input.BookingUpdate,
  now: number,
): Plan<BookingResult> {
  const stamp = crypto.randomUUID();
  const before = selectBooking(scope, id);
  if (metadata === undefined) {
    return plan([before], (rows) => {
      const booking = found(rows);
      if (booking.state === 'cancelled') throw cancelled();
      return toResult(booking);
    });
  }
  const changes = [
    updateBooking(scope, id, { metadata, now, stamp }),
    updateEvents(scope, id, stamp),
  ] as const;
  return plan([before, ...changes] as const, (rows, [after]) => {
    found(rows);
    if (!after) throw cancelled();
    return toResult(after);
  });
}

/** A hold that has not expired is still its holder's; one that has takes the slot only if that is free. */
function confirm(
  scope: Scope,
  booking: BookingRow,
  reading: Reading,
  wanted: Wanted,
  { metadata }: input.BookingUpdate,
  now: number,
  again: () => Plan<BookingResult>,
): Plan<BookingResult> {
  const live = booking.expires_at !== null && booking.expires_at > now;
  const agenda = live ? onlyBookings(reading.agenda, wanted) : reading.agenda;
  const hosts = sameHosts(agenda, wanted, JSON.parse(booking.hosts));
  const stamp = crypto.randomUUID();
  const change = { state: 'confirmed', expiresAt: null, metadata, now, stamp } as const;
  const confirmed = ([row]: BookingRow[]) => (row ? toResult(row) : again());
  const session = sessionAt(agenda, wanted);
  if (session === undefined || session === booking.session) {
    const update = updateBooking(scope, booking.id, change, reading.basis);
    return plan([update, updateEvents(scope, booking.id, stamp)], confirmed);
  }
  // While the hold was expired others have begun another session of the group.
  const { missing, ...place } = sessionFor(reading, wanted, hosts);
  const update = updateBooking(scope, booking.id, { ...change, ...place }, reading.basis);
  return plan([update, insertEvents(scope, booking.id, stamp, missing)], confirmed);
}

/** In one step, with the same hosts: of a group one seat changes its session, any other booking takes its events along. */
function move(
  scope: Scope,
  booking: BookingRow,
  reading: Reading,
  wanted: Wanted,
  { metadata }: input.BookingUpdate,
  now: number,
  again: () => Plan<BookingResult>,
): Plan<BookingResult> {
  const hosts = sameHosts(reading.agenda, wanted, JSON.parse(booking.hosts));
  const stamp = crypto.randomUUID();
  const change = { startTs: wanted.startTs, metadata, now, stamp };
  const moved = ([row]: BookingRow[]) => (row ? toResult(row) : again());
  if (reading.agenda.multiPerson.variant !== 'group' || wanted.startTs === booking.start_ts) {
    const update = updateBooking(scope, booking.id, change, reading.basis);
    return plan([update, updateEvents(scope, booking.id, stamp)], moved);
  }
  const { missing, ...place } = sessionFor(reading, wanted, hosts);
  const update = updateBooking(scope, booking.id, { ...change, ...place }, reading.basis);
  return plan([update, insertEvents(scope, booking.id, stamp, missing)], moved);
}

export const cancelBooking = write({
  params: ['bookingId'],
  target,
  run(scope, { params: { bookingId }, now }) {
    const cancel = updateBooking(scope, bookingId, {
      state: 'cancelled',
      expiresAt: null,
      now,
      stamp: crypto.randomUUID(),
    });
    return plan([selectBooking(scope, bookingId), cancel], (before, [after]) =>
      toResult(after ?? found(before)),
    );
  },
});

export const getServiceBookings = read({
  unbounded: true,
  params: ['serviceId'],
  query: window,
  run: (scope, { params: { serviceId }, query }) =>
    plan(
      [selectService(scope, serviceId), selectBookingsOfService(scope, serviceId, query)],
      (services, rows): BookingsResult => {
        found(services);
        return { bookings: rows.map(bookings.toResource) };
      },
    ),
});

export const getOwnBookings = read({
  unbounded: true,
  query: window,
  run: (scope, { query }) =>
    plan(
      [selectBookingsOfUser(scope, query)],
      (rows): BookingsResult => ({ bookings: rows.map(bookings.toResource) }),
    ),
});
