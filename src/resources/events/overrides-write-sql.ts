/**
 * The statements that write overrides. Each is decided on a version of the series that was read, and takes effect only while the
 * series has that version.
 */
import type { Scope } from '../../db/scope.ts';
import { assign, type Param, raw, type Sql, sql } from '../../db/sql.ts';
import type { Metadata, Recurrence } from '../../sdk/types.ts';
import { type SeriesRow, startOf } from './overrides-sql.ts';
import { nextNth } from './sql.ts';
import { type EventRow, events } from './table.ts';

/** The members in which an override may differ. The number of its days goes with its duration. */
const DIFFERS = ['startTs', 'duration', 'busy', 'metadata', 'reminders'] as const;

/** The id of an override. */
export const overrideId = (series: string, originalStartTs: number): string => `${series}/${originalStartTs}`;

/** What an occurrence has of its own; the others are the series'. */
export interface OwnMembers {
  /** Of whole days: the start of their span in any zone, its length, and their number. */
  startTs?: number | undefined;
  duration?: number | undefined;
  days?: number | undefined;
  busy?: boolean | undefined;
  metadata?: Metadata | undefined;
  reminders?: object | undefined;
}

/** A change of the series that was read. */
export interface SeriesChange {
  row: SeriesRow;
  now: number;
  /** The condition that a row of `events` is the series. */
  isSeries: Sql;
}

const isRead = ({ row, isSeries }: SeriesChange): Sql => sql`${isSeries} AND events.version = ${row.version}`;

/**
 * Writes an override, in place of one that is there.
 *
 * @param version a new one, by which the statements that follow know that this one took effect: see `overrideIsThere`.
 */
export function putOverride(change: SeriesChange, original: number, own: OwnMembers, version: number): Sql {
  const { row, now } = change;
  const start = own.startTs ?? startOf(original, row.days !== null);
  const columns = {
    start_ts: start,
    last_start: start,
    duration: own.duration ?? row.duration,
    busy: own.busy === undefined ? row.busy : Number(own.busy),
    reminders: own.reminders ? JSON.stringify(own.reminders) : row.reminders,
    metadata: JSON.stringify(own.metadata ?? {}),
    differs: JSON.stringify(DIFFERS.filter((name) => own[name] !== undefined)),
    days: own.days ?? row.days,
    timezone: row.timezone,
    updated: now,
    version,
  };
  const names = Object.keys(columns);
  const values = Object.values(columns).reduce((all, value) => sql`${all}, ${value}`, sql`${now}`);
  return sql`
    INSERT INTO events (account_id, id, calendar_id, user_id, service_id, original_ts, nth, created, ${raw(names.join(', '))})
    SELECT account_id, ${overrideId(row.id, original)}, calendar_id, user_id, service_id, ${original},
      ${nextNth(sql`events.account_id`, sql`events.user_id`)}, ${values}
    FROM events WHERE ${isRead(change)}
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
  })} WHERE ${isRead(change)} AND ${when} RETURNING ${events.selected}`;

/** The condition that the series still has the version that was read, for a statement on other rows. */
export const seriesIsRead = (change: SeriesChange): Sql =>
  sql`EXISTS (SELECT 1 FROM events WHERE ${isRead(change)})`;

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
  timezone?: string | undefined;
  /** The number of whole days; null: the series is a timed one from now on. */
  days?: number | null | undefined;
}

/** The series that overrides go to. */
interface Target {
  from: string;
  to?: string;
  wholeDays: boolean;
  /** The series was a timed one and is of whole days, or the reverse: its overrides lose their own times. */
  turned: boolean;
}

/**
 * Gives overrides new original starts, perhaps in another series, and what they take over from it. In the same series one may
 * get the id of another that moves too, so each goes by an id that no override has.
 */
export function moveOverrides(
  { account }: Scope,
  { from, to = from, wholeDays, turned }: Target,
  moves: readonly Move[],
  { duration, busy, reminders, serviceId, timezone, days }: Inherited,
  now: number,
  when: Sql,
): Sql[] {
  const inherited = [duration, busy, reminders, serviceId, timezone, days].some(
    (value) => value !== undefined,
  );
  const moved = from !== to || moves.some(([was, is]) => was !== is);
  if (moves.length === 0 || !(inherited || moved)) return [];
  const steps = from === to && moved ? [`${to}/+`, `${to}/`] : [`${to}/`];
  const [first = ''] = steps;
  const entries = moves.map(([was, is]) => [
    overrideId(from, was),
    `${first}${is}`,
    is,
    startOf(is, wholeDays),
  ]);
  const own = (name: string, column: string, value: Param | Sql) =>
    sql`CASE WHEN instr(differs, ${`"${name}"`}) THEN ${raw(column)} ELSE ${value} END`;
  const ownTime: typeof own = (name, column, value) => (turned ? sql`${value}` : own(name, column, value));
  const start = ownTime('startTs', 'start_ts', sql`move.value ->> 3`);
  const set = assign({
    id: sql`move.value ->> 1`,
    original_ts: sql`move.value ->> 2`,
    start_ts: start,
    last_start: start,
    duration: duration === undefined ? undefined : ownTime('duration', 'duration', duration),
    days: days === undefined ? undefined : ownTime('duration', 'days', days),
    differs: turned
      ? sql`(SELECT json_group_array(value) FROM json_each(differs) WHERE value NOT IN ('startTs', 'duration'))`
      : undefined,
    busy: busy === undefined ? undefined : own('busy', 'busy', Number(busy)),
    reminders: reminders && own('reminders', 'reminders', JSON.stringify(reminders)),
    service_id: serviceId,
    timezone,
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

/** The series that takes the rest of another one. */
interface Following {
  row: EventRow;
  /** As in `insertEvent`. */
  lastStart: number | null;
  serviceId: string | null;
}

/** Inserts the series that takes the rest of another one. The statements that follow take effect where its row is there. */
export function insertFollowing(change: SeriesChange, following: Following): Sql {
  const { row, lastStart, serviceId } = following;
  const { calendar_id: _, user_id: __, ...own } = row;
  const columns = { ...own, last_start: lastStart, service_id: serviceId };
  const values = Object.values(columns).reduce<Sql>(
    (all, value) => sql`${all}, ${value}`,
    sql`calendar_id, user_id`,
  );
  return sql`
    INSERT INTO events (account_id, nth, calendar_id, user_id, ${raw(Object.keys(columns).join(', '))})
    SELECT account_id, ${nextNth(sql`events.account_id`, sql`events.user_id`)}, ${values}
    FROM events WHERE ${isRead(change)}`;
}
