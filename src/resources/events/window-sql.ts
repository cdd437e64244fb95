/** The events that may have an instance in a window, in SQL: as few rows as can matter, and no more than a request may have. */

import type { Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import { FREEBUSY_CALENDARS_MAX } from '../../limits.ts';
import type { Timespan } from '../../sdk/types.ts';
import type { Limits } from './limits.ts';
import { alive, type BusyRow, type ZoneRow } from './sql.ts';
import { type EventRow, events } from './table.ts';

/** The classes of `events.length_class`: powers of four, and one for what has no end. */
export const LENGTH_CLASSES = sql`SELECT column1 AS value FROM (VALUES (4194304), (16777216), (67108864), (268435456),
  (1073741824), (4294967296), (17179869184), (68719476736), (274877906944), (9007199254740991))`;

/** Of those calendars what it takes to expand their events; one more than there may be tells that there are too many. */
export const selectZones = (calendars: Sql): Query<ZoneRow> =>
  query<ZoneRow>`SELECT id, timezone, week_start FROM (${calendars}) LIMIT ${FREEBUSY_CALENDARS_MAX + 1}`;

/** A window, as it is looked at now. */
type Window = Timespan & { now: number };

type RowLimit = Pick<Limits, 'rows' | 'bytesPerRow'>;

/** How long an event is, in bytes; a query says so for each. */
export interface Sized {
  size: number;
}

/** Whether there are more events than a query was allowed to bring. */
export const exceeds = (events: readonly Sized[], { rows, bytesPerRow }: RowLimit): boolean =>
  events.reduce((sum, { size }) => sum + 1 + Math.floor(size / bytesPerRow), 0) > rows;

/** Of a query: what may stand after the columns and before another join, and what comes after that. */
interface Source {
  from: Sql;
  where: Sql;
}

/**
 * Events up to a limit. What bounds a query is the number of its rows, so a long event is made to be several: as many
 * as `bytesPerRow` go into it, and one. Only the first of them is sent, and of the events after the limit none is even
 * read. (To add up lengths by a window function would cost three rows read for each.)
 *
 * @param size how long an event is.
 * @param source where the events come from.
 */
const upTo = <Row>(
  { rows, bytesPerRow }: RowLimit,
  selected: Sql,
  size: Sql,
  { from, where }: Source,
): Query<Row & Sized> => query<Row & Sized>`
  SELECT * FROM (
    SELECT ${selected}, ${size} AS size, part.key AS part ${from}
    LEFT JOIN json_each(CASE WHEN ${size} >= ${bytesPerRow}
      THEN '[' || replace(hex(zeroblob((${size}) / CAST(${bytesPerRow} AS INTEGER))), '00', '0,') || '0]' END) part
    ${where} LIMIT ${rows + 1}
  ) WHERE coalesce(part, 0) = 0`;

/**
 * The events of some calendars that may have an instance in a window, up to a limit. Reads, in each class of length,
 * the events that start before the window's end and within one class length of its start: no other could reach it.
 * (CROSS JOIN fixes that order: SQLite does not choose another one.)
 *
 * @param calendars yields rows with the calendars' `id`.
 */
export const selectEventsIn = (scope: Scope, calendars: Sql, window: Window, limit: RowLimit) => {
  const size = sql`coalesce(octet_length(recurrence), 0) + octet_length(exdates) + octet_length(reminders)
    + octet_length(events.metadata)`;
  const found = upTo<EventRow>(
    limit,
    sql`${events.selected}, events.seq`,
    size,
    eventsIn(scope, calendars, window),
  );
  return query<EventRow & Sized>`${found} ORDER BY start_ts, seq`;
};

/** Of the same events those that are busy. */
export const selectBusyEventsIn = (scope: Scope, calendars: Sql, window: Window, limit: RowLimit) => {
  const size = sql`coalesce(octet_length(recurrence), 0) + octet_length(exdates)`;
  const selected = sql`calendar_id, start_ts, duration, busy, recurrence, exdates`;
  const { from, where } = eventsIn(scope, calendars, window);
  return upTo<BusyRow>(limit, selected, size, { from, where: sql`${where} AND busy = 1` });
};

const eventsIn = ({ account }: Scope, calendars: Sql, { startTs, endTs, now }: Window): Source => ({
  from: sql`FROM (${calendars}) calendar
    CROSS JOIN (${LENGTH_CLASSES}) class
    CROSS JOIN events ON events.account_id = ${account} AND calendar_id = calendar.id
      AND length_class = class.value AND start_ts < ${endTs} AND start_ts >= ${startTs} - class.value`,
  where: sql`WHERE (last_start IS NULL OR last_start + duration >= ${startTs}) AND ${alive(now)}`,
});
