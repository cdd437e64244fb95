/** An account whose tables hold `n` rows of each kind that a request must not read. */
import { env } from 'cloudflare:workers';
import { keys, newAccount, type User } from '../support/client.ts';
import { HOUR } from '../support/events.ts';
import {
  type BookingKind,
  bookingRows,
  eventRows,
  hostileRows,
  type Kind,
  type Owner,
  over,
  recordRows,
  START,
  type Statement,
} from '../support/hostile-rows.ts';
import { addHost, daily, newSchedule, newService } from '../support/scheduling.ts';

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
  const { webhooks } = (await account.call('GET', '/account/webhooks')).body;
  return {
    user,
    byCalendar,
    group,
    ids: {
      userId: user.id,
      webhookId: webhooks[0].id,
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

const ownerOf = ({ user, ids, group }: World): Owner => ({
  account: user.account.id,
  user: user.id,
  calendar: ids.calendarId ?? '',
  service: ids.serviceId ?? '',
  group,
});

const run = ({ text, args }: Statement) =>
  env.DB.prepare(text)
    .bind(...args)
    .run();

/** Inserts `n` events of a kind into the calendar. */
export const fillEvents = (world: World, n: number, kind: Kind) => run(eventRows(ownerOf(world), n, kind));

/** Bookings of the user, `n` of them, in a state. */
export const fillBookings = (world: World, n: number, kind: BookingKind) =>
  run(bookingRows(ownerOf(world), n, kind));

/** Idempotency records of a caller, `n` of them. */
export const fillRecords = (account: string, caller: string, n: number) =>
  run(recordRows(account, caller, n));

/** The world with another calendar in place of its own, and the secret of a feed: all its `n` events of each kind are over. */
export async function withCalendarOfThePast(world: World, n: number): Promise<World> {
  const { user, ids } = world;
  const calendarId = await user.newCalendar();
  const { body } = await user.account.call('POST', `/user/calendar/${calendarId}/feeds`, {
    body: { detail: 'full' },
  });
  const [, secret = ''] = /feed\/(.*)\.ics$/.exec(body.url) ?? [];
  const past = { ...world, ids: { ...ids, calendarId, secret } };
  for (const kind of Object.values(over(Date.UTC(2020, 0, 1)))) await fillEvents(past, n, kind);
  return past;
}

/** Fills the world with `n` rows of each kind. */
export async function fill(world: World, n: number): Promise<void> {
  for (const statement of hostileRows(ownerOf(world), n)) await run(statement);
}
