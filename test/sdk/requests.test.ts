/** Which request every method makes. A method without a row fails the last test of its client. */
import { describe, expect, test, vi } from 'vitest';
import { type Answer, NettuClient, NettuUserClient } from '../../src/sdk/index.ts';
import { stubFetch } from './stub.ts';

const BASE = 'https://scheduler.test/api/v1';
const NOW = 1_700_000_000_000;

const meta = { key: 'crm', value: '42' };
const window = { startTs: 1000, endTs: 2000 };
const calendar = { timezone: 'Europe/Oslo', weekStart: 0, metadata: { crm: '42' } } as const;
const event = { calendarId: 'c1', startTs: 1000, duration: 60_000, busy: true };

type Call<Client> = (client: Client) => Promise<Answer<unknown>>;
type Row<Client> = [name: string, call: Call<Client>, request: string, body?: unknown];

// biome-ignore format: a table is read down its columns
const accountRows: Row<NettuClient>[] = [
  ['health.checkStatus', (c) => c.health.checkStatus(), 'GET /'],

  ['account.create', (c) => c.account.create({ code: 'x' }), 'POST /account', { code: 'x' }],
  ['account.me', (c) => c.account.me(), 'GET /account'],
  ['account.setPublicSigningKey', (c) => c.account.setPublicSigningKey('PEM'), 'PUT /account/pubkey', { publicJwtKey: 'PEM' }],
  ['account.setPublicSigningKey of nothing', (c) => c.account.setPublicSigningKey(), 'PUT /account/pubkey', {}],
  ['account.removePublicSigningKey', (c) => c.account.removePublicSigningKey(), 'PUT /account/pubkey', { publicJwtKey: null }],
  ['account.setWebhook', (c) => c.account.setWebhook('https://a.test/'), 'PUT /account/webhook', { webhookUrl: 'https://a.test/' }],
  ['account.removeWebhook', (c) => c.account.removeWebhook(), 'DELETE /account/webhook'],
  ['account.updateSettings', (c) => c.account.updateSettings({ publicFreebusy: true }), 'PUT /account/settings', { publicFreebusy: true }],

  ['account.keys.list', (c) => c.account.keys.list(), 'GET /account/keys'],
  ['account.keys.add', (c) => c.account.keys.add({ publicJwtKey: 'PEM', kid: 'k1', state: 'standby' }), 'POST /account/keys', { publicJwtKey: 'PEM', kid: 'k1', state: 'standby' }],
  ['account.keys.setState', (c) => c.account.keys.setState('k1', { state: 'retiring', retiresAt: NOW }), 'PUT /account/keys/k1', { state: 'retiring', retiresAt: NOW }],
  ['account.keys.remove', (c) => c.account.keys.remove('k1'), 'DELETE /account/keys/k1'],
  ['account.keys.inspect', (c) => c.account.keys.inspect('a.b.c'), 'POST /account/keys/inspect', { token: 'a.b.c' }],

  ['account.apiKeys.list', (c) => c.account.apiKeys.list(), 'GET /account/api-keys'],
  ['account.apiKeys.create', (c) => c.account.apiKeys.create({ name: 'ci', expiresAt: NOW }), 'POST /account/api-keys', { name: 'ci', expiresAt: NOW }],
  ['account.apiKeys.create without a name', (c) => c.account.apiKeys.create(), 'POST /account/api-keys', {}],
  ['account.apiKeys.remove', (c) => c.account.apiKeys.remove('a1'), 'DELETE /account/api-keys/a1'],

  ['user.create', (c) => c.user.create({ metadata: { crm: '42' } }), 'POST /user', { metadata: { crm: '42' } }],
  ['user.create without metadata', (c) => c.user.create(), 'POST /user', {}],
  ['user.findById', (c) => c.user.findById('u1'), 'GET /user/u1'],
  ['user.find', (c) => c.user.find('u1'), 'GET /user/u1'],
  ['user.update', (c) => c.user.update('u1', { metadata: {} }), 'PUT /user/u1', { metadata: {} }],
  ['user.remove', (c) => c.user.remove('u1'), 'DELETE /user/u1'],
  ['user.findByMeta', (c) => c.user.findByMeta(meta), 'GET /user/meta?key=crm&value=42&skip=0&limit=20'],
  ['user.findByMeta, a later page', (c) => c.user.findByMeta(meta, 40, 10), 'GET /user/meta?key=crm&value=42&skip=40&limit=10'],
  ['user.revokeTokens until now', (c) => c.user.revokeTokens('u1'), 'PUT /user/u1/tokens', { notBefore: NOW }],
  ['user.revokeTokens', (c) => c.user.revokeTokens('u1', 5000), 'PUT /user/u1/tokens', { notBefore: 5000 }],
  ['user.revokeTokens taken back', (c) => c.user.revokeTokens('u1', null), 'PUT /user/u1/tokens', { notBefore: null }],
  ['user.freebusy', (c) => c.user.freebusy('u1', window), 'GET /user/u1/freebusy?startTs=1000&endTs=2000'],
  ['user.freebusy of some calendars', (c) => c.user.freebusy('u1', { ...window, calendarIds: ['c1', 'c2'] }), 'GET /user/u1/freebusy?startTs=1000&endTs=2000&calendarIds=c1%2Cc2'],

  ['calendar.create', (c) => c.calendar.create('u1', calendar), 'POST /user/u1/calendar', calendar],
  ['calendar.findById', (c) => c.calendar.findById('c1'), 'GET /user/calendar/c1'],
  ['calendar.update', (c) => c.calendar.update('c1', { settings: { weekStart: 'Sun' } }), 'PUT /user/calendar/c1', { settings: { weekStart: 'Sun' } }],
  ['calendar.remove', (c) => c.calendar.remove('c1'), 'DELETE /user/calendar/c1'],
  ['calendar.findByMeta', (c) => c.calendar.findByMeta(meta), 'GET /calendar/meta?key=crm&value=42&skip=0&limit=20'],
  ['calendar.findByMeta, a later page', (c) => c.calendar.findByMeta(meta, 40, 10), 'GET /calendar/meta?key=crm&value=42&skip=40&limit=10'],
  ['calendar.getEvents', (c) => c.calendar.getEvents('c1', window), 'GET /user/calendar/c1/events?startTs=1000&endTs=2000'],
  ['calendar.getEvents by two times', (c) => c.calendar.getEvents('c1', 1000, 2000), 'GET /user/calendar/c1/events?startTs=1000&endTs=2000'],

  ['events.create', (c) => c.events.create('u1', event), 'POST /user/u1/events', event],
  ['events.findById', (c) => c.events.findById('e1'), 'GET /user/events/e1'],
  ['events.update', (c) => c.events.update('e1', { recurrence: null, exdates: [1000] }), 'PUT /user/events/e1', { recurrence: null, exdates: [1000] }],
  ['events.remove', (c) => c.events.remove('e1'), 'DELETE /user/events/e1'],
  ['events.getInstances', (c) => c.events.getInstances('e1', window), 'GET /user/events/e1/instances?startTs=1000&endTs=2000'],
  ['events.findByMeta', (c) => c.events.findByMeta(meta), 'GET /events/meta?key=crm&value=42&skip=0&limit=20'],
  ['events.findByMeta, a later page', (c) => c.events.findByMeta(meta, 40, 10), 'GET /events/meta?key=crm&value=42&skip=40&limit=10'],
];

