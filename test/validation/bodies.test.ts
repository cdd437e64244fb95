/**
 * The bodies of all routes in other words. null in an optional member means that the member is absent, at any depth, except
 * where null is a value of its own; ids may be in capitals. The walk finds the members in the schemas of all routes, so a new
 * one is covered, and needs a line in `bodies`.
 */
import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../src/operation.ts';
import { routes } from '../../src/routes.ts';
import { bodyOf, type RouteName, routesWhere } from '../support/parse.ts';

const ID = 'abcdef01-2345-4789-abcd-ef0123456789';
const metadata = { a: 'b' };
const time = (hours: number) => ({ hours, minutes: 0 });
const rules = [
  { variant: { type: 'WDay', value: 'Mon' }, intervals: [{ start: time(9), end: time(10) }] },
  { variant: { type: 'Date', value: '2030-01-31' }, intervals: [] },
];
/** A Sunday, and a rule with an occurrence on the day after. */
const startTs = Date.UTC(1972, 11, 31);
const recurrence = {
  freq: 'yearly',
  interval: 1,
  count: 5,
  until: startTs + 2 * 86_400_000,
  byweekday: ['Mon'],
  bymonthday: [1],
  bymonth: ['January'],
  byyearday: [1],
  byweekno: [1],
  bysetpos: [1],
  weekStart: 'Sun',
};
const event = {
  startTs,
  duration: 1,
  busy: true,
  recurrence,
  reminders: [{ delta: -5, identifier: 'a' }],
  serviceId: ID,
  metadata,
  timezone: 'UTC',
};
const host = {
  availability: { variant: 'Calendar', id: ID },
  bufferBefore: 5,
  bufferAfter: 5,
  closestBookingTime: 5,
  furthestBookingTime: 5,
  bookingCalendarId: ID,
};
const webhook = {
  url: 'https://example.test/',
  events: ['*'],
  description: 'a',
  headers: { 'x-team': 'a' },
  paused: true,
};
const service = { multiPerson: { variant: 'group', data: 2 }, metadata };
const subscription = { url: 'https://calendars.example/a.ics', refreshMinutes: 30, busy: 'all' };
const calendar = { timezone: 'UTC', weekStart: 'Sun' };
const busy = { busy: { provider: 'Nettu', id: ID } };

/** For each route a body with every optional member. */
const bodies: Partial<Record<RouteName, object>> = {
  createAccount: { code: 'x', region: 'eu' },
  setPublicKey: { publicJwtKey: 'PEM' },
  changeSettings: { publicFreebusy: true, publicBooking: true, reads: 'nearest', keepCancelledDays: 5 },
  setWebhook: { webhookUrl: 'https://example.test/', events: ['*'] },
  createWebhook: webhook,
  updateWebhook: webhook,
  addKey: { publicJwtKey: 'PEM', kid: 'a', state: 'standby' },
  inspectToken: { token: 'x' },
  setKeyState: { state: 'active', retiresAt: 5 },
  addApiKey: { name: 'a', expiresAt: 5 },
  createUser: { metadata },
  changeUser: { metadata },
  revokeTokens: { notBefore: 5 },
  createCalendar: { ...calendar, metadata, subscription },
  changeCalendar: { ...calendar, settings: calendar, metadata, subscription },
  addFeed: { detail: 'busy', name: 'a' },
  createEvent: { calendarId: ID, ...event },
  changeEvent: { ...event, exdates: [5] },
  changeInstance: { startTs, duration: 1, busy: true, metadata, reminders: event.reminders },
  splitEvent: { originalStartTs: startTs, ...event, exdates: [5] },
  createSchedule: { timezone: 'UTC', rules, metadata },
  changeSchedule: { timezone: 'UTC', rules, metadata },
  createService: service,
  changeService: service,
  addHost: { userId: ID, ...host },
  changeHost: host,
  addBusyCalendar: busy,
  removeBusyCalendar: busy,
  createBooking: { startTs: 0, duration: 60_000, hostUserIds: [ID], holdFor: 5, metadata },
  changeBooking: { metadata, state: 'confirmed', startTs: 0 },
};

