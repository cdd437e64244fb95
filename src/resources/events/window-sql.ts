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
import { LENGTH_CLASSES } from './length-classes.ts';
import { ownMetadata, seriesId } from './overrides-sql.ts';
import type { BusyRow } from './sql.ts';
import { type EventRow, events, ruleOf, selectedWithCalendar, zoneOf } from './table.ts';

/** The ids of calendars. One more than the limit shows that there are too many. */
export const upToLimit = (calendars: Sql): Query<{ id: string }> =>
  query<{ id: string }>`SELECT id FROM (${calendars}) LIMIT ${FREEBUSY_CALENDARS_MAX + 1}`;

/** A window, and the time of the request. All are milliseconds since the epoch. */
type EventWindow = Timespan & { now: number };

/** A row that a query has read: an event that the index found. */
interface Found extends Sized {
  /** 1: the event may have an instance in the window. */
  inside: number;
}

/** The events that may have an instance in the window. */
export const inWindow = <Row extends Found>(rows: readonly Row[]): Row[] =>
  rows.filter(({ inside }) => inside);

/**
 * The events of some calendars that may have an instance in a window, up to a limit. The limit is on what the query reads,
 * so it returns what it reads, with `inside`.
 *
 * @param calendars selects rows with the `id` of each calendar.
 */
export const selectEventsIn = (scope: Scope, calendars: Sql, window: EventWindow, limit: SizeLimit) =>
  upTo<EventInWindow>(
    limit,
    eventsIn(scope, calendars, window, withSeries(scope, window), sql`busy IN (0, 1)`),
  );

/** The columns of `EventInWindow`. */
function withSeries({ account }: Scope, { startTs, endTs }: EventWindow): Sql {
  // Where the series itself may have an instance in the window, it is another row.
  const ofSeries = (column: Sql) => sql`CASE WHEN events.original_ts IS NOT NULL THEN (
    SELECT ${column} FROM events series JOIN event_json ON event_json.seq = series.seq
    WHERE series.account_id = ${account} AND series.id = ${seriesId('events')} AND NOT (series.start_ts < ${endTs}
      AND (series.last_start IS NULL OR series.last_start + series.duration >= ${startTs}))) END`;
  return sql`${selectedWithCalendar}, events.seq, events.original_ts, ${ownMetadata('events')} AS own_metadata,
    ${ofSeries(sql`event_json.json`)} AS series,
    ${events.size} + coalesce(${ofSeries(sql`octet_length(event_json.json)`)}, 0) AS size`;
}

/** An event of a window, or an override. */
export type EventInWindow = EventRow &
  Found & {
    seq: number;
    /** Of an override. */
    original_ts: number | null;
    /** JSON: of an override that has its own. */
    own_metadata: string | null;
    /** JSON: the row of the series of an override, where the series itself has no instance in the window. */
    series: string | null;
  };

/** The same events, without those of holds: a hold is no event until somebody confirms it. */
export const selectLastingEventsIn = (scope: Scope, calendars: Sql, window: EventWindow, limit: SizeLimit) =>
  upTo<EventInWindow>(
    limit,
    lasting(scope, calendars, window, withSeries(scope, window), sql`busy IN (0, 1)`),
  );

/** The busy ones among the same events, without their contents. */
export const selectBusyEventsIn = (scope: Scope, calendars: Sql, window: EventWindow, limit: SizeLimit) => {
  const selected = sql`start_ts, duration, busy, exdates, days,
    ${raw(ruleOf('events', 'c'))} AS recurrence, ${raw(zoneOf('events', 'c'))} AS timezone,
    octet_length(exdates) + coalesce(octet_length(events.recurrence), 0) AS size`;
  return upTo<BusyRow & Found>(limit, eventsIn(scope, calendars, window, selected, sql`busy = 1`));
};

/**
 * The events that do not expire, and those of the holds that have not expired, by the index `events_in_time`. In each
 * length class, only an event that starts before the window's end, and at most one class before the window's start, can
 * reach the window. CROSS JOIN makes SQLite keep this order of the joins.
 */
function eventsIn(scope: Scope, calendars: Sql, window: EventWindow, selected: Sql, busy: Sql): Sql {
  const { endTs, now } = window;
  return sql`
    ${lasting(scope, calendars, window, selected, busy)}
    UNION ALL
    ${selecting(scope, selected, calendars, window)}
    CROSS JOIN events ON events.account_id = ${scope.account} AND calendar_id = c.id AND busy = 1
      AND expires_at > ${now} AND start_ts < ${endTs}`;
}

const selecting = ({ account }: Scope, selected: Sql, calendars: Sql, { startTs }: EventWindow): Sql => sql`
  SELECT ${selected},
    (last_start IS NULL OR last_start + duration >= ${startTs}) AND ${raw(sessionLives('events'))} AS inside
  FROM (${calendars}) calendar CROSS JOIN calendars c ON c.account_id = ${account} AND c.id = calendar.id`;

/** Those that do not expire. */
const lasting = (scope: Scope, calendars: Sql, window: EventWindow, selected: Sql, busy: Sql): Sql => sql`
  ${selecting(scope, selected, calendars, window)}
  CROSS JOIN (${LENGTH_CLASSES}) class
  CROSS JOIN events ON events.account_id = ${scope.account} AND calendar_id = c.id AND ${busy}
    AND expires_at IS NULL AND length_class = class.value AND start_ts < ${window.endTs}
    AND start_ts >= ${window.startTs} - class.value`;
