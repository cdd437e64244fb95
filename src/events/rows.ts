import type { CalendarRow } from '../calendars/rows.ts';
import { type MetadataPage, selectByMetadata } from '../metadata.ts';
import { owned, type Scope } from '../scope.ts';
import type { CalendarEvent, Timespan } from '../sdk/types.ts';
import { type Sql, sql } from '../sql.ts';
import { DAY } from '../time/calendar.ts';
import { MAX_UNTIL_DAYS } from '../time/faults.ts';
import type { Series } from '../time/recurrence.ts';
import type { EventUpdate, NewEvent } from './input.ts';
import { type Limits, MAX_CALENDARS } from './limits.ts';

export interface EventRow {
  id: string;
  calendar_id: string;
  user_id: string;
  start_ts: number;
  duration: number;
  busy: number;
  recurrence: string | null;
  exdates: string;
  reminders: string;
  metadata: string;
  created: number;
  updated: number;
}

/** What free/busy takes of an event, and no more: never its contents. */
export type BusyRow = Omit<EventRow, 'id' | 'user_id' | 'reminders' | 'metadata' | 'created' | 'updated'>;

/** What the rules of a calendar's events are expanded by. */
export type ZoneRow = Pick<CalendarRow, 'id' | 'timezone' | 'week_start'>;

/** An event with those of its calendar. */
export type ZonedEventRow = EventRow & Omit<ZoneRow, 'id'>;

const columns = sql`events.id, calendar_id, events.user_id, start_ts, duration, busy, recurrence, exdates, reminders,
  events.metadata, created, updated`;

const UNTIL_REACH = MAX_UNTIL_DAYS * DAY;

export const toEvent = (row: EventRow): CalendarEvent => ({
  id: row.id,
  calendarId: row.calendar_id,
  userId: row.user_id,
  ...toSeries(row),
  created: row.created,
  updated: row.updated,
  reminders: JSON.parse(row.reminders),
  metadata: JSON.parse(row.metadata),
});

/**
 * @param lastStart the latest that an instance may start, in any time zone; null when there is no end to it, or none
 *   that was found: then a count may still tell.
 */
export const insertEvent = (
  scope: Scope,
  event: NewEvent & { id: string; lastStart: number | null; now: number },
): Sql<EventRow> => {
  const recurrence = sql`${event.recurrence && JSON.stringify(event.recurrence)}`;
  return sql<EventRow>`
    INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start,
      reminders, service_id, metadata, created, updated)
    SELECT account_id, ${event.id}, id, user_id, ${event.startTs}, ${event.duration}, ${event.busy ? 1 : 0},
      ${recurrence}, ${boundOf(event.lastStart, event.recurrence, sql`${event.startTs}`, recurrence)}, ${JSON.stringify(event.reminders)},
      ${event.serviceId}, ${JSON.stringify(event.metadata)}, ${event.now}, ${event.now}
    FROM calendars WHERE ${owned(scope)} AND id = ${event.calendarId}
    RETURNING ${columns}`;
};

export const selectEvent = (scope: Scope, id: string): Sql<EventRow> =>
  sql<EventRow>`SELECT ${columns} FROM events WHERE ${owned(scope)} AND id = ${id}`;

/** The event with its calendar's time zone and week start. */
export const selectZonedEvent = (scope: Scope, id: string): Sql<ZonedEventRow> => sql<ZonedEventRow>`
  SELECT event.*, timezone, week_start FROM (${selectEvent(scope, id)}) event
  JOIN calendars ON calendars.account_id = ${scope.account} AND calendars.id = event.calendar_id`;

/**
 * What is absent is kept; a changed start clears the exdates. No row comes back where the rule's `until` would lie
 * too far from the start: one of the two may be known to the row alone.
 *
 * @param lastStart as for `insertEvent`; undefined when start and rule are not both in the update. Then the row
 *   keeps its bound if neither changes, else takes what SQL can tell of the new one: its start, its `until`, the reach of its `count`, or none.
 */
export function updateEvent(
  scope: Scope,
  id: string,
  change: EventUpdate & { lastStart: number | null | undefined; now: number },
): Sql<EventRow> {
  const json = (value: object | null | undefined) => (value ? JSON.stringify(value) : null);
  const start = sql`coalesce(${change.startTs ?? null}, start_ts)`;
  const recurrence = change.recurrence === undefined ? sql`recurrence` : sql`${json(change.recurrence)}`;
  const until = sql`${recurrence} ->> 'until'`;
  const lastStart =
    change.lastStart !== undefined
      ? boundOf(change.lastStart, change.recurrence, start, recurrence)
      : sql`CASE WHEN ${recurrence} IS NULL THEN ${start}
          WHEN ${recurrence} IS recurrence AND ${start} = start_ts THEN last_start
          ELSE coalesce(${until}, ${start} + ${reachOfCount(recurrence)}) END`;
  return sql<EventRow>`
    UPDATE events SET
      start_ts = ${start},
      duration = coalesce(${change.duration ?? null}, duration),
      busy = coalesce(${change.busy === undefined ? null : Number(change.busy)}, busy),
      recurrence = ${recurrence},
      last_start = ${lastStart},
      exdates = coalesce(${json(change.exdates)}, CASE WHEN ${start} = start_ts THEN exdates ELSE '[]' END),
      reminders = coalesce(${json(change.reminders)}, reminders),
      service_id = ${change.serviceId === undefined ? sql`service_id` : sql`${change.serviceId}`},
      metadata = coalesce(${json(change.metadata)}, metadata),
      updated = ${change.now}
    WHERE ${owned(scope)} AND id = ${id} AND coalesce(${until} - ${start} <= ${UNTIL_REACH}, 1)
    RETURNING ${columns}`;
}

