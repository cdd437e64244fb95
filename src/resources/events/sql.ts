/** Events in SQL, and how those of a window are found. */
import { type MetadataPage, selectByMetadata } from '../../db/metadata.ts';
import type { Listed } from '../../db/pages.ts';
import { exists, ofUser, type Scope } from '../../db/scope.ts';
import { assign, type Query, query, type Sql, sql } from '../../db/sql.ts';
import { listedIn } from '../../db/table.ts';
import { UNTIL_MAX_DAYS } from '../../limits.ts';
import { DAY_MS } from '../../time/units.ts';
import type { CalendarRow } from '../calendars/table.ts';
import type { EventUpdate, NewEvent } from './input.ts';
import { type EventRow, events } from './table.ts';

/** What free/busy takes of an event, and no more: never its contents. */
export type BusyRow = Pick<
  EventRow,
  'calendar_id' | 'start_ts' | 'duration' | 'busy' | 'recurrence' | 'exdates'
>;

/** What the rules of a calendar's events are expanded by. */
export type ZoneRow = Pick<CalendarRow, 'id' | 'timezone' | 'week_start'>;

/** An event with those of its calendar. */
export type ZonedEventRow = EventRow & Omit<ZoneRow, 'id'>;

const columns = events.selected;

const UNTIL_REACH = UNTIL_MAX_DAYS * DAY_MS;

/**
 * @param lastStart the latest that an instance may start, in any time zone; null when there is no end to it, or none
 *   that was found: then a count may still tell.
 */
export const insertEvent = (
  scope: Scope,
  row: EventRow,
  { recurrence, serviceId }: NewEvent,
  lastStart: number | null,
): Sql => sql`
  INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start, reminders,
    service_id, metadata, created, updated, version)
  SELECT account_id, ${row.id}, id, user_id, ${row.start_ts}, ${row.duration}, ${row.busy}, ${row.recurrence},
    ${boundOf(lastStart, recurrence, sql`${row.start_ts}`, sql`${row.recurrence}`)}, ${row.reminders}, ${serviceId},
    ${row.metadata}, ${row.created}, ${row.updated}, ${row.version}
  FROM calendars WHERE ${ofUser(scope)} AND id = ${row.calendar_id}
  RETURNING 1`;

export const eventIsThere = (scope: Scope, { id }: EventRow): Sql => exists(scope, sql`events`, id);

/** The event of a hold is none any more once the hold has expired, though its row may still be there. */
export const alive = (now: number): Sql => sql`(expires_at IS NULL OR expires_at > ${now})`;

const one = (scope: Scope, id: string, now: number): Sql =>
  sql`${ofUser(scope)} AND events.id = ${id} AND ${alive(now)}`;

export const selectEvent = (scope: Scope, id: string, now: number): Query<EventRow> =>
  query<EventRow>`SELECT ${columns} FROM events WHERE ${one(scope, id, now)}`;

/** The event with its calendar's time zone and week start. */
export const selectZonedEvent = (
  scope: Scope,
  id: string,
  now: number,
): Query<ZonedEventRow> => query<ZonedEventRow>`
  SELECT event.*, timezone, week_start FROM (${selectEvent(scope, id, now)}) event
  JOIN calendars ON calendars.account_id = ${scope.account} AND calendars.id = event.calendar_id`;

/** Whether the event was made for bookings of several hosts, so that one of them alone cannot move it. */
export const selectShared = (scope: Scope, id: string, now: number): Query<{ shared: number }> => query<{
  shared: number;
}>`
  SELECT ${shared} AS shared FROM events WHERE ${one(scope, id, now)}`;

const shared = sql`EXISTS (SELECT 1 FROM events other
  WHERE other.account_id = events.account_id AND other.session = events.session AND other.seq <> events.seq)`;

/**
 * What is absent is kept, and not written; a changed start clears the exdates. No row comes back where the event is
 * `shared` and would be moved, or where the rule's `until` would lie too far from the start: one of the two may be
 * known to the row alone.
 *
 * @param lastStart as for `insertEvent`; undefined when start and rule are not both in the update. Then the row
 *   keeps its bound if neither changes, else takes what SQL can tell of the new one: its start, its `until`, the reach of its `count`, or none.
 */
export function updateEvent(
  scope: Scope,
  id: string,
  change: EventUpdate & { lastStart: number | null | undefined; now: number },
): Sql<EventRow> {
  const { startTs, duration, busy, recurrence, exdates, reminders, serviceId, metadata, now } = change;
  const start = startTs === undefined ? sql`start_ts` : sql`new.start`;
  const rule = recurrence === undefined ? sql`recurrence` : sql`new.rule`;
  const until = sql`${rule} ->> 'until'`;
  const moves = startTs !== undefined || duration !== undefined;
  const lastStart =
    change.lastStart !== undefined
      ? boundOf(change.lastStart, recurrence, start, rule)
      : sql`CASE WHEN ${rule} IS NULL THEN ${start}
          WHEN ${rule} IS recurrence AND ${start} = start_ts THEN last_start
          ELSE coalesce(${until}, ${start} + ${reachOfCount(rule)}) END`;
  const keptExdates =
    startTs === undefined ? undefined : sql`CASE WHEN new.start = start_ts THEN exdates ELSE '[]' END`;
  const assignments = assign({
    start_ts: startTs,
    duration,
    busy: busy === undefined ? undefined : Number(busy),
    recurrence: recurrence === undefined ? undefined : sql`new.rule`,
    last_start: startTs === undefined && recurrence === undefined ? undefined : lastStart,
    exdates: exdates ? JSON.stringify(exdates) : keptExdates,
    reminders: reminders && JSON.stringify(reminders),
    service_id: serviceId,
    metadata: metadata && JSON.stringify(metadata),
    updated: now,
    version: sql`version + 1`,
  });
  return sql<EventRow>`
    UPDATE events SET ${assignments}
    FROM (SELECT ${startTs ?? null} AS start, ${recurrence ? JSON.stringify(recurrence) : null} AS rule) new
    WHERE ${one(scope, id, now)} AND coalesce(${until} - ${start} <= ${UNTIL_REACH}, 1) ${moves ? sql`AND NOT ${shared}` : sql``}
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
  WHEN ${rule} ->> 'freq' = 'weekly' THEN (${rule} ->> 'count') * (${rule} ->> 'interval') * ${7 * DAY_MS} + ${8 * DAY_MS}
  WHEN ${rule} ->> 'freq' = 'daily' AND ${rule} ->> 'byweekday' IS NULL
    THEN (${rule} ->> 'count') * (${rule} ->> 'interval') * ${DAY_MS} + ${DAY_MS} END`;

/** Bookings that it was made for are cancelled with it: a trigger of schema.sql sees to that. */
export const deleteEvent = (scope: Scope, id: string, now: number): Sql<EventRow> =>
  sql<EventRow>`DELETE FROM events WHERE ${one(scope, id, now)} RETURNING ${columns}`;

export const selectEventsByMetadata = (scope: Scope, page: MetadataPage, now: number): Query<EventRow> =>
  selectByMetadata(scope, listedEvents(scope, now), page);

/** What a page of a list of events reads. */
export const listedEvents = (scope: Scope, now: number): Listed => listedIn(events, scope, alive(now));
