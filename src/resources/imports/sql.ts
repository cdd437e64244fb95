/** Statements of an import: each takes all events of the file as JSON. */
import { ofUser, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import type { ImportedRow, ImportRow } from '../../ical/read/differences.ts';
import { calendars, selectCalendar } from '../calendars/table.ts';
import { nextNth } from '../events/sql.ts';

const json = (rows: readonly unknown[]): string => JSON.stringify(rows);

export const selectImported = (
  { account }: Scope,
  calendar: string,
  uids: readonly string[],
): Query<ImportedRow> =>
  query<ImportedRow>`
  SELECT uid, piece AS part, event_id, sequence, modified, (
    SELECT service_id IS NOT NULL FROM events e WHERE e.account_id = i.account_id AND e.id = i.event_id) AS booked
  FROM json_each(${json(uids)}) wanted CROSS JOIN imported_events i ON i.account_id = ${account} AND i.calendar_id = ${calendar} AND i.uid = wanted.value`;

/** Inserts events that no import has made yet, also if another one made them a moment ago. */
export const insertImported = (
  scope: Scope,
  calendar: string,
  rows: readonly ImportRow[],
  now: number,
): Sql => sql`
  INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start, exdates,
    reminders, metadata, created, updated, version, timezone, days, nth)
  SELECT c.account_id, new.value ->> 'id', c.id, c.user_id, new.value ->> 'start', new.value ->> 'duration', new.value ->> 'busy',
    new.value ->> 'recurrence', new.value ->> 'lastStart', new.value ->> 'exdates', new.value ->> 'reminders', new.value ->> 'metadata',
    ${now}, ${now}, abs(random() % 4503599627370496), new.value ->> 'timezone', new.value ->> 'days', new.key + ${nextNth(sql`c.account_id`, sql`c.user_id`)}
  FROM (SELECT account_id, id, user_id FROM calendars WHERE ${ofUser(scope)} AND id = ${calendar} AND ${calendars.live}) c
  CROSS JOIN json_each(${json(rows)}) new
  WHERE NOT EXISTS (SELECT 1 FROM imported_events i WHERE i.account_id = c.account_id AND i.calendar_id = c.id
    AND i.uid = new.value ->> 'uid' AND i.piece = new.value ->> 'part')
  RETURNING 1`;

/** Keeps the UID by which each of the new events came. */
export const insertUids = ({ account }: Scope, calendar: string, rows: readonly ImportRow[]): Sql => sql`
  INSERT INTO imported_events (account_id, calendar_id, uid, piece, event_id, sequence, modified)
  SELECT e.account_id, e.calendar_id, new.value ->> 'uid', new.value ->> 'part', e.id, new.value ->> 'sequence', new.value ->> 'modified'
  FROM json_each(${json(rows)}) new
  CROSS JOIN events e ON e.account_id = ${account} AND e.id = new.value ->> 'id' AND e.calendar_id = ${calendar}`;

/** The condition that a calendar is the scope's. */
const isThere = (scope: Scope, calendar: string): Sql => sql`EXISTS (${selectCalendar(scope, calendar)})`;

/** The condition that an event of a file is newer than the same one of an earlier file. */
const IS_NEWER = sql`(i.sequence < new.value ->> 'sequence' OR i.modified < new.value ->> 'modified')`;

/**
 * Updates events that are newer in the file, and returns one row for each. What names a service here is a booking, and no file
 * moves it onto another one.
 */
export const updateImported = (
  scope: Scope,
  calendar: string,
  rows: readonly ImportRow[],
  now: number,
  isNewer = IS_NEWER,
): Sql => sql`
  UPDATE events SET start_ts = new.value ->> 'start', duration = new.value ->> 'duration', busy = new.value ->> 'busy',
    recurrence = new.value ->> 'recurrence', last_start = new.value ->> 'lastStart', exdates = new.value ->> 'exdates', overridden = '{}',
    reminders = new.value ->> 'reminders', metadata = new.value ->> 'metadata', timezone = new.value ->> 'timezone', days = new.value ->> 'days', updated = ${now}, version = version + 1
  FROM json_each(${json(rows)}) new
  WHERE events.seq = (
    SELECT e.seq FROM imported_events i CROSS JOIN events e ON e.account_id = i.account_id AND e.id = i.event_id
      AND +e.calendar_id = ${calendar} AND e.service_id IS NULL
    WHERE i.account_id = ${scope.account} AND i.event_id = new.value ->> 'id'
      AND ${isNewer})
    AND ${isThere(scope, calendar)}
  RETURNING 1`;

export const updateVersions = (scope: Scope, calendar: string, rows: readonly ImportRow[]): Sql => sql`
  UPDATE imported_events SET sequence = new.value ->> 'sequence', modified = new.value ->> 'modified'
  FROM json_each(${json(rows)}) new
  WHERE imported_events.seq = (SELECT i.seq FROM imported_events i
    WHERE i.account_id = ${scope.account} AND i.event_id = new.value ->> 'id' AND +i.calendar_id = ${calendar})
    AND ${isThere(scope, calendar)}`;

/** Deletes events that the file has cancelled, or no longer has beside others of their UID. */
export const deleteImported = (scope: Scope, calendar: string, ids: readonly string[]): Sql => sql`
  DELETE FROM events WHERE account_id = ${scope.account} AND id IN (SELECT value FROM json_each(${json(ids)}))
    AND +calendar_id = ${calendar} AND ${isThere(scope, calendar)} RETURNING 1`;
