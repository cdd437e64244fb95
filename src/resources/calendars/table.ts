/** Calendars in SQL. */
import { ofUser, type Scope } from '../../db/scope.ts';
import { type Query, query } from '../../db/sql.ts';
import { integer, json, oneOf, type RowOf, resourceTable, selectOne, text } from '../../db/table.ts';
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

/** The user's calendars. */
export const selectCalendars = (scope: Scope): Query<CalendarRow> =>
  query<CalendarRow>`SELECT ${calendars.selected} FROM calendars WHERE ${ofUser(scope)} AND ${calendars.live}`;

/** The user's calendars with these ids. It looks each one up, however many calendars the user has. */
export const selectCalendarsById = (
  scope: Scope,
  ids: readonly string[],
): Query<CalendarRow> => query<CalendarRow>`
  SELECT ${calendars.selected} FROM (SELECT value AS wanted FROM json_each(${JSON.stringify(ids)}))
  CROSS JOIN calendars ON ${ofUser(scope)} AND id = wanted AND ${calendars.live}`;
