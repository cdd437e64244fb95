/** An account whose tables hold `n` rows of each kind that a request must not read. */
import { env } from 'cloudflare:workers';
import { keys, newAccount, type User } from '../support/client.ts';
import { DAY, HOUR } from '../support/events.ts';
import { addHost, daily, newSchedule, newService } from '../support/scheduling.ts';

/** The window of every request. */
export const START = Date.UTC(2030, 0, 1);
export const END = START + DAY;

export interface World {
  user: User;
  /** The value of each parameter in a path. */
  ids: Record<string, string>;
  /** Of a service that is open by a calendar. */
  byCalendar: string;
  /** Of a service with ten seats. */
  group: string;
}

/** A user with one of each resource, who is the host of a service by a schedule and of one by a calendar. */
export async function quietWorld(): Promise<World> {
  const account = await newAccount();
  const user = await account.newUser({ color: 'red' });
  const made = async (path: string, body: object) => (await account.call('POST', path, { body })).body;
  const calendarId = await user.newCalendar();
  const { id: scheduleId } = await newSchedule(user, daily('00:00-24:00'));
  const serviceId = await newService(account);
  const availability = { variant: 'Schedule', id: scheduleId } as const;
  await addHost(serviceId, user, { availability, busy: [calendarId], bookingCalendarId: calendarId });
  const byCalendar = await newService(account);
  await addHost(byCalendar, user, {
    availability: { variant: 'Calendar', id: await user.newCalendar() },
    busy: [calendarId],
  });
  const group = await newService(account, { variant: 'group', data: 10 });
  await addHost(group, user, { availability, bookingCalendarId: calendarId });
  const when = { startTs: START + HOUR, duration: HOUR };
  const { event } = await made(`/user/${user.id}/events`, { calendarId, ...when });
  const webhook = { webhookUrl: 'http://127.0.0.1/', events: ['booking.created'] };
  await account.call('PUT', '/account/webhook', { body: webhook, env: { ALLOW_PRIVATE_WEBHOOKS: 'yes' } });
  const booking = await user.call('POST', `/service/${serviceId}/booking`, {
    body: { startTs: START + 12 * HOUR, duration: HOUR },
  });
  const deliveries = await account.call('GET', '/account/webhook/deliveries');
  const { key } = await made('/account/keys', { publicJwtKey: keys.pem, kid: crypto.randomUUID() });
  const { apiKey } = await made('/account/api-keys', {});
  return {
    user,
    byCalendar,
    group,
    ids: {
      userId: user.id,
      calendarId,
      scheduleId,
      serviceId,
      eventId: event.id,
      bookingId: booking.body.booking.id,
      deliveryId: deliveries.body.deliveries[0].id,
      kid: key.kid,
      apiKeyId: apiKey.id,
    },
  };
}

const RECORDS = 'remembered'; // words: allow
const TOKEN = 'stamp'; // words: allow

/** A kind of events: `start`, `last` and the columns in `more` are SQL. */
export type Kind = {
  start: string;
  duration: number;
  last: string;
  busy: 0 | 1;
  more?: Record<string, string>;
};

