/** Bookings in SQL. What a booking comes to (its events, their end) is kept true by the triggers of schema.sql. */

import { exists, ofAccount, type Scope } from '../../db/scope.ts';
import { assign, type Query, query, type Sql, sql } from '../../db/sql.ts';
import { BOOKING_MAX_MS } from '../../limits.ts';
import type { BookingState, Metadata, Timespan } from '../../sdk/types.ts';
import { LENGTH_CLASSES } from '../events/window-sql.ts';
import type { AvailabilityQuery, Target } from './availability-sql.ts';
import { type BookingRow, bookings } from './table.ts';

const columns = bookings.selected;

/** A booking of the account, or, where the scope has a user, one's own. */
const own = (scope: Scope, id: string): Sql => sql`${ofAccount(scope)} AND id = ${id} ${ownOf(scope)}`;
const ownOf = ({ user }: Scope): Sql => (user === null ? sql`` : sql`AND booked_by = ${user}`);

export const selectBooking = (scope: Scope, id: string): Query<BookingRow> =>
  query<BookingRow>`SELECT ${columns} FROM bookings WHERE ${own(scope, id)}`;

const overlaps = ({ startTs, endTs }: Timespan): Sql =>
  sql`start_ts < ${endTs} AND start_ts >= ${startTs - BOOKING_MAX_MS} AND start_ts + duration > ${startTs}`;

export const selectBookingsOfService = (
  scope: Scope,
  serviceId: string,
  window: Timespan,
): Query<BookingRow> => query<BookingRow>`
  SELECT ${columns} FROM bookings WHERE ${ofAccount(scope)} AND service_id = ${serviceId} AND ${overlaps(window)}
  ORDER BY start_ts, seq`;

export const selectBookingsOfUser = (scope: Scope, window: Timespan): Query<BookingRow> => query<BookingRow>`
  SELECT ${columns} FROM bookings WHERE ${ofAccount(scope)} AND booked_by = ${scope.user} AND ${overlaps(window)}
  ORDER BY start_ts, seq`;

/**
 * The target of an agenda for a booking that is to change: it does not stand in its own way, nor does its session where
 * nobody else is in it.
 *
 * @param startTs where it is to be; undefined: where it is.
 */
export const targetOfBooking = (
  scope: Scope,
  id: string,
  startTs: number | undefined,
  now: number,
): Target => sql`
  SELECT account_id, service_id, ${startTs ?? sql`start_ts`} AS from_ts, ${startTs ?? sql`start_ts`} + duration AS to_ts,
    id AS booking, CASE WHEN NOT EXISTS (
      SELECT 1 FROM bookings other WHERE other.account_id = bookings.account_id AND other.session = bookings.session
        AND other.id <> bookings.id AND ${active(sql`other`, now)}) THEN session END AS session
  FROM bookings WHERE ${own(scope, id)}`;

const active = (booking: Sql, now: number): Sql =>
  sql`${booking}.state <> 'cancelled' AND (${booking}.expires_at IS NULL OR ${booking}.expires_at > ${now})`;

/** The events of the sessions in a window: who of the hosts is in them already. */
export interface SessionEventRow {
  session: string;
  id: string;
  user_id: string;
}

export const selectSessionEvents = ({
  target,
  now,
}: AvailabilityQuery): Query<SessionEventRow> => query<SessionEventRow>`
  SELECT DISTINCT e.session, e.id, e.user_id FROM (${target}) t
  CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id AND s.multi_person ->> 'variant' = 'group'
  CROSS JOIN bookings b ON b.account_id = s.account_id AND b.service_id = s.id AND b.start_ts = t.from_ts AND ${active(sql`b`, now)}
  CROSS JOIN events e ON e.account_id = b.account_id AND e.session = b.session`;

/** How a round robin ranks its hosts: who was booked longest ago, or has the fewest bookings to come, is first. */
export interface RankRow {
  user_id: string;
  rank: number | null;
}

export const selectRanks = ({ target, now }: AvailabilityQuery): Query<RankRow> => query<RankRow>`
  SELECT h.user_id, CASE s.multi_person ->> 'data'
    WHEN 'availability' THEN (
      SELECT e.created FROM events e INDEXED BY events_of_service
      WHERE e.account_id = h.account_id AND e.service_id = h.service_id AND e.user_id = h.user_id AND ${alive(now)}
      ORDER BY e.created DESC LIMIT 1)
    WHEN 'equalDistribution' THEN (
      SELECT count(*) FROM (${LENGTH_CLASSES}) class CROSS JOIN events e INDEXED BY events_booked
        ON e.account_id = h.account_id AND e.user_id = h.user_id AND e.service_id IS NOT NULL
        AND e.length_class = class.value AND e.start_ts >= ${now}
      WHERE e.service_id = h.service_id AND ${alive(now)})
  END AS rank
  FROM (${target}) t
  CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id
  CROSS JOIN service_users h ON h.account_id = s.account_id AND h.service_id = s.id`;

