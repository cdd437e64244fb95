/** The hosts of services in SQL: the columns. Statements stand in host-sql.ts. A host is a part of its service. */
import { anyRemoved, unlessRemoved, withoutRemoved } from '../../db/removed.ts';
import { integer, json, nullableInteger, nullableText, type RowOf, table, text } from '../../db/table.ts';

/** How many schedules and calendars of a host `name` are removed: each of them raises the version of the host. */
export const removedParts = (name: string): string => `CASE WHEN ${anyRemoved(`${name}.account_id`)} THEN (
  SELECT count(DISTINCT removals.id) FROM (
    SELECT ${name}.schedule_id AS id UNION ALL SELECT ${name}.calendar_id UNION ALL SELECT ${name}.booking_calendar_id
    UNION ALL SELECT value FROM json_each(${name}.busy)) part
  CROSS JOIN removals ON removals.account_id = ${name}.account_id AND removals.id = part.id) ELSE 0 END`;

const withoutId = (column: string) => (host: string) =>
  unlessRemoved(`${host}.account_id`, `${host}.${column}`);

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
  // A removed schedule or calendar is in no host.
  derived: {
    schedule_id: withoutId('schedule_id'),
    calendar_id: withoutId('calendar_id'),
    booking_calendar_id: withoutId('booking_calendar_id'),
    busy: (host) => withoutRemoved(`${host}.account_id`, `${host}.busy`),
    version: (host) => `${host}.version + ${removedParts(host)}`,
  },
  belongs: { service_id: 'services', user_id: 'users' },
});

export type HostRow = RowOf<typeof hosts>;
