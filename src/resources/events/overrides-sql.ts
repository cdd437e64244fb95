/**
 * Overrides in SQL: an occurrence that differs from its series is a row of `events` of its own (see schema.sql). Each write is
 * decided on a version of the series that was read, and takes effect only while the series has that version.
 */
import type { Scope } from '../../db/scope.ts';
import { assign, type Param, type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { PAGE_MAX_BYTES } from '../../limits.ts';
import type { Occurrence, Recurrence, Timespan } from '../../sdk/types.ts';
import { toOccurrence } from '../../time/occurrences.ts';
import { isBooked, isOnBooking } from './booked-sql.ts';
import { isEvent, mayKeepOrName, nextNth, selectEvent, type ZoneRow } from './sql.ts';
import { type EventRow, events } from './table.ts';

/** A series, with what its rule is expanded with. */
export type SeriesRow = EventRow &
  Omit<ZoneRow, 'id'> & {
    service_id: string | null;
    /** 1: the event belongs to a booking. */
    booked: number;
  };

/** The id of an override. */
export const overrideId = (series: string, originalStartTs: number): string => `${series}/${originalStartTs}`;

/** The id of the series of an override. */
export const seriesOf = (override: string): string => override.slice(0, override.indexOf('/'));

/** The same in SQL, for a name of the table. */
export const seriesId = (name: string): Sql => raw(`substr(${name}.id, 1, instr(${name}.id, '/') - 1)`);

/** The condition that a row `name` is an override of a series, by its index. */
const ofSeries = (name: string, { account }: Scope, series: Sql | string): Sql =>
  sql`${raw(name)}.account_id = ${account} AND ${raw(name)}.id > ${series} || '/' AND ${raw(name)}.id < ${series} || '0'`;

export const selectSeries = (scope: Scope, id: string, now: number): Query<SeriesRow> => query<SeriesRow>`
  SELECT event.*, timezone, week_start FROM (
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
export type ExpandedEventRow = EventRow &
  Omit<ZoneRow, 'id'> & {
    /** JSON: `OverrideValues[]`; null where the event has none, or where they have too many bytes. */
    overrides: string | null;
  };

/** An event, its zone, and its overrides that overlap a window. An event without any reads what it reads alone. */
export const selectExpanded = (
  scope: Scope,
  id: string,
  { startTs, endTs }: Timespan,
  now: number,
): Query<ExpandedEventRow> => query<ExpandedEventRow>`
  SELECT event.*, timezone, week_start, CASE WHEN overridden <> '{}' THEN (
    SELECT CASE WHEN coalesce(sum(octet_length(o.metadata)), 0) <= ${PAGE_MAX_BYTES}
      THEN json_group_array(json_array(o.original_ts, o.start_ts, o.duration, o.busy, ${ownMetadata('o')})) END
    FROM events o WHERE ${ofSeries('o', scope, sql`event.id`)}
      AND o.start_ts < ${endTs} AND (o.start_ts >= ${startTs} OR o.start_ts + o.duration > ${startTs})) END AS overrides
  FROM (${selectEvent(scope, id, now)}) event
  JOIN calendars ON calendars.account_id = ${scope.account} AND calendars.id = event.calendar_id`;

/** The metadata of an override, in JSON; NULL where it is the series'. */
export const ownMetadata = (name: string): Sql =>
  raw(`CASE WHEN instr(${name}.differs, '"metadata"') THEN json(${name}.metadata) END`);

/** What an occurrence has of its own; the others are the series'. */
export interface OwnMembers {
  startTs?: number | undefined;
  duration?: number | undefined;
  busy?: boolean | undefined;
  metadata?: object | undefined;
  reminders?: object | undefined;
}

/** The condition that an override with a service would lie on another booking of its user. */
const onBooking = (row: SeriesRow, original: number, own: OwnMembers, scope: Scope, now: number): Sql =>
  row.service_id === null
    ? sql`0`
    : isOnBooking(
        {
          account: sql`events.account_id`,
          user: sql`events.user_id`,
          start: own.startTs ?? original,
          duration: own.duration ?? row.duration,
          service: row.service_id,
          seq: sql`(SELECT seq FROM events WHERE account_id = ${scope.account} AND id = ${overrideId(row.id, original)})`,
          session: null,
        },
        now,
      );

/** A change of the series that was read. */
export interface SeriesChange {
  row: SeriesRow;
  now: number;
}

const isRead = (scope: Scope, { row, now }: SeriesChange): Sql =>
  sql`${isEvent(scope, row.id, now)} AND events.version = ${row.version}`;

/** Whether the override would lie on another booking of the series' user. */
export const selectOverrideOnBooking = (
  scope: Scope,
  change: SeriesChange,
  original: number,
  own: OwnMembers,
): Query<{ taken: number }> => query<{ taken: number }>`
  SELECT ${onBooking(change.row, original, own, scope, change.now)} AS taken FROM events WHERE ${isRead(scope, change)}`;

/**
 * Writes an override, in place of one that is there.
 *
 * @param version a new one, by which the statements that follow know that this one took effect: see `overrideIsThere`.
 */
export function putOverride(
  scope: Scope,
  change: SeriesChange,
  original: number,
  own: OwnMembers,
  version: number,
): Sql {
  const { row, now } = change;
  const start = own.startTs ?? original;
  const columns = {
    start_ts: start,
    last_start: start,
    duration: own.duration ?? row.duration,
    busy: own.busy === undefined ? row.busy : Number(own.busy),
    reminders: own.reminders ? JSON.stringify(own.reminders) : row.reminders,
    metadata: JSON.stringify(own.metadata ?? {}),
    differs: JSON.stringify(Object.keys(own).filter((name) => own[name as keyof OwnMembers] !== undefined)),
    updated: now,
    version,
  };
  const names = Object.keys(columns);
  const values = Object.values(columns).reduce((all, value) => sql`${all}, ${value}`, sql`${now}`);
  return sql`
    INSERT INTO events (account_id, id, calendar_id, user_id, service_id, original_ts, nth, created, ${raw(names.join(', '))})
    SELECT account_id, ${overrideId(row.id, original)}, calendar_id, user_id, service_id, ${original},
      ${nextNth(sql`events.account_id`, sql`events.user_id`)}, ${values}
    FROM events WHERE ${isRead(scope, change)} AND NOT ${onBooking(row, original, own, scope, now)}
    ON CONFLICT (account_id, id) DO UPDATE SET ${raw(names.map((name) => `${name} = excluded.${name}`).join(', '))}`;
}

export const overrideIsThere = (
  { account }: Scope,
  series: string,
  original: number,
  version: number,
): Sql => sql`EXISTS (SELECT 1 FROM events o
  WHERE o.account_id = ${account} AND o.id = ${overrideId(series, original)} AND o.version = ${version})`;

/** Updates what a series says of its occurrences. No row comes back where the series has changed since it was read. */
export const updateSeries = (
  scope: Scope,
  change: SeriesChange,
  columns: {
    exdates: readonly number[];
    overridden: object;
    recurrence?: Recurrence;
    lastStart?: number | null;
  },
  when: Sql = sql`1`,
): Sql<EventRow> => sql<EventRow>`
  UPDATE events SET ${assign({
    exdates: JSON.stringify(columns.exdates),
    overridden: JSON.stringify(columns.overridden),
    recurrence: columns.recurrence && JSON.stringify(columns.recurrence),
    last_start: columns.recurrence && columns.lastStart,
    updated: change.now,
    version: sql`version + 1`,
  })} WHERE ${isRead(scope, change)} AND ${when} RETURNING ${events.selected}`;

/** The condition that the series still has the version that was read, for a statement on other rows. */
export const seriesIsRead = (scope: Scope, change: SeriesChange): Sql =>
  sql`EXISTS (SELECT 1 FROM events WHERE ${isRead(scope, change)})`;

/** Deletes the overrides of these original starts. */
export const deleteOverrides = (
  { account }: Scope,
  series: string,
  originals: readonly number[],
  when: Sql,
): Sql[] =>
  originals.length === 0
    ? []
    : [
        sql`DELETE FROM events WHERE account_id = ${account} AND id IN (
          SELECT value FROM json_each(${JSON.stringify(originals.map((one) => overrideId(series, one)))})) AND ${when}`,
      ];

/** Where an override goes: the original starts. */
export type Move = readonly [from: number, to: number];

/** What a change of a series gives to the overrides that do not differ in it. */
export interface Inherited {
  duration?: number | undefined;
  busy?: boolean | undefined;
  reminders?: object | undefined;
  serviceId?: string | null | undefined;
}

/**
 * Gives overrides new original starts, perhaps in another series, and what they take over from it. In the same series one may
 * get the id of another that moves too, so each goes by an id that no override has.
 */
export function moveOverrides(
  { account }: Scope,
  { from, to = from }: { from: string; to?: string },
  moves: readonly Move[],
  { duration, busy, reminders, serviceId }: Inherited,
  now: number,
  when: Sql,
): Sql[] {
  const inherited = [duration, busy, reminders, serviceId].some((value) => value !== undefined);
  const moved = from !== to || moves.some(([was, is]) => was !== is);
  if (moves.length === 0 || !(inherited || moved)) return [];
  const steps = from === to && moved ? [`${to}/+`, `${to}/`] : [`${to}/`];
  const [first = ''] = steps;
  const entries = moves.map(([was, is]) => [overrideId(from, was), `${first}${is}`, is]);
  const own = (name: string, column: string, value: Param | Sql) =>
    sql`CASE WHEN instr(differs, ${`"${name}"`}) THEN ${raw(column)} ELSE ${value} END`;
  const start = own('startTs', 'start_ts', sql`move.value ->> 2`);
  const set = assign({
    id: sql`move.value ->> 1`,
    original_ts: sql`move.value ->> 2`,
    start_ts: start,
    last_start: start,
    duration: duration === undefined ? undefined : own('duration', 'duration', duration),
    busy: busy === undefined ? undefined : own('busy', 'busy', Number(busy)),
    reminders: reminders && own('reminders', 'reminders', JSON.stringify(reminders)),
    service_id: serviceId,
    updated: now,
    version: sql`version + 1`,
  });
  return [
    // The moves are the outer loop, and SQLite finds each override by its id: the plus keeps it from all events of the account.
    sql`UPDATE events SET ${set} FROM json_each(${JSON.stringify(entries)}) move
      WHERE events.seq = (SELECT seq FROM events own WHERE own.account_id = ${account} AND own.id = move.value ->> 0)
        AND +events.account_id = ${account} AND ${when}`,
    ...steps.slice(1).map(
      (last) => sql`UPDATE events SET id = ${last} || original_ts
        WHERE account_id = ${account} AND id > ${first} AND id < ${`${to}/,`}`,
    ),
  ];
}

/** Why the rest of a series can, or cannot, become a series of its own. */
export interface SplittableRow {
  nameable: number;
  taken: number;
}

/** The first part of a statement on the series, with the conditions on the one that follows. */
interface Following {
  row: EventRow;
  /** As in `insertEvent`. */
  lastStart: number | null;
  serviceId: string | null;
  tokenUser: string | null;
}

const followingOnBooking = (change: SeriesChange, { row, serviceId }: Following): Sql =>
  serviceId === null || (serviceId === change.row.service_id && row.recurrence !== null)
    ? sql`0`
    : isOnBooking(
        {
          account: sql`events.account_id`,
          user: sql`events.user_id`,
          start: row.start_ts,
          duration: row.duration,
          service: serviceId,
          seq: sql`events.seq`,
          session: null,
        },
        change.now,
      );

export const selectSplittable = (
  scope: Scope,
  change: SeriesChange,
  following: Following,
): Query<SplittableRow> => query<SplittableRow>`
  SELECT ${mayKeepOrName(scope, following.serviceId, following.tokenUser)} AS nameable, ${followingOnBooking(change, following)} AS taken
  FROM events WHERE ${isEvent(scope, change.row.id, change.now)}`;

/** Inserts the series that takes the rest of another one. The statements that follow take effect where its row is there. */
export function insertFollowing(scope: Scope, change: SeriesChange, following: Following): Sql {
  const { row, lastStart, serviceId, tokenUser } = following;
  const { calendar_id: _, user_id: __, ...own } = row;
  const columns = { ...own, last_start: lastStart, service_id: serviceId };
  const values = Object.values(columns).reduce<Sql>(
    (all, value) => sql`${all}, ${value}`,
    sql`calendar_id, user_id`,
  );
  return sql`
    INSERT INTO events (account_id, nth, calendar_id, user_id, ${raw(Object.keys(columns).join(', '))})
    SELECT account_id, ${nextNth(sql`events.account_id`, sql`events.user_id`)}, ${values}
    FROM events WHERE ${isRead(scope, change)} AND ${mayKeepOrName(scope, serviceId, tokenUser)}
      AND NOT ${followingOnBooking(change, following)}`;
}
