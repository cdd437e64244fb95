/** Shared by the tests of bookings: services with hosts who are always open, and checks of the stored state. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Booking, MultiPerson } from '../../src/sdk/types.ts';
import { type Account, type Call, newAccount, type Reply, type User } from './client.ts';
import { finishRemovals } from './removals.ts';
import { faultsOf, STORED, storedOf } from './sound.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** The clock of these tests by default: a Monday, 00:00 UTC. */
export const NOW = Date.UTC(2030, 0, 7);
/** A time on the day after `NOW`. */
export const at = (hour: number, minute = 0): number => NOW + DAY + hour * HOUR + minute * MINUTE;

export interface Host {
  id: string;
  user: User;
  calendar: string;
  schedule: string;
}

export interface World {
  account: Account;
  service: string;
  hosts: [Host, ...Host[]];
}

export const group = (data: number): MultiPerson => ({ variant: 'group', data });
export const collective: MultiPerson = { variant: 'collective' };
export const equal: MultiPerson = { variant: 'roundRobinAlgorithm', data: 'equalDistribution' };

/** The body of a response that must be a success. */
export async function ok<T>(reply: Promise<Reply>): Promise<T> {
  const { status, body } = await reply;
  if (status >= 300) throw new Error(JSON.stringify(body));
  return body;
}

const times = (start: number, end: number) => [
  { start: { hours: start, minutes: 0 }, end: { hours: end, minutes: 0 } },
];

/** Schedule rules that open the same hours every day. */
export const open = (start = 0, end = 24) =>
  ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((value) => ({
    variant: { type: 'WDay', value },
    intervals: times(start, end),
  }));

/** A user who is open all hours, with a calendar that is both the busy and the booking calendar. */
export async function newHost(account: Account, rules = open()): Promise<Host> {
  const user = await account.newUser();
  const path = `/user/${user.id}`;
  const [{ calendar }, { schedule }] = await Promise.all([
    ok<{ calendar: { id: string } }>(account.call('POST', `${path}/calendar`, { body: { timezone: 'UTC' } })),
    ok<{ schedule: { id: string } }>(
      account.call('POST', `${path}/schedule`, { body: { timezone: 'UTC', rules } }),
    ),
  ]);
  return { id: user.id, user, calendar: calendar.id, schedule: schedule.id };
}

export async function newService(
  account: Account,
  hosts: readonly Host[],
  multiPerson?: MultiPerson,
  settings = {},
) {
  const { service } = await ok<{ service: { id: string } }>(
    account.call('POST', '/service', { body: { ...(multiPerson && { multiPerson }) } }),
  );
  for (const host of hosts) await addHost(account, service.id, host, settings);
  return service.id;
}

export async function addHost(account: Account, service: string, host: Host, settings = {}): Promise<void> {
  const availability = { variant: 'Schedule', id: host.schedule };
  await ok(
    account.call('POST', `/service/${service}/users`, {
      body: { userId: host.id, availability, ...settings },
    }),
  );
  await ok(
    account.call('PUT', `/service/${service}/users/${host.id}/busy`, {
      body: { busy: { provider: 'Nettu', id: host.calendar } },
    }),
  );
}

/** A new account with a service and its hosts. */
export async function newWorld({
  hosts = 1,
  multiPerson,
  settings,
}: {
  hosts?: number;
  multiPerson?: MultiPerson;
  settings?: object;
} = {}): Promise<World> {
  const account = await newAccount();
  const made: Host[] = [];
  for (let i = 0; i < hosts; i++) made.push(await newHost(account));
  return {
    account,
    service: await newService(account, made, multiPerson, settings),
    hosts: made as World['hosts'],
  };
}

/** Requests a booking as the account. */
export const tryBook = (
  { account, service }: Pick<World, 'account' | 'service'>,
  startTs: number,
  body: object = {},
  options: Call = {},
): Promise<Reply> =>
  account.call('POST', `/service/${service}/booking`, {
    now: NOW,
    ...options,
    body: { startTs, duration: HOUR, ...body },
  });

export const book = async (...request: Parameters<typeof tryBook>): Promise<Booking> =>
  (await ok<{ booking: Booking }>(tryBook(...request))).booking;

export const change = (
  { account }: { account: Account },
  { id }: { id: string },
  body: object,
  options: Call = {},
) => account.call('PUT', `/booking/${id}`, { now: NOW, ...options, body });

export const cancel = ({ account }: { account: Account }, { id }: { id: string }, options: Call = {}) =>
  account.call('DELETE', `/booking/${id}`, { now: NOW, ...options });

/** Reads a booking. */
export const readBooking = async (
  { account }: { account: Account },
  { id }: { id: string },
): Promise<Booking> => (await ok<{ booking: Booking }>(account.call('GET', `/booking/${id}`))).booking;

/** Adds an event to a host's calendar; busy by default. */
export const enter = async ({ user, calendar }: Host, startTs: number, body: object = {}): Promise<string> =>
  (
    await ok<{ event: { id: string } }>(
      user.account.call('POST', `/user/${user.id}/events`, {
        body: { calendarId: calendar, startTs, duration: HOUR, busy: true, ...body },
        now: NOW,
      }),
    )
  ).event.id;

/** Sends a request as a user, at the clock of these tests. */
export const as = async (
  user: User,
  method: string,
  path: string,
  options: Call = {},
  claims = {},
): Promise<Reply> =>
  user.call(method, path, {
    now: NOW,
    ...options,
    claims: { iat: NOW / 1000, exp: NOW / 1000 + DAY, ...claims },
  });

/** The rows of an account's bookings, and of everything they refer to. */
export async function stored(account: { id: string }) {
  await finishRemovals();
  const results = await env.DB.batch(STORED.map((text) => env.DB.prepare(text).bind(account.id)));
  return storedOf(results.map(({ results }) => results));
}

/** Expects that the stored state obeys every rule of the contract. */
export async function expectSound({ account }: { account: { id: string } }, now = NOW) {
  const state = await stored(account);
  expect(faultsOf(state, now)).toEqual([]);
  return state;
}

/** The sixty days after `NOW`, as a query. */
export const window = `?startTs=${NOW}&endTs=${NOW + 60 * 24 * HOUR}`;
export const hostsOf = (bookings: { hostUserIds: string[] }[]) =>
  bookings.map(({ hostUserIds }) => hostUserIds);
/** The events of the first host's calendar in that window. */
export const eventsAt = async ({ hosts }: Awaited<ReturnType<typeof newWorld>>, now = NOW) => {
  const path = `/user/calendar/${hosts[0].calendar}/events${window}`;
  return (await hosts[0].user.account.call('GET', path, { now })).body.events;
};

/** Books a seat, and copies its row until the session has `seats` of them. Returns the id of the first. */
export async function fill(world: World, startTs: number, seats: number): Promise<string> {
  const { id } = await book(world, startTs);
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
     INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events, booked_by,
       metadata, created, updated, stamp, version, change_token) -- words: allow
     SELECT account_id, printf('%08x-0000-4000-8000-%012x', random() & 0xffffffff, i), service_id, session, start_ts, duration, state, expires_at, hosts, events,
       booked_by, metadata, created, updated, stamp, 1, change_token -- words: allow
     FROM bookings, n WHERE account_id = ?1 AND id = ?2`,
  )
    .bind(world.account.id, id, seats)
    .run();
  return id;
}
