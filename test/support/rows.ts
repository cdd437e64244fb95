/**
 * Every path of every row in the route table, with a valid request for it. A new row needs one line in `fixtures`, and
 * a new parameter one in `params`.
 */
import { env } from 'cloudflare:workers';
import { doorNames as doors } from '../../src/auth/doors.ts';
import { batch } from '../../src/db/connection.ts';
import { EVERY_MINUTE } from '../../src/jobs/names.ts';
import { recordRun } from '../../src/jobs/sql.ts';
import type { Door, Route } from '../../src/route.ts';
import { routes } from '../../src/routes.ts';
import { type Call, CODE, call, keys, NOBODY, type Reply, type User } from './client.ts';

interface Fixture {
  /** Prepares other state that the request needs. */
  of?: (user: User) => Promise<unknown>;
  body?: object | ((user: User) => Promise<object> | object);
  query?: string;
  /** Sent as iCalendar text, in place of a body. */
  text?: string;
  /** Whether the response is text: lines of JSON, or iCalendar text. */
  lines?: true;
  /** The round trips of a request if not 1. */
  trips?: 0 | 2;
}

const page = '?key=color&value=red';
const list = '?limit=2&order=desc&metadata[color]=red';
const window = '?startTs=0&endTs=86400000';
const when = { startTs: 3_600_000, duration: 60_000 };
/** An event with several occurrences. */
const repeated = { ...when, recurrence: { freq: 'daily', interval: 1, count: 9 } };

/** By method and first path of the row. */
const fixtures: Record<string, Fixture> = {
  'GET /': { trips: 0 },
  'GET /health': { of: () => cronRan() },
  'POST /account': { body: { code: CODE } },
  'GET /account': {},
  'PUT /account/pubkey': { body: { publicJwtKey: keys.pem } },
  'PUT /account/settings': { body: { publicFreebusy: false } },
  'GET /account/webhook': { of: webhookOf },
  'PUT /account/webhook': { body: { webhookUrl: 'https://example.test/hook' } },
  'DELETE /account/webhook': {},
  'POST /account/webhook/test': { of: webhookOf },
  'POST /account/webhook/secret': { of: webhookOf },
  'GET /account/webhook/deliveries': {},
  'GET /account/webhook/deliveries/:deliveryId': {},
  'POST /account/webhook/deliveries/:deliveryId/replay': {},
  'GET /account/webhooks': { of: webhookOf },
  'POST /account/webhooks': { body: { url: 'https://example.test/hook' } },
  'GET /account/webhooks/:webhookId': {},
  'PUT /account/webhooks/:webhookId': { body: { description: 'the warehouse' } },
  'DELETE /account/webhooks/:webhookId': {},
  'POST /account/webhooks/:webhookId/test': {},
  'POST /account/webhooks/:webhookId/secret': {},
  'GET /account/export': { lines: true },
  'GET /account/keys': {},
  'POST /account/keys': { body: () => ({ publicJwtKey: keys.pem, kid: crypto.randomUUID() }) },
  'POST /account/keys/inspect': { body: async (user) => ({ token: await user.token() }) },
  'PUT /account/keys/:kid': { body: { state: 'active' } },
  'DELETE /account/keys/:kid': {},
  'GET /account/api-keys': {},
  'POST /account/api-keys': { body: { name: 'backup' } },
  'DELETE /account/api-keys/:apiKeyId': {},
  'GET /user': { query: list },
  'POST /user': { body: { metadata: { color: 'red' } } },
  'GET /user/meta': { query: page },
  'GET /user/:userId': {},
  'PUT /user/:userId': { body: { metadata: { color: 'blue' } } },
  'PUT /user/:userId/tokens': { body: { notBefore: null } },
  'DELETE /user/:userId': {},
  'GET /calendar/meta': { query: page },
  'GET /user/:userId/calendar': { query: list },
  'POST /user/:userId/calendar': { body: { timezone: 'Europe/Oslo' } },
  'GET /user/calendar/:calendarId.ics': { lines: true },
  'POST /user/calendar/:calendarId/import': {
    text: 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20300101T000000Z\nEND:VEVENT',
    trips: 2,
  },
  'POST /user/calendar/:calendarId/refresh': { trips: 2 },
  'GET /user/calendar/:calendarId/feeds': {},
  'POST /user/calendar/:calendarId/feeds': { body: { detail: 'full' } },
  'DELETE /user/calendar/:calendarId/feeds/:feedId': {},
  'GET /feed/:secret.ics': { lines: true },
  'GET /user/calendar/:calendarId': {},
  'PUT /user/calendar/:calendarId': { body: { settings: { timezone: 'Asia/Calcutta' } } },
  'DELETE /user/calendar/:calendarId': {},
  'GET /events/meta': { query: page },
  'GET /user/:userId/events': { query: list },
  'POST /user/:userId/events': { body: async (user) => ({ calendarId: await calendarOf(user), ...when }) },
  'GET /user/events/:eventId': {},
  'PUT /user/events/:eventId': { body: { busy: true } },
  'DELETE /user/events/:eventId': {},
  'GET /user/events/:eventId/instances': { query: window },
  'PUT /user/events/:eventId/instances/:originalStartTs': { body: { busy: true }, trips: 2 },
  'DELETE /user/events/:eventId/instances/:originalStartTs': { trips: 2 },
  'POST /user/events/:eventId/instances/:originalStartTs/reset': { trips: 2 },
  'POST /user/events/:eventId/split': { body: { originalStartTs: when.startTs + 86_400_000 }, trips: 2 },
  'GET /user/calendar/:calendarId/events': { query: window },
  'GET /user/:userId/freebusy': { query: window },
  'GET /schedule/meta': { query: page },
  'GET /user/:userId/schedule': { query: list },
  'POST /user/:userId/schedule': { body: { timezone: 'Europe/Oslo' } },
  'GET /user/schedule/:scheduleId': {},
  'PUT /user/schedule/:scheduleId': { body: { timezone: 'Asia/Calcutta' } },
  'DELETE /user/schedule/:scheduleId': {},
  'GET /service': { query: list },
  'POST /service': { body: { metadata: { color: 'red' } } },
  'GET /service/meta': { query: page },
  'GET /service/:serviceId': {},
  'PUT /service/:serviceId': { body: { multiPerson: { variant: 'collective' } } },
  'DELETE /service/:serviceId': {},
  'POST /service/:serviceId/users': { body: async (user) => ({ userId: (await user.account.newUser()).id }) },
  'PUT /service/:serviceId/users/:userId': { body: { bufferAfter: 5 } },
  'DELETE /service/:serviceId/users/:userId': {},
  'PUT /service/:serviceId/users/:userId/busy': {
    body: async (user) => ({ busy: { provider: 'Nettu', id: await calendarOf(user) } }),
  },
  'DELETE /service/:serviceId/users/:userId/busy': { body: { busy: { provider: 'Nettu', id: NOBODY } } },
  'GET /service/:serviceId/booking': {
    query: '?startDate=2030-01-01&endDate=2030-01-02&duration=3600000&interval=3600000',
  },
  'POST /service/:serviceId/booking': {
    body: { startTs: Date.UTC(2030, 0, 1, 12), duration: 3_600_000 },
    trips: 2,
  },
  'GET /booking/:bookingId.ics': { lines: true },
  'GET /booking/:bookingId': {},
  'PUT /booking/:bookingId': { body: { metadata: { color: 'blue' } } },
  'DELETE /booking/:bookingId': {},
  'GET /service/:serviceId/bookings': { query: window },
  'GET /me/bookings': { query: window },
};

