/**
 * The operations on bookings. A booking is decided on rows that an earlier batch read, and written only while no such
 * row has changed since (see reading.ts).
 */
import type { Scope } from '../../db/scope.ts';
import { type Input, read, write } from '../../operation.ts';
import {
  creation,
  firstVersion,
  found,
  lookup,
  type Plan,
  plan,
  type WithEtag,
  withEtag,
} from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { BookingResult, Metadata } from '../../sdk/types.ts';
import { MINUTE_MS } from '../../time/units.ts';
import { targetOf } from './availability-sql.ts';
import { type BookableHost, chooseHosts, onlyBookings, sameHosts, type Wanted } from './decide.ts';
import * as input from './input.ts';
import { decisionQueries, type Reading, readingOf, sessionAt, sessionFor, untilWritten } from './reading.ts';
import {
  type BookingChange,
  bookingIsThere,
  insertBooking,
  insertEvents,
  selectBooking,
  targetOfBooking,
  updateBooking,
  updateEvents,
} from './sql.ts';
import { type BookingRow, bookings } from './table.ts';

const toResult = (row: BookingRow): WithEtag<BookingResult> =>
  withEtag({ booking: bookings.toResource(row) }, row);

const target = (scope: Scope, { params }: Pick<Input<'bookingId'>, 'params'>) =>
  selectBooking(scope, params.bookingId);

const cancelled = () =>
  new Problem('booking-cancelled', 'A cancelled booking cannot change. Create a new booking.');

