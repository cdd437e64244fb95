/** Bookings in SQL: the columns. Statements stand in sql.ts. */
import { removed } from '../../db/removed.ts';
import { raw } from '../../db/sql.ts';
import {
  integer,
  json,
  nullableInteger,
  nullableText,
  oneOf,
  type RowOf,
  resourceTable,
  text,
} from '../../db/table.ts';
import type { Booking, BookingState } from '../../sdk/types.ts';
import { removedAt } from './removed.ts';

/** When its session, or a removal, cancelled a booking whose row says otherwise yet, in milliseconds since the epoch; else NULL. */
export const cancelledAt = (
  booking: string,
): string => `CASE WHEN ${booking}.state <> 'cancelled' THEN coalesce((
  SELECT cancelled_at FROM cancellations
  WHERE cancellations.account_id = ${booking}.account_id AND cancellations.session = ${booking}.session),
  ${removedAt(booking)}) END`;

/** The state of a booking, as clients see it. */
const STATE = (booking: string): string =>
  `CASE WHEN ${cancelledAt(booking)} IS NULL THEN ${booking}.state ELSE 'cancelled' END`;
export const bookingState = raw(STATE('bookings'));

export const bookings = resourceTable({
  type: 'booking',
  name: 'bookings',
  owner: 'account',
  columns: {
    id: text,
    service_id: text,
    session: nullableText,
    start_ts: integer,
    duration: integer,
    state: oneOf<BookingState>(),
    expires_at: nullableInteger,
    hosts: json,
    events: json,
    seats: { ...nullableInteger, added: true },
    booked_by: nullableText,
    metadata: json,
    created: integer,
    updated: integer,
    version: integer,
  },
  derived: {
    state: STATE,
    updated: (booking) => `coalesce(${cancelledAt(booking)}, ${booking}.updated)`,
    version: (booking) => `${booking}.version + (${cancelledAt(booking)} IS NOT NULL)`,
    session: (booking) =>
      `CASE WHEN NOT ${removed(`${booking}.account_id`, `${booking}.service_id`)} THEN ${booking}.session END`,
  },
  // Every row has the former name of the change token; one that the release before wrote has no change_token.
  internal: { stamp: text }, // words: allow, exports have this member
  computed: { change_token: "value ->> 'stamp'" }, // words: allow
  toResource: (row): Booking => ({
    id: row.id,
    serviceId: row.service_id,
    startTs: row.start_ts,
    duration: row.duration,
    state: row.state,
    expiresAt: row.expires_at,
    hostUserIds: JSON.parse(row.hosts),
    eventIds: JSON.parse(row.events),
    bookedBy: row.booked_by,
    metadata: JSON.parse(row.metadata),
    created: row.created,
    updated: row.updated,
  }),
});

export type BookingRow = RowOf<typeof bookings>;