/** Inserts `n` events of a kind into the calendar. In SQL, `i` counts from 1. */
export async function fillEvents({ user, ids }: World, n: number, kind: Kind): Promise<void> {
  const more = Object.entries(kind.more ?? {});
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata,
       created, updated ${more.map(([name]) => `, ${name}`).join('')})
     SELECT ?2, lower(hex(randomblob(16))), ?3, ?4, ${kind.start}, ${kind.duration}, ${kind.busy}, ${kind.last}, '[]', '{}',
       1, 1 ${more.map(([, value]) => `, ${value}`).join('')} FROM n`,
  )
    .bind(n, user.account.id, ids.calendarId ?? '', user.id)
    .run();
}

export const yearly = `'{"freq":"yearly","interval":1}'`;

/** Kinds of events that a request about the window must not read. */
export const unread: Record<string, Kind> = {
  'free in the window': {
    start: `${START} + i % 20000000`,
    duration: HOUR,
    last: `${START} + i % 20000000`,
    busy: 0,
  },
  'endless and free': {
    start: `${START - 400 * DAY} + i`,
    duration: 60_000,
    last: 'NULL',
    busy: 0,
    more: { recurrence: yearly },
  },
  'long ago': {
    start: `${START - 400 * DAY} + i`,
    duration: HOUR,
    last: `${START - 400 * DAY} + i`,
    busy: 1,
  },
  'far ahead': {
    start: `${START + 400 * DAY} + i`,
    duration: HOUR,
    last: `${START + 400 * DAY} + i`,
    busy: 1,
  },
  'ended series': {
    start: `${START - 900 * DAY} + i`,
    duration: HOUR,
    last: `${START - 890 * DAY} + i`,
    busy: 1,
    more: { recurrence: yearly },
  },
  'of expired holds': {
    start: `${START} + i`,
    duration: HOUR,
    last: `${START} + i`,
    busy: 1,
    more: { expires_at: '1' },
  },
};

/** Kinds of events that an index does not keep from a request: it reads them up to a limit. */
export const read: Record<string, Kind> = {
  'series that ended lately': {
    start: `${START - 150 * DAY} + i`,
    duration: HOUR,
    last: `${START - 100 * DAY} + i`,
    busy: 1,
    more: { recurrence: yearly },
  },
};

/** Rows of other tables, `n` of each kind: SQL after `WITH n (i)`. `?2` is the account and `?3` the user. */
const others = [
  `INSERT INTO users (account_id, id, metadata) SELECT ?2, lower(hex(randomblob(16))), '{"color":"blue"}' FROM n`,
  `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
   SELECT ?2, lower(hex(randomblob(16))), id, 'UTC', 'Mon', '{"color":"blue"}' FROM users WHERE account_id = ?2 AND id <> ?3`,
  `INSERT INTO schedules (account_id, id, user_id, timezone, rules, metadata)
   SELECT ?2, lower(hex(randomblob(16))), id, 'UTC', '[]', '{"color":"blue"}' FROM users WHERE account_id = ?2 AND id <> ?3`,
  `INSERT INTO services (account_id, id, multi_person, metadata)
   SELECT ?2, lower(hex(randomblob(16))), '{"variant":"collective"}', '{"color":"blue"}' FROM n`,
  `INSERT INTO service_users (account_id, service_id, user_id, buffer_before, buffer_after, closest)
   SELECT ?2, id, ?3, 0, 0, 0 FROM services WHERE account_id = ?2 AND metadata = '{"color":"blue"}'`,
  `INSERT INTO deliveries (account_id, type, content, state, next_at, expires_at)
   SELECT ?2, 'user.created', '{}', 'delivered', NULL, 1 FROM n`,
  `INSERT INTO deliveries (account_id, type, content, state, next_at, expires_at)
   SELECT ?2, 'user.created', '{}', 'failed', NULL, 1 FROM n`,
];

/** A kind of bookings: `start` and `expires` are SQL. */
interface BookingKind {
  start: string;
  state: string;
  expires?: string;
  service?: string;
}

/** Bookings of the user, `n` of them, in a state. */
export async function fillBookings(
  { user, ids }: World,
  n: number,
  { start, state, expires = 'NULL', service = ids.serviceId ?? '' }: BookingKind,
): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events,
       booked_by, metadata, created, updated, ${TOKEN})
     SELECT ?2, lower(hex(randomblob(16))), ?3, lower(hex(randomblob(16))), ${start}, ${HOUR}, '${state}', ${expires}, '[]',
       '[]', ?4, '{}', 1, 1, '' FROM n`,
  )
    .bind(n, user.account.id, service, user.id)
    .run();
}

/** Idempotency records of a caller, `n` of them. */
export const fillRecords = (account: string, caller: string, n: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO ${RECORDS} (account_id, caller, key, request, answer, expires_at)
     SELECT ?2, ?3, hex(randomblob(16)), '', '', i FROM n`,
  )
    .bind(n, account, caller)
    .run();

/** Fills the world with `n` rows of each kind. */
export async function fill(world: World, n: number): Promise<void> {
  for (const kind of Object.values(unread)) await fillEvents(world, n, kind);
  for (const statement of others) {
    const text = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) ${statement}`;
    const args = [n, world.user.account.id, world.user.id].slice(0, statement.includes('?3') ? 3 : 2);
    await env.DB.prepare(text)
      .bind(...args)
      .run();
  }
  await fillRecords(world.user.account.id, world.user.id, n);
  for (const state of ['confirmed', 'cancelled'])
    for (const start of [`${START - 400 * DAY} + i`, `${START + 400 * DAY} + i`])
      await fillBookings(world, n, { start, state });
  const within = { start: `${START} + i % 80000000` };
  for (const service of [world.ids.serviceId ?? '', world.group]) {
    await fillBookings(world, n, { ...within, state: 'cancelled', service });
    await fillBookings(world, n, { ...within, state: 'held', expires: '1', service });
  }
}
