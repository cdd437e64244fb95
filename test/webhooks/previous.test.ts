/** A notification says the version of its resource, and one of an update the members that changed, as they were. */
import { describe, expect, it } from 'vitest';
import { addHost, book, change, group, newHost, newService, ok } from '../support/bookings.ts';
import type { Reply } from '../support/client.ts';
import { HOUR, type NotifiedAccount, notifiedAccount } from '../support/webhooks.ts';

/** A whole hour at least a day from now, also by the clock of the database. */
const SOON = Math.ceil(Date.now() / HOUR) * HOUR + 48 * HOUR;

/** The bodies of the notifications of an account, the newest first. */
async function bodies(account: NotifiedAccount) {
  const read = async ({ id }: { id: string }) =>
    JSON.parse((await account.call('GET', `/account/webhook/deliveries/${id}`)).body.delivery.body);
  return Promise.all((await account.deliveries()).map(read));
}

const newest = async (account: NotifiedAccount, type: string) =>
  (await bodies(account)).find((body) => body.type === type);

const wholeDays = { date: '2030-01-31', days: 2, recurrence: { freq: 'daily', interval: 2 } };

describe('an update says what it changed:', () => {
  const event = {
    startTs: SOON,
    duration: HOUR,
    recurrence: { freq: 'daily', interval: 2 },
    reminders: [{ delta: -10, identifier: 'x' }],
    metadata: { a: 'é"', b: 'c' },
  };
  it.each([
    ['user', '/user', { metadata: { color: 'blue' } }, { metadata: {} }],
    [
      'calendar',
      '/user/:user/calendar',
      { timezone: 'UTC', weekStart: 'Sun' },
      { settings: { weekStart: 'Mon' } },
    ],
    ['event', '/user/:user/events', event, { busy: true, recurrence: null }],
    ['event', '/user/:user/events', event, { exdates: [SOON], metadata: {} }],
    ['event', '/user/:user/events', event, { date: '2030-01-31', days: 3, recurrence: null }],
    ['event', '/user/:user/events', { ...wholeDays, metadata: {} }, { startTs: SOON, duration: HOUR }],
    ['event', '/user/:user/events', wholeDays, { date: '2030-02-01', exdates: ['2030-02-02'] }],
    ['event', '/user/:user/events', event, { startTs: SOON + HOUR, duration: 0, reminders: [] }],
    [
      'schedule',
      '/user/:user/schedule',
      { timezone: 'UTC', metadata: { a: 'b' } },
      { rules: [], metadata: {} },
    ],
    ['service', '/service', { metadata: { a: 'b' } }, { multiPerson: { variant: 'collective' } }],
  ] as const)('%s %#', async (name, creation, body, update) => {
    const account = await notifiedAccount();
    const user = await account.newUser();
    const made = async (path: string, sent: object): Promise<Reply> =>
      account.call('POST', path, { body: sent });
    const calendar = name === 'event' ? await made(`/user/${user.id}/calendar`, { timezone: 'UTC' }) : null;
    const calendarId = calendar ? { calendarId: calendar.body.calendar.id } : {};
    const before = (await made(creation.replace(':user', user.id), { ...body, ...calendarId })).body[name];
    const created = await newest(account, `${name}.created`);
    expect(created.data).toEqual({ [name]: before });
    expect(Object.keys(created)).toEqual(['type', 'timestamp', 'version', 'data']);
    const folder = ['user', 'service'].includes(name) ? '' : '/user';
    const path = `${folder}/${name === 'event' ? 'events' : name}/${before.id}`;
    const after = (await account.call('PUT', path, { body: update })).body[name];
    const updated = await newest(account, `${name}.updated`);
    expect(updated.data).toEqual({ [name]: after });
    expect(updated.version).toBeGreaterThan(created.version);
    // The time of the update is no change.
    const changed = Object.keys(before).filter(
      (key) => key !== 'updated' && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
    );
    expect(changed.length).toBeGreaterThan(0);
    expect(updated.previous).toEqual(Object.fromEntries(changed.map((key) => [key, before[key]])));
    expect((await account.call('DELETE', path)).status).toBe(200);
    const deleted = await newest(account, `${name}.deleted`);
    expect(deleted.version).toBeGreaterThanOrEqual(updated.version);
    expect(deleted.previous).toBeUndefined();
  });
});

it('a change of the hosts of a service changes none of its members, and raises its version each time', async () => {
  const account = await notifiedAccount();
  const [one, two] = [await newHost(account), await newHost(account)];
  const service = await newService(account, []);
  await addHost(account, service, one);
  await addHost(account, service, two);
  await ok(account.call('PUT', `/service/${service}/users/${one.id}`, { body: { bufferAfter: 5 } }));
  await ok(account.call('DELETE', `/service/${service}/users/${two.id}`));
  const updates = (await bodies(account)).filter(({ type }) => type === 'service.updated').reverse();
  const versions = updates.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)]);
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
});

describe('a booking', () => {
  async function world(hold?: number, multiPerson?: ReturnType<typeof group>) {
    const account = await notifiedAccount('ok', ['*']);
    const service = await newService(account, [await newHost(account)], multiPerson);
    const now = Date.now();
    const booking = await book(
      { account, service },
      SOON,
      { ...(hold && { holdFor: hold }), metadata: { a: 'b' } },
      { now },
    );
    return { account, service, booking, now };
  }

  it.each([
    ['booking.confirmed', 10, { state: 'confirmed' }, ['state', 'expiresAt']],
    ['booking.moved', 0, { startTs: SOON + HOUR }, ['startTs']],
    ['booking.moved', 10, { startTs: SOON + HOUR }, ['startTs']],
    ['booking.updated', 0, { metadata: {} }, ['metadata']],
  ] as const)('%s %#', async (type, hold, body, members) => {
    const { account, booking, now } = await world(hold);
    const created = await newest(account, 'booking.created');
    expect(await newest(account, hold ? 'booking.held' : 'booking.confirmed')).toEqual({
      ...created,
      type: hold ? 'booking.held' : 'booking.confirmed',
    });
    await ok(change({ account }, booking, body, { now }));
    const notification = await newest(account, type);
    const before = booking as unknown as Record<string, unknown>;
    expect(notification.previous).toEqual(Object.fromEntries(members.map((name) => [name, before[name]])));
    expect(notification.version).toBeGreaterThan(created.version);
  });

  it.each([[undefined], [group(2)]])(
    'that is cancelled says the state that it had %#',
    async (multiPerson) => {
      const { account, booking, now } = await world(10, multiPerson);
      await ok(account.call('DELETE', `/booking/${booking.id}`, { now }));
      const cancelled = await newest(account, 'booking.cancelled');
      expect(cancelled).toMatchObject({
        data: { booking: { state: 'cancelled' } },
        previous: { state: 'held' },
      });
      expect(cancelled.version).toBeGreaterThan((await newest(account, 'booking.held')).version);
    },
  );
});

it('a webhook that asks for booking.created alone gets it for a hold, too, and no other', async () => {
  const account = await notifiedAccount('ok', ['booking.created']);
  const service = await newService(account, [await newHost(account)]);
  const now = Date.now();
  await book({ account, service }, SOON, { holdFor: 5 }, { now });
  await book({ account, service }, SOON + HOUR, {}, { now });
  expect((await bodies(account)).map(({ type, data }) => [type, data.booking.state])).toEqual([
    ['booking.created', 'confirmed'],
    ['booking.created', 'held'],
  ]);
});
