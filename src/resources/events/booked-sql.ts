/**
 * What a calendar may do to bookings. An event of a booking is the booking in its host's calendar: it can move, and it stays
 * what it is. No event that stands for a booking comes to lie on a booking of the same host.
 */
import { removed } from '../../db/removed.ts';
import { type Param, type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { live } from '../../db/table.ts';
import { BOOKED_COMPARED_MAX, INSTANT_MAX_TS_MS } from '../../limits.ts';
import type { Weekday } from '../../sdk/types.ts';
import { calendarMark, isSeries } from '../bookings/availability-sql.ts';
import { sessionLives } from '../bookings/removed.ts';
import { calendars } from '../calendars/table.ts';
import type { EventUpdate } from './input.ts';
import { LENGTH_CLASSES } from './length-classes.ts';
import { ruleOf, zoneOf } from './table.ts';

/** The condition that a row of `events` belongs to a booking. The events of a deleted service no longer do. */
export const isBooked = sql`(events.session IS NOT NULL AND NOT ${raw(removed('events.account_id', 'events.service_id'))})`;

/** The condition that other hosts have an event of the same booking, so that no host alone can move it. */
export const isShared = sql`(${isBooked} AND EXISTS (SELECT 1 FROM session_events other
  WHERE other.account_id = events.account_id AND other.session = events.session AND other.seq <> events.seq))`;

/** The condition that an update would make an event of a booking something that the booking is not: a booking takes no whole days. */
export function unbooks({ busy, recurrence, exdates, serviceId, days }: EventUpdate): Sql {
  if (days) return serviceId === null ? isBooked : sql`(events.service_id IS NOT NULL)`;
  if (serviceId && days === undefined) {
    return sql`(events.days IS NOT NULL OR ${isBooked} AND ${busy === false || recurrence || exdates?.length ? sql`1` : sql`events.service_id IS NOT ${serviceId}`})`;
  }
  if (busy === false || recurrence || exdates?.length) return isBooked;
  return serviceId === undefined ? sql`0` : sql`(${isBooked} AND events.service_id IS NOT ${serviceId})`;
}

/**
 * The condition that an update names a service for a series, occurrences of which have times of their own: what names a service
 * is compared with the bookings of its user by its rule alone. Whole days that become timed ones lose those times.
 */
export const displaces = ({ serviceId, recurrence }: EventUpdate): Sql =>
  serviceId && recurrence !== null
    ? sql`(events.overridden <> '{}' AND events.days IS NULL AND events.service_id IS NOT ${serviceId} AND EXISTS (
        SELECT 1 FROM events o WHERE o.account_id = events.account_id AND o.id > events.id || '/' AND o.id < events.id || '0'
          AND (instr(o.differs, '"startTs"') OR instr(o.differs, '"duration"'))))`
    : sql`0`;

/** The condition that an update gives an event an instance that it does not have, apart from `moves`. */
export const adds = ({ recurrence, exdates, timezone }: EventUpdate): Sql => sql`(
  ${recurrence === undefined ? sql`0` : sql`events.recurrence IS NOT ${recurrence && JSON.stringify(recurrence)}`}
  OR ${timezone === undefined ? sql`0` : sql`events.timezone IS NOT ${timezone}`}
  OR ${exdates === undefined ? sql`0` : sql`EXISTS (SELECT value FROM json_each(events.exdates) EXCEPT SELECT value FROM json_each(${JSON.stringify(exdates)}))`})`;

/** The condition that an update changes when an event takes place. */
export const moves = ({ startTs, duration }: EventUpdate): Sql =>
  startTs === undefined && duration === undefined
    ? sql`0`
    : sql`(events.start_ts <> ${startTs ?? sql`events.start_ts`} OR events.duration <> ${duration ?? sql`events.duration`})`;

/** An event as it would be. Each member is SQL, or a value. */
export interface Placed {
  account: Sql;
  user: Sql;
  start: Sql | Param;
  duration: Sql | Param;
  /** JSON, as in the table. */
  recurrence: Sql | Param;
  exdates: Sql | Param;
  /** The latest start of an instance; NULL: there is no end, or it is not known. */
  lastStart: Sql | Param;
  /** The second is for a rule that names no week start. */
  timezone: Sql | Param;
  weekStart: Sql;
  service: Sql | Param;
  /** The id, the `seq` and the session of the event; NULL where it is new, or belongs to no booking. */
  id: Sql | Param;
  seq: Sql | Param;
  session: Sql | Param;
}

/** Another event of the user that names a service, near the time of an event that would. */
export interface NearRow {
  /** The event as it would be, in JSON: `[start, duration, recurrence, exdates, timezone, week start]`. */
  own: string;
  /** The other event as it is; `taken` where it takes time from that event, whatever their calendars' time zones. */
  mark: string;
  start_ts: number;
  duration: number;
  recurrence: string | null;
  exdates: string;
  last_start: number | null;
  timezone: string;
  week_start: Weekday;
  /** 1: the two may be at the very same time, because it is a slot of their group. */
  shares: number;
}

/**
 * The events that an event which names a service must not overlap: of the same user, which name a service too, and could
 * reach it. Each of them is a booking, whoever made it. SQL compares single events; a series only the Worker can.
 *
 * @param from the FROM of the event as it would be.
 * @param now milliseconds since the epoch: a hold takes time until it expires.
 */
export const selectNear = (placed: Placed, from: Sql, now: number): Query<NearRow> => query<NearRow>`
  ${newAs(placed, from)}
  SELECT own, mark, start_ts, duration, recurrence, exdates, last_start, timezone, week_start, shares
  FROM (${near(now)}) ORDER BY mark = 'taken' DESC, seq LIMIT ${BOOKED_COMPARED_MAX + 1}`;

/**
 * What `selectNear` finds, as one text; empty where that is nothing. A write takes effect only while it is the same, so that
 * no other event that names a service comes between the comparison and the write.
 */
export const basisOfNear = (placed: Placed, now: number): Sql => sql`coalesce((
  ${newAs(placed)} SELECT max(own) || '|' || group_concat(mark, ';' ORDER BY seq) FROM (${near(now)})), '')`;

/** The same text, from rows without one that is `taken`. */
export const basisOf = (rows: readonly NearRow[]): string =>
  rows[0] ? `${rows[0].own}|${rows.map(({ mark }) => mark).join(';')}` : '';

const newAs = (placed: Placed, from = sql``): Sql => sql`WITH new AS MATERIALIZED (
  SELECT *, json_array(start, duration, json(recurrence), json(exdates), timezone, week_start) AS own,
    recurrence IS NOT NULL OR exdates <> '[]' AS repeats,
    CASE WHEN recurrence IS NULL THEN start ELSE coalesce(last_start, ${INSTANT_MAX_TS_MS}) END + duration AS until
  FROM (SELECT ${placed.account} AS account, ${placed.user} AS user, ${placed.start} AS start, ${placed.duration} AS duration,
    ${placed.recurrence} AS recurrence, ${placed.exdates} AS exdates, ${placed.lastStart} AS last_start,
    ${placed.timezone} AS timezone, ${placed.weekStart} AS week_start, ${placed.service} AS service, ${placed.id} AS id,
    ${placed.seq} AS seq, ${placed.session} AS session ${from})
  WHERE duration > 0 AND service IS NOT NULL)`;

function near(now: number): Sql {
  const those = (found: Sql): Sql => sql`
    SELECT new.own, e.seq, e.start_ts, e.duration, ${raw(ruleOf('e', 'c'))} AS recurrence, e.exdates, e.last_start,
      ${raw(zoneOf('e', 'c'))} AS timezone, c.week_start,
      e.service_id = new.service AND ${sharesSlot} AS shares,
      CASE WHEN new.repeats OR ${isSeries} THEN ${calendarMark('c')} ELSE 'taken' END AS mark
    FROM new CROSS JOIN ${found} AND e.start_ts < new.until AND e.duration > 0
      AND e.seq IS NOT new.seq AND instr(e.id, new.id || '/') IS NOT 1 AND (e.session IS NULL OR e.session IS NOT new.session)
    CROSS JOIN calendars c ON c.account_id = e.account_id AND c.id = e.calendar_id AND ${live(calendars, 'c')}
    WHERE (e.last_start IS NULL OR e.last_start + e.duration > new.start) AND ${raw(sessionLives('e'))}
      AND (new.repeats OR ${isSeries}
        OR NOT (e.service_id = new.service AND e.start_ts = new.start AND e.duration = new.duration AND ${sharesSlot}))`;
  const ofUser = sql`events e INDEXED BY events_booked
    ON e.account_id = new.account AND e.user_id = new.user AND e.service_id IS NOT NULL`;
  return sql`${those(sql`(${LENGTH_CLASSES}) class CROSS JOIN ${ofUser} AND e.expires_at IS NULL AND e.length_class = class.value
      AND e.start_ts >= new.start - class.value`)}
    UNION ALL ${those(sql`${ofUser} AND e.expires_at > ${now}`)}`;
}

/** The condition that one of the events `new` and `e` is direct, and that the other one is too, or is a seat of a group. */
const sharesSlot = sql`((new.session IS NULL OR e.session IS NULL) AND EXISTS (SELECT 1 FROM services s
    WHERE s.account_id = e.account_id AND s.id = e.service_id AND s.multi_person ->> 'variant' = 'group')
  AND (coalesce(new.session, e.session) IS NULL OR EXISTS (SELECT 1 FROM sessions
    WHERE sessions.account_id = e.account_id AND sessions.id = coalesce(new.session, e.session))))`;
