/**
 * Finds the events that may have an instance in a window. The index of events has the length class of each event and
 * whether it is busy, so that a query reads few other events; and a limit stops it, however many there are.
 */
import type { Scope } from '../../db/scope.ts';
import { type Sized, type SizeLimit, upTo } from '../../db/sizes.ts';
import { type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { FREEBUSY_CALENDARS_MAX } from '../../limits.ts';
import type { Timespan } from '../../sdk/types.ts';
import { sessionLives } from '../bookings/removed.ts';
import type { BusyRow, ZoneRow } from './sql.ts';
import { type EventRow, events } from './table.ts';

/**
 * The values of `events.length_class` in schema.sql: each event has the least power of four that its whole length fits
 * in. The last class takes every longer event, so no bound of limits.ts needs a change here.
 */
export const LENGTH_CLASSES = sql`SELECT column1 AS value FROM (VALUES (4194304), (16777216), (67108864), (268435456),
  (1073741824), (4294967296), (17179869184), (68719476736), (274877906944), (9007199254740991))`;

/** The zones of calendars. One calendar more than the limit shows that there are too many. */
export const selectZones = (calendars: Sql): Query<ZoneRow> =>
  query<ZoneRow>`SELECT id, timezone, week_start FROM (${calendars}) LIMIT ${FREEBUSY_CALENDARS_MAX + 1}`;

/** A window, and the time of the request. All are milliseconds since the epoch. */
type EventWindow = Timespan & { now: number };

/** The events of the rows: without those that are not in the window. */
export const inWindow = <Row extends Sized>(rows: readonly Row[]): Row[] =>
  rows.filter(({ size }) => size !== null);

/**
 * Selects the events that `candidates` finds, up to a limit. A candidate that is not in the window is a row of nulls, so
 * the limit bounds what the query reads, and not only what it returns.
 *
 * @param candidates selects the `seq` of each event that may be in the window.
 */
const found = <Row>(
  limit: SizeLimit,
  selected: Sql,
  candidates: Sql,
  { startTs }: EventWindow,
): Query<Row & Sized> =>
  upTo<Row>(
    limit,
    sql`
    SELECT ${selected} FROM (${candidates} LIMIT ${limit.rows + 1}) candidate
    LEFT JOIN events ON events.seq = candidate.seq
      AND (last_start IS NULL OR last_start + duration >= ${startTs}) AND ${raw(sessionLives('events'))}`,
  );

/**
 * The events of some calendars that may have an instance in a window, up to a limit. In each length class, only an event
 * that starts before the window's end, and at most one class before the window's start, can reach the window. CROSS JOIN
 * makes SQLite keep this order of the joins.
 *
 * @param calendars selects rows with the `id` of each calendar.
 */
export const selectEventsIn = (scope: Scope, calendars: Sql, window: EventWindow, limit: SizeLimit) => {
  const candidates = candidatesIn(scope, calendars, window, sql`busy IN (0, 1)`);
  const selected = sql`${events.selected}, events.seq, ${events.size} AS size`;
  return found<EventRow & { seq: number }>(limit, selected, candidates, window);
};

/** The busy ones among the same events, without their contents. */
export const selectBusyEventsIn = (scope: Scope, calendars: Sql, window: EventWindow, limit: SizeLimit) => {
  const selected = sql`calendar_id, start_ts, duration, busy, recurrence, exdates,
    octet_length(exdates) + coalesce(octet_length(recurrence), 0) AS size`;
  const candidates = candidatesIn(scope, calendars, window, sql`busy = 1`);
  return found<BusyRow>(limit, selected, candidates, window);
};

/** Reads the index `events_in_time` alone: the events that do not expire, and those of the holds that have not expired. */
const candidatesIn = (
  { account }: Scope,
  calendars: Sql,
  { startTs, endTs, now }: EventWindow,
  busy: Sql,
): Sql => sql`
  SELECT events.seq FROM (${calendars}) calendar
  CROSS JOIN (${LENGTH_CLASSES}) class
  CROSS JOIN events ON events.account_id = ${account} AND calendar_id = calendar.id AND ${busy}
    AND expires_at IS NULL AND length_class = class.value AND start_ts < ${endTs} AND start_ts >= ${startTs} - class.value
  UNION ALL
  SELECT events.seq FROM (${calendars}) calendar
  CROSS JOIN events ON events.account_id = ${account} AND calendar_id = calendar.id AND busy = 1
    AND expires_at > ${now} AND start_ts < ${endTs}`;
