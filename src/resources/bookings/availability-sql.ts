/**
 * Reads the availability of a service's hosts in a window: the service, the hosts, and the events that open or take
 * their time. It is one batch, however many hosts, calendars and events there are. The statements read only events that
 * can reach the window (see `events.length_class` in schema.sql), and return them in groups, as text: one row for each
 * event would cost the Worker more than the rest of its work.
 *
 * CROSS JOIN makes SQLite keep the order of the joins.
 */
import { anyRemoved, removed } from '../../db/removed.ts';
import { ofAccount, type Scope } from '../../db/scope.ts';
import { type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { live, seen } from '../../db/table.ts';
import { BOOKING_MAX_MS, BUFFER_MAX_MINUTES, SLOT_EVENTS_MAX, SLOT_RULES_MAX_BYTES } from '../../limits.ts';
import type { Interval } from '../../time/intervals.ts';
import { DAY_MS, MINUTE_MS } from '../../time/units.ts';
import { calendars } from '../calendars/table.ts';
import { LENGTH_CLASSES } from '../events/window-sql.ts';
import { schedules } from '../schedules/table.ts';
import { hosts } from '../services/host-table.ts';
import { services } from '../services/table.ts';
import { removedAt, sessionLives } from './removed.ts';

/** The longest buffer: an event farther than this from a window cannot affect it. */
export const BUFFER_MAX_MS = BUFFER_MAX_MINUTES * MINUTE_MS;
/** From this size on, SQL removes the rules of a schedule that are for other dates. */
const LONG_RULES_CHARS = 2_000;

/**
 * SQL that selects one row: a service and a window. For a change of a booking, also the booking, and its session where no
 * other booking is in it; these two do not block the change.
 */
export type AvailabilityTarget = Sql<{
  account_id: string;
  service_id: string;
  from_ts: number;
  to_ts: number;
  booking: string | null;
  session: string | null;
}>;

/** The target for slots, or for a new booking. */
export const targetOf = (
  scope: Scope,
  serviceId: string,
  { start, end }: Interval,
): AvailabilityTarget => sql`
  SELECT account_id, id AS service_id, ${start} AS from_ts, ${end} AS to_ts, NULL AS booking, NULL AS session
  FROM services WHERE ${ofAccount(scope)} AND id = ${serviceId} AND ${services.live}`;

export interface AvailabilityQuery {
  target: AvailabilityTarget;
  /** Only these hosts; undefined: all of them. */
  hostUserIds?: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface AvailabilityServiceRow {
  id: string;
  multi_person: string;
  revision: number;
  /** Whether other bookings are in the session of the booking that is to change: 0 or 1. */
  shared: number;
}

export const selectService = ({
  target,
}: AvailabilityQuery): Query<AvailabilityServiceRow> => query<AvailabilityServiceRow>`
  SELECT s.id, s.multi_person, s.revision, EXISTS (
    SELECT 1 FROM bookings b CROSS JOIN bookings other ON other.account_id = b.account_id AND other.session = b.session
      AND other.state <> 'cancelled' AND other.id <> b.id
    WHERE b.account_id = t.account_id AND b.id = t.booking) AS shared
  FROM (${target}) t
  CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id AND ${live(services, 's')}`;

/** A host. Buffers and booking times are in minutes. */
export interface AvailabilityHostRow {
  user_id: string;
  /** The availability revision of the user. */
  availability_revision: number;
  buffer_before: number;
  buffer_after: number;
  closest: number;
  furthest: number | null;
  /** The calendar in which bookings make their events. */
  book_in: string | null;
  /** The time zone and the rules of the schedule; null without a schedule. */
  timezone: string | null;
  rules: string | null;
}

/** The hosts, in the order in which they were added. */
export const selectHosts = (
  request: AvailabilityQuery,
): Query<AvailabilityHostRow> => query<AvailabilityHostRow>`
  SELECT h.user_id, u.availability_revision, h.buffer_before, h.buffer_after, h.closest, h.furthest,
    coalesce(${hostColumn('booking_calendar_id')}, ${hostColumn('busy')} ->> '$[0]') AS book_in, s.timezone,
    CASE WHEN length(s.rules) > ${LONG_RULES_CHARS} THEN (
      SELECT json_group_array(json(rule.value)) FROM json_each(s.rules) rule
      WHERE rule.value ->> '$.variant.type' = 'WDay' OR rule.value ->> '$.variant.value'
        BETWEEN ${dateOf(sql`t.from_ts - ${2 * DAY_MS}`)} AND ${dateOf(sql`t.to_ts + ${2 * DAY_MS}`)}) ELSE s.rules END AS rules
  FROM ${hostsOf(request)}
  CROSS JOIN users u ON u.account_id = h.account_id AND u.id = h.user_id
  LEFT JOIN schedules s ON s.account_id = h.account_id AND s.id = h.schedule_id AND ${live(schedules, 's')}
  ORDER BY h.seq`;

/** A column of the host `h`, as clients see it. */
const hostColumn = (column: string): Sql => raw(seen(hosts, column, 'h'));

const dateOf = (ms: Sql): Sql => sql`date((${ms}) / 1000, 'unixepoch')`;

/** A group of events that differ only in their times. */
interface Times {
  user_id: string;
  timezone: string;
  week_start: string;
  /** The number of events that count. */
  n: number;
  /** The number of events that were read. */
  events_read: number;
  /** The events without recurrence and exdates: `start,duration,start,duration…` */
  singles: string | null;
  /** The other events, as JSON: `[[start, duration, recurrence, exdates]…]`. null where the answer has too many bytes. */
  series: string | null;
  /** The bytes of the recurrences and exdates of the whole answer. */
  bytes: number;
}

/** Events in a host's calendars, without bookings: so without holds, the only events that expire. */
export interface CalendarTimes extends Times {
  /** 1: in the host's availability calendar; 0: in one of the busy calendars. */
  opens: number;
  busy: number;
}

/** `listed` numbers the calendars: to sort their events by one integer takes half the time of five columns. */
export const selectCalendarTimes = (request: AvailabilityQuery): Query<CalendarTimes> => query<CalendarTimes>`
  WITH host AS MATERIALIZED (
    SELECT h.account_id, h.user_id, h.calendar_id, h.busy, t.from_ts, t.to_ts FROM ${hostsOf(request)}
  ), counts AS (
    SELECT account_id, user_id, value AS calendar_id, 0 AS opens, 1 AS busy, from_ts, to_ts FROM host, json_each(busy)
    UNION ALL SELECT account_id, user_id, calendar_id, 1, column1, from_ts, to_ts FROM host CROSS JOIN (VALUES (0), (1))
      WHERE calendar_id IS NOT NULL
  ), listed AS MATERIALIZED (
    SELECT row_number() OVER () AS n, k.*, c.timezone, c.week_start FROM counts k
    CROSS JOIN calendars c ON c.account_id = k.account_id AND c.id = k.calendar_id AND ${live(calendars, 'c')}
  )
  SELECT k.user_id, k.opens, k.busy, k.timezone, k.week_start, read.* FROM (${grouped(
    sql`listed`,
    sql`
      SELECT k.n AS listed, ${timesOf(sql`${reaches(sql`k`)} AND (e.service_id IS NULL OR NOT k.busy)`)}
      FROM listed k
      CROSS JOIN (${LENGTH_CLASSES}) class
      CROSS JOIN events e ON e.account_id = k.account_id AND e.calendar_id = k.calendar_id
        AND e.busy = k.busy AND e.expires_at IS NULL AND ${startsInReach(sql`k`)}`,
  )}) read CROSS JOIN listed k ON k.n = read.listed`;

/** Bookings of the hosts in any service, with the host's buffers in that service, in minutes. */
export interface BookedTimes extends Times {
  service_id: string;
  buffer_before: number;
  buffer_after: number;
}

export const selectBookedTimes = (request: AvailabilityQuery): Query<BookedTimes> => {
  const those = (events: Sql): Sql => sql`
      SELECT e.user_id, e.service_id, c.timezone, c.week_start, coalesce(x.buffer_before, 0) AS buffer_before,
        coalesce(x.buffer_after, 0) AS buffer_after,
        ${timesOf(sql`${reaches(sql`t`)} AND (e.session IS NULL OR e.session IS NOT t.session) AND ${raw(sessionLives('e'))}`)}
      FROM ${hostsOf(request)} ${events}
      CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id AND ${live(calendars, 'c')}
      LEFT JOIN service_users x
        ON x.account_id = e.account_id AND x.service_id = e.service_id AND x.user_id = e.user_id AND ${live(hosts, 'x')}`;
  const booked = sql`CROSS JOIN events e INDEXED BY events_booked
    ON e.account_id = h.account_id AND e.user_id = h.user_id AND e.service_id IS NOT NULL`;
  return query<BookedTimes>`
  ${grouped(
    sql`user_id, service_id, timezone, week_start`,
    sql`${those(sql`CROSS JOIN (${LENGTH_CLASSES}) class ${booked} AND e.expires_at IS NULL AND ${startsInReach(sql`t`)}`)}
      UNION ALL ${those(sql`${booked} AND e.expires_at > ${request.now} AND e.start_ts < t.to_ts + ${BUFFER_MAX_MS}`)}`,
    sql`buffer_before, buffer_after,`,
  )}`;
};

/** The hosts `h` of the service, and the target `t`. */
const hostsOf = ({ target, hostUserIds }: AvailabilityQuery): Sql => sql`(${target}) t
  CROSS JOIN service_users h ON h.account_id = t.account_id AND h.service_id = t.service_id
    AND NOT ${raw(removed('h.account_id', 'h.user_id'))} ${
      hostUserIds
        ? sql`AND h.user_id IN (SELECT value FROM json_each(${JSON.stringify(hostUserIds)}))`
        : sql``
    }`;

/**
 * The condition that an event `e` of a `class` may have an instance in the window of `range`, or within a buffer of it, as
 * far as an index knows.
 */
const startsInReach = (range: Sql): Sql => sql`e.length_class = class.value
  AND e.start_ts < ${range}.to_ts + ${BUFFER_MAX_MS} AND e.start_ts >= ${range}.from_ts - ${BUFFER_MAX_MS} - class.value`;

/** The condition that such an event has not ended before. */
const reaches = (range: Sql): Sql =>
  sql`(e.last_start IS NULL OR e.last_start + e.duration >= ${range}.from_ts - ${BUFFER_MAX_MS})`;

/** The times of an event `e`, and whether they repeat: NULL where the event does not count. */
const timesOf = (counts: Sql): Sql => sql`
  CASE WHEN ${counts} THEN e.recurrence IS NOT NULL OR e.exdates <> '[]' END AS repeats,
  e.start_ts, e.duration, e.recurrence, e.exdates`;

/**
 * Groups events by the columns that they share. SQLite sorts the events for that, so an event has few columns and `by` is
 * short. The limit is on the events that it reads, also those that do not count. The limit is no parameter, since SQLite
 * compiles a statement again at each run when its LIMIT is one.
 */
const grouped = (by: Sql, events: Sql, more: Sql = sql``): Sql => sql`
  SELECT ${by}, ${more} n, events_read, singles, sum(bytes) OVER () AS bytes,
    CASE WHEN sum(bytes) OVER () <= ${SLOT_RULES_MAX_BYTES} THEN series END AS series
  FROM (
    SELECT ${by}, ${more} count(*) AS events_read, count(repeats) AS n,
      group_concat(CASE WHEN NOT repeats THEN start_ts || ',' || duration END) AS singles,
      coalesce(sum(CASE WHEN repeats THEN coalesce(octet_length(recurrence), 0) + octet_length(exdates) END), 0) AS bytes,
      json_group_array(json_array(start_ts, duration, json(recurrence), json(exdates))) FILTER (WHERE repeats) AS series
    FROM (${events} LIMIT ${raw(String(SLOT_EVENTS_MAX + 1))}) GROUP BY ${by}
  )`;

/** A session of the group, with the number of its taken seats. */
export interface SessionRow {
  session: string;
  start_ts: number;
  duration: number;
  taken: number;
}

/** The seats of the session `n` whose bookings a removal cancelled, before its steps do. */
const removedSeats = ({
  now,
}: AvailabilityQuery): Sql => sql`CASE WHEN ${raw(anyRemoved('n.account_id'))} THEN (
  SELECT count(*) FROM bookings b WHERE b.account_id = n.account_id AND b.session = n.id AND b.state <> 'cancelled'
    AND (b.expires_at IS NULL OR b.expires_at > ${now}) AND ${raw(removedAt('b'))} IS NOT NULL) ELSE 0 END`;

/** The sessions with a live booking. A booking that is to change takes no seat. */
export const selectSessions = (request: AvailabilityQuery): Query<SessionRow> => query<SessionRow>`
  SELECT * FROM (${sessionsOf(
    request,
    sql`n.id AS session, n.start_ts, n.duration, n.confirmed + (
        SELECT count(*) FROM bookings b
        WHERE b.account_id = n.account_id AND b.session = n.id AND b.state <> 'cancelled' AND b.expires_at > ${request.now}
      ) - (
        SELECT count(*) FROM bookings b WHERE b.account_id = n.account_id AND b.id = t.booking AND b.session = n.id
          AND b.state <> 'cancelled' AND (b.expires_at IS NULL OR b.expires_at > ${request.now})
      ) - ${removedSeats(request)} AS taken`,
    sql`n.start_ts < t.to_ts AND n.start_ts >= t.from_ts - ${BOOKING_MAX_MS}`,
  )}) WHERE taken > 0`;

/**
 * The sessions `n` of the group in which a booking is confirmed, and those in which a hold has not expired.
 *
 * @param when a condition on `n.start_ts`; the target is `t`.
 */
export const sessionsOf = ({ target, now }: AvailabilityQuery, columns: Sql, when: Sql): Sql => {
  const those = (expiry: Sql): Sql => sql`
    SELECT ${columns} FROM (${target}) t
    CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id AND s.multi_person ->> 'variant' = 'group'
    CROSS JOIN sessions n INDEXED BY sessions_of_service
      ON n.account_id = s.account_id AND n.service_id = s.id AND n.expires_at ${expiry} AND ${when}`;
  return sql`${those(sql`IS NULL`)} UNION ALL ${those(sql`> ${now}`)}`;
};
