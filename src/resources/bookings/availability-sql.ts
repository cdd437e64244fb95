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
import {
  BOOKING_MAX_MS,
  BUFFER_MAX_MINUTES,
  HOSTS_MAX,
  SLOT_EVENTS_MAX,
  SLOT_RULES_MAX_BYTES,
} from '../../limits.ts';
import type { Interval } from '../../time/intervals.ts';
import { DAY_MS, MINUTE_MS } from '../../time/units.ts';
import { calendars } from '../calendars/table.ts';
import { classUpTo, LENGTH_CLASSES, longestClass } from '../events/length-classes.ts';
import { ruleOf, zoneOf } from '../events/table.ts';
import { schedules } from '../schedules/table.ts';
import { hosts } from '../services/host-table.ts';
import { services } from '../services/table.ts';
import { removedAt, sessionLives } from './removed.ts';

/** The longest buffer: an event farther than this from a window cannot affect it. */
export const BUFFER_MAX_MS = BUFFER_MAX_MINUTES * MINUTE_MS;
/** From this size on, SQL removes the rules of a schedule that are for other dates. */
const LONG_RULES_CHARS = 2_000;
/** The services of a host whose buffers are looked up, rather than the bookings that any buffer could reach. */
const SERVICES_READ_MAX = 5;

/**
 * SQL that selects one row: a service, a window, and the seats of a group; null for any other service. For a change of a
 * booking, also the booking, and its session where no other booking is in it; these two do not block the change.
 */
export type AvailabilityTarget = Sql<{
  account_id: string;
  service_id: string;
  from_ts: number;
  to_ts: number;
  seats: number | null;
  booking: string | null;
  session: string | null;
}>;

/** The target for slots, or for a new booking. */
export const targetOf = (
  scope: Scope,
  serviceId: string,
  { start, end }: Interval,
): AvailabilityTarget => sql`
  SELECT account_id, id AS service_id, ${start} AS from_ts, ${end} AS to_ts,
    CASE multi_person ->> 'variant' WHEN 'group' THEN multi_person ->> 'data' END AS seats, NULL AS booking, NULL AS session
  FROM services WHERE ${ofAccount(scope)} AND id = ${serviceId} AND ${services.live}`;

export interface AvailabilityQuery {
  target: AvailabilityTarget;
  /** Only these hosts; undefined: all of them. */
  hostUserIds?: readonly string[] | undefined;
  /** Of more hosts, no events are read: the caller refuses them. undefined: of all of them. */
  hostsMax?: number | undefined;
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether a write will be decided on the rows, so that they say what the decision depends on. */
  decides?: true;
}

/** The request whose target is null where it has more hosts than its `hostsMax`. */
export function ofFewHosts(request: AvailabilityQuery): AvailabilityQuery {
  const { target, hostUserIds, hostsMax = HOSTS_MAX } = request;
  if (hostsMax >= (hostUserIds?.length ?? HOSTS_MAX)) return request;
  const few: AvailabilityTarget = sql`SELECT * FROM (${target}) WHERE (SELECT count(*) FROM ${hostsOf(request)}) <= ${hostsMax}`;
  return { ...request, target: few };
}

export interface AvailabilityServiceRow {
  id: string;
  multi_person: string;
  version: number;
}

export const selectService = ({
  target,
}: AvailabilityQuery): Query<AvailabilityServiceRow> => query<AvailabilityServiceRow>`
  SELECT s.id, s.multi_person, s.version FROM (${target}) t
  CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id AND ${live(services, 's')}`;

/** A host. Buffers and booking times are in minutes. */
export interface AvailabilityHostRow {
  user_id: string;
  buffer_before: number;
  buffer_after: number;
  closest: number;
  furthest: number | null;
  /** The calendar in which bookings make their events. */
  book_in: string | null;
  /** The time zone, the rules and the version of the schedule; null without a schedule. */
  timezone: string | null;
  rules: string | null;
  schedule_version: number | null;
}