/** Creates resources as the account, so that the key cache stays empty. */
const made = async ({ account }: User, path: string, body: object) =>
  (await account.call('POST', path, { body })).body;
const calendarOf = async (user: User): Promise<string> =>
  (await made(user, `/user/${user.id}/calendar`, { timezone: 'UTC' })).calendar.id;

/** A subscription to a private address. The requests under test do not allow those, so nothing is fetched. */
const subscriptionOf = async (user: User): Promise<string> => {
  const { id, account } = user;
  const body = { timezone: 'UTC', subscription: { url: 'http://127.0.0.1/' } };
  const call = { body, env: { ALLOW_PRIVATE_WEBHOOKS: 'yes' } };
  const made = subscriptions.get(user) ?? account.call('POST', `/user/${id}/calendar`, call);
  subscriptions.set(user, made);
  const calendar = (await made).body.calendar.id;
  // A user has a few, and one is fetched once a minute.
  await env.DB.prepare('UPDATE subscriptions SET begun_at = 0 WHERE calendar_id = ?').bind(calendar).run();
  return calendar;
};

const subscriptions = new WeakMap<User, Promise<Reply>>();

const feedOf = (user: User, calendarId: string) =>
  made(user, `/user/calendar/${calendarId}/feeds`, { detail: 'full' });

/** Sets a webhook at a private address. The requests under test do not allow those, so nothing is sent there. */
function webhookOf({ account }: User) {
  const body = { webhookUrl: 'http://127.0.0.1/', events: ['*'] };
  return account.call('PUT', '/account/webhook', { body, env: { ALLOW_PRIVATE_WEBHOOKS: 'yes' } });
}

/** A webhook beside the first one. */
async function furtherOf(user: User): Promise<string> {
  await webhookOf(user);
  return (await made(user, '/account/webhooks', { url: 'https://example.test/further' })).webhook.id;
}

/** The cron has run. */
export function cronRan(at = Date.now()) {
  return batch(env.DB, [recordRun(EVERY_MINUTE, at)]);
}

/** A change that the webhook subscribes to. */
async function deliveryOf(user: User): Promise<string> {
  await webhookOf(user);
  await user.account.newUser();
  return (await user.account.call('GET', '/account/webhook/deliveries')).body.deliveries[0].id;
}

