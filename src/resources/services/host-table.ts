/** The hosts of services in SQL: the columns. Statements stand in host-sql.ts. A host is a part of its service. */
import { integer, json, nullableInteger, nullableText, type RowOf, table, text } from '../../db/table.ts';

export const hosts = table({
  type: 'host',
  name: 'service_users',
  columns: {
    service_id: text,
    user_id: text,
    /** At most one of these two. */
    schedule_id: nullableText,
    calendar_id: nullableText,
    buffer_before: integer,
    buffer_after: integer,
    closest: integer,
    furthest: nullableInteger,
    booking_calendar_id: nullableText,
    /** The ids of calendars. */
    busy: json,
    version: integer,
  },
  belongs: { service_id: 'services', user_id: 'users' },
});

export type HostRow = RowOf<typeof hosts>;
