/** Statements on the hosts of services. A host is a user of a service, with its calendars and schedule there. */

import { removed } from '../../db/removed.ts';
import { ofAccount, type Scope } from '../../db/scope.ts';
import { type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { seen } from '../../db/table.ts';
import { BUSY_CALENDARS_MAX, HOSTS_MAX } from '../../limits.ts';
import { firstVersion } from '../../plan.ts';
import type { Availability, ServiceUser } from '../../sdk/types.ts';
import { type HostRow, hosts, removedParts } from './host-table.ts';
import type { HostUpdate } from './input.ts';

const hostColumns = hosts.selected;

export const toHost = (row: HostRow): ServiceUser => ({
  userId: row.user_id,
  serviceId: row.service_id,
  availability: availabilityOf(row),
  bufferBefore: row.buffer_before,
  bufferAfter: row.buffer_after,
  closestBookingTime: row.closest,
  furthestBookingTime: row.furthest,
  bookingCalendarId: row.booking_calendar_id,
  busy: (JSON.parse(row.busy) as string[]).map((id) => ({ provider: 'Nettu', id })),
});

function availabilityOf({ schedule_id, calendar_id }: HostRow): Availability {
  if (schedule_id !== null) return { variant: 'Schedule', id: schedule_id };
  return calendar_id === null ? { variant: 'Empty' } : { variant: 'Calendar', id: calendar_id };
}

/** A host's key: a user of a service. */
export interface HostKey {
  serviceId: string;
  userId: string;
}

export const selectHost = (scope: Scope, key: HostKey): Query<HostRow> =>
  query<HostRow>`SELECT ${hostColumns} FROM service_users WHERE ${at(scope, key)}`;

export const selectHosts = (scope: Scope, serviceId: string): Query<HostRow> => query<HostRow>`
  SELECT ${hostColumns} FROM service_users WHERE ${ofAccount(scope)} AND service_id = ${serviceId} AND ${hosts.live}
  ORDER BY seq`;

/** Why a host can, or cannot, be added or changed: the same conditions as in the statements below. */
export interface HostConditions {
  service: number;
  user: number;
  host: number;
  /** Whether every calendar and schedule in the request belongs to the user. */
  own: number;
}

export const selectHostConditions = (
  scope: Scope,
  key: HostKey,
  change: HostUpdate,
): Query<HostConditions> => query<HostConditions>`
  SELECT ${hasService(scope, key)} AS service, ${hasUser(scope, key)} AS user, ${own(scope, key, change)} AS own,
    EXISTS (SELECT 1 FROM service_users WHERE ${at(scope, key)}) AS host`;

/** No row comes back where `HostConditions` do not hold. */
export const insertHost = (scope: Scope, key: HostKey, row: HostRow, named: HostUpdate): Sql => sql`
  INSERT INTO service_users (account_id, service_id, user_id, schedule_id, calendar_id, buffer_before, buffer_after,
    closest, furthest, booking_calendar_id, version)
  SELECT account_id, ${key.serviceId}, id, ${row.schedule_id}, ${row.calendar_id}, ${row.buffer_before},
    ${row.buffer_after}, ${row.closest}, ${row.furthest}, ${row.booking_calendar_id}, ${row.version}
  FROM users WHERE ${ofAccount(scope)} AND id = ${key.userId} AND ${isLive('users')}
    AND ${hasService(scope, key)} AND ${own(scope, key, named)} AND ${hostsOf(scope, key)} < ${HOSTS_MAX}
  ON CONFLICT (account_id, service_id, user_id) DO NOTHING RETURNING 1`;

/** The condition that this very row exists: another row for the same user would have another version. */
export const hostIsThere = ({ named }: Scope, { service_id, user_id, version }: HostRow): Sql => sql`
  EXISTS (SELECT 1 FROM service_users WHERE account_id = ${named} AND service_id = ${service_id}
    AND user_id = ${user_id} AND version = ${version})`;

/** The row of a new host, without busy calendars. */
export const newHostRow = ({ serviceId, userId }: HostKey, host: HostUpdate): HostRow => ({
  user_id: userId,
  service_id: serviceId,
  schedule_id: idOf(host, 'Schedule'),
  calendar_id: idOf(host, 'Calendar'),
  buffer_before: host.bufferBefore ?? 0,
  buffer_after: host.bufferAfter ?? 0,
  closest: host.closestBookingTime ?? 0,
  furthest: host.furthestBookingTime ?? null,
  booking_calendar_id: host.bookingCalendarId ?? null,
  busy: '[]',
  version: firstVersion(),
});

/** Updates what has a value. No row comes back where `HostConditions` do not hold. */
export function updateHost(scope: Scope, key: HostKey, change: HostUpdate): Sql<HostRow> {
  const {
    availability,
    bufferBefore,
    bufferAfter,
    closestBookingTime,
    furthestBookingTime,
    bookingCalendarId,
  } = change;
  const kept = (value: string | number | null | undefined, column: Sql): Sql =>
    value === undefined ? column : sql`${value}`;
  const id = (variant: 'Schedule' | 'Calendar') => (availability ? idOf(change, variant) : undefined);
  return sql<HostRow>`
    UPDATE service_users SET
      schedule_id = ${kept(id('Schedule'), sql`schedule_id`)},
      calendar_id = ${kept(id('Calendar'), sql`calendar_id`)},
      buffer_before = ${kept(bufferBefore, sql`buffer_before`)},
      buffer_after = ${kept(bufferAfter, sql`buffer_after`)},
      closest = ${kept(closestBookingTime, sql`closest`)},
      furthest = ${kept(furthestBookingTime, sql`furthest`)},
      booking_calendar_id = ${kept(bookingCalendarId, sql`booking_calendar_id`)},
      version = version + 1 + ${raw(removedParts('service_users'))}
    WHERE ${at(scope, key)} AND ${own(scope, key, change)} RETURNING ${hostColumns}`;
}

export const deleteHost = (scope: Scope, key: HostKey): Sql<HostRow> =>
  sql<HostRow>`DELETE FROM service_users WHERE ${at(scope, key)} RETURNING ${hostColumns}`;

/** Why a busy calendar can, or cannot, be added. */
export interface BusyConditions {
  own: number;
}

export const selectBusyConditions = (
  scope: Scope,
  key: HostKey,
  calendar: string,
): Query<BusyConditions> => query<BusyConditions>`
  SELECT ${owns(scope, key, 'calendars', calendar)} AS own
  FROM service_users WHERE ${at(scope, key)}`;

/** Adding a calendar twice changes nothing. No row comes back where `BusyConditions` do not hold. */
export const addBusy = (scope: Scope, key: HostKey, calendar: string): Sql<HostRow> => sql<HostRow>`
  UPDATE service_users SET
    busy = CASE WHEN ${listed(calendar)} THEN busy ELSE json_insert(busy, '$[#]', ${calendar}) END,
    version = version + NOT ${listed(calendar)}
  WHERE ${at(scope, key)} AND ${owns(scope, key, 'calendars', calendar)} AND ${hasRoom(calendar)}
  RETURNING ${hostColumns}`;

/** Removing a calendar that is not listed changes nothing. */
export const removeBusy = (scope: Scope, key: HostKey, calendar: string): Sql<HostRow> => sql<HostRow>`
  UPDATE service_users SET
    busy = (SELECT json_group_array(value) FROM json_each(busy) WHERE value <> ${calendar}),
    version = version + ${listed(calendar)}
  WHERE ${at(scope, key)} RETURNING ${hostColumns}`;

const at = (scope: Scope, { serviceId, userId }: HostKey): Sql =>
  sql`${ofAccount(scope)} AND service_id = ${serviceId} AND user_id = ${userId} AND ${hosts.live}`;

/** The condition that a user, a service, or a calendar or schedule of a known user is not removed. */
const isLive = (table: 'users' | 'services' | 'calendars' | 'schedules'): Sql =>
  raw(`NOT ${removed(`${table}.account_id`, `${table}.id`)}`);

const hasService = (scope: Scope, { serviceId }: HostKey): Sql =>
  sql`EXISTS (SELECT 1 FROM services WHERE ${ofAccount(scope)} AND id = ${serviceId} AND ${isLive('services')})`;

const hasUser = (scope: Scope, { userId }: HostKey): Sql =>
  sql`EXISTS (SELECT 1 FROM users WHERE ${ofAccount(scope)} AND id = ${userId} AND ${isLive('users')})`;

const hostsOf = (scope: Scope, { serviceId }: HostKey): Sql =>
  sql`(SELECT count(*) FROM service_users WHERE ${ofAccount(scope)} AND service_id = ${serviceId} AND ${hosts.live})`;

const owns = (scope: Scope, { userId }: HostKey, table: 'calendars' | 'schedules', id: string): Sql =>
  sql`EXISTS (SELECT 1 FROM ${raw(table)} WHERE ${ofAccount(scope)} AND id = ${id} AND user_id = ${userId} AND ${isLive(table)})`;

/** The condition that every calendar and schedule in a change belongs to the user. */
function own(scope: Scope, key: HostKey, change: HostUpdate): Sql {
  const schedule = idOf(change, 'Schedule');
  const calendars = [idOf(change, 'Calendar'), change.bookingCalendarId].filter(
    (id) => typeof id === 'string',
  );
  const conditions = [
    ...(schedule === null ? [] : [owns(scope, key, 'schedules', schedule)]),
    ...calendars.map((id) => owns(scope, key, 'calendars', id)),
  ];
  return conditions.reduce((all, condition) => sql`${all} AND ${condition}`, sql`1`);
}

const idOf = ({ availability }: HostUpdate, variant: 'Schedule' | 'Calendar'): string | null =>
  availability?.variant === variant ? availability.id : null;

const listed = (calendar: string): Sql =>
  sql`EXISTS (SELECT 1 FROM json_each(busy) WHERE value = ${calendar})`;
const hasRoom = (calendar: string): Sql =>
  sql`(${listed(calendar)} OR json_array_length(${raw(seen(hosts, 'busy', 'service_users'))}) < ${BUSY_CALENDARS_MAX})`;