// biome-ignore format: a table is read down its columns
const userRows: Row<NettuUserClient>[] = [
  ['user.me', (c) => c.user.me(), 'GET /me'],
  ['user.freebusy', (c) => c.user.freebusy('u2', window), 'GET /user/u2/freebusy?startTs=1000&endTs=2000'],

  ['calendar.create', (c) => c.calendar.create(calendar), 'POST /calendar', calendar],
  ['calendar.findById', (c) => c.calendar.findById('c1'), 'GET /calendar/c1'],
  ['calendar.update', (c) => c.calendar.update('c1', { timezone: 'UTC' }), 'PUT /calendar/c1', { timezone: 'UTC' }],
  ['calendar.remove', (c) => c.calendar.remove('c1'), 'DELETE /calendar/c1'],
  ['calendar.getEvents', (c) => c.calendar.getEvents('c1', window), 'GET /calendar/c1/events?startTs=1000&endTs=2000'],
  ['calendar.getEvents by two times', (c) => c.calendar.getEvents('c1', 1000, 2000), 'GET /calendar/c1/events?startTs=1000&endTs=2000'],

  ['events.create', (c) => c.events.create(event), 'POST /events', event],
  ['events.findById', (c) => c.events.findById('e1'), 'GET /events/e1'],
  ['events.update', (c) => c.events.update('e1', { busy: undefined, duration: 1 }), 'PUT /events/e1', { duration: 1 }],
  ['events.remove', (c) => c.events.remove('e1'), 'DELETE /events/e1'],
  ['events.getInstances', (c) => c.events.getInstances('e1', window), 'GET /events/e1/instances?startTs=1000&endTs=2000'],
];

