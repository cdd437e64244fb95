/** Bookings in SQL: the columns. Statements stand in sql.ts. */

import { removed } from '../../db/removed.ts';
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
    booked_by: nullableText,
    metadata: json,
    created: integer,
    updated: integer,
    version: integer,
  },
  derived: {
    state: (booking) => `CASE WHEN ${removedAt(booking)} IS NULL THEN ${booking}.state ELSE 'cancelled' END`,
    updated: (booking) => `coalesce(${removedAt(booking)}, ${booking}.updated)`,
    version: (booking) => `${booking}.version + (${removedAt(booking)} IS NOT NULL)`,
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