/** The latest start that was found; where none was, what the reach of a count tells. */
const boundOf = (
  lastStart: number | null,
  rule: NewEvent['recurrence'] | undefined,
  start: Sql,
  recurrence: Sql,
): Sql =>
  lastStart === null && rule?.count ? sql`${start} + ${reachOfCount(recurrence)}` : sql`${lastStart}`;

/**
 * How long after its start a counted rule can go on, whatever its start: where each of its days or weeks has an
 * instance; NULL for any other. The first week may have none, and time zones differ by up to a day.
 */
const reachOfCount = (rule: Sql): Sql => sql`CASE
  WHEN coalesce(${rule} ->> 'bymonth', ${rule} ->> 'bymonthday', ${rule} ->> 'bysetpos') IS NOT NULL THEN NULL
  WHEN ${rule} ->> 'freq' = 'weekly' THEN (${rule} ->> 'count') * (${rule} ->> 'interval') * ${7 * DAY} + ${8 * DAY}
  WHEN ${rule} ->> 'freq' = 'daily' AND ${rule} ->> 'byweekday' IS NULL
    THEN (${rule} ->> 'count') * (${rule} ->> 'interval') * ${DAY} + ${DAY} END`;

export const deleteEvent = (scope: Scope, id: string): Sql<EventRow> =>
  sql<EventRow>`DELETE FROM events WHERE ${owned(scope)} AND id = ${id} RETURNING ${columns}`;

export const selectEventsByMetadata = (scope: Scope, page: MetadataPage): Sql<EventRow> =>
  selectByMetadata(scope, { columns, table: sql`events`, entries: sql`event_metadata` }, page);

/** The classes of `events.length_class`: powers of four, and one for what has no end. */
const LENGTH_CLASSES = sql`SELECT column1 AS value FROM (VALUES (4194304), (16777216), (67108864), (268435456),
  (1073741824), (4294967296), (17179869184), (68719476736), (274877906944), (9007199254740991))`;

/** Of those calendars what it takes to expand their events; one more than there may be tells that there are too many. */
export const selectZones = (calendars: Sql): Sql<ZoneRow> =>
  sql<ZoneRow>`SELECT id, timezone, week_start FROM (${calendars}) LIMIT ${MAX_CALENDARS + 1}`;

type RowLimit = Pick<Limits, 'rows' | 'bytesPerRow'>;

/** How long an event is, in bytes; a query says so for each. */
export interface Sized {
  size: number;
}

/** Of a query: what may stand after the columns and before another join, and what comes after that. */
interface Source {
  from: Sql;
  where: Sql;
}

/** Whether there are more events than a query was allowed to bring. */
export const exceeds = (events: readonly Sized[], { rows, bytesPerRow }: RowLimit): boolean =>
  events.reduce((sum, { size }) => sum + 1 + Math.floor(size / bytesPerRow), 0) > rows;

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
): Sql<Row & Sized> => sql<Row & Sized>`
  SELECT * FROM (
    SELECT ${selected}, ${size} AS size, part.key AS part ${from}
    LEFT JOIN json_each(CASE WHEN ${size} >= ${bytesPerRow}
      THEN '[' || replace(hex(zeroblob((${size}) / CAST(${bytesPerRow} AS INTEGER))), '00', '0,') || '0]' END) part
    ${where} LIMIT ${rows + 1}
  ) WHERE coalesce(part, 0) = 0`;

/**
 * The events of some calendars that may have an instance in a window, up to a limit. Reads, in each class of length,
 * the events that start before the window's end and within one class length of its start: no other could reach it.
 *
 * @param calendars yields rows with the calendars' `id`.
 */
export const selectEventsIn = (scope: Scope, calendars: Sql, window: Timespan, limit: RowLimit) => {
  const size = sql`coalesce(octet_length(recurrence), 0) + octet_length(exdates) + octet_length(reminders)
    + octet_length(events.metadata)`;
  const found = upTo<EventRow>(limit, sql`${columns}, events.seq`, size, eventsIn(scope, calendars, window));
  return sql<EventRow & Sized>`${found} ORDER BY start_ts, seq`;
};

/** Of the same events those that are busy. */
export const selectBusyEventsIn = (scope: Scope, calendars: Sql, window: Timespan, limit: RowLimit) => {
  const size = sql`coalesce(octet_length(recurrence), 0) + octet_length(exdates)`;
  const selected = sql`calendar_id, start_ts, duration, busy, recurrence, exdates`;
  const { from, where } = eventsIn(scope, calendars, window);
  return upTo<BusyRow>(limit, selected, size, { from, where: sql`${where} AND busy = 1` });
};

const eventsIn = ({ account }: Scope, calendars: Sql, { startTs, endTs }: Timespan): Source => ({
  from: sql`FROM (${calendars}) calendar
    CROSS JOIN (${LENGTH_CLASSES}) class
    CROSS JOIN events ON events.account_id = ${account} AND calendar_id = calendar.id
      AND length_class = class.value AND start_ts < ${endTs} AND start_ts >= ${startTs} - class.value`,
  where: sql`WHERE (last_start IS NULL OR last_start + duration >= ${startTs})`,
});

export const toSeries = (row: BusyRow): Series => ({
  startTs: row.start_ts,
  duration: row.duration,
  busy: row.busy === 1,
  recurrence: row.recurrence === null ? null : JSON.parse(row.recurrence),
  exdates: JSON.parse(row.exdates),
});