const alive = (now: number): Sql => sql`(e.expires_at IS NULL OR e.expires_at > ${now})`;

/** What a decision was made on: it may be written only while all of this is as it was. */
export interface Basis {
  serviceId: string;
  revision: number;
  /** By user. */
  agendas: Readonly<Record<string, number>>;
}

/** Whether nothing has changed since; the service must be there, and every user. */
const unchanged = (scope: Scope, { serviceId, revision, agendas }: Basis): Sql => sql`
  EXISTS (SELECT 1 FROM services WHERE ${ofAccount(scope)} AND id = ${serviceId} AND revision = ${revision})
  AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(agendas)}) known
    LEFT JOIN users ON ${ofAccount(scope)} AND users.id = known.key WHERE users.agenda IS NOT known.value)`;

/** No row comes back where something has changed since the decision. */
export const insertBooking = (scope: Scope, row: BookingRow, stamp: string, basis: Basis): Sql => sql`
  INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events,
    booked_by, metadata, created, updated, version, stamp)
  SELECT account_id, ${row.id}, id, ${row.session}, ${row.start_ts}, ${row.duration}, ${row.state}, ${row.expires_at},
    ${row.hosts}, ${row.events}, ${row.booked_by}, ${row.metadata}, ${row.created}, ${row.updated}, ${row.version}, ${stamp}
  FROM services WHERE ${ofAccount(scope)} AND id = ${row.service_id} AND ${unchanged(scope, basis)}
  RETURNING 1`;

export const bookingIsThere = (scope: Scope, { id }: BookingRow): Sql => exists(scope, sql`bookings`, id);

/** An event of a booking that is still to be made, in the calendar of a host. */
export interface NewEvent {
  event: string;
  calendar: string;
  user: string;
}

/** Beside the change of a booking that has this stamp; nothing where that did not take place. */
export const insertEvents = (
  scope: Scope,
  id: string,
  stamp: string,
  events: readonly NewEvent[],
): Sql => sql`
  INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, service_id,
    session, expires_at, metadata, created, updated, version)
  SELECT b.account_id, new.value ->> 'event', new.value ->> 'calendar', new.value ->> 'user', b.start_ts, b.duration, 1,
    b.start_ts, '[]', b.service_id, b.session, b.expires_at, b.metadata, b.updated, b.updated,
    abs(random() % 4503599627370496)
  FROM (SELECT * FROM bookings WHERE ${ofAccount(scope)} AND id = ${id} AND stamp = ${stamp}) b
  CROSS JOIN json_each(${JSON.stringify(events)}) new`;

export interface BookingChange {
  stamp: string;
  now: number;
  state?: BookingState;
  expiresAt?: number | null;
  startTs?: number | undefined;
  session?: string;
  hosts?: readonly string[];
  events?: readonly string[];
  metadata?: Metadata | undefined;
}

/** No row comes back where the booking is cancelled, or where something has changed since the decision. */
export const updateBooking = (
  scope: Scope,
  id: string,
  change: BookingChange,
  basis?: Basis,
): Sql<BookingRow> => sql<BookingRow>`
  UPDATE bookings SET ${assign({
    state: change.state,
    expires_at: change.expiresAt,
    start_ts: change.startTs,
    session: change.session,
    hosts: change.hosts && JSON.stringify(change.hosts),
    events: change.events && JSON.stringify(change.events),
    metadata: change.metadata && JSON.stringify(change.metadata),
    updated: change.now,
    stamp: change.stamp,
    version: sql`version + 1`,
  })}
  WHERE ${own(scope, id)} AND state <> 'cancelled' ${basis ? sql`AND ${unchanged(scope, basis)}` : sql``}
  RETURNING ${columns}`;

/** The events of a booking that nobody shares, as it is now; nothing where the change did not take place. */
export const updateEvents = (scope: Scope, id: string, stamp: string): Sql => sql`
  UPDATE events SET start_ts = b.start_ts, last_start = b.start_ts, metadata = b.metadata, updated = b.updated,
    version = events.version + 1
  FROM (SELECT * FROM bookings WHERE ${ofAccount(scope)} AND id = ${id} AND stamp = ${stamp} AND NOT EXISTS (
    SELECT 1 FROM bookings other WHERE other.account_id = bookings.account_id AND other.session = bookings.session
      AND other.id <> bookings.id AND other.state <> 'cancelled')) b
  WHERE events.account_id = b.account_id AND events.session = b.session`;
