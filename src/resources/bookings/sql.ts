/** Bookings in SQL. The triggers of schema.sql keep the events of a booking consistent with it. */
import { exists, ofAccount, type Scope } from '../../db/scope.ts';
import { assign, type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { live } from '../../db/table.ts';
import type { BookingState, Metadata } from '../../sdk/types.ts';
import { events } from '../events/table.ts';
import { LENGTH_CLASSES } from '../events/window-sql.ts';
import { services } from '../services/table.ts';
import { users } from '../users/table.ts';
import type { AvailabilityQuery, AvailabilityTarget } from './availability-sql.ts';
import { removedAt } from './removed.ts';
import { type BookingRow, bookings } from './table.ts';

const columns = bookings.selected;

/** The former name of change_token, which the release before this one reads and writes. */
const formerToken = sql`stamp`; // words: allow

/** The condition on one booking: of the account, or, where the scope has a user, a booking that this user made. */
const own = (scope: Scope, id: string): Sql => sql`${ofAccount(scope)} AND id = ${id} ${ownOf(scope)}`;
const ownOf = ({ user }: Scope): Sql => (user === null ? sql`` : sql`AND booked_by = ${user}`);

export const selectBooking = (scope: Scope, id: string): Query<BookingRow> =>
  query<BookingRow>`SELECT ${columns} FROM bookings WHERE ${own(scope, id)}`;

/**
 * The target for a change of a booking. The booking does not block itself, and neither does its session where no other
 * booking is in it.
 *
 * @param startTs the new start, in milliseconds since the epoch; undefined: the present one.
 */
export const targetOfBooking = (
  scope: Scope,
  id: string,
  startTs: number | undefined,
  now: number,
): AvailabilityTarget => sql`
  SELECT account_id, service_id, ${startTs ?? sql`start_ts`} AS from_ts, ${startTs ?? sql`start_ts`} + duration AS to_ts,
    id AS booking, CASE WHEN NOT EXISTS (
      SELECT 1 FROM bookings other WHERE other.account_id = bookings.account_id AND other.session = bookings.session
        AND other.id <> bookings.id AND ${active(sql`other`, now)}) THEN session END AS session
  FROM bookings WHERE ${own(scope, id)}`;

/** The condition that a booking takes its slot. */
const active = (booking: Sql, now: number): Sql =>
  sql`${booking}.state <> 'cancelled' AND ${raw(removedAt(booking.text))} IS NULL AND (${booking}.expires_at IS NULL OR ${booking}.expires_at > ${now})`;

/** An event of a session, in the calendar of a host. */
export interface SessionEventRow {
  session: string;
  id: string;
  user_id: string;
}

/**
 * The events of the group's sessions that start with the slot, so that a booking that joins one adds only the missing
 * events.
 */
export const selectSessionEvents = ({
  target,
  now,
}: AvailabilityQuery): Query<SessionEventRow> => query<SessionEventRow>`
  SELECT DISTINCT e.session, e.id, e.user_id FROM (${target}) t
  CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id AND s.multi_person ->> 'variant' = 'group'
  CROSS JOIN bookings b ON b.account_id = s.account_id AND b.service_id = s.id AND b.start_ts = t.from_ts AND ${active(sql`b`, now)}
  CROSS JOIN events e ON e.account_id = b.account_id AND e.session = b.session AND ${live(events, 'e')}`;

export interface RankRow {
  user_id: string;
  /** The lowest is first; null before any number. */
  rank: number | null;
}

/**
 * The ranks of a round robin's hosts: by `availability` when the host was last booked, by `equalDistribution` how many
 * bookings the host has to come.
 */
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

/** The condition that an event `e` has neither expired nor been removed. */
const alive = (now: number): Sql =>
  sql`(e.expires_at IS NULL OR e.expires_at > ${now}) AND ${live(events, 'e')}`;

/** The revisions that a decision was made on. The decision is written only while all of them are the same. */
export interface DecisionBasis {
  serviceId: string;
  /** The revision of the service. */
  revision: number;
  /** The availability revision of each host, by user id. */
  hostRevisions: Readonly<Record<string, number>>;
}

/** The condition that all revisions are the same. It fails where the service or a user no longer exists. */
const unchanged = (scope: Scope, { serviceId, revision, hostRevisions }: DecisionBasis): Sql => sql`
  EXISTS (SELECT 1 FROM services WHERE ${ofAccount(scope)} AND id = ${serviceId} AND revision = ${revision} AND ${services.live})
  AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(hostRevisions)}) known
    LEFT JOIN users ON ${ofAccount(scope)} AND users.id = known.key AND ${users.live} WHERE users.availability_revision IS NOT known.value)`;

/** Inserts a booking. No row comes back where a revision has changed since the decision. */
export const insertBooking = (
  scope: Scope,
  row: BookingRow,
  changeToken: string,
  basis: DecisionBasis,
): Sql => sql`
  INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events,
    booked_by, metadata, created, updated, version, change_token, ${formerToken})
  SELECT account_id, ${row.id}, id, ${row.session}, ${row.start_ts}, ${row.duration}, ${row.state}, ${row.expires_at},
    ${row.hosts}, ${row.events}, ${row.booked_by}, ${row.metadata}, ${row.created}, ${row.updated}, ${row.version}, ${changeToken},
    ${changeToken}
  FROM services WHERE ${ofAccount(scope)} AND id = ${row.service_id} AND ${services.live} AND ${unchanged(scope, basis)}
  RETURNING 1`;

export const bookingIsThere = (scope: Scope, { id }: BookingRow): Sql => exists(scope, sql`bookings`, id);

/** An event to insert for a booking, in the calendar of a host. */
export interface BookingEvent {
  /** The ids of the event, the calendar and the host. */
  event: string;
  calendar: string;
  user: string;
}

/**
 * Inserts events for a booking, in the batch of the change with this token; none where that change took no effect. Each
 * event gets 52 random bits as its version, as `firstVersion` does.
 */
export const insertEvents = (
  scope: Scope,
  id: string,
  changeToken: string,
  events: readonly BookingEvent[],
): Sql => sql`
  INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, service_id,
    session, expires_at, metadata, created, updated, version)
  SELECT b.account_id, new.value ->> 'event', new.value ->> 'calendar', new.value ->> 'user', b.start_ts, b.duration, 1,
    b.start_ts, '[]', b.service_id, b.session, b.expires_at, b.metadata, b.updated, b.updated,
    abs(random() % 4503599627370496)
  FROM (SELECT * FROM bookings WHERE ${ofAccount(scope)} AND id = ${id} AND change_token = ${changeToken}) b
  CROSS JOIN json_each(${JSON.stringify(events)}) new`;

/** The changes of a booking; absent members stay as they are. Times are in milliseconds since the epoch. */
export interface BookingChange {
  /** A new value for each change, by which the other statements of its batch see that it took effect. */
  changeToken: string;
  now: number;
  state?: BookingState;
  expiresAt?: number | null;
  startTs?: number | undefined;
  session?: string;
  hosts?: readonly string[];
  events?: readonly string[];
  metadata?: Metadata | undefined;
}

/** Updates a booking. No row comes back where it is cancelled, or where a revision has changed since the decision. */
export const updateBooking = (
  scope: Scope,
  id: string,
  change: BookingChange,
  basis?: DecisionBasis,
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
    change_token: change.changeToken,
    [formerToken.text]: change.changeToken,
    version: sql`version + 1`,
  })}
  WHERE ${own(scope, id)} AND state <> 'cancelled' AND ${raw(removedAt('bookings'))} IS NULL ${basis ? sql`AND ${unchanged(scope, basis)}` : sql``}
  RETURNING ${columns}`;

/**
 * Updates the events of a booking to match it, in the batch of the change with this token; none where that change took no
 * effect, or where other bookings share the events.
 */
export const updateEvents = (scope: Scope, id: string, changeToken: string): Sql => sql`
  UPDATE events SET start_ts = b.start_ts, last_start = b.start_ts, metadata = b.metadata, updated = b.updated,
    version = events.version + 1
  FROM (SELECT * FROM bookings WHERE ${ofAccount(scope)} AND id = ${id} AND change_token = ${changeToken} AND NOT EXISTS (
    SELECT 1 FROM bookings other WHERE other.account_id = bookings.account_id AND other.session = bookings.session
      AND other.id <> bookings.id AND other.state <> 'cancelled')) b
  WHERE events.account_id = b.account_id AND events.session = b.session`;
