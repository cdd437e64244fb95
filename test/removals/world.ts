/** An account in which whatever is removed has children of every kind, and what stays stands beside them. */
import { env } from 'cloudflare:workers';
import { at, book, collective, group, HOUR, newHost, newService, ok } from '../support/bookings.ts';
import type { Reply } from '../support/client.ts';
import { notifiedAccount } from '../support/webhooks.ts';

export async function newRemovalWorld() {
  const account = await notifiedAccount();
  const [gone, stays] = [await newHost(account), await newHost(account)];
  const booker = await newHost(account);
  const alone = await newService(account, [gone]);
  const both = await newService(account, [gone, stays], collective);
  const seats = await newService(account, [gone, stays], group(5));
  const other = await newService(account, [stays]);
  const bookings = [
    await book({ account, service: alone }, at(8)),
    await book({ account, service: both }, at(10)),
    await book({ account, service: seats }, at(12)),
    await book({ account, service: seats }, at(12)),
    await book({ account, service: other }, at(14)),
  ];
  for (const startTs of [at(16), at(18)]) {
    const body = { startTs, duration: HOUR };
    const path = startTs === at(16) ? other : seats;
    bookings.push(
      (await ok<Reply['body']>(booker.user.call('POST', `/service/${path}/booking`, { body }))).booking,
    );
  }
  const events = [];
  for (const { id, calendar } of [gone, stays, booker]) {
    for (const metadata of [{}, { color: 'red', id }]) {
      const body = { calendarId: calendar, startTs: at(20), duration: HOUR, busy: true, metadata };
      events.push((await ok<Reply['body']>(account.call('POST', `/user/${id}/events`, { body }))).event);
    }
  }
  return { account, gone, stays, booker, services: { alone, both, seats, other }, bookings, events };
}

export type RemovalWorld = Awaited<ReturnType<typeof newRemovalWorld>>;

/** What is removed, by its kind: its path, and its id. */
export const removable = {
  user: ({ gone }: RemovalWorld) => [`/user/${gone.id}`, gone.id],
  booker: ({ booker }: RemovalWorld) => [`/user/${booker.id}`, booker.id],
  calendar: ({ gone }: RemovalWorld) => [`/user/calendar/${gone.calendar}`, gone.calendar],
  schedule: ({ gone }: RemovalWorld) => [`/user/schedule/${gone.schedule}`, gone.schedule],
  'group service': ({ services }: RemovalWorld) => [`/service/${services.seats}`, services.seats],
  'collective service': ({ services }: RemovalWorld) => [`/service/${services.both}`, services.both],
} as const satisfies Record<string, (world: RemovalWorld) => readonly [string, string]>;

const WINDOW = `?startTs=${at(0)}&endTs=${at(24)}`;
const SLOTS = `?startDate=2030-01-08&endDate=2030-01-08&ianaTz=UTC&duration=${HOUR}&interval=${HOUR}`;

/** Every GET of the account and of its users, with a path for each resource that there was. */
export function reads({ account, gone, stays, booker, services, bookings, events }: RemovalWorld) {
  const paths = new Set<string>();
  for (const { id, calendar, schedule } of [gone, stays, booker]) {
    for (const list of ['', '/calendar', '/events', '/schedule', `/freebusy${WINDOW}`])
      paths.add(`/user/${id}${list}`);
    paths.add(`/user/${id}/freebusy${WINDOW}&calendarIds=${calendar}`);
    paths.add(`/user/calendar/${calendar}`).add(`/user/calendar/${calendar}/events${WINDOW}`);
    paths.add(`/user/schedule/${schedule}`);
    paths.add(`/events/meta?key=id&value=${id}`);
  }
  for (const id of Object.values(services)) {
    paths.add(`/service/${id}`).add(`/service/${id}/bookings`).add(`/service/${id}/bookings?state=cancelled`);
    paths.add(`/service/${id}/bookings?state=confirmed`).add(`/service/${id}/booking${SLOTS}`);
  }
  for (const { id, eventIds } of bookings) {
    paths.add(`/booking/${id}`);
    for (const event of eventIds)
      paths.add(`/user/events/${event}`).add(`/user/events/${event}/instances${WINDOW}`);
  }
  for (const { id } of events) paths.add(`/user/events/${id}`);
  for (const list of ['/user', '/service', '/events/meta?key=color&value=red']) paths.add(list);
  return { account, paths: [...paths] };
}

/** The answers to all of these reads: status, etag and body, and the lines of the export. */
export async function answersOf(world: RemovalWorld): Promise<Record<string, unknown>> {
  const { account, paths } = reads(world);
  const answers: Record<string, unknown> = {};
  for (const path of paths) {
    const { status, body, headers } = await account.call('GET', path, { now: at(0) });
    answers[path] = [status, headers.get('etag'), status < 300 ? body : body.code];
  }
  for (const user of [world.gone, world.stays, world.booker]) {
    for (const path of ['/me', '/calendar', '/booking']) {
      const { status, body } = await user.user.call('GET', path, { now: at(0) });
      answers[`${user.id} ${path}`] = [status, status < 300 ? body : body.code];
    }
  }
  return answers;
}

/** The rows of all tables in which this text stands. */
export async function tracesOf(text: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
  ).all<{ name: string }>();
  const traces: string[] = [];
  for (const { name } of results) {
    const rows = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
    if (rows.results.some((row) => JSON.stringify(row).includes(text))) traces.push(name);
  }
  return traces;
}
