/** The lists of bookings: of a service, and of the user who booked. They are in the order of the bookings' starts. */
import type * as v from 'valibot';
import { type Filtered, type PageRow, pageOf, selectFiltered } from '../../db/pages.ts';
import { ofAccount, ownerOf, type Scope } from '../../db/scope.ts';
import { type Query, type Sql, sql } from '../../db/sql.ts';
import { BOOKING_MAX_MS, FILTERED_ROWS_MAX } from '../../limits.ts';
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
  owner?: Query;
}

/** The bookings that overlap a window. One that starts `BOOKING_MAX_MS` before the window cannot reach it. */
function filtered(within: Sql, { startTs, endTs, state }: BookingsQuery, after: string | null): Filtered {
  const window = sql`${endTs === undefined ? sql`` : sql`AND start_ts < ${endTs}`}
    ${startTs === undefined ? sql`` : sql`AND start_ts >= ${startTs - BOOKING_MAX_MS}`}`;
  const from = (more: Sql) => sql`FROM bookings WHERE ${within} ${window} ${more} ORDER BY start_ts, seq`;
  return {
    table: bookings.sql,
    columns: bookings.selected,
    size: bookings.size,
    reads: (selected) =>
      after === null ? sql`SELECT ${selected} ${from(sql``)}` : selectAfter(after, selected, from),
    filter: sql`${startTs === undefined ? 1 : sql`start_ts + duration > ${startTs}`}
      ${state === undefined ? sql`` : sql`AND ${bookingState} = ${state}`}`,
  };
}

/**
 * Selects what comes after a position: the start and the `seq` of the last booking before the page. A comparison of both
 * at once would read every booking with this start.
 */
function selectAfter(position: string, selected: Sql, from: (more: Sql) => Sql): Sql {
  const [start = 0, seq = 0] = position.split('.').map(Number);
  const part = (more: Sql) =>
    sql`SELECT * FROM (SELECT ${selected} ${from(more)} LIMIT ${FILTERED_ROWS_MAX})`;
  return sql`${part(sql`AND start_ts = ${start} AND seq > ${seq}`)} UNION ALL ${part(sql`AND start_ts > ${start}`)}`;
}

const page = (
  request: Pick<Input<never, BookingsQuery>, 'query' | 'shard'>,
  { name, within, owner }: ListOfBookings,
) => {
  const { startTs, endTs, state, limit } = request.query;
  return paged(request, {
    context: ['bookings', ...name, startTs, endTs, state],
    statements: (after) => [
      selectFiltered<BookingRow>(filtered(within, request.query, after), limit),
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
    }),
});
