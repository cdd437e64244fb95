/** Calendars in SQL. */
import { type MetadataPage, selectByMetadata } from '../../db/metadata.ts';
import type { Listed } from '../../db/pages.ts';
import { exists, ofUser, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import type { Versioned } from '../../plan.ts';
import type { Calendar, Weekday } from '../../sdk/types.ts';
import type { CalendarUpdate } from './input.ts';

export interface CalendarRow extends Versioned {
  id: string;
  user_id: string;
  timezone: string;
  week_start: Weekday;
  metadata: string;
}

const columns = sql`id, user_id, timezone, week_start, metadata, version`;

export const toCalendar = (row: CalendarRow): Calendar => ({
  id: row.id,
  userId: row.user_id,
  settings: { weekStart: row.week_start, timezone: row.timezone },
  metadata: JSON.parse(row.metadata),
});

export const insertCalendar = ({ account }: Scope, row: CalendarRow): Sql => sql`
  INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata, version)
  SELECT account_id, ${row.id}, id, ${row.timezone}, ${row.week_start}, ${row.metadata}, ${row.version}
  FROM users WHERE account_id = ${account} AND id = ${row.user_id} RETURNING 1`;

export const calendarIsThere = (scope: Scope, { id }: CalendarRow): Sql => exists(scope, sql`calendars`, id);

export const selectCalendar = (scope: Scope, id: string): Query<CalendarRow> =>
  query<CalendarRow>`SELECT ${columns} FROM calendars WHERE ${ofUser(scope)} AND id = ${id}`;

/** The user's calendars. */
export const selectCalendars = (scope: Scope): Query<CalendarRow> =>
  query<CalendarRow>`SELECT ${columns} FROM calendars WHERE ${ofUser(scope)}`;

/** Those of the user's calendars that have these ids: each is looked up, however many others there are. */
export const selectCalendarsById = (
  scope: Scope,
  ids: readonly string[],
): Query<CalendarRow> => query<CalendarRow>`
  SELECT ${columns} FROM (SELECT value AS wanted FROM json_each(${JSON.stringify(ids)}))
  CROSS JOIN calendars ON ${ofUser(scope)} AND id = wanted`;

/** What is absent is kept. */
export const updateCalendar = (
  scope: Scope,
  id: string,
  change: CalendarUpdate,
): Sql<CalendarRow> => sql<CalendarRow>`
  UPDATE calendars SET
    timezone = coalesce(${change.timezone ?? null}, timezone),
    week_start = coalesce(${change.weekStart ?? null}, week_start),
    metadata = coalesce(${change.metadata ? JSON.stringify(change.metadata) : null}, metadata),
    version = version + 1
  WHERE ${ofUser(scope)} AND id = ${id} RETURNING ${columns}`;

export const deleteCalendar = (scope: Scope, id: string): Sql<CalendarRow> =>
  sql<CalendarRow>`DELETE FROM calendars WHERE ${ofUser(scope)} AND id = ${id} RETURNING ${columns}`;

export const selectCalendarsByMetadata = (scope: Scope, page: MetadataPage): Query<CalendarRow> =>
  selectByMetadata(scope, { columns, table: sql`calendars`, entries: sql`calendar_metadata` }, page);

export const listedCalendars = (scope: Scope): Listed => ({
  table: sql`calendars`,
  columns,
  entries: sql`calendar_metadata`,
  within: ofUser(scope),
});
