/**
 * Overrides in SQL: an occurrence that differs from its series is a row of `events` of its own (see schema.sql). The statements
 * that write them stand in overrides-write-sql.ts.
 */
import type { Scope } from '../../db/scope.ts';
import { type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { PAGE_MAX_BYTES } from '../../limits.ts';
import type { Metadata, Occurrence, Timespan, Weekday } from '../../sdk/types.ts';
import { DAY_MS } from '../../time/units.ts';
import { dateOfMoment, datesOf, dayOfSpan, spanInAnyZone } from '../../time/whole-days.ts';
import { firstAt } from '../../time/zone.ts';
import { isBooked } from './booked-sql.ts';
import { isEvent, selectEvent } from './sql.ts';
import { type EventRow, events } from './table.ts';

/** A series, with what a change of it needs. */
export type SeriesRow = EventRow & {
  /** The calendar's: a new rule that names none has it. */
  week_start: Weekday;
  /** The calendar's: that of whole days. */
  calendar_timezone: string;
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
  SELECT event.*, calendars.week_start, calendars.timezone AS calendar_timezone FROM (
    SELECT ${events.selected}, service_id, ${isBooked} AS booked FROM events WHERE ${isEvent(scope, id, now)}) event
  JOIN calendars ON calendars.account_id = ${scope.account} AND calendars.id = event.calendar_id`;

/** The columns of an override: its metadata is null where it is the series'. */
export interface OverrideValues {
  original_ts: number;
  start_ts: number;
  duration: number;
  busy: number;
  days: number | null;
  metadata: Metadata | null;
}

/** The same of a row `name`, as JSON. */
export const overrideValues = (name: string): Sql =>
  raw(`json_object('original_ts', ${name}.original_ts,
  'start_ts', ${name}.start_ts, 'duration', ${name}.duration, 'busy', ${name}.busy, 'days', ${name}.days,
  'metadata', ${ownMetadata(name).text})`);

/**
 * The occurrence of an override.
 *
 * @param zone the time zone of whole days: their calendar's.
 */
export function occurrenceOf(
  { original_ts, start_ts, duration, busy, days, metadata }: OverrideValues,
  zone: string,
): Occurrence {
  const times = days
    ? datesOf(zone, dayOfSpan(start_ts), days)
    : { startTs: start_ts, endTs: start_ts + duration };
  const name = nameOf(original_ts, days !== null, zone);
  return { ...times, busy: busy === 1, ...name, overridden: true, ...(metadata && { metadata }) };
}

/** What names an occurrence, by its original start as the database stores it: of whole days, the midnight of a date in UTC. */
export const nameOf = (
  original: number,
  wholeDays: boolean,
  zone: string,
): Pick<Occurrence, 'originalStartTs' | 'originalDate'> =>
  wholeDays
    ? { originalStartTs: firstAt(zone, original), originalDate: dateOfMoment(original) }
    : { originalStartTs: original };

/** What the database stores as the start of an occurrence: of whole days, that of their span in any zone. */
export const startOf = (original: number, wholeDays = false): number =>
  wholeDays ? spanInAnyZone(original / DAY_MS, 1).startTs : original;

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
      THEN json_group_array(${overrideValues('o')}) END
    FROM events o WHERE ${ofSeries('o', scope, sql`event.id`)}
      AND o.start_ts < ${endTs} AND (o.start_ts >= ${startTs} OR o.start_ts + o.duration > ${startTs})) END AS overrides
  FROM (${selectEvent(scope, id, now)}) event`;

/** The metadata of an override, in JSON; NULL where it is the series'. */
export const ownMetadata = (name: string): Sql =>
  raw(`CASE WHEN instr(${name}.differs, '"metadata"') THEN json(${name}.metadata) END`);
