/** Every method of the SDK once against the real Worker. A method without a line here fails the test. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, Frequency, NettuClient, NettuUserClient } from '../../src/sdk/index.ts';
import sdk from '../../src/sdk/package.json' with { type: 'json' };
import { type Actors, dataOf, newActors, newKeyPair, pair } from './support/actors.ts';
import { accountScheduling, userScheduling } from './support/scheduling-uses.ts';
import { CODE, startService } from './support/service.ts';
import { makeCalendar, red, type Use, UUID, withEtag } from './support/uses.ts';

const service = await startService();
afterAll(service.stop);
const [baseUrl] = service.baseUrls;
const other = newKeyPair();
const NOBODY = '00000000-0000-4000-8000-000000000000';
const window = { startTs: 0, endTs: 1000 };
const when = { startTs: 100, duration: 200 };
const instance = { startTs: 100, endTs: 300, busy: true, originalStartTs: 100 };
const DAY = 24 * 60 * 60 * 1000;

const account = (publicJwtKey: string | null) => ({ account: { id: UUID, publicJwtKey } });
const key = (more: object) => ({ key: { publicJwtKey: other.publicKey, retiresAt: null, ...more } });
const calendar = (timezone: string, more = {}) => ({
  calendar: { id: UUID, settings: { timezone }, ...more },
});

const addKey = ({ accountClient }: Actors) =>
  accountClient.account.keys.add({ publicJwtKey: other.publicKey, kid: 'new', state: 'standby' });
const makeEvent = async (actors: Actors) => {
  const body = { calendarId: await makeCalendar(actors), ...when, busy: true, ...withEtag };
  return dataOf(await actors.accountClient.events.create(actors.userId, body)).event;
};
const idOfEvent = async (actors: Actors) => (await makeEvent(actors)).id;
const idOfSeries = async (actors: Actors) => {
  const id = await idOfEvent(actors);
  const recurrence = { freq: Frequency.Daily, interval: 1, count: 3 };
  dataOf(await actors.accountClient.events.update(id, { recurrence }));
  return id;
};

/** The methods of both clients. */
const shared = (who: 'accountClient' | 'userClient'): Record<string, Use> => ({
  'user.freebusy': [
    async (actors) => {
      const { calendarId } = await makeEvent(actors);
      return actors[who].user.freebusy(actors.userId, { ...window, calendarIds: [calendarId] });
    },
    200,
    { busy: [{ startTs: 100, endTs: 300, busy: true }], userId: UUID },
  ],
  'calendar.getEvents': [
    async (actors) => {
      const { calendarId } = await makeEvent(actors);
      return actors[who].calendar.getEvents(calendarId, window);
    },
    200,
    { ...calendar('UTC'), events: [{ event: { ...when, ...withEtag }, instances: [instance] }] },
  ],
  'calendar.ics': [
    async (actors) => actors[who].calendar.ics((await makeEvent(actors)).calendarId),
    200,
    expect.stringContaining('BEGIN:VCALENDAR'),
  ],
  'calendar.import': [
    async (actors) => {
      const text =
        'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20300101T000000Z\nEND:VEVENT\nEND:VCALENDAR';
      return actors[who].calendar.import(await makeCalendar(actors), text);
    },
    200,
    { created: 1, updated: 0, unchanged: 0, skipped: [] },
  ],
  'calendar.refresh': [
    async (actors) => {
      // Nothing listens on that port.
      const subscription = { url: 'http://127.0.0.1:9/calendar.ics' };
      const made = await actors.accountClient.calendar.create(actors.userId, {
        timezone: 'UTC',
        subscription,
      });
      return actors[who].calendar.refresh(made.data?.calendar.id ?? '');
    },
    200,
    { calendar: { subscription: { error: expect.stringMatching(/^The connection failed/) } } },
  ],
  'calendar.feeds.create': [
    async (actors) => actors[who].calendar.feeds.create(await makeCalendar(actors), { detail: 'busy' }),
    201,
    { feed: { detail: 'busy', name: null }, url: expect.stringMatching(/\/feed\/feed_[\w-]{32}\.ics$/) },
  ],
  'calendar.feeds.list': [
    async (actors) => actors[who].calendar.feeds.list(await makeCalendar(actors)),
    200,
    { feeds: [] },
  ],
  'calendar.feeds.remove': [
    async (actors) => {
      const calendarId = await makeCalendar(actors);
      const { feed } = dataOf(await actors[who].calendar.feeds.create(calendarId, { detail: 'full' }));
      return actors[who].calendar.feeds.remove(calendarId, feed.id);
    },
    200,
    { feed: { id: UUID, detail: 'full' } },
  ],
  'calendar.feeds.read': [
    async (actors) => {
      const calendarId = await makeCalendar(actors);
      const { url } = dataOf(await actors[who].calendar.feeds.create(calendarId, { detail: 'full' }));
      return actors[who].calendar.feeds.read(/feed_[\w-]+/.exec(url)?.[0] ?? '');
    },
    200,
    expect.stringContaining('END:VCALENDAR'),
  ],
  'events.findById': [
    async (actors) => actors[who].events.findById(await idOfEvent(actors)),
    200,
    { event: { id: UUID, ...when, ...withEtag } },
  ],
  'events.update': [
    async (actors) => {
      const recurrence = { freq: Frequency.Daily, interval: 2 };
      return actors[who].events.update(await idOfEvent(actors), { recurrence });
    },
    200,
    { event: { ...when, recurrence: { freq: 'daily', interval: 2 } } },
  ],
  'events.remove': [
    async (actors) => actors[who].events.remove(await idOfEvent(actors)),
    200,
    { event: { id: UUID, ...when } },
  ],
  'calendar.list': [
    async (actors) => {
      await makeCalendar(actors);
      return who === 'accountClient'
        ? actors.accountClient.calendar.list(actors.userId)
        : actors.userClient.calendar.list();
    },
    200,
    { calendars: [{ id: UUID, ...withEtag }], nextCursor: null },
  ],
  'events.list': [
    async (actors) => {
      await makeEvent(actors);
      return who === 'accountClient'
        ? actors.accountClient.events.list(actors.userId)
        : actors.userClient.events.list();
    },
    200,
    { events: [{ id: UUID, ...when, ...withEtag }], nextCursor: null },
  ],
  'events.updateInstance': [
    async (actors) => actors[who].events.updateInstance(await idOfSeries(actors), 100, { duration: 300 }),
    200,
    { event: when, instance: { ...instance, endTs: 400, overridden: true } },
  ],
  'events.removeInstance': [
    async (actors) => actors[who].events.removeInstance(await idOfSeries(actors), 100),
    200,
    { event: { exdates: [100] } },
  ],
  'events.resetInstance': [
    async (actors) => actors[who].events.resetInstance(await idOfSeries(actors), 100),
    200,
    { event: when, instance },
  ],
  'events.removeFrom': [
    async (actors) => actors[who].events.removeFrom(await idOfSeries(actors), 100 + DAY),
    200,
    { event: { recurrence: { count: 1 } } },
  ],
  'events.split': [
    async (actors) => actors[who].events.split(await idOfSeries(actors), { originalStartTs: 100 + DAY }),
    201,
    { event: { recurrence: { count: 1 } }, following: { id: UUID, startTs: 100 + DAY } },
  ],
  'events.getInstances': [
    async (actors) => actors[who].events.getInstances(await idOfEvent(actors), window),
    200,
    { event: when, instances: [instance] },
  ],
});

