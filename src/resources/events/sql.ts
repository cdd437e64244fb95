/** Statements on single events. window-sql.ts finds the events of a window. */
import { type MetadataPage, selectByMetadata } from '../../db/metadata.ts';
import type { Listed } from '../../db/pages.ts';
import { exists, ofAccount, ofUser, type Scope } from '../../db/scope.ts';
import type { Sized } from '../../db/sizes.ts';
import { assign, type Param, type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { listedIn } from '../../db/table.ts';
import { UNTIL_MAX_DAYS } from '../../limits.ts';
import type { CalendarEvent } from '../../sdk/types.ts';
import { DAY_MS } from '../../time/units.ts';
import { WHOLE_DAYS_LEAD_MS, WHOLE_DAYS_SLACK_MS } from '../../time/whole-days.ts';
import { calendars } from '../calendars/table.ts';
import { selectService } from '../services/table.ts';
import {
  adds,
  basisOfNear,
  displaces,
  isShared,
  moves,
  type NearRow,
  type Placed,
  selectNear,
  unbooks,
} from './booked-sql.ts';
import type { EventUpdate, NewEvent } from './input.ts';
import { type EventRow, events } from './table.ts';

/** The columns that free/busy reads of an event: never its contents. */
export type BusyRow = Pick<
  EventRow,
  'start_ts' | 'duration' | 'busy' | 'recurrence' | 'exdates' | 'timezone' | 'days'
>;

const columns = events.selected;

const UNTIL_MAX_MS = UNTIL_MAX_DAYS * DAY_MS;

/**
 * The condition that an event may name a service, which makes it a booking: the service is the account's, and a user's own
 * token names only a service that the user is a host of. Absent or null: the event names none.
 *
 * @param tokenUser the token's user; null: the account names the service.
 */
const mayName = (scope: Scope, serviceId: string | null | undefined, tokenUser: string | null): Sql => {
  if (!serviceId) return sql`1`;
  const isService = sql`EXISTS (${selectService(scope, serviceId)})`;
  return tokenUser === null
    ? isService
    : sql`(${isService} AND EXISTS (SELECT 1 FROM service_users
        WHERE ${ofAccount(scope)} AND service_id = ${serviceId} AND user_id = ${tokenUser}))`;
};

/** The `nth` of a user's new event: schema.sql counts by it, and would otherwise write the user's row. */
export const nextNth = (account: Sql, user: Sql): Sql => sql`
  1 + coalesce((SELECT newest.nth FROM events newest INDEXED BY events_of_user
    WHERE newest.account_id = ${account} AND newest.user_id = ${user} ORDER BY newest.seq DESC LIMIT 1), 0)`;

/** A rule, with the week start of a calendar where it has none. */
const withWeekStart = (rule: Param, weekStart: Sql): Sql =>
  sql`json_insert(${rule}, '$.weekStart', ${weekStart})`;

/**
 * Inserts an event, in the time zone of its calendar unless it names another. No row comes back where the calendar does not exist, the event may not name the service, or the
 * credential does not hold.
 *
 * @param tokenUser as in `mayName`.
 * @param lastStart `lastStart` of time/recurrence.ts. Where it is null, SQL bounds a counted rule by `reachOfCount`.
 * @param known `basisOf` the events near this one that it was compared with.
 */
export const insertEvent = (
  scope: Scope,
  row: EventRow,
  { recurrence, serviceId, timezone }: NewEvent,
  tokenUser: string | null,
  lastStart: number | null,
  known: string,
): Sql<EventRow> => sql<EventRow>`
  INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start, reminders,
    service_id, metadata, created, updated, version, timezone, days, nth)
  SELECT account_id, ${row.id}, id, user_id, ${row.start_ts}, ${row.duration}, ${row.busy},
    ${withWeekStart(row.recurrence, sql`week_start`)},
    ${boundOfNew(row, recurrence, lastStart)}, ${row.reminders}, ${serviceId},
    ${row.metadata}, ${row.created}, ${row.updated}, ${row.version},
    coalesce(${timezone ?? null}, timezone), ${row.days}, ${nextNth(sql`calendars.account_id`, sql`calendars.user_id`)}
  FROM calendars WHERE ${ofUser(scope)} AND id = ${row.calendar_id} AND ${calendars.live}
    AND ${mayName(scope, serviceId, tokenUser)}
    ${serviceId === null ? sql`` : sql`AND ${basisOfNear(placedNew(row, serviceId, timezone, boundOfNew(row, recurrence, lastStart)), row.created)} = ${known}`}
  RETURNING ${columns}`;

/**
 * The answer of a creation with the event, as the JSON of `[body, version]`: see `ExpectedAnswer`. The batch decides what the
 * calendar has to say.
 *
 * @param event the event as the Worker knows it.
 */
export const answerInSql = ({ named }: Scope, event: CalendarEvent): Sql => sql`(
  SELECT json_array(json_set(${JSON.stringify({ event })}, '$.event.timezone', timezone, '$.event.recurrence', json(recurrence)), version)
  FROM events WHERE account_id = ${named} AND id = ${event.id})`;

const boundOfNew = (row: EventRow, recurrence: NewEvent['recurrence'], lastStart: number | null): Sql =>
  boundOf(lastStart, recurrence, sql`${row.start_ts}`, sql`${row.recurrence}`);

/** A new event, in the row of `calendars`. */
const placedNew = (row: EventRow, service: string, timezone: string | undefined, lastStart: Sql): Placed => ({
  account: sql`calendars.account_id`,
  user: sql`calendars.user_id`,
  start: row.start_ts,
  duration: row.duration,
  recurrence: row.recurrence,
  exdates: row.exdates,
  lastStart,
  timezone: timezone ?? sql`calendars.timezone`,
  weekStart: sql`calendars.week_start`,
  service,
  id: null,
  seq: null,
  session: null,
});

/** The events near a new one that names a service. One that may not name it is near none: it is refused for that. */
export const selectNearNew = (
  scope: Scope,
  row: EventRow,
  service: string,
  { recurrence, timezone }: NewEvent,
  tokenUser: string | null,
  lastStart: number | null,
): Query<NearRow> =>
  selectNear(
    placedNew(row, service, timezone, boundOfNew(row, recurrence, lastStart)),
    sql`FROM calendars WHERE ${ofUser(scope)} AND id = ${row.calendar_id} AND ${calendars.live} AND ${mayName(scope, service, tokenUser)}`,
    row.created,
  );

export const eventIsThere = (scope: Scope, { id }: EventRow): Sql => exists(scope, sql`events`, id);

/** The condition that an event exists: the event of a hold ends with the hold, whether or not its row is deleted yet. */
export const alive = (now: number): Sql => sql`(expires_at IS NULL OR expires_at > ${now})`;

/** The condition that a row is the event, and that the event exists. */
export const isEvent = (scope: Scope, id: string, now: number): Sql =>
  sql`${ofUser(scope)} AND events.id = ${id} AND ${alive(now)} AND ${events.live}`;

export const selectEvent = (scope: Scope, id: string, now: number): Query<EventRow> =>
  query<EventRow>`SELECT ${columns} FROM events WHERE ${isEvent(scope, id, now)}`;

/** The same for an event that exists: it may also keep its service, even a deleted one. */
export const mayKeepOrName = (...[scope, serviceId, tokenUser]: Parameters<typeof mayName>): Sql =>
  serviceId ? sql`(service_id IS ${serviceId} OR ${mayName(scope, serviceId, tokenUser)})` : sql`1`;

/** Why an event can, or cannot, change: the same conditions as in `updateEvent`. */
export interface ChangeableRow {
  /** 1: the event may name the service. */
  nameable: number;
  /** 1: the event belongs to a booking, and would no longer be what the booking is. */
  unbooks: number;
  /** 1: the series would name a service, and occurrences of it have times of their own. */
  displaces: number;
  /** 1: the event would move, and belongs to bookings with several hosts. */
  shared: number;
  /** 1: the change does not fit an event of whole days; or, of a timed one, it fits nothing else. */
  unfit: number;
  /** 1: what becomes of its exceptions has to be decided first: see `needsReading`. */
  reading: number;
  start_ts: number;
  recurrence: string | null;
  days: number | null;
}

export const selectChangeable = (
  scope: Scope,
  id: string,
  change: EventChange,
): Query<ChangeableRow> => query<ChangeableRow>`
  SELECT ${mayKeepOrName(scope, change.serviceId, change.tokenUser)} AS nameable, ${unbooks(change)} AS unbooks,
    ${displaces(change)} AS displaces, (${moves(change)} AND ${isShared}) AS shared, NOT ${fits(change)} AS unfit,
    ${needsReading(change)} AS reading, start_ts, recurrence, days
  FROM events WHERE ${isEvent(scope, id, change.now)}`;

/**
 * The condition that the Worker reads a series before it writes this change: the series has exceptions that the change moves, or
 * overrides that take it over, or a rule of which only an expansion tells whether it has an occurrence at all.
 */
const needsReading = ({ startTs, recurrence, exdates, timezone, ...change }: EventChange): Sql => {
  const { duration, busy, reminders, serviceId } = change;
  const rule = recurrence === undefined ? sql`recurrence` : sql`${recurrence && JSON.stringify(recurrence)}`;
  const moved = startTs !== undefined || recurrence !== undefined;
  const shared = exdates ?? duration ?? busy ?? reminders;
  const overridden = shared !== undefined || serviceId !== undefined;
  return sql`(${moved ? sql`(exdates <> '[]' OR ${isRare(rule)})` : timezone === undefined ? sql`0` : sql`exdates <> '[]'`} OR ${overridden ? sql`overridden <> '{}'` : sql`0`})`;
};

/** The condition that no date may fit a rule, or none before its end. */
const isRare = (
  rule: Sql,
): Sql => sql`coalesce(${rule} ->> 'bymonthday', ${rule} ->> 'byyearday', ${rule} ->> 'byweekno',
  ${rule} ->> 'bysetpos', ${rule} ->> 'bymonth', ${rule} ->> 'until') IS NOT NULL`;

/** The columns of an event after a change. */
const start = ({ startTs }: EventChange) => sql`${startTs ?? sql`events.start_ts`}`;
const rule = ({ recurrence }: EventChange) =>
  recurrence === undefined ? sql`events.recurrence` : sql`${recurrence && JSON.stringify(recurrence)}`;
/** Not those of its overrides: of what names a service, they take place when the rule says. */
const cancelled = ({ exdates, decided }: EventChange) => {
  const overridden = JSON.parse(decided?.overridden ?? '{}');
  return exdates
    ? sql`${JSON.stringify(exdates.filter((one) => !(one in overridden)))}`
    : sql`events.exdates`;
};

/** The row of `events` as it would be after a change. */
const placedAfter = (change: EventChange): Placed => {
  const calendar = (column: string) => sql`(SELECT ${raw(column)} FROM calendars
    WHERE calendars.account_id = events.account_id AND calendars.id = events.calendar_id)`;
  return {
    account: sql`events.account_id`,
    user: sql`events.user_id`,
    start: start(change),
    duration: change.duration ?? sql`events.duration`,
    recurrence: rule(change),
    exdates: cancelled(change),
    lastStart: change.lastStart ?? null,
    timezone:
      change.timezone ?? sql`coalesce(events.timezone, ${calendar('coalesce(event_timezone, timezone)')})`,
    weekStart: calendar(change.recurrence ? 'week_start' : 'coalesce(event_week_start, week_start)'),
    service: change.serviceId ?? sql`events.service_id`,
    id: sql`events.id`,
    seq: sql`events.seq`,
    session: sql`events.session`,
  };
};

/**
 * The condition that a change names dates for an event of whole days, and moments for a timed one. The schema knows it where
 * the change says which of them the event becomes.
 */
const fits = ({ days, names }: EventChange): Sql =>
  days !== undefined || names === undefined
    ? sql`1`
    : sql`(events.days IS ${names === 'dates' ? sql`NOT NULL` : sql`NULL`})`;

/** Whether an update may bring an event that names a service to another time. */
export const mayCollide = (change: EventUpdate): boolean => {
  const { startTs, duration, serviceId, recurrence, exdates, timezone } = change;
  return (
    serviceId !== null &&
    [startTs, duration, serviceId, recurrence, exdates, timezone].some((value) => value !== undefined)
  );
};

/** The condition that it does. */
const comesToTime = (change: EventChange): Sql => {
  const names = change.serviceId === undefined ? sql`0` : sql`events.service_id IS NOT ${change.serviceId}`;
  return sql`(${names} OR ${moves(change)} OR ${adds(change)})`;
};

/** The events near a changed one. */
export const selectNearChanged = (scope: Scope, id: string, change: EventChange): Query<NearRow> =>
  selectNear(
    placedAfter(change),
    sql`FROM events WHERE ${isEvent(scope, id, change.now)} AND ${comesToTime(change)}`,
    change.now,
  );

export interface EventChange extends EventUpdate {
  /** What the event is, as the update's members tell; undefined where they do not. */
  names?: 'dates' | 'moments' | undefined;
  /**
   * As in `insertEvent`; undefined where the update does not have both the start and the rule. Then the row keeps its bound
   * if neither changes; otherwise SQL bounds the rule by its `until` or by `reachOfCount`.
   */
  lastStart: number | null | undefined;
  /** As in `mayName`. */
  tokenUser: string | null;
  now: number;
  /** What was decided on a version of the series; absent where the change needs no decision. */
  decided?: { version: number; overridden: string } | undefined;
}

/**
 * The condition that a row is the event, that it can change so, and that it still has the version that was decided on.
 *
 * @param known `basisOf` the events near it that it was compared with.
 */
export const mayChange = (scope: Scope, id: string, change: EventChange, known: string): Sql => sql`
  ${isEvent(scope, id, change.now)} AND ${mayKeepOrName(scope, change.serviceId, change.tokenUser)}
  AND NOT ${unbooks(change)} AND NOT ${displaces(change)} AND NOT (${moves(change)} AND ${isShared})
  AND ${fits(change)} AND ${change.decided ? sql`events.version = ${change.decided.version}` : sql`1`}
  ${mayCollide(change) ? sql`AND CASE WHEN ${comesToTime(change)} THEN ${basisOfNear(placedAfter(change), change.now)} ELSE '' END = ${known}` : sql``}`;

/**
 * Updates an event; absent members stay as they are. No row comes back where `selectChangeable` says why, or where the rule has
 * an `until` that is farther from the start than `UNTIL_MAX_DAYS`, or before it. SQL checks the `until`, because the update may
 * have only one of the two.
 */
export function updateEvent(scope: Scope, id: string, change: EventChange, known: string): Sql<EventRow> {
  const { startTs, duration, busy, recurrence, exdates, reminders, serviceId, metadata, days, now } = change;
  const { timezone = leavesDays(change) } = change;
  const start = startTs === undefined ? sql`start_ts` : sql`new.start`;
  const newRule = withWeekStart(
    recurrence ? JSON.stringify(recurrence) : null,
    sql`(SELECT week_start FROM calendars c WHERE c.account_id = events.account_id AND c.id = events.calendar_id)`,
  );
  const rule = recurrence === undefined ? sql`recurrence` : newRule;
  const until = sql`${rule} ->> 'until'`;
  const lastStart =
    change.lastStart !== undefined
      ? boundOf(change.lastStart, recurrence, start, rule)
      : sql`CASE WHEN ${rule} IS NULL THEN ${start}
          WHEN ${rule} IS recurrence AND ${start} = start_ts THEN last_start
          ELSE coalesce(${until}, ${start} + ${reachOfCount(rule)}) END`;
  const assignments = assign({
    start_ts: startTs,
    duration,
    busy: busy === undefined ? undefined : Number(busy),
    recurrence: recurrence === undefined ? undefined : newRule,
    last_start: startTs === undefined && recurrence === undefined ? undefined : lastStart,
    exdates: exdates && JSON.stringify(exdates),
    overridden: change.decided?.overridden,
    reminders: reminders && JSON.stringify(reminders),
    service_id: serviceId,
    metadata: metadata && JSON.stringify(metadata),
    timezone,
    days,
    updated: now,
    version: sql`version + 1`,
  });
  // The first part of a series that was split may have a later end, and keeps it.
  const lawful = sql`coalesce(${until} - ${start} BETWEEN ${leadOf(days)} AND ${UNTIL_MAX_MS} + ${slackOf(days)} OR ${rule} IS recurrence
    AND (${start} = start_ts OR ${until} >= ${start} + ${leadOf(days)} AND ${until} - start_ts > ${UNTIL_MAX_MS}), 1)`;
  return sql<EventRow>`
    UPDATE events SET ${assignments}
    FROM (SELECT ${startTs ?? null} AS start) new
    WHERE ${mayChange(scope, id, change, known)} AND ${change.decided ? sql`1` : sql`${lawful} AND NOT ${needsReading(change)}`}
    RETURNING ${columns}`;
}

/** The time zone of an event that was of whole days and becomes a timed one: its calendar's of this moment. */
const leavesDays = ({ days }: EventChange): Sql | undefined =>
  days === null
    ? sql`CASE WHEN days IS NULL THEN timezone ELSE (SELECT c.timezone FROM calendars c
        WHERE c.account_id = events.account_id AND c.id = events.calendar_id) END`
    : undefined;

/** By how much the `until` of whole days may be farther from `start_ts`, which is before their first moment: see `spanInAnyZone`. */
const slackOf = (days: number | null | undefined): Sql => ofWholeDays(days, WHOLE_DAYS_SLACK_MS);

/** How long their `start_ts` is before the midnight of their first date in UTC. */
const leadOf = (days: number | null | undefined): Sql => ofWholeDays(days, WHOLE_DAYS_LEAD_MS);

/** A number for events of whole days, and 0 for timed ones. */
const ofWholeDays = (days: number | null | undefined, valueMs: number): Sql =>
  days === undefined ? sql`iif(days IS NULL, 0, ${valueMs})` : sql`${days ? valueMs : 0}`;

/** The value of `last_start`: the given one; where that is null, the reach of a count. */
const boundOf = (
  lastStart: number | null,
  rule: NewEvent['recurrence'] | undefined,
  start: Sql,
  recurrence: Sql,
): Sql =>
  lastStart === null && rule?.count ? sql`${start} + ${reachOfCount(recurrence)}` : sql`${lastStart}`;

/**
 * How long after its start a counted rule can have instances, in milliseconds: count times interval periods, as each of
 * them has an instance, plus a day for the time zone, plus a week where the first week may have none. NULL for a rule
 * whose periods may be empty.
 */
const reachOfCount = (rule: Sql): Sql => sql`CASE
  WHEN coalesce(${rule} ->> 'bymonth', ${rule} ->> 'bymonthday', ${rule} ->> 'bysetpos') IS NOT NULL THEN NULL
  WHEN ${rule} ->> 'freq' = 'weekly' THEN (${rule} ->> 'count') * (${rule} ->> 'interval') * ${7 * DAY_MS} + ${8 * DAY_MS}
  WHEN ${rule} ->> 'freq' = 'daily' AND ${rule} ->> 'byweekday' IS NULL
    THEN (${rule} ->> 'count') * (${rule} ->> 'interval') * ${DAY_MS} + ${DAY_MS} END`;

/**
 * Deletes an event. A trigger of schema.sql cancels the bookings that it was made for.
 *
 * @param version that on which the deletion was decided; absent: any.
 */
export const deleteEvent = (
  scope: Scope,
  id: string,
  now: number,
  version?: number,
): Sql<EventRow> => sql<EventRow>`
  DELETE FROM events WHERE ${isEvent(scope, id, now)}
    AND ${version === undefined ? sql`1` : sql`version = ${version}`} RETURNING ${columns}`;

export const selectEventsByMetadata = (
  scope: Scope,
  page: MetadataPage,
  now: number,
): Query<EventRow & Sized> => selectByMetadata(scope, listedEvents(scope, now), page);

/** The list of a scope's events. An override is part of its series. */
export const listedEvents = (scope: Scope, now: number): Listed =>
  listedIn(events, scope, sql`original_ts IS NULL AND ${alive(now)}`);