/** The hosts, in the order in which they were added. */
export const selectHosts = (
  request: AvailabilityQuery,
): Query<AvailabilityHostRow> => query<AvailabilityHostRow>`
  SELECT h.user_id, h.buffer_before, h.buffer_after, h.closest, h.furthest,
    coalesce(${hostColumn('booking_calendar_id')}, CASE WHEN ${ANY_SUBSCRIPTION} THEN ${firstOwn} ELSE ${hostColumn('busy')} ->> '$[0]' END) AS book_in, s.timezone, s.version AS schedule_version,
    CASE WHEN length(s.rules) > ${LONG_RULES_CHARS} THEN (
      SELECT json_group_array(json(rule.value)) FROM json_each(s.rules) rule
      WHERE rule.value ->> '$.variant.type' = 'WDay' OR (
        coalesce(rule.value ->> '$.variant.to', rule.value ->> '$.variant.value') >= ${dateOf(sql`t.from_ts - ${2 * DAY_MS}`)}
        AND coalesce(rule.value ->> '$.variant.from', rule.value ->> '$.variant.value') <= ${dateOf(sql`t.to_ts + ${2 * DAY_MS}`)})) ELSE s.rules END AS rules
  FROM ${hostsOf(request)}
  LEFT JOIN schedules s ON s.account_id = h.account_id AND s.id = h.schedule_id AND ${live(schedules, 's')}
  ORDER BY h.seq`;

/** A column of the host `h`, as clients see it. */
const hostColumn = (column: string): Sql => raw(seen(hosts, column, 'h'));

/** Whether the account has any subscription. */
const ANY_SUBSCRIPTION = sql`EXISTS (SELECT 1 FROM subscriptions s WHERE s.account_id = h.account_id)`;

/** The first busy calendar that takes events: a subscription takes none. */
const firstOwn = sql`(SELECT own.value FROM json_each(${hostColumn('busy')}) own WHERE NOT EXISTS (
  SELECT 1 FROM subscriptions fed WHERE fed.account_id = h.account_id AND fed.calendar_id = own.value) ORDER BY own.key LIMIT 1)`;

const dateOf = (ms: Sql): Sql => sql`date((${ms}) / 1000, 'unixepoch')`;

/** A group of events that differ only in their times. */
interface Times {
  user_id: string;
  /** The number of events that count. */
  n: number;
  /** The number of events that were read. */
  events_read: number;
  /** The events without recurrence and exdates: `start,duration,start,duration…` */
  singles: string | null;
  /** The other events, as JSON: `[[start, duration, recurrence, exdates, time zone, days]…]`. null where the answer has too many bytes. */
  series: string | null;
  /** The bytes of the recurrences and exdates of the whole answer. */
  bytes: number;
  /** The events on which a decision depends as they are, separated by semicolons; null where nothing is decided. */
  marks: string | null;
}

/** Events in a host's calendars, without bookings: so without holds, the only events that expire. */
export interface CalendarTimes extends Times {
  /** 1: in the host's availability calendar; 0: in one of the busy calendars. */
  opens: number;
  busy: number;
}

/** `listed` numbers the calendars: to sort their events by one integer takes half the time of five columns. */
export const selectCalendarTimes = (request: AvailabilityQuery): Query<CalendarTimes> => query<CalendarTimes>`
  WITH listed AS MATERIALIZED (
    SELECT 4 * c.seq + 2 * k.opens + k.busy AS n, k.*, ${longestIn(sql`k.account_id`)} AS longest, c.timezone, c.week_start,
      c.event_timezone, c.event_week_start FROM (
      SELECT h.account_id, h.user_id, ${calendarsOf('h').columns}, ${hostReach('h')[0]} AS from_ts, ${hostReach('h')[1]} AS to_ts
      FROM ${hostsOf(request)} CROSS JOIN ${calendarsOf('h').rows}
    ) k
    CROSS JOIN calendars c ON c.account_id = k.account_id AND c.id = k.calendar_id AND ${live(calendars, 'c')}
  )
  SELECT k.user_id, k.opens, k.busy, read.* FROM (${grouped(
    sql`listed`,
    sql`
      SELECT k.n AS listed, e.start_ts, e.duration, ${repeating('k')},
        ${reaches(sql`k.from_ts`)} AND (e.service_id IS NULL OR NOT k.busy) AS counts,
        ${isSeries} AS repeats${marked(request, sql`CASE WHEN k.opens OR ${isSeries} THEN ${calendarMark('k')} END`)}
      FROM listed k
      CROSS JOIN (${LENGTH_CLASSES}) class ON ${classUpTo(sql`k.longest`)}
      CROSS JOIN events e ON e.account_id = k.account_id AND e.calendar_id = k.calendar_id
        AND e.busy = k.busy AND e.expires_at IS NULL AND ${startsIn(sql`k.from_ts`, sql`k.to_ts`)}`,
  )}) read CROSS JOIN listed k ON k.n = read.listed`;