/** A service with this user as its only host, open every day. */
async function serviceOf(user: User): Promise<string> {
  const calendarId = await calendarOf(user);
  const intervals = [{ start: { hours: 0, minutes: 0 }, end: { hours: 24, minutes: 0 } }];
  const rules = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((value) => ({
    variant: { type: 'WDay', value },
    intervals,
  }));
  const { schedule } = await made(user, `/user/${user.id}/schedule`, { timezone: 'UTC', rules });
  const { service } = await made(user, '/service', {});
  const availability = { variant: 'Schedule', id: schedule.id };
  const host = { userId: user.id, availability, bookingCalendarId: calendarId };
  await made(user, `/service/${service.id}/users`, host);
  return service.id;
}

/** A booking of the user, because it is created with the user's token. */
async function bookingOf(user: User): Promise<string> {
  const body = { startTs: Date.UTC(2030, 0, 2, 12), duration: 3_600_000 };
  const reply = await user.call('POST', `/service/${await serviceOf(user)}/booking`, { body });
  return reply.body.booking.id;
}

/** Creates the resource that a parameter names. */
const params: Record<string, (user: User) => Promise<string> | string> = {
  userId: (user) => user.id,
  calendarId: calendarOf,
  eventId: async (user) =>
    (await made(user, `/user/${user.id}/events`, { calendarId: await calendarOf(user), ...repeated })).event
      .id,
  originalStartTs: () => String(when.startTs + 86_400_000),
  kid: async (user) =>
    (await made(user, '/account/keys', { publicJwtKey: keys.pem, kid: crypto.randomUUID() })).key.kid,
  scheduleId: async (user) =>
    (await made(user, `/user/${user.id}/schedule`, { timezone: 'UTC' })).schedule.id,
  serviceId: serviceOf,
  bookingId: bookingOf,
  deliveryId: deliveryOf,
  webhookId: furtherOf,
  secret: async (user) =>
    /feed\/(.*)\.ics$/.exec((await feedOf(user, await calendarOf(user))).url)?.[1] ?? '',
  apiKeyId: async (user) => (await made(user, '/account/api-keys', {})).apiKey.id,
};

/** One path of one row. */
export interface Entry {
  row: Route;
  door: Door;
  path: string;
  /** Such as `PUT /user/:userId`. */
  name: string;
  fixture: Fixture | undefined;
  /** The names of the parameters in the path. */
  params: string[];
  trips: number;
}

export const entries: Entry[] = Object.values(routes).flatMap((row: Route) =>
  doors.flatMap((door) => {
    const path = row[door];
    if (!path) return [];
    const fixture = fixtures[`${row.method} ${doors.map((name) => row[name]).find(Boolean)}`];
    return {
      row,
      door,
      path,
      name: `${row.method} ${path}`,
      fixture,
      params: [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string),
      trips: fixture?.trips ?? 1,
    };
  }),
);

/** Arguments for `it.each` and `describe.each`: each entry after its title, `%s`. */
export const titled = (some: readonly Entry[]): [string, Entry][] =>
  some.map((entry) => [`${entry.name} (${entry.door})`, entry]);

/** A valid request for an entry, with new resources of this user. */
export async function prepare(
  entry: Entry,
  user: User,
): Promise<{ path: string; body?: object; raw?: string; headers?: Record<string, string> }> {
  const { fixture } = entry;
  if (!fixture) throw new Error(`support/rows.ts: add a line for "${entry.name}" to "fixtures"`);
  let path = entry.path;
  for (const name of entry.params) {
    // A feed is one of the calendar before it in the path.
    const [, calendarId = ''] = /([0-9a-f-]{36})\/feeds/.exec(path) ?? [];
    const special: typeof params = {
      feedId: async () => (await feedOf(user, calendarId)).feed.id,
      ...(path.endsWith('/refresh') && { calendarId: subscriptionOf }),
    };
    const make = special[name] ?? params[name];
    if (!make) throw new Error(`support/rows.ts: say in "params" how a ${name} is made, for ${entry.name}`);
    path = path.replace(`:${name}`, await make(user));
  }
  await fixture.of?.(user);
  const body = typeof fixture.body === 'function' ? await fixture.body(user) : fixture.body;
  const text = fixture.text && { raw: fixture.text, headers: { 'content-type': 'text/calendar' } };
  return { path, ...(body && { body }), ...text };
}

/** The entry's path with every parameter replaced by this value. */
export const pathWith = (entry: Entry, value: string): string => entry.path.replace(/:\w+/g, value);

/** The credentials for the entry's door. */
export async function credentials({ door }: Entry, user: User): Promise<Record<string, string>> {
  if (door === 'admin' || door === 'both') return user.account.headers;
  if (door === 'feed') return {};
  return door === 'user' ? user.headers() : { 'nettu-account': user.account.id };
}

/** Sends a prepared request, with the given changes. */
export async function send(
  entry: Entry,
  user: User,
  request: Call & { path: string; search?: string | undefined; as?: Record<string, string> },
): Promise<Reply> {
  const { path, search = entry.fixture?.query ?? '', as = await credentials(entry, user), ...rest } = request;
  return call(entry.row.method, path + search, {
    ...rest,
    env: { ...user.account.deployed, ...rest.env },
    headers: { ...as, ...rest.headers },
  });
}
