/**
 * Overrides in SQL: an occurrence that differs from its series is a row of `events` of its own (see schema.sql). The statements
 * that write them stand in overrides-write-sql.ts.
 */
import type { Scope } from '../../db/scope.ts';
import { type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { PAGE_MAX_BYTES } from '../../limits.ts';
import type { Occurrence, Timespan, Weekday } from '../../sdk/types.ts';
import { toOccurrence } from '../../time/occurrences.ts';
import { isBooked } from './booked-sql.ts';
import { isEvent, selectEvent } from './sql.ts';
import { type EventRow, events } from './table.ts';

/** A series, with what a change of it needs. */
export type SeriesRow = EventRow & {
  /** The calendar's: a new rule that names none has it. */
  week_start: Weekday;
  service_id: string | null;
  /** 1: the event belongs to a booking. */
  booked: number;
};

/** The id of the series of an override. */
export const seriesOf = (override: string): string => override.slice(0, override.indexOf('/'));

/** The same in SQL, for a name of the table. */
export const seriesId = (name: string): Sql => raw(`substr(${name}.id, 1, instr(${name}.id, '/') - 1)`);

/** The condition that a row `name` is an override of a series, by its index. */
const ofSeries = (name: string, { account }: Scope, series: Sql | string): Sql =>
  sql`${raw(name)}.account_id = ${account} AND ${raw(name)}.id > ${series} || '/' AND ${raw(name)}.id < ${series} || '0'`;

export const selectSeries = (scope: Scope, id: string, now: number): Query<SeriesRow> => query<SeriesRow>`
  SELECT event.*, calendars.week_start FROM (
    SELECT ${events.selected}, service_id, ${isBooked} AS booked FROM events WHERE ${isEvent(scope, id, now)}) event
  JOIN calendars ON calendars.account_id = ${scope.account} AND calendars.id = event.calendar_id`;

/** An override, as SQL returns it in JSON: its metadata is null where it is the series'. */
export type OverrideValues = [
  originalStartTs: number,
  startTs: number,
  duration: number,
  busy: number,
  metadata: Record<string, string> | null,
];

/** The occurrence of an override. */
export const occurrenceOf = ([
  originalStartTs,
  startTs,
  duration,
  busy,
  metadata,
]: OverrideValues): Occurrence =>
  toOccurrence({ originalStartTs, startTs, duration, busy: busy === 1, metadata: metadata ?? undefined });

/** An event with its overrides in a window. */
export type ExpandedEventRow = EventRow & {
  /** JSON: `OverrideValues[]`; null where the event has none, or where they have too many bytes. */
  overrides: string | null;
};

/** An event, and its overrides that overlap a window. An event without any reads what it reads alone. */
export const selectExpanded = (
  scope: Scope,
  id: string,
  { startTs, endTs }: Timespan,
  now: number,
): Query<ExpandedEventRow> => query<ExpandedEventRow>`
  SELECT event.*, CASE WHEN overridden <> '{}' THEN (
    SELECT CASE WHEN coalesce(sum(octet_length(o.metadata)), 0) <= ${PAGE_MAX_BYTES}
      THEN json_group_array(json_array(o.original_ts, o.start_ts, o.duration, o.busy, ${ownMetadata('o')})) END
    FROM events o WHERE ${ofSeries('o', scope, sql`event.id`)}
      AND o.start_ts < ${endTs} AND (o.start_ts >= ${startTs} OR o.start_ts + o.duration > ${startTs})) END AS overrides
  FROM (${selectEvent(scope, id, now)}) event`;

/** The metadata of an override, in JSON; NULL where it is the series'. */
export const ownMetadata = (name: string): Sql =>
  raw(`CASE WHEN instr(${name}.differs, '"metadata"') THEN json(${name}.metadata) END`);
