/** Bookings in SQL. The triggers of schema.sql keep the events of a booking consistent with it. */
import { exists, ofAccount, type Scope } from '../../db/scope.ts';
import { assign, type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { live } from '../../db/table.ts';
import { BOOKINGS_COUNTED_MS } from '../../limits.ts';
import type { BookingState, Metadata } from '../../sdk/types.ts';
import { events } from '../events/table.ts';
import { LENGTH_CLASSES } from '../events/window-sql.ts';
import { services } from '../services/table.ts';
import { users } from '../users/table.ts';
import { type AvailabilityQuery, type AvailabilityTarget, sessionsOf } from './availability-sql.ts';
import { type BookingRow, bookings, cancelledAt } from './table.ts';

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
    id AS booking, CASE WHEN NOT (${another(sql`expires_at IS NULL`)} OR ${another(sql`expires_at > ${now}`)}) THEN session END AS session
  FROM bookings WHERE ${own(scope, id)}`;

/** The condition that another booking is in the session of a booking. Each condition is one stretch of an index. */
const another = (condition: Sql): Sql => sql`EXISTS (
  SELECT 1 FROM bookings other WHERE other.account_id = bookings.account_id AND other.session = bookings.session
    AND other.state <> 'cancelled' AND other.${condition} AND other.id <> bookings.id)`;

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
export const selectSessionEvents = (
  request: AvailabilityQuery,
): Query<SessionEventRow> => query<SessionEventRow>`
  SELECT e.session, e.id, e.user_id FROM (${sessionsOf(request, sql`n.account_id, n.id`, sql`n.start_ts = t.from_ts`)}) n
  CROSS JOIN events e ON e.account_id = n.account_id AND e.session = n.id AND ${live(events, 'e')}`;

export interface RankRow {
  user_id: string;
  /** With `equalDistribution`, how many bookings the host has; otherwise 0. The lowest is first. */
  booked: number;
  /** When the host was last booked, in milliseconds since the epoch; null: never. The lowest is first, null before any. */
  last: number | null;
}

/**
 * The ranks of a round robin's hosts: by `equalDistribution` how many bookings of the service the host has in the last
 * thirty days and to come, by `availability` only when the host was last booked. Triggers of schema.sql count the
 * bookings that are confirmed; those of `booked_from` that are older than thirty days by now do not count.
 */
export const selectRanks = ({ target, now }: AvailabilityQuery): Query<RankRow> => query<RankRow>`
  SELECT h.user_id, CASE WHEN h.booked_from IS NULL THEN 0 ELSE h.booked + (h.head_start_until > ${now}) * h.head_start
    - (SELECT count(*) FROM (${LENGTH_CLASSES}) class CROSS JOIN events e INDEXED BY events_booked
        ON e.account_id = h.account_id AND e.user_id = h.user_id AND e.service_id IS NOT NULL AND e.expires_at IS NULL
        AND e.length_class = class.value AND e.start_ts >= h.booked_from AND e.start_ts < ${now - BOOKINGS_COUNTED_MS}
      WHERE e.service_id = h.service_id AND e.session IS NOT NULL)
    + (SELECT count(*) FROM ${eventsOfHost} AND e.expires_at > ${now})
  END AS booked, nullif(max(
    coalesce((SELECT e.created FROM ${eventsOfHost} AND e.expires_at IS NULL ORDER BY e.created DESC LIMIT 1), 0),
    coalesce((SELECT max(e.created) FROM ${eventsOfHost} AND e.expires_at > ${now}), 0)), 0) AS last
  FROM (${target}) t
  CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id
    AND s.multi_person ->> 'variant' = 'roundRobinAlgorithm'
  CROSS JOIN service_users h ON h.account_id = s.account_id AND h.service_id = s.id`;

/** The events of the bookings of a host `h` in the service, as the start of a condition. */
const eventsOfHost = sql`events e INDEXED BY events_of_service
  WHERE e.account_id = h.account_id AND e.service_id = h.service_id AND e.user_id = h.user_id AND (e.session IS NULL) = 0`;

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
  WHERE ${own(scope, id)} AND ${raw(cancelledAt('bookings'))} IS NULL AND state <> 'cancelled'
    ${basis ? sql`AND ${unchanged(scope, basis)}` : sql``}
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
