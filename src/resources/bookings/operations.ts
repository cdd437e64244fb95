/**
 * The operations on bookings. A booking is decided on rows that an earlier batch read, and written only while what it was
 * decided on has not changed (see guard-sql.ts).
 */
import type { Scope } from '../../db/scope.ts';
import { type Sql, sql } from '../../db/sql.ts';
import { type Input, read, write } from '../../operation.ts';
import { firstVersion, found, lookup, Plan, plan, type WithEtag, withEtag } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { BookingResult, Metadata } from '../../sdk/types.ts';
import { MINUTE_MS } from '../../time/units.ts';
import { untilWritten } from '../until-written.ts';
import { availabilityQueries } from './availability.ts';
import { targetOf } from './availability-sql.ts';
import * as input from './input.ts';
import { decisionOf, withFirstEvent } from './reading.ts';
import {
  answerInSql,
  type BookingChange,
  bookingIsThere,
  insertBooking,
  insertEvents,
  selectBooking,
  targetOfBooking,
  updateBooking,
  updateDecided,
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
  current: (scope) => answerInSql(scope, sql`answer ->> '$[0].booking.id'`),
  run(scope, { params: { serviceId }, body, now }) {
    const { startTs, duration, hostUserIds, holdFor, metadata } = body;
    const target = targetOf(scope, serviceId, { start: startTs, end: startTs + duration });
    const request = { target, hostUserIds, now, decides: true } as const;
    const id = crypto.randomUUID();
    return untilWritten<BookingResult>((again) =>
      plan(availabilityQueries(request), (...rows) => {
        const decision = withFirstEvent(decisionOf(request, rows, body), id);
        const expiresAt = holdFor === undefined ? null : now + holdFor * MINUTE_MS;
        const changeToken = crypto.randomUUID();
        const row = {
          id,
          service_id: serviceId,
          start_ts: startTs,
          duration,
          state: expiresAt === null ? ('confirmed' as const) : ('held' as const),
          expires_at: expiresAt,
          booked_by: scope.user,
          metadata: JSON.stringify(metadata),
          created: now,
          updated: now,
          version: firstVersion(),
        };
        return new Plan<BookingResult>(
          [insertBooking(row, changeToken, decision), insertEvents(scope, id, changeToken, decision)],
          ([written = []]) => (written[0] ? toResult(written[0] as BookingRow) : again()),
          { expected: { answer: answerInSql(scope, sql`${id}`), created: bookingIsThere(scope, row) } },
        );
      }),
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
    if (state !== undefined) return confirm(scope, bookingId, metadata, now);
    if (startTs === undefined) return relabel(scope, bookingId, metadata, now);
    return decided(scope, bookingId, { startTs, metadata, now });
  },
});

type RequestedChange = Omit<BookingChange, 'changeToken'>;

/** Confirms a hold. One that has not expired has its slot, whatever its hosts and its service are now. */
function confirm(scope: Scope, id: string, metadata: Metadata | undefined, now: number): Plan<BookingResult> {
  const change = { state: 'confirmed', expiresAt: null, metadata, now } as const;
  const statements = [
    selectBooking(scope, id),
    ...changed(scope, id, change, sql`expires_at > ${now}`),
  ] as const;
  return plan(statements, (rows, [after]) => {
    const { state } = found(rows);
    if (after) return toResult(after);
    return state === 'held' ? decided(scope, id, change) : relabel(scope, id, metadata, now);
  });
}

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
  const changes = changed(scope, id, { metadata, now });
  return plan([before, ...changes] as const, (rows, [after]) => {
    found(rows);
    if (!after) throw cancelled();
    return toResult(after);
  });
}

/** The statements of a change that needs no decision: of the booking, and of its events where it was made alone. */
function changed(scope: Scope, id: string, request: RequestedChange, condition?: Sql) {
  const change = { ...request, changeToken: crypto.randomUUID() };
  return [updateBooking(scope, id, change, condition), ...follow(scope, id, change)] as const;
}

/** Updates what the events show of a booking. A trigger sees to when they expire. */
const follow = (scope: Scope, id: string, change: BookingChange): Sql[] =>
  (change.startTs ?? change.metadata) === undefined ? [] : [updateEvents(scope, id, change)];

/**
 * Moves a booking, or confirms a hold that has expired, in one step: its hosts stay, and all of them must be able to take the
 * slot. A seat of a group joins the session at that time, or begins one; any other booking takes its events along. That goes
 * by what the booking was made as, whatever its service is now.
 */
function decided(scope: Scope, id: string, change: RequestedChange): Plan<BookingResult> {
  const { startTs, now } = change;
  const request = { target: targetOfBooking(scope, id, startTs, now), now, decides: true } as const;
  return untilWritten<BookingResult>((again) =>
    plan([selectBooking(scope, id), ...availabilityQueries(request)] as const, (rows, ...reading) => {
      const booking = found(rows);
      if (booking.state === 'cancelled') throw cancelled();
      if (change.state && booking.state === 'confirmed') return relabel(scope, id, change.metadata, now);
      const { seats, duration } = booking;
      const wanted = { startTs: startTs ?? booking.start_ts, duration };
      const decision = decisionOf(request, reading, wanted, { seats, userIds: JSON.parse(booking.hosts) });
      const tokened = { ...change, changeToken: crypto.randomUUID() };
      const events =
        seats === null
          ? follow(scope, id, tokened)
          : [insertEvents(scope, id, tokened.changeToken, decision)];
      return plan([updateDecided(scope, id, tokened, decision), ...events] as const, ([row]) =>
        row ? toResult(row) : again(),
      );
    }),
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