/**
 * The calendars that decide on a host: its busy ones, whose busy events take its time, and that which opens it, once for
 * its free events and once for its busy ones.
 */
export const calendarsOf = (host: string) => {
  const [h, opening] = [raw(host), raw(`${host}.calendar_id`)];
  return {
    columns: sql`CASE part.type WHEN 'array' THEN part.value ->> 0 ELSE part.value END AS calendar_id,
      part.type = 'array' AS opens, CASE part.type WHEN 'array' THEN part.value ->> 1 ELSE 1 END AS busy`,
    rows: sql`json_each(CASE WHEN ${opening} IS NULL THEN ${h}.busy
      ELSE json_insert(${h}.busy, '$[#]', json_array(${opening}, 0), '$[#]', json_array(${opening}, 1)) END) part`,
  };
};

/** The longest class of a calendar `k`. */
export const longestIn = (account: Sql): Sql =>
  longestClass(sql`events e WHERE e.account_id = ${account} AND e.calendar_id = k.calendar_id
    AND e.busy = k.busy AND e.expires_at IS NULL`);

/** The longest class of the bookings of a host. */
export const longestOf = (host: string): Sql =>
  longestClass(sql`events e INDEXED BY events_booked WHERE e.account_id = ${raw(host)}.account_id
    AND e.user_id = ${raw(host)}.user_id AND e.service_id IS NOT NULL AND e.expires_at IS NULL`);

/** Bookings of the hosts in any service, with the host's buffers in that service, in minutes. */
export interface BookedTimes extends Times {
  service_id: string;
  buffer_before: number;
  buffer_after: number;
  /** 1: of the group in question, so that another seat may share the slot. */
  joinable: number;
}

/** The LIMIT makes SQLite compute the columns of a host once. */
export const selectBookedTimes = (request: AvailabilityQuery): Query<BookedTimes> => {
  const within = anyReach(sql`t.reach`);
  const those = (more: Sql, events: Sql): Sql => sql`
      SELECT e.user_id, e.service_id, e.start_ts, e.duration, ${repeating('c')},
        coalesce(x.buffer_before, 0) AS buffer_before, coalesce(x.buffer_after, 0) AS buffer_after, ${joinable} AS joinable,
        ${isSeries} AS repeats${marked(request, sql`CASE WHEN ${isSeries} THEN ${bookedMark} END`)},
        ${reaches(within[0])} AND (e.session IS NULL OR e.session IS NOT t.session) AND ${raw(sessionLives('e'))} AS counts
      FROM (SELECT t.*, h.user_id, ${bufferReach('h')} AS reach ${more} FROM ${hostsOf(request)} LIMIT ${HOSTS_MAX}) t ${events}
      CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id AND ${live(calendars, 'c')}
      LEFT JOIN service_users x
        ON x.account_id = e.account_id AND x.service_id = e.service_id AND x.user_id = e.user_id AND ${live(hosts, 'x')}`;
  const booked = sql`CROSS JOIN events e INDEXED BY events_booked
    ON e.account_id = t.account_id AND e.user_id = t.user_id AND e.service_id IS NOT NULL`;
  const classes = sql`CROSS JOIN (${LENGTH_CLASSES}) class ON ${classUpTo(sql`t.longest`)}`;
  return query<BookedTimes>`
  ${grouped(
    sql`user_id, service_id, joinable`,
    sql`${those(sql`, ${longestOf('h')} AS longest`, sql`${classes} ${booked} AND e.expires_at IS NULL AND ${startsIn(...within)}`)}
      UNION ALL ${those(sql``, sql`${booked} AND e.expires_at > ${request.now} AND e.start_ts < ${within[1]}`)}`,
    sql`buffer_before, buffer_after,`,
  )}`;
};

