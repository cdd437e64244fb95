/** Every change notifies once, in its own transaction, whatever caused it, if the account's webhook subscribes to it. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { WebhookEvent } from '../../src/sdk/types.ts';
import { addHost, book, change, newHost, newService, ok } from '../support/bookings.ts';
import type { Account } from '../support/client.ts';
import { countOf, writing } from '../support/database.ts';
import { finishRemovals } from '../support/removals.ts';
import { HOUR, type NotifiedAccount, notifiedAccount } from '../support/webhooks.ts';

/** A whole hour at least a day from now, also by the clock of the database. */
const SOON = Math.ceil(Date.now() / HOUR) * HOUR + 48 * HOUR;
const when = { startTs: SOON, duration: HOUR };

/** Returns the types and contents of the notifications that some requests cause, sorted by type. */
async function notificationsOf(
  account: NotifiedAccount,
  does: () => Promise<unknown>,
): Promise<[string, object][]> {
  const before = new Set((await account.deliveries()).map(({ id }) => id));
  await does();
  await finishRemovals();
  const deliveries = (await account.deliveries()).filter(({ id }) => !before.has(id));
  const found: [string, object][] = [];
  for (const { id, type } of deliveries) {
    const { delivery } = (await account.call('GET', `/account/webhook/deliveries/${id}`)).body;
    found.push([type, JSON.parse(delivery.body).data]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

const typesOf = async (account: NotifiedAccount, does: () => Promise<unknown>): Promise<string[]> =>
  (await notificationsOf(account, does)).map(([type]) => type);

describe('a notification contains the resource as its own routes return it:', () => {
  it.each([
    ['user', '/user', {}, { metadata: { color: 'blue' } }],
    ['calendar', '/user/:user/calendar', { timezone: 'Europe/Oslo' }, { timezone: 'UTC' }],
    [
      'event',
      '/user/:user/events',
      { ...when, recurrence: { freq: 'daily', interval: 2 }, reminders: [{ delta: -10, identifier: 'x' }] },
      { busy: true, exdates: [SOON] },
    ],
    ['schedule', '/user/:user/schedule', { timezone: 'Europe/Oslo' }, { rules: [] }],
    ['service', '/service', { metadata: { a: '"✓' } }, { multiPerson: { variant: 'collective' } }],
  ] as const)('%s', async (name, creation, body, update) => {
    const account = await notifiedAccount();
    const user = await account.newUser();
    const calendarId = name === 'event' ? { calendarId: await calendarOf(account, user.id) } : {};
    let resource: { id: string } = { id: '' };
    const path = () =>
      `${['user', 'service'].includes(name) ? '' : '/user'}/${name === 'event' ? 'events' : name}/${resource.id}`;
    const answered = async (method: string, at: string, sent?: object) => {
      const reply = await account.call(method, at, sent && { body: sent });
      resource = reply.body[name];
      return { [name]: resource };
    };
    let answer: object = {};
    const notifications = (method: string, at: () => string, sent?: object) =>
      notificationsOf(account, async () => {
        answer = await answered(method, at(), sent);
      });
    const created = await notifications('POST', () => creation.replace(':user', user.id), {
      ...body,
      ...calendarId,
    });
    expect(created).toEqual([[`${name}.created`, answer]]);
    expect(await notifications('PUT', path, update)).toEqual([[`${name}.updated`, answer]]);
    // The same update again changes nothing.
    expect(await notifications('PUT', path, update)).toEqual([]);
    expect(await notifications('DELETE', path)).toEqual([[`${name}.deleted`, answer]]);
  });
});

const calendarOf = async (account: Account, user: string): Promise<string> =>
  (await account.call('POST', `/user/${user}/calendar`, { body: { timezone: 'UTC' } })).body.calendar.id;

describe('a cascade causes one notification, for the resource that the request deletes:', () => {
  async function filled(): Promise<{ account: NotifiedAccount; user: string; calendar: string }> {
    const account = await notifiedAccount();
    const user = (await account.newUser()).id;
    const calendar = await calendarOf(account, user);
    for (let i = 0; i < 3; i++) {
      await account.call('POST', `/user/${user}/events`, { body: { calendarId: calendar, ...when } });
    }
    await account.call('POST', `/user/${user}/schedule`, { body: { timezone: 'UTC' } });
    return { account, user, calendar };
  }

  it('a calendar with its events', async () => {
    const { account, calendar } = await filled();
    const deleted = await notificationsOf(account, () =>
      account.call('DELETE', `/user/calendar/${calendar}`),
    );
    expect(deleted).toEqual([['calendar.deleted', { calendar: expect.objectContaining({ id: calendar }) }]]);
  });

  it('a user with calendars, events and schedules', async () => {
    const { account, user } = await filled();
    expect(await typesOf(account, () => account.call('DELETE', `/user/${user}`))).toEqual(['user.deleted']);
  });

  it('the schedule or calendar of a host, and a user or service with its hosts', async () => {
    const account = await notifiedAccount();
    const [one, two] = [await newHost(account), await newHost(account)];
    const service = await newService(account, [one, two]);
    const removed = (path: string) => typesOf(account, () => account.call('DELETE', path));
    expect(await removed(`/user/schedule/${one.schedule}`)).toEqual(['schedule.deleted']);
    expect(await removed(`/user/calendar/${one.calendar}`)).toEqual(['calendar.deleted']);
    expect(await removed(`/user/${one.id}`)).toEqual(['user.deleted']);
    expect(await removed(`/service/${service}`)).toEqual(['service.deleted']);
  });
});

it('a change of a host notifies as an update of its service', async () => {
  const account = await notifiedAccount();
  const [one, two] = [await newHost(account), await newHost(account)];
  const service = await newService(account, [one]);
  const host = `/service/${service}/users/${one.id}`;
  const updated = [['service.updated', { service: expect.objectContaining({ id: service }) }]];
  expect(await notificationsOf(account, () => addHost(account, service, two))).toEqual([
    ...updated,
    ...updated,
  ]);
  const change = () => account.call('PUT', host, { body: { bufferAfter: 5 } });
  expect(await notificationsOf(account, change)).toEqual(updated);
  expect(await notificationsOf(account, change)).toEqual([]);
  expect(await notificationsOf(account, () => account.call('DELETE', host))).toEqual(updated);
});

describe('a booking', () => {
  async function world(hold?: number) {
    const account = await notifiedAccount();
    const host = await newHost(account);
    const service = await newService(account, [host]);
    const now = Date.now();
    const booking = await book({ account, service }, SOON, hold ? { holdFor: hold } : {}, { now });
    return { account, host, service, booking, now };
  }

  it('notifies with its events when it is created, moved, described and cancelled', async () => {
    const { account, booking, now } = await world();
    const path = `/booking/${booking.id}`;
    const put = (body: object) => () => ok(account.call('PUT', path, { body, now }));
    const types = (await account.deliveries()).map(({ type }) => type);
    expect(types.sort()).toEqual([
      ...['booking.confirmed', 'booking.created'],
      ...[
        'calendar.created',
        'event.created',
        'schedule.created',
        'service.created',
        'service.updated',
        'service.updated',
        'user.created',
      ],
    ]);
    expect(await typesOf(account, put({ startTs: SOON + HOUR }))).toEqual(['booking.moved', 'event.updated']);
    expect(await typesOf(account, put({ startTs: SOON + HOUR }))).toEqual([]);
    expect(await typesOf(account, put({ metadata: { a: 'b' } }))).toEqual([
      'booking.updated',
      'event.updated',
    ]);
    const cancelled = await notificationsOf(account, () => ok(account.call('DELETE', path, { now })));
    expect(cancelled).toEqual([
      ['booking.cancelled', { booking: (await account.call('GET', path)).body.booking }],
      ['event.deleted', { event: expect.objectContaining({ id: booking.eventIds[0] }) }],
    ]);
    expect(await typesOf(account, () => ok(account.call('DELETE', path, { now })))).toEqual([]);
  });

  it('notifies as cancelled when its event, calendar, host or service is deleted', async () => {
    const cancelled = { booking: expect.objectContaining({ state: 'cancelled' }) };
    for (const [type, path] of [
      [
        'event.deleted',
        ({ booking }: Awaited<ReturnType<typeof world>>) => `/user/events/${booking.eventIds[0]}`,
      ],
      [
        'calendar.deleted',
        ({ host }: Awaited<ReturnType<typeof world>>) => `/user/calendar/${host.calendar}`,
      ],
      ['user.deleted', ({ host }: Awaited<ReturnType<typeof world>>) => `/user/${host.id}`],
      ['service.deleted', ({ service }: Awaited<ReturnType<typeof world>>) => `/service/${service}`],
    ] as const) {
      const there = await world();
      expect(
        await notificationsOf(there.account, () => ok(there.account.call('DELETE', path(there)))),
      ).toEqual([
        ['booking.cancelled', cancelled],
        [type, expect.any(Object)],
      ]);
    }
  });

  it('notifies when it is confirmed, but not when an expired hold is cancelled', async () => {
    const held = await world(10);
    const confirmed = await notificationsOf(held.account, () =>
      ok(change(held, held.booking, { state: 'confirmed' }, { now: held.now })),
    );
    expect(confirmed).toEqual([
      ['booking.confirmed', { booking: expect.objectContaining({ state: 'confirmed', expiresAt: null }) }],
    ]);
    const types = (await held.account.deliveries()).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('booking.')).sort()).toEqual([
      'booking.confirmed',
      'booking.created',
      'booking.held',
    ]);

    // Held an hour ago, so it has expired also by the clock of the database.
    const account = await notifiedAccount();
    const host = await newHost(account);
    const service = await newService(account, [host]);
    const booking = await book({ account, service }, SOON, { holdFor: 10 }, { now: Date.now() - HOUR });
    expect(await typesOf(account, () => ok(account.call('DELETE', `/booking/${booking.id}`)))).toEqual([]);
  });
});

describe('a webhook', () => {
  it('gets the events that it subscribes to, and nothing else', async () => {
    const events: WebhookEvent[] = ['user.deleted', 'calendar.created'];
    const account = await notifiedAccount('ok', events);
    expect((await account.call('GET', '/account')).body.account.settings.webhook.events).toEqual(events);
    const user = await account.newUser();
    await calendarOf(account, user.id);
    await account.call('DELETE', `/user/${user.id}`);
    expect((await account.deliveries()).map(({ type }) => type)).toEqual([
      'user.deleted',
      'calendar.created',
    ]);
    // A PUT without `events` keeps them.
    await account.point('ok');
    await account.newUser();
    expect(await account.deliveries()).toHaveLength(2);
    await account.point('ok', []);
    await account.call('DELETE', `/user/${(await account.newUser()).id}`);
    expect(await account.deliveries()).toHaveLength(2);
  });

  it('gets the notifications of its own account only, and an account without a webhook has none', async () => {
    const [notified, other, silent] = [
      await notifiedAccount(),
      await notifiedAccount(),
      await notifiedAccount(),
    ];
    await silent.call('DELETE', '/account/webhook');
    await notified.newUser();
    await silent.newUser();
    expect([await notified.deliveries(), await other.deliveries(), await silent.deliveries()]).toEqual([
      [expect.objectContaining({ type: 'user.created' })],
      [],
      [],
    ]);
  });

  it('gets nothing for a request that changes nothing', async () => {
    const account = await notifiedAccount();
    const user = await account.newUser();
    await account.call('PUT', `/user/${crypto.randomUUID()}`, { body: { metadata: { a: 'b' } } });
    await account.call('POST', `/user/${user.id}/calendar`, { body: { timezone: 'nowhere' } });
    await account.call('POST', '/user', { headers: { 'x-api-key': `sk_${'x'.repeat(40)}` } });
    // A batch whose second statement fails is rolled back as a whole.
    const insert = env.DB.prepare('INSERT INTO users (account_id, id, metadata) VALUES (?, ?, ?)');
    const row = [account.id, crypto.randomUUID(), '{}'];
    await expect(env.DB.batch([insert.bind(...row), insert.bind(...row)])).rejects.toThrow('UNIQUE');
    expect((await account.deliveries()).map(({ type }) => type)).toEqual(['user.created']);
  });
});

it('a notification costs two rows written, four when none was pending, and none without a subscription', async () => {
  const cost = async (account: Account): Promise<number> => {
    const { db, rows } = writing();
    await account.call('POST', '/user', { env: { DB: db } });
    return rows();
  };
  const silent = await notifiedAccount('ok', ['event.created']);
  const none = await notifiedAccount();
  await none.call('DELETE', '/account/webhook');
  const bare = await cost(none);
  expect(await cost(silent)).toBe(bare);
  // One notification in sixteen, at random, is counted, which writes two rows more: the least of several costs is without.
  const [first, next]: [number[], number[]] = [[], []];
  for (let i = 0; i < 12; i++) {
    const account = await notifiedAccount();
    first.push(await cost(account));
    next.push(await cost(account));
  }
  expect([Math.min(...first) - bare, Math.min(...next) - bare]).toEqual([4, 2]);
  expect(await countOf('deliveries', none.id)).toBe(0);
});
