/** Shared by the tests of scheduling: creates schedules, services and hosts in one call, and reads slots in short form. */
import { expect } from 'vitest';
import type {
  BookingSlotsResult,
  MultiPerson,
  Schedule,
  ScheduleRule,
  ServiceUser,
} from '../../src/sdk/types.ts';
import { type Account, type Call, newAccount, type Reply, type User } from './client.ts';
import { daily } from './schedule-rules.ts';

export { DAY, HOUR, made, ms, UUID } from './events.ts';
export * from './schedule-rules.ts';

export const MINUTE = 60_000;
/** The body of a response that must be a success. */
export function body(reply: Reply) {
  if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
  return reply.body;
}

export async function newSchedule(user: User, rules?: ScheduleRule[], timezone = 'UTC'): Promise<Schedule> {
  const request = { timezone, ...(rules && { rules }) };
  return body(await user.account.call('POST', `/user/${user.id}/schedule`, { body: request })).schedule;
}

export const collective: MultiPerson = { variant: 'collective' };
export const group = (data: number): MultiPerson => ({ variant: 'group', data });

export async function newService(account: Account, multiPerson?: MultiPerson): Promise<string> {
  const request = multiPerson ? { multiPerson } : {};
  return body(await account.call('POST', '/service', { body: request })).service.id;
}

export type Settings = Partial<Omit<ServiceUser, 'userId' | 'serviceId' | 'busy'>>;

/** Adds a user to a service, with these busy calendars. */
export async function addHost(
  service: string,
  user: User,
  { busy = [], ...settings }: Settings & { busy?: string[] } = {},
): Promise<ServiceUser> {
  const path = `/service/${service}/users`;
  let host = body(await user.account.call('POST', path, { body: { userId: user.id, ...settings } }));
  for (const id of busy) host = body(await busyCalendar('PUT', service, user, id));
  return host;
}

export const busyCalendar = (
  method: 'PUT' | 'DELETE',
  service: string,
  user: User,
  id: unknown,
  provider: unknown = 'Nettu',
): Promise<Reply> =>
  user.account.call(method, `/service/${service}/users/${user.id}/busy`, {
    body: { busy: { provider, id } },
  });

/** A user who is open at these times every day, as the host of a service in a new account. */
export async function open(
  times = '00:00-24:00',
  { timezone = 'UTC', multiPerson, ...settings }: Settings & Opening = {},
): Promise<{ user: User; account: Account; service: string }> {
  const account = await newAccount();
  const service = await newService(account, multiPerson);
  return { account, service, user: await join(service, account, times, { timezone, ...settings }) };
}
interface Opening {
  timezone?: string;
  multiPerson?: MultiPerson;
  busy?: string[];
}

/** Adds another such user to the service. */
export async function join(
  service: string,
  account: Account,
  times = '00:00-24:00',
  { timezone = 'UTC', ...settings }: Settings & Opening = {},
): Promise<User> {
  const user = await account.newUser();
  const { id } = await newSchedule(user, daily(times), timezone);
  await addHost(service, user, { availability: { variant: 'Schedule', id }, ...settings });
  return user;
}

/** Earlier than all dates in the tests. */
export const NOW = Date.UTC(2029, 0, 1);

/** A slots query; by default for slots of an hour on 2030-01-07, a Monday. */
export interface SlotsQuery {
  startDate?: string;
  endDate?: string;
  duration?: number | string;
  interval?: number | string;
  timezone?: string;
  ianaTz?: string;
  hostUserIds?: string;
}
export const search = ({ startDate = '2030-01-07', endDate = startDate, ...rest }: SlotsQuery = {}): string =>
  new URLSearchParams(
    Object.entries({ startDate, endDate, duration: 3_600_000, interval: 3_600_000, ...rest }).map(
      ([name, value]) => [name, `${value}`],
    ),
  ).toString();

export const getSlots = (account: Account, service: string, query?: SlotsQuery, options: Call = {}) =>
  account.call('GET', `/service/${service}/booking?${search(query)}`, { now: NOW, ...options });

export async function slotsOf(
  account: Account,
  service: string,
  query?: SlotsQuery,
  options?: Call,
): Promise<BookingSlotsResult['dates']> {
  return body(await getSlots(account, service, query, options)).dates;
}

/** The start times of slots in UTC, by date: `{ '2030-01-07': '09:00 10:00' }`. */
export async function timesOf(
  account: Account,
  service: string,
  query?: SlotsQuery,
  options?: Call,
): Promise<Record<string, string>> {
  const dates = await slotsOf(account, service, query, options);
  return Object.fromEntries(
    dates.map(({ date, slots }) => [
      date,
      slots.map(({ start }) => new Date(start).toISOString().slice(11, 16)).join(' '),
    ]),
  );
}

/** The same for the only date in the answer, as a list. */
export async function hoursOf(...request: Parameters<typeof timesOf>): Promise<string[]> {
  const dates = Object.values(await timesOf(...request));
  expect(dates.length).toBeLessThan(2);
  return dates[0]?.split(' ') ?? [];
}
/** The full hours from `first` to `last`, both included: `09:00 … 16:00`. */
export const hours = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `${String(first + i).padStart(2, '0')}:00`);
