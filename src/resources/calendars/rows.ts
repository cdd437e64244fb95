/** Calendars in SQL. */
import { type MetadataPage, selectByMetadata } from '../../db/metadata.ts';
import { ofUser, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import type { Calendar, Weekday } from '../../sdk/types.ts';
import type { CalendarUpdate } from './input.ts';

export interface CalendarRow {
  id: string;
  user_id: string;
  timezone: string;
  week_start: Weekday;
  metadata: string;
}

const columns = sql`id, user_id, timezone, week_start, metadata`;

export const toCalendar = (row: CalendarRow): Calendar => ({
  id: row.id,
  userId: row.user_id,
  settings: { weekStart: row.week_start, timezone: row.timezone },
  metadata: JSON.parse(row.metadata),
});

export const insertCalendar = (
  { account, user }: Scope,
  { id, settings, metadata }: Omit<Calendar, 'userId'>,
): Sql<CalendarRow> => sql<CalendarRow>`
  INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
  SELECT account_id, ${id}, id, ${settings.timezone}, ${settings.weekStart}, ${JSON.stringify(metadata)}
  FROM users WHERE account_id = ${account} AND id = ${user} RETURNING ${columns}`;

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
    metadata = coalesce(${change.metadata ? JSON.stringify(change.metadata) : null}, metadata)
  WHERE ${ofUser(scope)} AND id = ${id} RETURNING ${columns}`;

export const deleteCalendar = (scope: Scope, id: string): Sql<CalendarRow> =>
  sql<CalendarRow>`DELETE FROM calendars WHERE ${ofUser(scope)} AND id = ${id} RETURNING ${columns}`;

export const selectCalendarsByMetadata = (scope: Scope, page: MetadataPage): Query<CalendarRow> =>
  selectByMetadata(scope, { columns, table: sql`calendars`, entries: sql`calendar_metadata` }, page);