/** What the instances of an event `e` depend on, besides its times. */
const repeating = (calendar: string): Sql =>
  raw(`${ruleOf('e', calendar)} AS recurrence, e.exdates, e.days, ${zoneOf('e', calendar)} AS timezone`);

/** The hosts `h` of the service, and the target `t`. */
const hostsOf = ({ target, hostUserIds }: AvailabilityQuery): Sql => sql`(${target}) t
  CROSS JOIN service_users h ON h.account_id = t.account_id AND h.service_id = t.service_id
    AND NOT ${raw(removed('h.account_id', 'h.user_id'))} ${
      hostUserIds
        ? sql`AND h.user_id IN (SELECT value FROM json_each(${JSON.stringify(hostUserIds)}))`
        : sql``
    }`;

const BUFFER_MAX = raw(String(BUFFER_MAX_MS));

/** The window of the target `t` with the buffers of a host: no event beside it takes time from the host. */
export const hostReach = (h: string) =>
  [
    raw(`(t.from_ts - ${MINUTE_MS} * ${h}.buffer_before)`),
    raw(`(t.to_ts + ${MINUTE_MS} * ${h}.buffer_after)`),
  ] as const;

/** The same for bookings, whose buffers may be those of another service: `reach` is the `bufferReach` of the host. */
export const anyReach = (reach: Sql) => [sql`(t.from_ts - ${reach})`, sql`(t.to_ts + ${reach})`] as const;

/** The longest buffer of a host in any service, in milliseconds. Of a host in many services it takes the longest that may be. */
export const bufferReach = (host: string): Sql => sql`(
  SELECT CASE WHEN count(*) > ${SERVICES_READ_MAX} THEN ${BUFFER_MAX} ELSE ${raw(String(MINUTE_MS))} * max(longest) END
  FROM (SELECT max(buffer_before, buffer_after) AS longest FROM service_users s
    WHERE s.account_id = ${raw(host)}.account_id AND s.user_id = ${raw(host)}.user_id LIMIT ${SERVICES_READ_MAX + 1}))`;

/** The condition that an event `e` of a `class` may have an instance in a window, as far as an index knows. */
export const startsIn = (from: Sql, to: Sql): Sql =>
  sql`e.length_class = class.value AND e.start_ts < ${to} AND e.start_ts >= ${from} - class.value`;

/** The condition that such an event has not ended before. */
export const reaches = (from: Sql): Sql =>
  sql`(e.last_start IS NULL OR e.last_start + e.duration >= ${from})`;

/** The column `mark` of an event. Only a decision needs it. */
const marked = ({ decides }: AvailabilityQuery, mark: Sql): Sql =>
  sql`, ${decides ? mark : sql`NULL`} AS mark`;

/** The condition that an event `e` has instances of its own, which SQL does not know. */
export const isSeries = sql`(e.recurrence IS NOT NULL OR e.exdates <> '[]' OR e.days IS NOT NULL)`;

/** An event `e` of a calendar, as it is: any change of it, or of what its instances depend on, changes its mark. */
export const calendarMark = (calendar: string): Sql =>
  raw(`e.seq || ':' || e.version || ':' || ${calendar}.timezone || ':' || ${calendar}.week_start`);
/** The same for a booked event, with the buffers of its host in its service. */
export const bookedMark = sql`e.seq || ':' || e.version || ':' || c.timezone || ':' || c.week_start || ':'
  || coalesce(x.buffer_before, 0) || ':' || coalesce(x.buffer_after, 0)`;

