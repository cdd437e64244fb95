/**
 * The guard of a booking, in the statement that writes it. D1 has no interactive transactions: the Worker reads what a
 * decision depends on, and the write takes effect only where that is still so. The guard tests what was decided on, and no
 * more:
 *
 * - the service, by its version, which every change of its hosts raises too;
 * - of each host what `basis` lists: the schedule, by its version, and the events whose instances SQL does not know, by
 *   their versions; likewise the events that open the host's time;
 * - that no other event takes the host's time, by the rules of slots/host.ts: the guard looks for those events itself.
 *
 * So two bookings that do not overlap never invalidate each other. Of a round robin the write itself chooses the host, and
 * of a group it counts the seats, so that bookings at once need no second attempt.
 */
import { removed } from '../../db/removed.ts';
import { raw, type Sql, sql } from '../../db/sql.ts';
import { live } from '../../db/table.ts';
import { BUSY_CALENDARS_MAX, HOSTS_MAX } from '../../limits.ts';
import type { MultiPerson } from '../../sdk/types.ts';
import { MINUTE_MS } from '../../time/units.ts';
import { calendars } from '../calendars/table.ts';
import { classUpTo, LENGTH_CLASSES } from '../events/length-classes.ts';
import { events } from '../events/table.ts';
import { schedules } from '../schedules/table.ts';
import { hosts } from '../services/host-table.ts';
import { services } from '../services/table.ts';
import {
  type AvailabilityQuery,
  anyReach,
  bookedMark,
  bufferReach,
  calendarMark,
  calendarsOf,
  hostReach,
  isSeries,
  joinable,
  longestIn,
  longestOf,
  reaches,
  sessionsOf,
  startsIn,
  takenSeats,
} from './availability-sql.ts';
import { rankOf } from './ranks-sql.ts';
import { sessionLives } from './removed.ts';

/** A host who can take the slot. */
export interface Candidate {
  /** The ids of the host, of the calendar to book in, and of a new event. */
  user: string;
  calendar: string;
  event: string;
  /** What the decision on this host depends on. */
  basis: string;
}

/** What was decided. */
export interface Decision {
  request: AvailabilityQuery;
  /** The version of the service. */
  version: number;
  multiPerson: MultiPerson;
  /** Of a round robin those who can take the slot, one of whom will; otherwise all hosts. */
  candidates: readonly Candidate[];
}

/** The condition that an event `e` takes time from a slot that has these buffers around it, in minutes. */
const overlaps = (before: Sql, after: Sql): Sql => sql`(e.duration > 0
  AND e.start_ts < t.to_ts + ${minute} * ${after} AND e.start_ts + e.duration > t.from_ts - ${minute} * ${before})`;

const minute = raw(String(MINUTE_MS));

const reach = hostReach('host');

/** The events in the calendars of the host `host`. `busy` stands for each single one that takes time from the slot. */
const inCalendars = sql`(
  SELECT group_concat(mark, ';' ORDER BY opens, seq) FROM (
    SELECT k.opens, e.seq, CASE WHEN k.opens OR ${isSeries} THEN ${calendarMark('c')} ELSE 'busy' END AS mark
    FROM (
      SELECT k.*, ${longestIn(sql`host.account_id`)} AS longest
      FROM (SELECT ${calendarsOf('host').columns} FROM ${calendarsOf('host').rows}) k LIMIT ${BUSY_CALENDARS_MAX + 2}
    ) k
    CROSS JOIN calendars c ON c.account_id = host.account_id AND c.id = k.calendar_id AND ${live(calendars, 'c')}
    CROSS JOIN (${LENGTH_CLASSES}) class ON ${classUpTo(sql`k.longest`)}
    CROSS JOIN events e ON e.account_id = host.account_id AND e.calendar_id = k.calendar_id AND e.busy = k.busy
      AND e.expires_at IS NULL AND ${startsIn(...reach)}
    WHERE ${reaches(reach[0])} AND (e.service_id IS NULL OR NOT k.busy)
      AND (k.opens OR ${isSeries} OR ${overlaps(sql`host.buffer_before`, sql`host.buffer_after`)})))`;

/** The bookings of the host `host`. `booked` stands for each single one that takes the slot. */
const booked = ({ now }: AvailabilityQuery): Sql => {
  const within = anyReach(sql`k.reach`);
  const reachOf = (more: Sql) => sql`(SELECT ${bufferReach('host')} AS reach ${more} LIMIT 1) k`;
  const those = (found: Sql): Sql => sql`
    SELECT e.seq, CASE WHEN ${isSeries} THEN ${bookedMark} ELSE 'booked' END AS mark
    FROM ${found}
    CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id AND ${live(calendars, 'c')}
    LEFT JOIN service_users x
      ON x.account_id = e.account_id AND x.service_id = e.service_id AND x.user_id = e.user_id AND ${live(hosts, 'x')}
    WHERE ${reaches(within[0])} AND (e.session IS NULL OR e.session IS NOT t.session) AND ${raw(sessionLives('e'))}
      AND (${isSeries} OR (
        ${overlaps(buffer('before', 'after'), buffer('after', 'before'))}
        AND NOT (${joinable} AND e.start_ts = t.from_ts AND e.duration = t.to_ts - t.from_ts)))`;
  const ofHost = sql`events e INDEXED BY events_booked`;
  const booking = sql`e.account_id = host.account_id AND e.user_id = host.user_id AND e.service_id IS NOT NULL`;
  return sql`(
    SELECT group_concat(mark, ';' ORDER BY seq) FROM (
      ${those(sql`${reachOf(sql`, ${longestOf('host')} AS longest`)} CROSS JOIN (${LENGTH_CLASSES}) class ON ${classUpTo(sql`k.longest`)}
        CROSS JOIN ${ofHost} ON ${booking} AND e.expires_at IS NULL AND ${startsIn(...within)}`)}
      UNION ALL
      ${those(sql`${reachOf(sql``)} CROSS JOIN ${ofHost} ON ${booking} AND e.expires_at > ${now} AND e.start_ts < ${within[1]}`)}))`;
};