/** `calendar.create` and so on, for all that a client can do. */
function methods(client: object, prefix = ''): string[] {
  return Object.entries(client).flatMap(([name, value]) =>
    typeof value === 'function' ? [prefix + name] : methods(value, `${prefix}${name}.`),
  );
}

/** For each method, the longest list of arguments that a row calls it with: options come after those. */
function fullest<Client>(rows: Row<Client>[]): [name: string, args: unknown[]][] {
  const longest = new Map<string, unknown[]>();
  for (const [row, call] of rows) {
    const name = row.split(/[ ,]/)[0] ?? '';
    const client: Client = new Proxy(() => {}, {
      get: () => client,
      apply: (_target, _client, args: unknown[]) =>
        args.length >= (longest.get(name)?.length ?? 0) && longest.set(name, args),
    }) as Client;
    void call(client);
  }
  return [...longest];
}

/** Calls `account.keys.list` and so on, by its name. */
function callByName(client: object, name: string, args: unknown[]): Promise<unknown> {
  const method = name
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], client);
  return (method as (...args: unknown[]) => Promise<unknown>)(...args);
}

const described = (rows: Row<never>[]) => [...new Set(rows.map(([name]) => name.split(/[ ,]/)[0]))].sort();

describe('the account client', () => {
  test.each(accountRows)('%s', async (_name, call, request, body) => {
    vi.useFakeTimers({ now: NOW });
    const { fetch, sent } = stubFetch();
    await call(NettuClient({ apiKey: 'sk_secret', baseUrl: BASE, fetch }));
    vi.useRealTimers();
    const [method, path] = request.split(' ');
    const headers = { 'x-api-key': 'sk_secret', ...(body ? { 'content-type': 'application/json' } : {}) };
    expect(sent).toEqual([{ method, url: BASE + path, headers, body }]);
  });

  test.each(fullest(accountRows))('%s takes options last', async (name, args) => {
    const signal = AbortSignal.abort('left');
    await expect(callByName(NettuClient(), name, [...args, { signal }])).rejects.toBe('left');
  });

  test('has no method without a row', () => {
    expect(methods(NettuClient()).sort()).toEqual(described(accountRows));
  });
});

describe('the user client', () => {
  const options = { token: 'a.b.c', nettuAccount: 'acc' };

  test.each(userRows)('%s', async (_name, call, request, body) => {
    const { fetch, sent } = stubFetch();
    await call(NettuUserClient({ ...options, baseUrl: BASE, fetch }));
    const [method, path] = request.split(' ');
    const headers = {
      authorization: 'Bearer a.b.c',
      'nettu-account': 'acc',
      ...(body ? { 'content-type': 'application/json' } : {}),
    };
    expect(sent).toEqual([{ method, url: BASE + path, headers, body }]);
  });

  test.each(fullest(userRows))('%s takes options last', async (name, args) => {
    const signal = AbortSignal.abort('left');
    await expect(callByName(NettuUserClient(options), name, [...args, { signal }])).rejects.toBe('left');
  });

  test('calendar.getEvents takes them after a timespan too', async () => {
    const signal = AbortSignal.abort('left');
    const call = NettuUserClient(options).calendar.getEvents('c1', window, { signal });
    await expect(call).rejects.toBe('left');
  });

  test('has no method without a row', () => {
    expect(methods(NettuUserClient(options)).sort()).toEqual(described(userRows));
  });
});
