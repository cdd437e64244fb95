/**
 * Every GET and every route that needs no credential reads as many rows among 3,000 rows of each hostile kind as among
 * 300. bounded.test.ts has the kinds that no index can hold, where the reading itself ends.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { recordAttempts } from '../../src/webhooks/outbox-sql.ts';
import { CODE, call } from '../support/client.ts';
import { reading } from '../support/database.ts';
import { DAY, HOUR } from '../support/events.ts';
import { END, START } from '../support/hostile-rows.ts';
import { cronRan, type Entry, entries, send } from '../support/rows.ts';
import { fill, fillRecords, quietWorld, type World, withCalendarOfThePast } from './world.ts';

const window = `?startTs=${START}&endTs=${END}`;
/** The owner sees free events, so this window has none. */
const before = `?startTs=${START - 600 * DAY}&endTs=${START - 599 * DAY}`;
const list = '?limit=2&metadata[color]=red';
const meta = '?key=color&value=red';
const slots = '?startDate=2030-01-01&endDate=2030-01-02&duration=3600000&interval=3600000';

/** By method and path: the queries to send. */
const cases: Record<string, string[]> = {
  'GET /': [''],
  'GET /health': [''],
  'GET /account': [''],
  'GET /account/webhook': [''],
  'GET /account/webhook/deliveries': ['', '?state=failed', '?state=pending', '?webhookId=WEBHOOK'],
  'GET /account/webhook/deliveries/:deliveryId': [''],
  'GET /account/webhooks': [''],
  'GET /account/webhooks/:webhookId': [''],
  'GET /account/keys': [''],
  'GET /account/api-keys': [''],
  'GET /user': [list, '?limit=2', '?limit=2&order=desc'],
  'GET /user/meta': [meta],
  'GET /user/:userId': [''],
  'GET /me': [''],
  'GET /calendar/meta': [meta],
  'GET /user/:userId/calendar': [list, '?limit=2'],
  'GET /calendar': [list, '?limit=2'],
  'GET /user/calendar/:calendarId/feeds': [''],
  'GET /calendar/:calendarId/feeds': [''],
  'GET /user/calendar/:calendarId': [''],
  'GET /calendar/:calendarId': [''],
  'GET /events/meta': [meta],
  'GET /user/:userId/events': [list, '?limit=2'],
  'GET /events': [list, '?limit=2'],
  'GET /user/events/:eventId': [''],
  'GET /events/:eventId': [''],
  'GET /user/events/:eventId/instances': [window],
  'GET /events/:eventId/instances': [window],
  'GET /user/calendar/:calendarId/events': [before],
  'GET /calendar/:calendarId/events': [before],
  'GET /user/:userId/freebusy': [
    window,
    `?startTs=${START}&endTs=${START + 1}`,
    `${window}&calendarIds=CALENDAR`,
  ],
  'GET /schedule/meta': [meta],
  'GET /user/:userId/schedule': [list, '?limit=2'],
  'GET /schedule': [list, '?limit=2'],
  'GET /user/schedule/:scheduleId': [''],
  'GET /schedule/:scheduleId': [''],
  'GET /service': [list, '?limit=2'],
  'GET /service/meta': [meta],
  'GET /service/:serviceId': [''],
  'GET /service/:serviceId/booking': [slots, `${slots}&hostUserIds=HOST`],
  'GET /booking/:bookingId.ics': [''],
  'GET /booking/:bookingId': [''],
  'GET /service/:serviceId/bookings': [
    window,
    '?limit=2',
    '?limit=2&state=cancelled',
    `?startTs=${START}&limit=2`,
  ],
  'GET /me/bookings': [window, '?limit=2', '?limit=2&state=cancelled'],
};

/** A text has every event to come, so these are of a calendar whose events are over. */
const texts = [
  'GET /user/calendar/:calendarId.ics',
  'GET /calendar/:calendarId.ics',
  'GET /feed/:secret.ics',
];
/** It answers with all that there is, so that it reads it: test/export holds it to a number of rows each. */
const whole = 'GET /account/export';
/** It creates, so it has a test of its own. */
const creation = 'POST /account';

const open = entries.filter(
  ({ row, door }) => row.method === 'GET' || door === 'public' || door === 'anyone',
);
const requests = open.flatMap((entry) =>
  (cases[entry.name] ?? []).map((search): [string, Entry, string] => [entry.name + search, entry, search]),
);

let few: World;
let many: World;
let past: readonly [few: World, many: World];
beforeAll(async () => {
  [few, many] = [await quietWorld(), await quietWorld()];
  await cronRan();
  await fill(few, 300);
  await fill(many, 3000);
  past = [await withCalendarOfThePast(few, 300), await withCalendarOfThePast(many, 3000)];
});

async function rowsOf(world: World, entry: Entry, search: string, status = 200): Promise<number> {
  const { db, rows } = reading();
  const path = entry.path.replace(/:(\w+)/g, (_, name: string) => world.ids[name] ?? name);
  const query = search
    .replace('HOST', world.user.id)
    .replace('WEBHOOK', world.ids.webhookId ?? '')
    .replace('CALENDAR', world.ids.calendarId ?? '');
  const reply = await send(entry, world.user, { path, search: query, env: { DB: db } });
  expect(reply.status, JSON.stringify(reply.body)).toBe(status);
  return rows();
}

