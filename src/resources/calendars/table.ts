/** Calendars in SQL. */
import { ofUser, type Scope } from '../../db/scope.ts';
import { type Query, query } from '../../db/sql.ts';
import { integer, json, oneOf, type RowOf, resourceTable, selectOne, text } from '../../db/table.ts';
import type { Calendar, Weekday } from '../../sdk/types.ts';

const columns = {
  id: text,
  user_id: text,
  timezone: text,
  week_start: oneOf<Weekday>(),
  metadata: json,
  version: integer,
};
type Columns = RowOf<{ columns: typeof columns }>;

const ofCalendar = (name: string): string =>
  `WHERE s.account_id = ${name}.account_id AND s.calendar_id = ${name}.id`;

export const calendars = resourceTable({
  type: 'calendar',
  name: 'calendars',
  owner: 'user',
  removable: 'calendar',
  columns,
  belongs: { user_id: 'users' },
  derived: {
    version: (name) =>
      `${name}.version + coalesce((SELECT s.version FROM subscriptions s ${ofCalendar(name)}), 0)`,
  },
  joined: { subscription: `(SELECT s.json FROM subscription_json s ${ofCalendar('calendars')})` },
  toResource: ({ subscription, ...row }: Columns & { subscription?: string | null }): Calendar => ({
    id: row.id,
    userId: row.user_id,
    settings: { weekStart: row.week_start, timezone: row.timezone },
    metadata: JSON.parse(row.metadata),
    ...(subscription && { subscription: JSON.parse(subscription) }),
  }),
});

/** JSON of a subscription; null of a calendar without one. */
export type CalendarRow = RowOf<typeof calendars> & { subscription?: string | null };

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
