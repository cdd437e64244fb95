/** Bookings in SQL. The triggers of schema.sql keep the events of a booking consistent with it. */
import { exists, ofAccount, type Scope } from '../../db/scope.ts';
import { assign, type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import type { BookingState, Metadata } from '../../sdk/types.ts';
import { nextNth } from '../events/sql.ts';
import type { AvailabilityTarget } from './availability-sql.ts';
import { type Decision, whileDecided } from './guard-sql.ts';
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
    seats, id AS booking, CASE WHEN seats IS NULL
      OR NOT (${another(sql`expires_at IS NULL`)} OR ${another(sql`expires_at > ${now}`)}) THEN session END AS session
  FROM bookings WHERE ${own(scope, id)}`;

/** The condition that another seat is in the session of a seat. Each condition is one stretch of an index. */
const another = (condition: Sql): Sql => sql`EXISTS (
  SELECT 1 FROM bookings other WHERE other.account_id = bookings.account_id AND other.session = bookings.session
    AND other.session <> other.id AND other.state <> 'cancelled' AND other.${condition} AND other.id <> bookings.id)`;

/** A new booking, without what the statement decides. */
export type NewBooking = Omit<BookingRow, 'hosts' | 'events' | 'session' | 'seats'>;

/** Inserts a booking. No row comes back where what was decided on has changed. */
export const insertBooking = (
  row: NewBooking,
  changeToken: string,
  decision: Decision,
): Sql<BookingRow> => sql<BookingRow>`
  ${whileDecided(decision, decision.multiPerson.variant === 'group' ? crypto.randomUUID() : row.id)}
  INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events, seats,
    booked_by, metadata, created, updated, version, change_token, ${formerToken})
  SELECT slot.account_id, ${row.id}, slot.service_id, decided.session, ${row.start_ts}, ${row.duration}, ${row.state}, ${row.expires_at},
    decided.hosts, decided.events, slot.seats, ${row.booked_by}, ${row.metadata}, ${row.created}, ${row.updated}, ${row.version},
    ${changeToken}, ${changeToken}
  FROM slot CROSS JOIN decided
  RETURNING ${columns}`;

export const bookingIsThere = (scope: Scope, { id }: Pick<BookingRow, 'id'>): Sql =>
  exists(scope, sql`bookings`, id);

/** The answer of a creation, as the JSON of `[body, version]`: an idempotency record stores it. */
export const answerInSql = ({ named }: Scope, id: Sql): Sql => sql`(
  SELECT json_array(json_object('booking', json_object('id', id, 'serviceId', service_id, 'startTs', start_ts,
    'duration', duration, 'state', state, 'expiresAt', expires_at, 'hostUserIds', json(hosts), 'eventIds', json(events),
    'bookedBy', booked_by, 'metadata', json(metadata), 'created', created, 'updated', updated)), version)
  FROM (SELECT ${columns} FROM bookings WHERE account_id = ${named} AND id = ${id}))`;

/**
 * Inserts the events of a booking that it does not have yet, in the batch of the change with this token; none where that
 * change took no effect. Each event gets 52 random bits as its version, as `firstVersion` does. The event of a group, which
 * several people share, has nobody's metadata.
 */
export const insertEvents = (
  scope: Scope,
  id: string,
  changeToken: string,
  { candidates }: Pick<Decision, 'candidates'>,
): Sql => sql`
  INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, service_id,
    session, expires_at, metadata, created, updated, version, timezone, nth)
  SELECT b.account_id, event.value, new.value ->> 'calendar', new.value ->> 'user', b.start_ts, b.duration, 1,
    b.start_ts, '[]', b.service_id, b.session, b.expires_at,
    CASE WHEN b.seats IS NULL THEN b.metadata ELSE '{}' END, b.updated, b.updated,
    abs(random() % 4503599627370496),
    (SELECT c.timezone FROM calendars c WHERE c.account_id = b.account_id AND c.id = new.value ->> 'calendar'), ${nextNth(sql`b.account_id`, sql`new.value ->> 'user'`)}
  FROM (SELECT * FROM bookings WHERE ${ofAccount(scope)} AND id = ${id} AND change_token = ${changeToken}) b
  CROSS JOIN json_each(b.events) event
  CROSS JOIN json_each(${JSON.stringify(candidates)}) new
    ON new.value ->> 'event' = event.value AND new.value ->> 'user' = b.hosts ->> event.key`;

/** The changes of a booking; absent members stay as they are. Times are in milliseconds since the epoch. */
export interface BookingChange {
  /** A new value for each change, by which the other statements of its batch see that it took effect. */
  changeToken: string;
  now: number;
  state?: BookingState;
  expiresAt?: number | null;
  startTs?: number | undefined;
  metadata?: Metadata | undefined;
}

/** Updates a booking. No row comes back where it is cancelled, or where `condition` does not hold. */
export const updateBooking = (
  scope: Scope,
  id: string,
  change: BookingChange,
  condition: Sql = sql`1`,
): Sql<BookingRow> => sql<BookingRow>`
  UPDATE bookings SET ${assignments(change)} WHERE ${changeable(scope, id)} AND ${condition} RETURNING ${columns}`;

/** The same for a change that was decided: no row comes back where what was decided on has changed. */
export const updateDecided = (
  scope: Scope,
  id: string,
  change: BookingChange,
  decision: Decision,
): Sql<BookingRow> => sql<BookingRow>`
  ${whileDecided(decision, change.changeToken)}
  UPDATE bookings SET ${assignments(change, decision.multiPerson.variant === 'group')}
  WHERE ${changeable(scope, id)} AND EXISTS (SELECT 1 FROM decided)
  RETURNING ${columns}`;

const changeable = (scope: Scope, id: string): Sql =>
  sql`${own(scope, id)} AND ${raw(cancelledAt('bookings'))} IS NULL AND state <> 'cancelled'`;

/** @param joins whether the booking joins the session of `decided`, or begins it. */
const assignments = (change: BookingChange, joins = false): Sql => {
  const decided = (column: string) => (joins ? sql`(SELECT ${raw(column)} FROM decided)` : undefined);
  return assign({
    state: change.state,
    expires_at: change.expiresAt,
    start_ts: change.startTs,
    session: decided('session'),
    hosts: decided('hosts'),
    events: decided('events'),
    metadata: change.metadata && JSON.stringify(change.metadata),
    updated: change.now,
    change_token: change.changeToken,
    [formerToken.text]: change.changeToken,
    version: sql`version + 1`,
  });
};

/**
 * Updates the events of a booking that was made alone to match it, in the batch of the change with this token; none where
 * that change took no effect. What does not change is not written, because its index entries would be.
 */
export const updateEvents = (
  scope: Scope,
  id: string,
  { changeToken, startTs, metadata }: BookingChange,
): Sql => sql`
  UPDATE events SET ${assign({
    start_ts: startTs,
    last_start: startTs,
    metadata: metadata && JSON.stringify(metadata),
    updated: sql`b.updated`,
    version: sql`events.version + 1`,
  })}
  FROM (SELECT * FROM bookings
    WHERE ${ofAccount(scope)} AND id = ${id} AND change_token = ${changeToken} AND seats IS NULL) b
  WHERE events.seq IN (SELECT own.seq FROM session_events own WHERE own.account_id = b.account_id AND own.session = b.session)`;