it('has a case for each route', () => {
  expect(open.map(({ name }) => name).sort()).toEqual(
    [...Object.keys(cases), ...texts, whole, creation].sort(),
  );
});

/** A scan may end at one more entry of an index. */
const SLACK = 12;

it.each(requests)('%s', async (_, entry, search) => {
  const among = [await rowsOf(few, entry, search), await rowsOf(many, entry, search)] as const;
  expect(among[1]).toBeLessThanOrEqual(among[0] + SLACK);
});

it.each(texts)('%s', async (name) => {
  const entry = open.find((entry) => entry.name === name) as Entry;
  const among = [await rowsOf(past[0], entry, ''), await rowsOf(past[1], entry, '')] as const;
  expect(among[1]).toBeLessThanOrEqual(among[0] + SLACK);
});

const tooLong = `?startTs=${START}&endTs=${START + 63 * DAY}`;
const inverted = `?startTs=${END}&endTs=${START}`;
/** By the last words of the path: windows that a request may not have. */
const refused: Record<string, string[]> = {
  booking: [slots.replace('2030-01-02', '2030-04-12'), slots.replace('2030-01-02', '2029-12-31')],
  freebusy: [tooLong, inverted],
  instances: [tooLong, inverted],
  events: [tooLong, inverted],
  bookings: [inverted],
};

it.each(
  requests.flatMap(([, entry, search]) =>
    search.includes('start')
      ? (refused[entry.path.split('/').at(-1) ?? ''] ?? ['?']).map((bad): [string, Entry, string] => [
          entry.name + bad,
          entry,
          bad,
        ])
      : [],
  ),
)('%s is refused before it reads what it is about', async (_, entry, search) => {
  // The credential.
  expect(await rowsOf(many, entry, search, 400)).toBeLessThanOrEqual(6);
});

it.each(['byCalendar', 'group'] as const)('slots of a service %s', async (kind) => {
  const rowsIn = async ({ user, [kind]: service }: World) => {
    const { db, rows } = reading();
    expect(
      (await user.account.call('GET', `/service/${service}/booking${slots}`, { env: { DB: db } })).status,
    ).toBe(200);
    return rows();
  };
  expect(await rowsIn(many)).toBeLessThanOrEqual((await rowsIn(few)) + SLACK);
});

it.each(['serviceId', 'group'] as const)('a booking, %s', async (kind) => {
  const rowsIn = async ({ user, ids, group }: World) => {
    const { db, rows } = reading();
    const path = `/service/${kind === 'group' ? group : ids.serviceId}/booking`;
    const body = { startTs: START + (kind === 'group' ? 22 : 20) * HOUR, duration: HOUR };
    expect((await user.account.call('POST', path, { body, env: { DB: db } })).status).toBe(201);
    return rows();
  };
  expect(await rowsIn(many)).toBeLessThanOrEqual((await rowsIn(few)) + SLACK);
});

it('an import of a file reads the events of its UIDs', async () => {
  const rowsIn = async ({ user, ids }: World) => {
    const { db, rows } = reading();
    const raw = 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:new\nDTSTART:20200101T000000Z\nEND:VEVENT\nEND:VCALENDAR';
    const headers = { 'content-type': 'text/calendar' };
    const path = `/user/calendar/${ids.calendarId}/import`;
    const { body } = await user.account.call('POST', path, { raw, headers, env: { DB: db } });
    expect(body).toMatchObject({ created: 1 });
    return rows();
  };
  expect(await rowsIn(many)).toBeLessThanOrEqual((await rowsIn(few)) + SLACK);
});

it('POST /account reads as many rows among 300 idempotency records as among 3,000', async () => {
  const rowsAmong = async (records: number) => {
    await fillRecords('', '', records);
    const { db, rows } = reading();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const reply = await call('POST', '/account', { body: { code: CODE }, headers, env: { DB: db } });
    expect(reply.status).toBe(201);
    return rows();
  };
  const few = await rowsAmong(300);
  expect(await rowsAmong(2700)).toBeLessThanOrEqual(few + SLACK);
});

/** Statements of jobs and of other writes whose rows a list in a parameter names: their plans have to begin with the list. */
it('the record of attempts reads the deliveries that it names, among 300 and 3,000', async () => {
  const rowsIn = async ({ user, ids }: World) => {
    const id = ids.deliveryId ?? '';
    const attempt = {
      id,
      state: 'pending',
      status: 500,
      error: null,
      cause: 'status',
      ms: 1,
      at: 1,
      nextAt: 5,
      expiresAt: null,
    } as const;
    const { text, params } = recordAttempts(user.account.id, [attempt]);
    const { meta } = await env.DB.prepare(text)
      .bind(...params)
      .run();
    expect(meta.changes).toBeGreaterThan(0);
    return meta.rows_read;
  };
  expect(await rowsIn(many)).toBeLessThanOrEqual((await rowsIn(few)) + SLACK);
});