/**
 * The condition that a booked event `e` is of the target's group: an event of a session, or one that somebody made directly.
 * A booking that was made alone is not, whatever its service is now.
 */
export const joinable = sql`(t.seats IS NOT NULL AND e.service_id = t.service_id AND (e.session IS NULL OR EXISTS (
  SELECT 1 FROM sessions WHERE sessions.account_id = e.account_id AND sessions.id = e.session)))`;

/**
 * Groups events by the columns that they share. SQLite sorts the events for that, so an event has few columns and `by` is
 * short. The limit is on the events that it reads, also those that do not count.
 */
const grouped = (by: Sql, events: Sql, more: Sql = sql``): Sql => sql`
  SELECT ${by}, ${more} n, events_read, singles, marks, sum(bytes) OVER () AS bytes,
    CASE WHEN sum(bytes) OVER () <= ${SLOT_RULES_MAX_BYTES} THEN series END AS series
  FROM (
    SELECT ${by}, ${more} count(*) AS events_read, count(*) FILTER (WHERE counts) AS n,
      group_concat(CASE WHEN counts AND NOT repeats THEN start_ts || ',' || duration END) AS singles,
      group_concat(CASE WHEN counts THEN mark END, ';') AS marks,
      coalesce(sum(CASE WHEN counts AND repeats THEN coalesce(octet_length(recurrence), 0) + octet_length(exdates) END), 0) AS bytes,
      json_group_array(json_array(start_ts, duration, json(recurrence), json(exdates), timezone, days)) FILTER (WHERE counts AND repeats) AS series
    FROM (${events} LIMIT ${SLOT_EVENTS_MAX + 1}) GROUP BY ${by}
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
  SELECT count(*) FROM bookings b WHERE b.account_id = n.account_id AND b.session = n.id AND b.session <> b.id
    AND b.state <> 'cancelled' AND (b.expires_at IS NULL OR b.expires_at > ${now}) AND ${raw(removedAt('b'))} IS NOT NULL) ELSE 0 END`;

/** The sessions with a live booking. A booking that is to change takes no seat. */
export const selectSessions = (request: AvailabilityQuery): Query<SessionRow> => query<SessionRow>`
  SELECT * FROM (${sessionsOf(
    request,
    sql`n.id AS session, n.start_ts, n.duration, ${takenSeats(request)} AS taken`,
    sql`n.start_ts < t.to_ts AND n.start_ts >= t.from_ts - ${BOOKING_MAX_MS}`,
  )}) WHERE taken > 0`;

/** The number of seats that are taken in the session `n`, without the booking that is to change. */
export const takenSeats = (request: AvailabilityQuery): Sql => sql`n.confirmed + (
    SELECT count(*) FROM bookings b
    WHERE b.account_id = n.account_id AND b.session = n.id AND b.session <> b.id AND b.state <> 'cancelled'
      AND b.expires_at > ${request.now}
  ) - (
    SELECT count(*) FROM bookings b WHERE b.account_id = n.account_id AND b.id = t.booking AND b.session = n.id
      AND b.state <> 'cancelled' AND (b.expires_at IS NULL OR b.expires_at > ${request.now})
  ) - ${removedSeats(request)}`;

/**
 * The sessions `n` of the group in which a booking is confirmed, and those in which a hold has not expired.
 *
 * @param when a condition on `n.start_ts`; the target is `t`.
 */
export const sessionsOf = ({ target, now }: AvailabilityQuery, columns: Sql, when: Sql): Sql => {
  const those = (expiry: Sql): Sql => sql`
    SELECT ${columns} FROM (${target}) t
    CROSS JOIN sessions n INDEXED BY sessions_of_service
      ON t.seats IS NOT NULL AND n.account_id = t.account_id AND n.service_id = t.service_id AND n.expires_at ${expiry} AND ${when}`;
  return sql`${those(sql`IS NULL`)} UNION ALL ${those(sql`> ${now}`)}`;
};
