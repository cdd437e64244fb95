/**
 * What decides who can be booked when, in SQL: a service, its hosts, and all that takes or opens their time in a window.
 * One batch, whatever the number of hosts, calendars and events. Only events that can matter are read: those of the
 * calendars that count, in each class of length those that start near enough (see `events.length_class`); and they come
 * in groups, as text, for a row an event would cost the Worker more than all that it does with it.
 *
 * CROSS JOIN fixes the order of the joins from left to right.
 */

import { ofAccount, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import { BOOKING_MAX_MS, BUFFER_MAX_MINUTES } from '../../limits.ts';
import type { Interval } from '../../time/intervals.ts';
import { DAY_MS, MINUTE_MS } from '../../time/units.ts';
import { LENGTH_CLASSES } from '../events/window-sql.ts';

/** An event farther than the longest buffer from a window cannot matter in it. */
export const BUFFER_MAX_MS = BUFFER_MAX_MINUTES * MINUTE_MS;
/** Events that one answer may look at. */
export const EVENTS_MAX = 30_000;
/** Bytes of rules and exdates in them: with the times of all those events they stay within D1's 2 MB for one value. */
export const RULES_MAX_BYTES = 900_000;
/** Rules of a schedule that are longer than this are cut to those that matter, before they travel. */
const LONG_RULES_CHARS = 2_000;

/**
 * SQL for one row: whose service, which window; and, for a booking that is to change, the booking, and its session
 * where nobody else is in it, neither of which stands in its own way.
 */
export type Target = Sql<{
  account_id: string;
  service_id: string;
  from_ts: number;
  to_ts: number;
  booking: string | null;
  session: string | null;
}>;

export const targetOf = (scope: Scope, serviceId: string, { start, end }: Interval): Target => sql`
  SELECT account_id, id AS service_id, ${start} AS from_ts, ${end} AS to_ts, NULL AS booking, NULL AS session
  FROM services WHERE ${ofAccount(scope)} AND id = ${serviceId}`;

export interface AvailabilityQuery {
  target: Target;
  /** Only these hosts. */
  hostUserIds?: readonly string[] | undefined;
  now: number;
}

export interface AvailabilityServiceRow {
  id: string;
  multi_person: string;
  revision: number;
}

export const selectService = ({
  target,
}: AvailabilityQuery): Query<AvailabilityServiceRow> => query<AvailabilityServiceRow>`
  SELECT s.id, s.multi_person, s.revision FROM (${target}) t
  CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id`;

export interface AvailabilityHostRow {
  user_id: string;
  agenda: number;
  buffer_before: number;
  buffer_after: number;
  closest: number;
  furthest: number | null;
  /** The calendar that bookings are entered in. */
  book_in: string | null;
  /** Of the schedule, where the host is available by one. */
  timezone: string | null;
  rules: string | null;
}

/** The hosts, in the order in which they were added. */
export const selectHosts = (
  asked: AvailabilityQuery,
): Query<AvailabilityHostRow> => query<AvailabilityHostRow>`
  SELECT h.user_id, u.agenda, h.buffer_before, h.buffer_after, h.closest, h.furthest,
    coalesce(h.booking_calendar_id, h.busy ->> '$[0]') AS book_in, s.timezone,
    CASE WHEN length(s.rules) > ${LONG_RULES_CHARS} THEN (
      SELECT json_group_array(json(rule.value)) FROM json_each(s.rules) rule
      WHERE rule.value ->> '$.variant.type' = 'WDay' OR rule.value ->> '$.variant.value'
        BETWEEN ${dateOf(sql`t.from_ts - ${2 * DAY_MS}`)} AND ${dateOf(sql`t.to_ts + ${2 * DAY_MS}`)}) ELSE s.rules END AS rules
  FROM ${hosts(asked)}
  CROSS JOIN users u ON u.account_id = h.account_id AND u.id = h.user_id
  LEFT JOIN schedules s ON s.account_id = h.account_id AND s.id = h.schedule_id
  ORDER BY h.seq`;

const dateOf = (ms: Sql): Sql => sql`date((${ms}) / 1000, 'unixepoch')`;

/** Events that are alike, but for when they are. */
interface Times {
  user_id: string;
  timezone: string;
  week_start: string;
  /** How many they are. */
  n: number;
  /** Of those that neither repeat nor are taken out: `start,duration,start,duration…` */
  singles: string | null;
  /** Of the others, in JSON: `[start, duration, recurrence, exdates]`. null where all together are too long to send. */
  series: string | null;
  /** Bytes of all series of the answer. */
  bytes: number;
}

/** What is in the calendars that count, but for bookings. */
export interface CalendarTimes extends Times {
  /** 1 in the calendar by which the host is available, 0 in those that make the host busy. */
  opens: number;
  busy: number;
}

export const selectCalendarTimes = (asked: AvailabilityQuery): Query<CalendarTimes> => query<CalendarTimes>`
  WITH host AS MATERIALIZED (
    SELECT h.account_id, h.user_id, h.calendar_id, h.busy, t.from_ts, t.to_ts FROM ${hosts(asked)}
  ), counts AS (
    SELECT account_id, user_id, value AS calendar_id, 0 AS opens, from_ts, to_ts FROM host, json_each(busy)
    UNION ALL SELECT account_id, user_id, calendar_id, 1, from_ts, to_ts FROM host WHERE calendar_id IS NOT NULL
  )
  ${grouped(
    sql`user_id, opens, busy, timezone, week_start`,
    sql`
      SELECT k.user_id, k.opens, e.busy, c.timezone, c.week_start, e.start_ts, e.duration, e.recurrence, e.exdates
      FROM counts k
      CROSS JOIN calendars c ON c.account_id = k.account_id AND c.id = k.calendar_id
      CROSS JOIN (${LENGTH_CLASSES}) class
      CROSS JOIN events e ON e.account_id = k.account_id AND e.calendar_id = k.calendar_id AND ${inReach(sql`k`)}
      WHERE CASE WHEN e.service_id IS NULL THEN k.opens OR e.busy ELSE k.opens AND NOT e.busy END
        AND (e.expires_at IS NULL OR e.expires_at > ${asked.now})`,
  )}`;

/** What the hosts are booked for, in whatever calendar, with the buffers (minutes) that they have in that service. */
export interface BookedTimes extends Times {
  service_id: string;
  buffer_before: number;
  buffer_after: number;
}

export const selectBookedTimes = (asked: AvailabilityQuery): Query<BookedTimes> => query<BookedTimes>`
  ${grouped(
    sql`user_id, service_id, timezone, week_start`,
    sql`
      SELECT e.user_id, e.service_id, c.timezone, c.week_start, e.start_ts, e.duration, e.recurrence, e.exdates,
        coalesce(x.buffer_before, 0) AS buffer_before, coalesce(x.buffer_after, 0) AS buffer_after
      FROM ${hosts(asked)}
      CROSS JOIN (${LENGTH_CLASSES}) class
      CROSS JOIN events e INDEXED BY events_booked
        ON e.account_id = h.account_id AND e.user_id = h.user_id AND e.service_id IS NOT NULL AND ${inReach(sql`t`)}
      CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id
      LEFT JOIN service_users x
        ON x.account_id = e.account_id AND x.service_id = e.service_id AND x.user_id = e.user_id
      WHERE (e.expires_at IS NULL OR e.expires_at > ${asked.now}) AND (e.session IS NULL OR e.session IS NOT t.session)`,
    sql`buffer_before, buffer_after,`,
  )}`;

/** The service's hosts `h` that are asked about, and the target `t`. */
const hosts = ({ target, hostUserIds }: AvailabilityQuery): Sql => sql`(${target}) t
  CROSS JOIN service_users h ON h.account_id = t.account_id AND h.service_id = t.service_id ${
    hostUserIds ? sql`AND h.user_id IN (SELECT value FROM json_each(${JSON.stringify(hostUserIds)}))` : sql``
  }`;

/** Events `e` of a `class` that may have an instance in the window of `range`, or within a buffer of it. */
const inReach = (range: Sql): Sql => sql`e.length_class = class.value
  AND e.start_ts < ${range}.to_ts + ${BUFFER_MAX_MS} AND e.start_ts >= ${range}.from_ts - ${BUFFER_MAX_MS} - class.value
  AND (e.last_start IS NULL OR e.last_start + e.duration >= ${range}.from_ts - ${BUFFER_MAX_MS})`;

const isSeries = sql`(recurrence IS NOT NULL OR exdates <> '[]')`;

/** Puts events together by what they share. */
const grouped = (by: Sql, events: Sql, more: Sql = sql``): Sql => sql`
  SELECT ${by}, ${more} n, singles, sum(bytes) OVER () AS bytes,
    CASE WHEN sum(bytes) OVER () <= ${RULES_MAX_BYTES} THEN series END AS series
  FROM (
    SELECT ${by}, ${more} count(*) AS n,
      group_concat(CASE WHEN NOT ${isSeries} THEN start_ts || ',' || duration END) AS singles,
      coalesce(sum(CASE WHEN ${isSeries} THEN coalesce(octet_length(recurrence), 0) + octet_length(exdates) END), 0) AS bytes,
      json_group_array(json_array(start_ts, duration, json(recurrence), json(exdates))) FILTER (WHERE ${isSeries}) AS series
    FROM (${events} LIMIT ${EVENTS_MAX + 1}) GROUP BY ${by}
  )`;

/** A slot of a group in which seats are taken. */
export interface SessionRow {
  session: string;
  start_ts: number;
  duration: number;
  taken: number;
}

export const selectSessions = ({ target, now }: AvailabilityQuery): Query<SessionRow> => query<SessionRow>`
  SELECT b.session, b.start_ts, b.duration, count(*) AS taken FROM (${target}) t
  CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id AND s.multi_person ->> 'variant' = 'group'
  CROSS JOIN bookings b ON b.account_id = s.account_id AND b.service_id = s.id
    AND b.start_ts < t.to_ts AND b.start_ts >= t.from_ts - ${BOOKING_MAX_MS}
  WHERE b.state <> 'cancelled' AND (b.expires_at IS NULL OR b.expires_at > ${now}) AND b.id IS NOT t.booking
  GROUP BY b.session`;
