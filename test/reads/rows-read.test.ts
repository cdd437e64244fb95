/**
 * Every GET and every route that needs no credential reads as many rows among 3,000 rows of each hostile kind as among
 * 300. bounded.test.ts has the kinds that no index can hold, where the reading itself ends.
 */
import { beforeAll, expect, it } from 'vitest';
import { reading } from '../support/database.ts';
import { DAY } from '../support/events.ts';
import { type Entry, entries, send } from '../support/rows.ts';
import { END, fill, quietWorld, START, type World } from './world.ts';

const window = `?startTs=${START}&endTs=${END}`;
/** The owner sees free events, so this window has none. */
const before = `?startTs=${START - 600 * DAY}&endTs=${START - 599 * DAY}`;
const list = '?limit=2&metadata[color]=red';
const meta = '?key=color&value=red';
const slots = '?startDate=2030-01-01&endDate=2030-01-02&duration=3600000&interval=3600000';

/** By method and path: the queries to send. */
const cases: Record<string, string[]> = {
  'GET /': [''],
  'GET /account': [''],
  'GET /account/webhook/deliveries': ['', '?state=failed', '?state=pending'],
  'GET /account/webhook/deliveries/:deliveryId': [''],
  'GET /account/keys': [''],
  'GET /account/api-keys': [''],
  'GET /user': [list, '?limit=2', '?limit=2&order=desc'],
  'GET /user/meta': [meta],
  'GET /user/:userId': [''],
  'GET /me': [''],
  'GET /calendar/meta': [meta],
  'GET /user/:userId/calendar': [list, '?limit=2'],
  'GET /calendar': [list, '?limit=2'],
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
  'GET /user/:userId/freebusy': [window, `?startTs=${START}&endTs=${START + 1}`],
  'GET /schedule/meta': [meta],
  'GET /user/:userId/schedule': [list, '?limit=2'],
  'GET /schedule': [list, '?limit=2'],
  'GET /user/schedule/:scheduleId': [''],
  'GET /schedule/:scheduleId': [''],
  'GET /service': [list, '?limit=2'],
  'GET /service/meta': [meta],
  'GET /service/:serviceId': [''],
  'GET /service/:serviceId/booking': [slots],
  'GET /booking/:bookingId': [''],
  'GET /service/:serviceId/bookings': [window],
  'GET /me/bookings': [window],
};

/** Reads that answer with all that there is, so that they read it: test/export holds them to a number of rows each. */
const whole = ['GET /account/export'];
/** Creates an account for a stranger: test/resources/accounts has its cost. */
const creations = ['POST /account'];

const open = entries.filter(
  ({ row, door }) => row.method === 'GET' || door === 'public' || door === 'anyone',
);
const requests = open.flatMap((entry) =>
  (cases[entry.name] ?? []).map((search): [string, Entry, string] => [entry.name + search, entry, search]),
);

let few: World;
let many: World;
beforeAll(async () => {
  [few, many] = [await quietWorld(), await quietWorld()];
  await fill(few, 300);
  await fill(many, 3000);
});

async function rowsOf(world: World, entry: Entry, search: string): Promise<number> {
  const { db, rows } = reading();
  const path = entry.path.replace(/:(\w+)/g, (_, name: string) => world.ids[name] ?? name);
  const reply = await send(entry, world.user, { path, search, env: { DB: db } });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return rows();
}

it('has a case for each route', () => {
  expect(open.map(({ name }) => name).sort()).toEqual([...Object.keys(cases), ...whole, ...creations].sort());
});

/** A scan may end at one more entry of an index. */
const SLACK = 12;

it.each(requests)('%s', async (_, entry, search) => {
  const among = [await rowsOf(few, entry, search), await rowsOf(many, entry, search)] as const;
  expect(among[1]).toBeLessThanOrEqual(among[0] + SLACK);
});