/** Creates a webhook that does not answer, and returns its id. */
const makeWebhook = async ({ accountClient }: Actors) =>
  dataOf(await accountClient.account.webhooks.create({ url: 'http://127.0.0.1:1/' })).webhook.id;

/** Makes a change with a webhook that does not answer, and returns the id of the delivery. */
async function makeDelivery({ accountClient }: Actors): Promise<string> {
  dataOf(await accountClient.account.setWebhook('http://127.0.0.1:1/', { events: ['user.created'] }));
  dataOf(await accountClient.user.create({}));
  const { deliveries } = dataOf(await accountClient.account.webhook.deliveries());
  return deliveries[0]?.id ?? '';
}

const accountUses: Record<string, Use> = {
  ...shared('accountClient'),
  ...accountScheduling,
  'account.create': [
    ({ accountClient }) => accountClient.account.create({ code: CODE }),
    201,
    { ...account(null), secretApiKey: expect.stringMatching(/^sk_/) },
  ],
  'account.me': [({ accountClient }) => accountClient.account.me(), 200, account(pair.publicKey)],
  'account.setPublicSigningKey': [
    ({ accountClient }) => accountClient.account.setPublicSigningKey(other.publicKey),
    200,
    account(other.publicKey),
  ],
  'account.removePublicSigningKey': [
    ({ accountClient }) => accountClient.account.removePublicSigningKey(),
    200,
    account(null),
  ],
  'account.setWebhook': [
    ({ accountClient }) => accountClient.account.setWebhook('https://a.test/'),
    200,
    { account: { settings: { webhook: { url: 'https://a.test/' } } } },
  ],
  'account.webhook.deliveries': [
    async (actors) => {
      await makeDelivery(actors);
      return actors.accountClient.account.webhook.deliveries({ state: 'pending', limit: 5 });
    },
    200,
    { deliveries: [{ type: 'user.created', state: 'pending', attempts: 0 }], nextCursor: null },
  ],
  'account.webhook.delivery': [
    async (actors) => actors.accountClient.account.webhook.delivery(await makeDelivery(actors)),
    200,
    { delivery: { type: 'user.created', body: expect.stringContaining('"user"') } },
  ],
  'account.webhook.replay': [
    async (actors) => actors.accountClient.account.webhook.replay(await makeDelivery(actors)),
    200,
    { delivery: { state: 'pending' } },
  ],
  'account.webhook.get': [
    async (actors) => {
      await makeDelivery(actors);
      return actors.accountClient.account.webhook.get();
    },
    200,
    { webhook: { slowSince: null, failingEvents: [] } },
  ],
  'account.webhook.test': [
    async (actors) => {
      await makeDelivery(actors);
      return actors.accountClient.account.webhook.test();
    },
    200,
    { delivered: false, status: null, error: expect.any(String) },
  ],
  'account.webhook.rollSecret': [
    async (actors) => {
      await makeDelivery(actors);
      return actors.accountClient.account.webhook.rollSecret();
    },
    200,
    { account: { settings: { webhook: { secret: expect.stringMatching(/^whsec_/) } } } },
  ],
  'account.webhooks.list': [
    async (actors) => {
      await makeWebhook(actors);
      return actors.accountClient.account.webhooks.list();
    },
    200,
    { webhooks: [{ url: 'http://127.0.0.1:1/', paused: false }] },
  ],
  'account.webhooks.create': [
    ({ accountClient }) => accountClient.account.webhooks.create({ url: 'https://a.test/', paused: true }),
    201,
    { webhook: { url: 'https://a.test/', headers: {}, pausedBecause: 'requested' } },
  ],
  'account.webhooks.findById': [
    async (actors) => actors.accountClient.account.webhooks.findById(await makeWebhook(actors)),
    200,
    { webhook: { events: [], secret: expect.stringMatching(/^whsec_/) } },
  ],
  'account.webhooks.update': [
    async (actors) =>
      actors.accountClient.account.webhooks.update(await makeWebhook(actors), { description: 'a' }),
    200,
    { webhook: { description: 'a' } },
  ],
  'account.webhooks.remove': [
    async (actors) => actors.accountClient.account.webhooks.remove(await makeWebhook(actors)),
    200,
    { webhook: { url: 'http://127.0.0.1:1/' } },
  ],
  'account.webhooks.test': [
    async (actors) => actors.accountClient.account.webhooks.test(await makeWebhook(actors)),
    200,
    { delivered: false, status: null, error: expect.any(String) },
  ],
  'account.webhooks.rollSecret': [
    async (actors) => actors.accountClient.account.webhooks.rollSecret(await makeWebhook(actors)),
    200,
    { webhook: { secret: expect.stringMatching(/^whsec_/) } },
  ],
  'account.removeWebhook': [
    ({ accountClient }) => accountClient.account.removeWebhook(),
    200,
    { account: { settings: { webhook: null } } },
  ],
  'account.updateSettings': [
    ({ accountClient }) =>
      accountClient.account.updateSettings({ publicFreebusy: false, publicBooking: false }),
    200,
    { account: { settings: { webhook: null, publicFreebusy: false, publicBooking: false } } },
  ],
  'account.keys.list': [
    ({ accountClient }) => accountClient.account.keys.list(),
    200,
    { keys: [{ publicJwtKey: pair.publicKey, state: 'active' }] },
  ],
  'account.keys.add': [addKey, 201, key({ kid: 'new', state: 'standby' })],
  'account.keys.setState': [
    async (actors) => {
      dataOf(await addKey(actors));
      return actors.accountClient.account.keys.setState('new', { state: 'retiring', retiresAt: 5 });
    },
    200,
    key({ kid: 'new', state: 'retiring', retiresAt: 5 }),
  ],
  'account.keys.remove': [
    async (actors) => {
      dataOf(await addKey(actors));
      return actors.accountClient.account.keys.remove('new');
    },
    200,
    key({ kid: 'new' }),
  ],
  'account.keys.inspect': [
    ({ accountClient, token }) => accountClient.account.keys.inspect(token),
    200,
    { valid: true, permissions: { CreateCalendar: { allowed: true } } },
  ],
  'account.apiKeys.list': [
    ({ accountClient }) => accountClient.account.apiKeys.list(),
    200,
    { apiKeys: [{ id: UUID, name: null }] },
  ],
  'account.apiKeys.create': [
    ({ accountClient }) => accountClient.account.apiKeys.create({ name: 'two' }),
    201,
    { apiKey: { id: UUID, name: 'two' }, secretApiKey: expect.stringMatching(/^sk_/) },
  ],
  'account.apiKeys.remove': [
    async ({ accountClient }) =>
      accountClient.account.apiKeys.remove(
        dataOf(await accountClient.account.apiKeys.create({ name: 'two' })).apiKey.id,
      ),
    200,
    { apiKey: { name: 'two' } },
  ],
  'user.create': [
    ({ accountClient }) => accountClient.user.create(withEtag),
    201,
    { user: { id: UUID, ...withEtag } },
  ],
  'user.findById': [
    ({ accountClient, userId }) => accountClient.user.findById(userId),
    200,
    { user: { id: UUID, metadata: {} } },
  ],
  'user.find': [
    ({ accountClient, userId }) => accountClient.user.find(userId),
    200,
    { user: { id: UUID, metadata: {} } },
  ],
  'user.update': [
    ({ accountClient, userId }) => accountClient.user.update(userId, withEtag),
    200,
    { user: withEtag },
  ],
  'user.remove': [
    ({ accountClient, userId }) => accountClient.user.remove(userId),
    200,
    { user: { id: UUID } },
  ],
  'user.findByMeta': [
    async ({ accountClient }) => {
      dataOf(await accountClient.user.create(withEtag));
      return accountClient.user.findByMeta(red, 0, 5);
    },
    200,
    { users: [withEtag] },
  ],
  'user.list': [
    ({ accountClient }) => accountClient.user.list(),
    200,
    { users: [{ id: UUID }], nextCursor: null },
  ],
  'user.revokeTokens': [
    ({ accountClient, userId }) => accountClient.user.revokeTokens(userId),
    200,
    { user: { id: UUID } },
  ],
  'calendar.create': [
    ({ accountClient, userId }) => accountClient.calendar.create(userId, { timezone: 'Europe/Oslo' }),
    201,
    calendar('Europe/Oslo'),
  ],
  'calendar.findById': [
    async (actors) => actors.accountClient.calendar.findById(await makeCalendar(actors)),
    200,
    calendar('UTC'),
  ],
  'calendar.update': [
    async (actors) =>
      actors.accountClient.calendar.update(await makeCalendar(actors), {
        settings: { timezone: 'Asia/Tokyo' },
      }),
    200,
    calendar('Asia/Tokyo', withEtag),
  ],
  'calendar.remove': [
    async (actors) => actors.accountClient.calendar.remove(await makeCalendar(actors)),
    200,
    calendar('UTC'),
  ],
  'calendar.findByMeta': [
    async (actors) => {
      await makeCalendar(actors);
      return actors.accountClient.calendar.findByMeta(red);
    },
    200,
    { calendars: [withEtag] },
  ],
  'events.create': [
    async (actors) =>
      actors.accountClient.events.create(actors.userId, { calendarId: await makeCalendar(actors), ...when }),
    201,
    { event: { id: UUID, ...when, recurrence: null } },
  ],
  'events.findByMeta': [
    async (actors) => {
      await makeEvent(actors);
      return actors.accountClient.events.findByMeta(red);
    },
    200,
    { events: [{ ...when, ...withEtag }] },
  ],
  'health.checkStatus': [
    async ({ accountClient }) =>
      ({ status: await accountClient.health.checkStatus(), data: {} }) as Answer<unknown>,
    200,
    {},
  ],
  'health.info': [
    ({ accountClient }) => accountClient.health.info(),
    200,
    {
      message: expect.any(String),
      version: sdk.version,
      docs: expect.stringMatching(/\/docs$/),
      openapi: expect.stringMatching(/\/openapi\.json$/),
    },
  ],
  'health.get': [
    async ({ accountClient }) => {
      await service.runCron('* * * * *');
      return accountClient.health.get();
    },
    200,
    { status: 'healthy', shards: [{ shard: 0, ms: expect.any(Number), oldestDueMs: 0 }] },
  ],
};