export const createBooking = write({
  idempotent: true,
  params: ['serviceId'],
  body: input.creation,
  run(scope, { params: { serviceId }, body, now }) {
    const { startTs, duration, hostUserIds, holdFor, metadata } = body;
    const slot = targetOf(scope, serviceId, { start: startTs, end: startTs + duration });
    const id = crypto.randomUUID();
    return untilWritten((again) =>
      plan(
        decisionQueries({ target: slot, hostUserIds, now }),
        (services, hosts, times, booked, sessions, sessionEvents, ranks) => {
          const reading = readingOf(
            [services, hosts, times, booked, sessions],
            sessionEvents,
            ranks,
            body,
            now,
          );
          const rankOf = (host: { id: string }) => reading.ranks.get(host.id);
          const chosen = chooseHosts(reading.availability, body, rankOf);
          const { missing, ...session } = sessionFor(reading, body, chosen);
          const expiresAt = holdFor === undefined ? null : now + holdFor * MINUTE_MS;
          const changeToken = crypto.randomUUID();
          const row: BookingRow = {
            id,
            service_id: serviceId,
            session: session.session,
            start_ts: startTs,
            duration,
            state: expiresAt === null ? 'confirmed' : 'held',
            expires_at: expiresAt,
            hosts: JSON.stringify(session.hosts),
            events: JSON.stringify(session.events),
            booked_by: scope.user,
            metadata: JSON.stringify(metadata),
            created: now,
            updated: now,
            version: firstVersion(),
          };
          return creation(
            { answer: toResult(row), created: bookingIsThere(scope, row) },
            [
              insertBooking(scope, row, changeToken, reading.basis),
              insertEvents(scope, id, changeToken, missing),
            ],
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
    const { state, startTs, metadata } = body;
    if (state === undefined && startTs === undefined) return relabel(scope, bookingId, metadata, now);
    const slot = targetOfBooking(scope, bookingId, startTs, now);
    return untilWritten((again) =>
      plan(
        [selectBooking(scope, bookingId), ...decisionQueries({ target: slot, now })] as const,
        (bookings, services, hosts, times, booked, sessions, sessionEvents, ranks) => {
          const booking = found(bookings);
          if (booking.state === 'cancelled') throw cancelled();
          if (state && booking.state === 'confirmed') return relabel(scope, bookingId, metadata, now);
          const wanted = { startTs: startTs ?? booking.start_ts, duration: booking.duration };
          const reading = readingOf(
            [services, hosts, times, booked, sessions],
            sessionEvents,
            ranks,
            wanted,
            now,
          );
          const pending = { scope, booking, reading, wanted, again };
          return state ? confirm(pending, { metadata, now }) : move(pending, { metadata, now });
        },
      ),
    );
  },
});

/** Changes the metadata alone; undefined: changes nothing. */
function relabel(scope: Scope, id: string, metadata: Metadata | undefined, now: number): Plan<BookingResult> {
  const before = selectBooking(scope, id);
  if (metadata === undefined) {
    return plan([before], (rows) => {
      const booking = found(rows);
      if (booking.state === 'cancelled') throw cancelled();
      return toResult(booking);
    });
  }
  const changeToken = crypto.randomUUID();
  const changes = [
    updateBooking(scope, id, { metadata, now, changeToken }),
    updateEvents(scope, id, changeToken),
  ] as const;
  return plan([before, ...changes] as const, (rows, [after]) => {
    found(rows);
    if (!after) throw cancelled();
    return toResult(after);
  });
}

/** A change of a booking, to be decided on a reading. */
interface PendingChange {
  scope: Scope;
  booking: BookingRow;
  reading: Reading;
  wanted: Wanted;
  /** Decides again on a new reading, where the change was not written. */
  again: () => Plan<BookingResult>;
}

type RequestedChange = Omit<BookingChange, 'changeToken'>;

/** Confirms a hold. A hold that has not expired has its slot; an expired one takes the slot only if it is free. */
function confirm(pending: PendingChange, common: RequestedChange): Plan<BookingResult> {
  const { booking, reading, wanted } = pending;
  const live = booking.expires_at !== null && booking.expires_at > common.now;
  const availability = live ? onlyBookings(reading.availability, wanted) : reading.availability;
  const hosts = sameHosts(availability, wanted, JSON.parse(booking.hosts));
  const session = sessionAt(availability, wanted);
  const change: RequestedChange = { ...common, state: 'confirmed', expiresAt: null };
  // While the hold was expired, another booking may have started a new session of the group.
  return session === undefined || session === booking.session
    ? keepSession(pending, change)
    : joinSession(pending, hosts, change);
}

/**
 * Moves a booking in one step, with the same hosts. A seat changes its session, also where its service is no group any
 * more; any other booking moves its events.
 */
function move(pending: PendingChange, common: RequestedChange): Plan<BookingResult> {
  const { booking, reading, wanted } = pending;
  const hosts = sameHosts(reading.availability, wanted, JSON.parse(booking.hosts));
  const change: RequestedChange = { ...common, startTs: wanted.startTs };
  const leaves = reading.shared || reading.availability.multiPerson.variant === 'group';
  return leaves && wanted.startTs !== booking.start_ts
    ? joinSession(pending, hosts, change)
    : keepSession(pending, change);
}

/** Writes a change of a booking that stays in its session, and of its events. */
function keepSession(
  { scope, booking, reading, again }: PendingChange,
  change: RequestedChange,
): Plan<BookingResult> {
  const changeToken = crypto.randomUUID();
  const update = updateBooking(scope, booking.id, { ...change, changeToken }, reading.basis);
  return plan([update, updateEvents(scope, booking.id, changeToken)], ([row]) =>
    row ? toResult(row) : again(),
  );
}

/** Writes a change of a booking that joins the session at its new time, or starts one. */
function joinSession(
  { scope, booking, reading, wanted, again }: PendingChange,
  chosen: readonly BookableHost[],
  change: RequestedChange,
): Plan<BookingResult> {
  const changeToken = crypto.randomUUID();
  const { missing, ...session } = sessionFor(reading, wanted, chosen);
  const update = updateBooking(scope, booking.id, { ...change, ...session, changeToken }, reading.basis);
  return plan([update, insertEvents(scope, booking.id, changeToken, missing)], ([row]) =>
    row ? toResult(row) : again(),
  );
}

export const cancelBooking = write({
  params: ['bookingId'],
  target,
  run(scope, { params: { bookingId }, now }) {
    const cancel = updateBooking(scope, bookingId, {
      state: 'cancelled',
      expiresAt: null,
      now,
      changeToken: crypto.randomUUID(),
    });
    return plan([selectBooking(scope, bookingId), cancel], (before, [after]) =>
      toResult(after ?? found(before)),
    );
  },
});
