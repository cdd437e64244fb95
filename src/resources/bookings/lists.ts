/** The lists of bookings: of a service, and of the user who booked. They are in the order of the bookings' starts. */
import type * as v from 'valibot';
import { type Filtered, type PageRow, pageOf, selectFiltered } from '../../db/pages.ts';
import { ofAccount, ownerOf, type Scope } from '../../db/scope.ts';
import { type Query, raw, type Sql, sql } from '../../db/sql.ts';
import { BOOKING_MAX_MS, EVENT_MAX_MS, FILTERED_ROWS_MAX } from '../../limits.ts';
import { type Input, read } from '../../operation.ts';
import { found } from '../../plan.ts';
import type { BookingsPage } from '../../sdk/types.ts';
import { paged } from '../lists.ts';
import { selectService } from '../services/table.ts';
import * as input from './input.ts';
import { type BookingRow, bookingState, bookings } from './table.ts';

type BookingsQuery = v.InferOutput<typeof input.bookingsQuery>;

/** A list of bookings: the condition on its rows, whose columns an index starts with, before `start_ts`. */
interface ListOfBookings {
  /** Whose it is. */
  name: readonly string[];
  within: Sql;
  /** The index that has only its bookings that are longer than `BOOKING_MAX_MS`. */
  longIndex: string;
  owner?: Query;
}

/**
 * The bookings that overlap a window: the long ones that start more than `BOOKING_MAX_MS` before it, of which an index of
 * their own has few, and then the others.
 */
function filtered(
  { within, longIndex }: ListOfBookings,
  { startTs, endTs, state }: BookingsQuery,
  after: string | null,
): Filtered {
  const before = endTs === undefined ? sql`` : sql`AND start_ts < ${endTs}`;
  const stretches =
    startTs === undefined
      ? [sql`bookings WHERE ${within} ${before}`]
      : [
          sql`bookings INDEXED BY ${raw(longIndex)} WHERE ${within} AND duration > ${raw(String(BOOKING_MAX_MS))}
            AND start_ts < ${startTs - BOOKING_MAX_MS} AND start_ts >= ${startTs - EVENT_MAX_MS} ${before}`,
          sql`bookings WHERE ${within} ${before} AND start_ts >= ${startTs - BOOKING_MAX_MS}`,
        ];
  return {
    table: bookings.sql,
    columns: bookings.selected,
    size: bookings.size,
    reads: (selected) =>
      stretches
        .flatMap((stretch) =>
          partsAfter(after).map(
            (part) => sql`SELECT * FROM (
          SELECT ${selected} FROM ${stretch} ${part} ORDER BY start_ts, seq LIMIT ${FILTERED_ROWS_MAX})`,
          ),
        )
        .reduce((all, one) => sql`${all} UNION ALL ${one}`),
    filter: sql`${startTs === undefined ? 1 : sql`start_ts + duration > ${startTs}`}
      ${state === undefined ? sql`` : sql`AND ${bookingState} = ${state}`}`,
  };
}

/**
 * The conditions of what comes after a position, part by part: the start and the `seq` of the last booking before the page. A
 * comparison of both at once would read every booking with this start.
 */
function partsAfter(position: string | null): Sql[] {
  if (position === null) return [sql``];
  const [start = 0, seq = 0] = position.split('.').map(Number);
  return [sql`AND start_ts = ${start} AND seq > ${seq}`, sql`AND start_ts > ${start}`];
}

const page = (request: Pick<Input<never, BookingsQuery>, 'query' | 'shard'>, list: ListOfBookings) => {
  const { name, owner } = list;
  const { startTs, endTs, state, limit } = request.query;
  return paged(request, {
    context: ['bookings', ...name, startTs, endTs, state],
    statements: (after) => [
      selectFiltered<BookingRow>(filtered(list, request.query, after), limit),
      ...(owner ? [owner] : []),
    ],
    read([rows, owners]) {
      if (owner) found(owners as unknown[]);
      const { items, last } = pageOf(rows as (BookingRow & PageRow)[], limit);
      return {
        after: last && `${last.start_ts}.${last.seq}`,
        toAnswer: (nextCursor): BookingsPage => ({ bookings: items.map(bookings.toResource), nextCursor }),
      };
    },
  });
};

export const getServiceBookings = read({
  unbounded: true,
  params: ['serviceId'],
  query: input.bookingsQuery,
  run: (scope, { params: { serviceId }, ...request }) =>
    page(request, {
      name: ['service', serviceId],
      within: sql`${ofAccount(scope)} AND service_id = ${serviceId}`,
      longIndex: 'bookings_long_of_service',
      owner: selectService(scope, serviceId),
    }),
});

export const getOwnBookings = read({
  unbounded: true,
  query: input.bookingsQuery,
  run: (scope: Scope, request) =>
    page(request, {
      name: ['user', ownerOf(scope)],
      within: sql`${ofAccount(scope)} AND booked_by = ${ownerOf(scope)}`,
      longIndex: 'bookings_long_by_user',
    }),
});
