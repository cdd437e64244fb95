/** The hosts of services in SQL. A host is a user of a service, with the calendars and the schedule that count in it. */

import { ofAccount, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import { BUSY_CALENDARS_MAX, HOSTS_MAX } from '../../limits.ts';
import { firstVersion, type Versioned } from '../../plan.ts';
import type { Availability, ServiceUser } from '../../sdk/types.ts';
import type { HostUpdate } from './input.ts';

export interface HostRow extends Versioned {
  user_id: string;
  service_id: string;
  /** At most one of these two. */
  schedule_id: string | null;
  calendar_id: string | null;
  buffer_before: number;
  buffer_after: number;
  closest: number;
  furthest: number | null;
  booking_calendar_id: string | null;
  /** The ids of calendars, in JSON. */
  busy: string;
}

export const hostColumns = sql`user_id, service_id, schedule_id, calendar_id, buffer_before, buffer_after, closest,
  furthest, booking_calendar_id, busy, version`;

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

/** One place in a service. */
export interface Place {
  serviceId: string;
  userId: string;
}

export const selectHost = (scope: Scope, place: Place): Query<HostRow> =>
  query<HostRow>`SELECT ${hostColumns} FROM service_users WHERE ${at(scope, place)}`;

export const selectHosts = (scope: Scope, serviceId: string): Query<HostRow> => query<HostRow>`
  SELECT ${hostColumns} FROM service_users WHERE ${ofAccount(scope)} AND service_id = ${serviceId} ORDER BY seq`;

/** What decides whether a host can be added or changed: the very conditions of the statements below. */
export interface Standing {
  service: number;
  user: number;
  host: number;
  hosts: number;
  /** Whether the calendars and the schedule that are named are all the user's own. */
  own: number;
}

export const selectStanding = (
  scope: Scope,
  place: Place,
  change: HostUpdate,
): Query<Standing> => query<Standing>`
  SELECT ${hasService(scope, place)} AS service, ${hasUser(scope, place)} AS user, ${own(scope, place, change)} AS own,
    EXISTS (SELECT 1 FROM service_users WHERE ${at(scope, place)}) AS host, ${hostsOf(scope, place)} AS hosts`;

/** No row comes back where `Standing` does not allow it. */
export const insertHost = (scope: Scope, place: Place, row: HostRow, named: HostUpdate): Sql => sql`
  INSERT INTO service_users (account_id, service_id, user_id, schedule_id, calendar_id, buffer_before, buffer_after,
    closest, furthest, booking_calendar_id, version)
  SELECT account_id, ${place.serviceId}, id, ${row.schedule_id}, ${row.calendar_id}, ${row.buffer_before},
    ${row.buffer_after}, ${row.closest}, ${row.furthest}, ${row.booking_calendar_id}, ${row.version}
  FROM users WHERE ${ofAccount(scope)} AND id = ${place.userId}
    AND ${hasService(scope, place)} AND ${own(scope, place, named)} AND ${hostsOf(scope, place)} < ${HOSTS_MAX}
  ON CONFLICT (account_id, service_id, user_id) DO NOTHING RETURNING 1`;

/** Another row for the same user would have another version. */
export const hostIsThere = ({ named }: Scope, { service_id, user_id, version }: HostRow): Sql => sql`
  EXISTS (SELECT 1 FROM service_users WHERE account_id = ${named} AND service_id = ${service_id}
    AND user_id = ${user_id} AND version = ${version})`;

/** A host as it is before any calendar makes it busy. */
export const newHostRow = ({ serviceId, userId }: Place, host: HostUpdate): HostRow => ({
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

/** What is absent is kept. No row comes back where `Standing` does not allow it. */
export function updateHost(scope: Scope, place: Place, change: HostUpdate): Sql<HostRow> {
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
      version = version + 1
    WHERE ${at(scope, place)} AND ${own(scope, place, change)} RETURNING ${hostColumns}`;
}

export const deleteHost = (scope: Scope, place: Place): Sql<HostRow> =>
  sql<HostRow>`DELETE FROM service_users WHERE ${at(scope, place)} RETURNING ${hostColumns}`;

/** What decides whether a calendar can be added to those that make a host busy. */
export interface BusyStanding {
  own: number;
  full: number;
}

export const selectBusyStanding = (
  scope: Scope,
  place: Place,
  calendar: string,
): Query<BusyStanding> => query<BusyStanding>`
  SELECT ${owns(scope, place, sql`calendars`, calendar)} AS own, NOT ${hasRoom(calendar)} AS full
  FROM service_users WHERE ${at(scope, place)}`;

/** Adding it twice changes nothing. No row comes back where `BusyStanding` does not allow it. */
export const addBusy = (scope: Scope, place: Place, calendar: string): Sql<HostRow> => sql<HostRow>`
  UPDATE service_users SET
    busy = CASE WHEN ${listed(calendar)} THEN busy ELSE json_insert(busy, '$[#]', ${calendar}) END,
    version = version + NOT ${listed(calendar)}
  WHERE ${at(scope, place)} AND ${owns(scope, place, sql`calendars`, calendar)} AND ${hasRoom(calendar)}
  RETURNING ${hostColumns}`;

/** Removing what is not there changes nothing. */
export const removeBusy = (scope: Scope, place: Place, calendar: string): Sql<HostRow> => sql<HostRow>`
  UPDATE service_users SET
    busy = (SELECT json_group_array(value) FROM json_each(busy) WHERE value <> ${calendar}),
    version = version + ${listed(calendar)}
  WHERE ${at(scope, place)} RETURNING ${hostColumns}`;

const at = (scope: Scope, { serviceId, userId }: Place): Sql =>
  sql`${ofAccount(scope)} AND service_id = ${serviceId} AND user_id = ${userId}`;

const hasService = (scope: Scope, { serviceId }: Place): Sql =>
  sql`EXISTS (SELECT 1 FROM services WHERE ${ofAccount(scope)} AND id = ${serviceId})`;

const hasUser = (scope: Scope, { userId }: Place): Sql =>
  sql`EXISTS (SELECT 1 FROM users WHERE ${ofAccount(scope)} AND id = ${userId})`;

const hostsOf = (scope: Scope, { serviceId }: Place): Sql =>
  sql`(SELECT count(*) FROM service_users WHERE ${ofAccount(scope)} AND service_id = ${serviceId})`;

const owns = (scope: Scope, { userId }: Place, table: Sql, id: string): Sql =>
  sql`EXISTS (SELECT 1 FROM ${table} WHERE ${ofAccount(scope)} AND id = ${id} AND user_id = ${userId})`;

/** Whether what a change names is the user's own. */
function own(scope: Scope, place: Place, change: HostUpdate): Sql {
  const schedule = idOf(change, 'Schedule');
  const calendars = [idOf(change, 'Calendar'), change.bookingCalendarId].filter(
    (id) => typeof id === 'string',
  );
  const conditions = [
    ...(schedule === null ? [] : [owns(scope, place, sql`schedules`, schedule)]),
    ...calendars.map((id) => owns(scope, place, sql`calendars`, id)),
  ];
  return conditions.reduce((all, condition) => sql`${all} AND ${condition}`, sql`1`);
}

const idOf = ({ availability }: HostUpdate, variant: 'Schedule' | 'Calendar'): string | null =>
  availability?.variant === variant ? availability.id : null;

const listed = (calendar: string): Sql =>
  sql`EXISTS (SELECT 1 FROM json_each(busy) WHERE value = ${calendar})`;
const hasRoom = (calendar: string): Sql =>
  sql`(${listed(calendar)} OR json_array_length(busy) < ${BUSY_CALENDARS_MAX})`;