const userUses: Record<string, Use> = {
  ...shared('userClient'),
  ...userScheduling,
  'user.me': [({ userClient }) => userClient.user.me(), 200, { user: { id: UUID, metadata: {} } }],
  'calendar.create': [
    ({ userClient }) => userClient.calendar.create({ timezone: 'UTC', weekStart: 6 }),
    201,
    calendar('UTC'),
  ],
  'calendar.findById': [
    async (actors) => actors.userClient.calendar.findById(await makeCalendar(actors)),
    200,
    calendar('UTC', withEtag),
  ],
  'calendar.update': [
    async (actors) =>
      actors.userClient.calendar.update(await makeCalendar(actors), { timezone: 'Asia/Tokyo' }),
    200,
    calendar('Asia/Tokyo'),
  ],
  'calendar.remove': [
    async (actors) => actors.userClient.calendar.remove(await makeCalendar(actors)),
    200,
    calendar('UTC'),
  ],
  'events.create': [
    async (actors) => actors.userClient.events.create({ calendarId: await makeCalendar(actors), ...when }),
    201,
    { event: { id: UUID, ...when, recurrence: null } },
  ],
};

/** The names of all methods of a client, such as `account.keys.list`. */
function methodsOf(client: object, prefix = ''): string[] {
  return Object.entries(client).flatMap(([name, value]) =>
    typeof value === 'function' ? [prefix + name] : methodsOf(value, `${prefix}${name}.`),
  );
}

describe.each([
  ['NettuClient', NettuClient({ apiKey: 'sk_' }), accountUses],
  ['NettuUserClient', NettuUserClient({ token: 't', nettuAccount: NOBODY }), userUses],
])('%s', (_, client, uses) => {
  it('has a line for every method', () => {
    // export.test.ts tests the export, which is a stream.
    const others = methodsOf(client).filter((name) => name !== 'account.export');
    expect(others.sort()).toEqual(Object.keys(uses).sort());
  });

  // Prism takes `/calendar/{calendarId}.ics` for `/calendar/{calendarId}`, and refuses the id.
  const held = Object.entries(uses).filter(([name]) => !process.env.NETTU_PRISM || !name.endsWith('.ics'));
  it.each(held)('%s returns the answer of the Worker', async (_, [send, status, data]) => {
    const answer = await send(await newActors(baseUrl));
    expect(answer.error).toBeUndefined();
    expect(answer.status).toBe(status);
    expect(answer.data).toMatchObject(data);
  });
});