/** The larger of the host's own buffer and of that which faces it, the other booking's. */
const buffer = (own: 'before' | 'after', other: 'before' | 'after'): Sql =>
  raw(`max(host.buffer_${own}, coalesce(x.buffer_${other}, 0))`);

/** What a decision on the host `host` depends on, with what takes the slot `t` meanwhile. */
const basis = (request: AvailabilityQuery): Sql => sql`
  coalesce((SELECT s.version FROM schedules s WHERE s.account_id = host.account_id AND s.id = host.schedule_id AND ${live(schedules, 's')}), '')
  || '|' || coalesce(${inCalendars}, '') || '|' || coalesce(${booked(request)}, '')`;

/**
 * The candidates that can take the slot still, as the FROM of a SELECT. Those of a round robin come in the order of their
 * ranks: the inner LIMIT makes SQLite sort first, so that it guards one host after the other until one of them is free.
 */
const able = ({ request, multiPerson, candidates }: Decision): Sql => sql`(
    SELECT c.value ->> 'event' AS event, c.value ->> 'basis' AS known,
      h.account_id, h.user_id, h.schedule_id, h.calendar_id, h.busy, h.buffer_before, h.buffer_after
    FROM json_each(${JSON.stringify(candidates)}) c
    CROSS JOIN service_users h ON h.account_id = t.account_id AND h.service_id = t.service_id
      AND h.user_id = c.value ->> 'user' AND NOT ${raw(removed('h.account_id', 'h.user_id'))}
    CROSS JOIN calendars b ON b.account_id = h.account_id AND b.id = c.value ->> 'calendar' AND ${live(calendars, 'b')}
    ${multiPerson.variant === 'roundRobinAlgorithm' ? sql`ORDER BY ${rankOf(request.now)}, c.key` : sql``}
    LIMIT ${HOSTS_MAX}
  ) host WHERE ${basis(request)} = host.known`;

/** The hosts and the events of the booking, as JSON; NULL where what was decided on has changed. */
const taken = (decision: Decision): Sql => {
  const { multiPerson, candidates } = decision;
  if (multiPerson.variant === 'roundRobinAlgorithm')
    return sql`(SELECT json_array(json_array(host.user_id), json_array(host.event)) FROM ${able(decision)} LIMIT 1)`;
  const all = sql`(SELECT count(*) FROM ${able(decision)}) = ${candidates.length}`;
  if (multiPerson.variant === 'collective') {
    const both = [candidates.map(({ user }) => user), candidates.map(({ event }) => event)];
    return sql`CASE WHEN ${all} THEN ${JSON.stringify(both)} END`;
  }
  return sql`CASE WHEN coalesce(t.session_at_slot ->> 1, 0) < ${multiPerson.data} AND ${all} THEN (
    SELECT json_array(json_group_array(c.value ->> 'user' ORDER BY c.key), json_group_array(coalesce((
      SELECT e.id FROM events e WHERE e.account_id = t.account_id AND e.session = t.session_at_slot ->> 0
        AND e.session <> e.id AND +e.user_id = c.value ->> 'user' AND ${live(events, 'e')}), c.value ->> 'event') ORDER BY c.key))
    FROM json_each(${JSON.stringify(candidates)}) c) END`;
};

/**
 * The group's session at the slot and the number of its taken seats, as JSON; NULL where there is none. A session without a
 * taken seat is gone, unless the booking that changes is alone in it.
 */
const sessionAtSlot = ({ request, multiPerson }: Decision): Sql =>
  multiPerson.variant === 'group'
    ? sql`(SELECT json_array(id, taken) FROM (${sessionsOf(
        request,
        sql`n.id, ${takenSeats(request)} AS taken`,
        sql`n.start_ts = t.from_ts AND n.duration = t.to_ts - t.from_ts`,
      )}) WHERE taken > 0 OR id IS t.session LIMIT 1)`
    : sql`NULL`;

/**
 * The start of a statement that writes what was decided: a WITH that has one row in `decided`, of `hosts`, `events` (both
 * JSON) and `session`, or no row where something that was decided on has changed.
 *
 * @param session the id of a new session, for a booking that joins none.
 */
export const whileDecided = (decision: Decision, session: string): Sql => sql`
  WITH slot AS MATERIALIZED (
    SELECT t.*, ${sessionAtSlot(decision)} AS session_at_slot FROM (${decision.request.target}) t
    CROSS JOIN services s ON s.account_id = t.account_id AND s.id = t.service_id AND s.version = ${decision.version} AND ${live(services, 's')}
  ), chosen AS MATERIALIZED (
    SELECT t.session_at_slot, ${taken(decision)} AS taken FROM slot t
  ), decided AS MATERIALIZED (
    SELECT taken -> 0 AS hosts, taken -> 1 AS events, coalesce(session_at_slot ->> 0, ${session}) AS session
    FROM chosen WHERE taken IS NOT NULL
  )`;
