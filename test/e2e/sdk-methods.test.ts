/** Every method of the SDK once against the real Worker. A new method is not done before it has a line here. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, NettuClient, NettuUserClient } from '../../src/sdk/index.ts';
import { type Actors, dataOf, newActors, newKeyPair, pair } from './support/actors.ts';
import { CODE, startService } from './support/service.ts';

const service = await startService();
afterAll(service.stop);
const [baseUrl] = service.baseUrls;
const other = newKeyPair();
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const NOBODY = '00000000-0000-4000-8000-000000000000';
const window = { startTs: 0, endTs: 1000 };
const event = { calendarId: NOBODY, startTs: 0, duration: 1000 };

type Use = [send: (actors: Actors) => Promise<Answer<unknown>>, status: number, data: object];

const account = (publicJwtKey: string | null) => ({ account: { id: UUID, publicJwtKey } });
const key = (more: object) => ({ key: { publicJwtKey: other.publicKey, retiresAt: null, ...more } });
const calendar = (timezone: string, more = {}) => ({
  calendar: { id: UUID, settings: { timezone }, ...more },
});
const tagged = { metadata: { color: 'red' } };
const red = { key: 'color', value: 'red' };

const addKey = ({ server }: Actors) =>
  server.account.keys.add({ publicJwtKey: other.publicKey, kid: 'new', state: 'standby' });
const makeCalendar = async ({ server, userId }: Actors) =>
  dataOf(await server.calendar.create(userId, { timezone: 'UTC', ...tagged })).calendar.id;

const accountUses: Record<string, Use> = {
  'account.create': [
    ({ server }) => server.account.create({ code: CODE }),
    201,
    { ...account(null), secretApiKey: expect.stringMatching(/^sk_/) },
  ],
  'account.me': [({ server }) => server.account.me(), 200, account(pair.publicKey)],
  'account.setPublicSigningKey': [
    ({ server }) => server.account.setPublicSigningKey(other.publicKey),
    200,
    account(other.publicKey),
  ],
  'account.removePublicSigningKey': [
    ({ server }) => server.account.removePublicSigningKey(),
    200,
    account(null),
  ],
  'account.setWebhook': [
    ({ server }) => server.account.setWebhook('https://a.test/'),
    200,
    { account: { settings: { webhook: { url: 'https://a.test/' } } } },
  ],
  'account.removeWebhook': [
    ({ server }) => server.account.removeWebhook(),
    200,
    { account: { settings: { webhook: null } } },
  ],
  'account.keys.list': [
    ({ server }) => server.account.keys.list(),
    200,
    { keys: [{ publicJwtKey: pair.publicKey, state: 'active' }] },
  ],
  'account.keys.add': [addKey, 201, key({ kid: 'new', state: 'standby' })],
  'account.keys.setState': [
    async (actors) => {
      dataOf(await addKey(actors));
      return actors.server.account.keys.setState('new', { state: 'retiring', retiresAt: 5 });
    },
    200,
    key({ kid: 'new', state: 'retiring', retiresAt: 5 }),
  ],
  'account.keys.remove': [
    async (actors) => {
      dataOf(await addKey(actors));
      return actors.server.account.keys.remove('new');
    },
    200,
    key({ kid: 'new' }),
  ],
  'account.keys.inspect': [
    ({ server, token }) => server.account.keys.inspect(token),
    200,
    { valid: true, permissions: { CreateCalendar: { allowed: true } } },
  ],
  'account.apiKeys.list': [
    ({ server }) => server.account.apiKeys.list(),
    200,
    { apiKeys: [{ id: UUID, name: null }] },
  ],
  'account.apiKeys.create': [
    ({ server }) => server.account.apiKeys.create({ name: 'two' }),
    201,
    { apiKey: { id: UUID, name: 'two' }, secretApiKey: expect.stringMatching(/^sk_/) },
  ],
  'account.apiKeys.remove': [
    async ({ server }) =>
      server.account.apiKeys.remove(dataOf(await server.account.apiKeys.create({ name: 'two' })).apiKey.id),
    200,
    { apiKey: { name: 'two' } },
  ],
  'user.create': [({ server }) => server.user.create(tagged), 201, { user: { id: UUID, ...tagged } }],
  'user.find': [({ server, userId }) => server.user.find(userId), 200, { user: { id: UUID, metadata: {} } }],
  'user.update': [({ server, userId }) => server.user.update(userId, tagged), 200, { user: tagged }],
  'user.remove': [({ server, userId }) => server.user.remove(userId), 200, { user: { id: UUID } }],
  'user.findByMeta': [
    async ({ server }) => {
      dataOf(await server.user.create(tagged));
      return server.user.findByMeta(red, 0, 5);
    },
    200,
    { users: [tagged] },
  ],
  'user.revokeTokens': [
    ({ server, userId }) => server.user.revokeTokens(userId),
    200,
    { user: { id: UUID } },
  ],
  'calendar.create': [
    ({ server, userId }) => server.calendar.create(userId, { timezone: 'Europe/Oslo' }),
    201,
    calendar('Europe/Oslo'),
  ],
  'calendar.findById': [
    async (actors) => actors.server.calendar.findById(await makeCalendar(actors)),
    200,
    calendar('UTC'),
  ],
  'calendar.update': [
    async (actors) =>
      actors.server.calendar.update(await makeCalendar(actors), { settings: { timezone: 'Asia/Tokyo' } }),
    200,
    calendar('Asia/Tokyo', tagged),
  ],
  'calendar.remove': [
    async (actors) => actors.server.calendar.remove(await makeCalendar(actors)),
    200,
    calendar('UTC'),
  ],
  'calendar.findByMeta': [
    async (actors) => {
      await makeCalendar(actors);
      return actors.server.calendar.findByMeta(red);
    },
    200,
    { calendars: [tagged] },
  ],
  'health.checkStatus': [({ server }) => server.health.checkStatus(), 200, { message: expect.any(String) }],
};

const userUses: Record<string, Use> = {
  'user.me': [({ browser }) => browser.user.me(), 200, { user: { id: UUID, metadata: {} } }],
  'calendar.create': [
    ({ browser }) => browser.calendar.create({ timezone: 'UTC', weekStart: 6 }),
    201,
    calendar('UTC'),
  ],
  'calendar.findById': [
    async (actors) => actors.browser.calendar.findById(await makeCalendar(actors)),
    200,
    calendar('UTC', tagged),
  ],
  'calendar.update': [
    async (actors) => actors.browser.calendar.update(await makeCalendar(actors), { timezone: 'Asia/Tokyo' }),
    200,
    calendar('Asia/Tokyo'),
  ],
  'calendar.remove': [
    async (actors) => actors.browser.calendar.remove(await makeCalendar(actors)),
    200,
    calendar('UTC'),
  ],
};

/** Methods whose route does not exist yet. Move a line up into its table when it does: then this one fails. */
const accountLater: Record<string, Use[0]> = {
  'account.updateSettings': ({ server }) => server.account.updateSettings({ publicFreebusy: false }),
  'user.freebusy': ({ server, userId }) => server.user.freebusy(userId, window),
  'calendar.getEvents': ({ server }) => server.calendar.getEvents(NOBODY, window),
  'events.create': ({ server, userId }) => server.events.create(userId, event),
  'events.findById': ({ server }) => server.events.findById(NOBODY),
  'events.update': ({ server }) => server.events.update(NOBODY, {}),
  'events.remove': ({ server }) => server.events.remove(NOBODY),
  'events.getInstances': ({ server }) => server.events.getInstances(NOBODY, window),
  'events.findByMeta': ({ server }) => server.events.findByMeta(red),
};
const userLater: Record<string, Use[0]> = {
  'user.freebusy': ({ browser, userId }) => browser.user.freebusy(userId, window),
  'calendar.getEvents': ({ browser }) => browser.calendar.getEvents(NOBODY, window),
  'events.create': ({ browser }) => browser.events.create(event),
  'events.findById': ({ browser }) => browser.events.findById(NOBODY),
  'events.update': ({ browser }) => browser.events.update(NOBODY, {}),
  'events.remove': ({ browser }) => browser.events.remove(NOBODY),
  'events.getInstances': ({ browser }) => browser.events.getInstances(NOBODY, window),
};

/** Like `account.keys.list`. */
function methodsOf(client: object, prefix = ''): string[] {
  return Object.entries(client).flatMap(([name, value]) =>
    typeof value === 'function' ? [prefix + name] : methodsOf(value, `${prefix}${name}.`),
  );
}

describe.each([
  ['NettuClient', NettuClient({ apiKey: 'sk_' }), accountUses, accountLater],
  ['NettuUserClient', NettuUserClient({ token: 't', nettuAccount: NOBODY }), userUses, userLater],
])('%s', (_, client, uses, later) => {
  it('has no method that is not used here', () => {
    expect(methodsOf(client).sort()).toEqual([...Object.keys(uses), ...Object.keys(later)].sort());
  });

  it.each(Object.entries(uses))('%s is answered by the Worker', async (_, [send, status, data]) => {
    const answer = await send(await newActors(baseUrl));
    expect(answer.error).toBeUndefined();
    expect(answer.status).toBe(status);
    expect(answer.data).toMatchObject(data);
  });

  it.each(Object.entries(later))('%s has no route yet', async (_, send) => {
    const { status, error } = await send(await newActors(baseUrl));
    expect([status, error?.code]).toEqual([404, 'route-unknown']);
  });
});
