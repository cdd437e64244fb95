/** Calendars in SQL. */
import { ofUser, type Scope } from '../../db/scope.ts';
import { type Query, query } from '../../db/sql.ts';
import { integer, json, oneOf, type RowOf, resourceTable, selectOne, text } from '../../db/table.ts';
import { FILTERED_ROWS_MAX } from '../../limits.ts';
import type { Calendar, Weekday } from '../../sdk/types.ts';

export const calendars = resourceTable({
  type: 'calendar',
  name: 'calendars',
  owner: 'user',
  removable: 'calendar',
  columns: {
    id: text,
    user_id: text,
    timezone: text,
    week_start: oneOf<Weekday>(),
    metadata: json,
    version: integer,
  },
  belongs: { user_id: 'users' },
  toResource: (row): Calendar => ({
    id: row.id,
    userId: row.user_id,
    settings: { weekStart: row.week_start, timezone: row.timezone },
    metadata: JSON.parse(row.metadata),
  }),
});

export type CalendarRow = RowOf<typeof calendars>;

export const selectCalendar = (scope: Scope, id: string): Query<CalendarRow> =>
  selectOne(calendars, scope, id);

/**
 * The ids of the user's calendars. It reads past those that a removal has yet to delete, but not past too many: then there
 * is a row whose id is NULL.
 */
export const selectCalendars = (scope: Scope): Query<{ id: string | null }> => query<{ id: string | null }>`
  SELECT id FROM (SELECT CASE WHEN ${calendars.live} THEN id END AS id FROM calendars WHERE ${ofUser(scope)} LIMIT ${FILTERED_ROWS_MAX})
  WHERE id IS NOT NULL
  UNION ALL
  SELECT * FROM (SELECT NULL FROM calendars WHERE ${ofUser(scope)}
    AND EXISTS (SELECT 1 FROM removals WHERE account_id = ${scope.account}) LIMIT 1 OFFSET ${FILTERED_ROWS_MAX})`;

/** The user's calendars with these ids. It looks each one up, however many calendars the user has. */
export const selectCalendarsById = (
  scope: Scope,
  ids: readonly string[],
): Query<CalendarRow> => query<CalendarRow>`
  SELECT ${calendars.selected} FROM (SELECT value AS wanted FROM json_each(${JSON.stringify(ids)}))
  CROSS JOIN calendars ON ${ofUser(scope)} AND id = wanted AND ${calendars.live}`;