/** The optional members in which null is a value: it stays, or is the default. */
const VALUES: Partial<Record<RouteName, string[]>> = {
  setPublicKey: ['publicJwtKey'],
  setKeyState: ['retiresAt'],
  addApiKey: ['name', 'expiresAt'],
  createEvent: ['recurrence', 'serviceId'],
  changeEvent: ['recurrence', 'serviceId'],
  splitEvent: ['recurrence', 'serviceId'],
  addHost: ['furthestBookingTime', 'bookingCalendarId'],
  changeHost: ['furthestBookingTime', 'bookingCalendarId'],
};

// biome-ignore lint/suspicious/noExplicitAny: a walk over schemas of every kind
type Schema = any;

/** The paths of the optional members in a schema, such as `settings.timezone`. A list counts by its first entry. */
function optionalIn(schema: Schema, path: string[] = []): string[][] {
  const { wrapped, entries = {}, item, options = [] } = schema;
  return [
    ...(wrapped ? optionalIn(wrapped, path) : []),
    ...(item ? optionalIn(item, [...path, '0']) : []),
    ...options.flatMap((option: Schema) => optionalIn(option, path)),
    ...Object.entries<Schema>(entries).flatMap(([name, member]) => {
      const at = [...path, name];
      return [...(['optional', 'nullish'].includes(member.type) ? [at] : []), ...optionalIn(member, at)];
    }),
  ];
}

/** A copy of the body in which `change` has changed the object that holds the member. */
function changed(body: object, path: readonly string[], change: (holder: Schema, name: string) => void) {
  const copy: Schema = structuredClone(body);
  const name = path.at(-1) ?? '';
  change(
    path.slice(0, -1).reduce((holder, step) => holder[step], copy),
    name,
  );
  return copy;
}

const members = routesWhere(({ does }) => Boolean(does.body)).flatMap((route) => {
  const { body }: AnyOperation = routes[route].does;
  const paths = new Map(optionalIn(body).map((path) => [path.join('.'), path]));
  return [...paths].map(([title, path]) => [route, title, path] as const);
});

/** How a route answers a body: its input, or its refusal. */
const parsed = (route: RouteName, body: object) =>
  bodyOf(route, body).catch((error: { extra: object }) => error.extra);

describe('null in', () => {
  it.each(members)('%s: %s', async (route, title, path) => {
    // An event has either a start or a date, and both are refused alike. So it is with the name of an occurrence.
    const body = {
      ...bodies[route],
      ...(['date', 'days'].includes(title) && { date: '2030-01-31', days: 2 }),
      ...(title === 'originalDate' && { originalDate: '2030-01-31' }),
    };
    let held: unknown;
    const without = changed(body, path, (holder, name) => {
      held = holder[name];
      delete holder[name];
    });
    expect(held, `add ${title} to the body of ${route}`).toBeDefined();
    const withNull = changed(body, path, (holder, name) => {
      holder[name] = null;
    });
    const outcome = await parsed(route, withNull);
    if (VALUES[route]?.includes(title)) {
      expect(outcome).not.toHaveProperty('errors');
      expect(outcome).toHaveProperty(path, null);
    } else expect(outcome).toEqual(await parsed(route, without));
  });

  it('every optional member of a body at once', async () => {
    for (const route of routesWhere(({ does }) => Boolean(does.body))) {
      const top = members.flatMap(([of, , path]) => (of === route && path.length === 1 ? [path[0]] : []));
      const nulls = Object.fromEntries(top.map((name) => [name, null]));
      const required = Object.entries(bodies[route] ?? {}).filter(([name]) => !top.includes(name));
      const values = top
        .filter((name) => VALUES[route]?.includes(name as string))
        .map((name) => [name, null]);
      const least = Object.fromEntries(required);
      const outcome = await parsed(route, { ...least, ...nulls });
      expect([route, outcome]).toEqual([
        route,
        await parsed(route, { ...least, ...Object.fromEntries(values) }),
      ]);
    }
  });
});

// `calendarIn` does it for a busy calendar, since only those of this service have ids of this kind.
it.each(routesWhere(({ does }) => Boolean(does.body)).filter((route) => !route.endsWith('BusyCalendar')))(
  '%s takes ids in capitals, and reads them in lower case',
  async (route) => {
    const body = JSON.stringify(bodies[route]);
    expect(await parsed(route, JSON.parse(body.replaceAll(ID, ID.toUpperCase())))).toEqual(
      await parsed(route, JSON.parse(body)),
    );
  },
);
