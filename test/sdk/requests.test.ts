/** The request of every method. A method without a row fails the last test of its client. */
import { describe, expect, test, vi } from 'vitest';
import { type Answer, NettuClient, NettuUserClient, type ScheduleRule } from '../../src/sdk/index.ts';
import { stubFetch } from './stub.ts';

const BASE = 'https://scheduler.test/api/v1';
const NOW = 1_700_000_000_000;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

const meta = { key: 'crm', value: '42' };
const window = { startTs: 1000, endTs: 2000 };
const calendar = { timezone: 'Europe/Oslo', weekStart: 0, metadata: { crm: '42' } } as const;
const event = { calendarId: 'c1', startTs: 1000, duration: 60_000, busy: true };
const nine = { hours: 9, minutes: 0 };
const noon = { hours: 12, minutes: 0 };
const rules: ScheduleRule[] = [
  { variant: { type: 'Date', value: '2030-01-31' }, intervals: [{ start: nine, end: noon }] },
];
const schedule = { timezone: 'Europe/Oslo', rules, metadata: { crm: '42' } };
const host = {
  availability: { variant: 'Schedule', id: 'p1' },
  bufferAfter: 15,
  furthestBookingTime: null,
} as const;
const hostCalendar = { provider: 'Nettu', id: 'c1' } as const;
const dates = { startDate: '2030-01-31', endDate: '2030-02-01', duration: 60_000, interval: 300_000 };
const DATES = 'startDate=2030-01-31&endDate=2030-02-01&duration=60000&interval=300000';
const booking = {
  startTs: 1000,
  duration: 60_000,
  hostUserIds: ['u1'],
  holdFor: 10,
  metadata: { crm: '42' },
};

const later = { limit: 50, cursor: 'c+/=', order: 'desc', metadata: { 'a&b': 'c=d', crm: '42' } } as const;
const LATER = 'limit=50&order=desc&cursor=c%2B%2F%3D&metadata%5Ba%26b%5D=c%3Dd&metadata%5Bcrm%5D=42';

type Fetch = ReturnType<typeof stubFetch>['fetch'];
type Call<Client> = (client: Client) => Promise<Answer<unknown>>;
type Row<Client> = [name: string, call: Call<Client>, request: string, body?: unknown];

// biome-ignore format: a table is read down its columns
const accountRows: Row<NettuClient>[] = [
  ['health.checkStatus', async (c) => ({ status: await c.health.checkStatus() }) as Answer<unknown>, 'GET /'],
  ['health.info', (c) => c.health.info(), 'GET /'],
  ['health.get', (c) => c.health.get(), 'GET /health'],

  ['account.create', (c) => c.account.create({ code: 'x' }), 'POST /account', { code: 'x' }],
  ['account.create in a region', (c) => c.account.create({ code: 'x', region: 'eu' }), 'POST /account', { code: 'x', region: 'eu' }],
  ['account.me', (c) => c.account.me(), 'GET /account'],
  ['account.setPublicSigningKey', (c) => c.account.setPublicSigningKey('PEM'), 'PUT /account/pubkey', { publicJwtKey: 'PEM' }],
  ['account.setPublicSigningKey without a key', (c) => c.account.setPublicSigningKey(), 'PUT /account/pubkey', {}],
  ['account.removePublicSigningKey', (c) => c.account.removePublicSigningKey(), 'PUT /account/pubkey', { publicJwtKey: null }],
  ['account.setWebhook', (c) => c.account.setWebhook('https://a.test/'), 'PUT /account/webhook', { webhookUrl: 'https://a.test/' }],
  ['account.setWebhook with events', (c) => c.account.setWebhook('https://a.test/', { events: ['event.created'] }), 'PUT /account/webhook', { webhookUrl: 'https://a.test/', events: ['event.created'] }],
  ['account.removeWebhook', (c) => c.account.removeWebhook(), 'DELETE /account/webhook'],
  ['account.updateSettings', (c) => c.account.updateSettings({ publicFreebusy: true }), 'PUT /account/settings', { publicFreebusy: true }],
  ['account.updateSettings of reads', (c) => c.account.updateSettings({ reads: 'nearest' }), 'PUT /account/settings', { reads: 'nearest' }],
  ['account.updateSettings of booking', (c) => c.account.updateSettings({ publicBooking: false }), 'PUT /account/settings', { publicBooking: false }],

  ['account.webhook.deliveries', (c) => c.account.webhook.deliveries({ state: 'failed', limit: 5, cursor: 'x' }), 'GET /account/webhook/deliveries?state=failed&cursor=x&limit=5'],
  ['account.webhook.deliveries of one', (c) => c.account.webhook.deliveries({ webhookId: 'w1' }), 'GET /account/webhook/deliveries?webhookId=w1'],
  ['account.webhooks.list', (c) => c.account.webhooks.list(), 'GET /account/webhooks'],
  ['account.webhooks.create', (c) => c.account.webhooks.create({ url: 'https://a.test/' }), 'POST /account/webhooks', { url: 'https://a.test/' }],
  ['account.webhooks.findById', (c) => c.account.webhooks.findById('w1'), 'GET /account/webhooks/w1'],
  ['account.webhooks.update', (c) => c.account.webhooks.update('w1', { paused: true }), 'PUT /account/webhooks/w1', { paused: true }],
  ['account.webhooks.remove', (c) => c.account.webhooks.remove('w1'), 'DELETE /account/webhooks/w1'],
  ['account.webhooks.test', (c) => c.account.webhooks.test('w1'), 'POST /account/webhooks/w1/test'],
  ['account.webhooks.rollSecret', (c) => c.account.webhooks.rollSecret('w1'), 'POST /account/webhooks/w1/secret'],
  ['account.webhook.delivery', (c) => c.account.webhook.delivery('d1'), 'GET /account/webhook/deliveries/d1'],
  ['account.webhook.replay', (c) => c.account.webhook.replay('d1'), 'POST /account/webhook/deliveries/d1/replay'],
  ['account.webhook.get', (c) => c.account.webhook.get(), 'GET /account/webhook'],
  ['account.webhook.test', (c) => c.account.webhook.test(), 'POST /account/webhook/test'],
  ['account.webhook.rollSecret', (c) => c.account.webhook.rollSecret(), 'POST /account/webhook/secret'],

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
  ['user.list', (c) => c.user.list(), 'GET /user'],
  ['user.list, a later page', (c) => c.user.list(later), `GET /user?${LATER}`],
  ['user.revokeTokens until now', (c) => c.user.revokeTokens('u1'), 'PUT /user/u1/tokens', { notBefore: NOW }],
  ['user.revokeTokens', (c) => c.user.revokeTokens('u1', 5000), 'PUT /user/u1/tokens', { notBefore: 5000 }],
  ['user.revokeTokens undone', (c) => c.user.revokeTokens('u1', null), 'PUT /user/u1/tokens', { notBefore: null }],
  ['user.freebusy', (c) => c.user.freebusy('u1', window), 'GET /user/u1/freebusy?startTs=1000&endTs=2000'],
  ['user.freebusy of some calendars', (c) => c.user.freebusy('u1', { ...window, calendarIds: ['c1', 'c2'] }), 'GET /user/u1/freebusy?startTs=1000&endTs=2000&calendarIds=c1%2Cc2'],

  ['calendar.create', (c) => c.calendar.create('u1', calendar), 'POST /user/u1/calendar', calendar],
  ['calendar.findById', (c) => c.calendar.findById('c1'), 'GET /user/calendar/c1'],
  ['calendar.ics', (c) => c.calendar.ics('c1'), 'GET /user/calendar/c1.ics'],
  ['calendar.import', (c) => c.calendar.import('c1', 'BEGIN:VCALENDAR'), 'POST /user/calendar/c1/import', 'BEGIN:VCALENDAR'],
  ['calendar.refresh', (c) => c.calendar.refresh('c1'), 'POST /user/calendar/c1/refresh'],
  ['calendar.feeds.list', (c) => c.calendar.feeds.list('c1'), 'GET /user/calendar/c1/feeds'],
  ['calendar.feeds.create', (c) => c.calendar.feeds.create('c1', { detail: 'busy', name: 'Phone' }), 'POST /user/calendar/c1/feeds', { detail: 'busy', name: 'Phone' }],
  ['calendar.feeds.remove', (c) => c.calendar.feeds.remove('c1', 'f1'), 'DELETE /user/calendar/c1/feeds/f1'],
  ['calendar.feeds.read', (c) => c.calendar.feeds.read('feed_x'), 'GET /feed/feed_x.ics'],
  ['calendar.update', (c) => c.calendar.update('c1', { settings: { weekStart: 'Sun' } }), 'PUT /user/calendar/c1', { settings: { weekStart: 'Sun' } }],
  ['calendar.remove', (c) => c.calendar.remove('c1'), 'DELETE /user/calendar/c1'],
  ['calendar.findByMeta', (c) => c.calendar.findByMeta(meta), 'GET /calendar/meta?key=crm&value=42&skip=0&limit=20'],
  ['calendar.findByMeta, a later page', (c) => c.calendar.findByMeta(meta, 40, 10), 'GET /calendar/meta?key=crm&value=42&skip=40&limit=10'],
  ['calendar.list', (c) => c.calendar.list('u1'), 'GET /user/u1/calendar'],
  ['calendar.list, a later page', (c) => c.calendar.list('u1', later), `GET /user/u1/calendar?${LATER}`],
  ['calendar.getEvents', (c) => c.calendar.getEvents('c1', window), 'GET /user/calendar/c1/events?startTs=1000&endTs=2000'],
  ['calendar.getEvents by two times', (c) => c.calendar.getEvents('c1', 1000, 2000), 'GET /user/calendar/c1/events?startTs=1000&endTs=2000'],

  ['events.create', (c) => c.events.create('u1', event), 'POST /user/u1/events', event],
  ['events.findById', (c) => c.events.findById('e1'), 'GET /user/events/e1'],
  ['events.update', (c) => c.events.update('e1', { recurrence: null, exdates: [1000] }), 'PUT /user/events/e1', { recurrence: null, exdates: [1000] }],
  ['events.remove', (c) => c.events.remove('e1'), 'DELETE /user/events/e1'],
  ['events.updateInstance', (c) => c.events.updateInstance('e1', 1000, { busy: false }), 'PUT /user/events/e1/instances/1000', { busy: false }],
  ['events.removeInstance', (c) => c.events.removeInstance('e1', 1000), 'DELETE /user/events/e1/instances/1000'],
  ['events.resetInstance', (c) => c.events.resetInstance('e1', 1000), 'POST /user/events/e1/instances/1000/reset'],
  ['events.removeFrom', (c) => c.events.removeFrom('e1', 1000), 'DELETE /user/events/e1?from=1000'],
  ['events.split', (c) => c.events.split('e1', { originalStartTs: 1000 }), 'POST /user/events/e1/split', { originalStartTs: 1000 }],
  ['events.getInstances', (c) => c.events.getInstances('e1', window), 'GET /user/events/e1/instances?startTs=1000&endTs=2000'],
  ['events.list', (c) => c.events.list('u1'), 'GET /user/u1/events'],
  ['events.list, a later page', (c) => c.events.list('u1', later), `GET /user/u1/events?${LATER}`],
  ['events.findByMeta', (c) => c.events.findByMeta(meta), 'GET /events/meta?key=crm&value=42&skip=0&limit=20'],
  ['events.findByMeta, a later page', (c) => c.events.findByMeta(meta, 40, 10), 'GET /events/meta?key=crm&value=42&skip=40&limit=10'],

  ['schedule.create', (c) => c.schedule.create('u1', schedule), 'POST /user/u1/schedule', schedule],
  ['schedule.findById', (c) => c.schedule.findById('p1'), 'GET /user/schedule/p1'],
  ['schedule.find', (c) => c.schedule.find('p1'), 'GET /user/schedule/p1'],
  ['schedule.update', (c) => c.schedule.update('p1', { rules }), 'PUT /user/schedule/p1', { rules }],
  ['schedule.remove', (c) => c.schedule.remove('p1'), 'DELETE /user/schedule/p1'],
  ['schedule.list', (c) => c.schedule.list('u1'), 'GET /user/u1/schedule'],
  ['schedule.list, a later page', (c) => c.schedule.list('u1', later), `GET /user/u1/schedule?${LATER}`],
  ['schedule.findByMeta', (c) => c.schedule.findByMeta(meta), 'GET /schedule/meta?key=crm&value=42&skip=0&limit=20'],
  ['schedule.findByMeta, a later page', (c) => c.schedule.findByMeta(meta, 40, 10), 'GET /schedule/meta?key=crm&value=42&skip=40&limit=10'],

  ['service.create', (c) => c.service.create({ multiPerson: { variant: 'group', data: 8 } }), 'POST /service', { multiPerson: { variant: 'group', data: 8 } }],
  ['service.create without data', (c) => c.service.create(), 'POST /service', {}],
  ['service.findById', (c) => c.service.findById('s1'), 'GET /service/s1'],
  ['service.find', (c) => c.service.find('s1'), 'GET /service/s1'],
  ['service.update', (c) => c.service.update('s1', { metadata: {} }), 'PUT /service/s1', { metadata: {} }],
  ['service.update without data', (c) => c.service.update('s1'), 'PUT /service/s1', {}],
  ['service.remove', (c) => c.service.remove('s1'), 'DELETE /service/s1'],
  ['service.findByMeta', (c) => c.service.findByMeta(meta), 'GET /service/meta?key=crm&value=42&skip=0&limit=20'],
  ['service.findByMeta, a later page', (c) => c.service.findByMeta(meta, 40, 10), 'GET /service/meta?key=crm&value=42&skip=40&limit=10'],
  ['service.list', (c) => c.service.list(), 'GET /service'],
  ['service.list, a later page', (c) => c.service.list(later), `GET /service?${LATER}`],
  ['service.addUser', (c) => c.service.addUser('s1', { userId: 'u1', ...host }), 'POST /service/s1/users', { userId: 'u1', ...host }],
  ['service.updateUserInService', (c) => c.service.updateUserInService('s1', { userId: 'u1', ...host }), 'PUT /service/s1/users/u1', host],
  ['service.removeUser', (c) => c.service.removeUser('s1', 'u1'), 'DELETE /service/s1/users/u1'],
  ['service.addBusyCalendar', (c) => c.service.addBusyCalendar({ serviceId: 's1', userId: 'u1', calendar: hostCalendar }), 'PUT /service/s1/users/u1/busy', { busy: hostCalendar }],
  ['service.removeBusyCalendar', (c) => c.service.removeBusyCalendar({ serviceId: 's1', userId: 'u1', calendar: hostCalendar }), 'DELETE /service/s1/users/u1/busy', { busy: hostCalendar }],
  ['service.getBookingslots', (c) => c.service.getBookingslots('s1', dates), `GET /service/s1/booking?${DATES}`],
  ['service.getBookingslots of some hosts', (c) => c.service.getBookingslots('s1', { ...dates, hostUserIds: ['u1', 'u2'], userIds: ['u3'] }), `GET /service/s1/booking?${DATES}&hostUserIds=u1%2Cu2`],

  ['booking.create', (c) => c.booking.create('s1', booking), 'POST /service/s1/booking', booking],
  ['booking.findById', (c) => c.booking.findById('b1'), 'GET /booking/b1'],
  ['booking.ics', (c) => c.booking.ics('b1'), 'GET /booking/b1.ics'],
  ['booking.update', (c) => c.booking.update('b1', { metadata: {} }), 'PUT /booking/b1', { metadata: {} }],
  ['booking.confirm', (c) => c.booking.confirm('b1'), 'PUT /booking/b1', { state: 'confirmed' }],
  ['booking.move', (c) => c.booking.move('b1', 2000), 'PUT /booking/b1', { startTs: 2000 }],
  ['booking.cancel', (c) => c.booking.cancel('b1'), 'DELETE /booking/b1'],
  ['booking.ofService', (c) => c.booking.ofService('s1', window), 'GET /service/s1/bookings?startTs=1000&endTs=2000'],
];

// biome-ignore format: a table is read down its columns
const userRows: Row<NettuUserClient>[] = [
  ['user.me', (c) => c.user.me(), 'GET /me'],
  ['user.freebusy', (c) => c.user.freebusy('u2', window), 'GET /user/u2/freebusy?startTs=1000&endTs=2000'],

  ['calendar.create', (c) => c.calendar.create(calendar), 'POST /calendar', calendar],
  ['calendar.findById', (c) => c.calendar.findById('c1'), 'GET /calendar/c1'],
  ['calendar.ics', (c) => c.calendar.ics('c1'), 'GET /calendar/c1.ics'],
  ['calendar.import', (c) => c.calendar.import('c1', 'BEGIN:VCALENDAR'), 'POST /calendar/c1/import', 'BEGIN:VCALENDAR'],
  ['calendar.refresh', (c) => c.calendar.refresh('c1'), 'POST /calendar/c1/refresh'],
  ['calendar.feeds.list', (c) => c.calendar.feeds.list('c1'), 'GET /calendar/c1/feeds'],
  ['calendar.feeds.create', (c) => c.calendar.feeds.create('c1', { detail: 'busy', name: 'Phone' }), 'POST /calendar/c1/feeds', { detail: 'busy', name: 'Phone' }],
  ['calendar.feeds.remove', (c) => c.calendar.feeds.remove('c1', 'f1'), 'DELETE /calendar/c1/feeds/f1'],
  ['calendar.feeds.read', (c) => c.calendar.feeds.read('feed_x'), 'GET /feed/feed_x.ics'],
  ['calendar.update', (c) => c.calendar.update('c1', { timezone: 'UTC' }), 'PUT /calendar/c1', { timezone: 'UTC' }],
  ['calendar.remove', (c) => c.calendar.remove('c1'), 'DELETE /calendar/c1'],
  ['calendar.list', (c) => c.calendar.list(), 'GET /calendar'],
  ['calendar.list, a later page', (c) => c.calendar.list(later), `GET /calendar?${LATER}`],
  ['calendar.getEvents', (c) => c.calendar.getEvents('c1', window), 'GET /calendar/c1/events?startTs=1000&endTs=2000'],
  ['calendar.getEvents by two times', (c) => c.calendar.getEvents('c1', 1000, 2000), 'GET /calendar/c1/events?startTs=1000&endTs=2000'],

  ['events.create', (c) => c.events.create(event), 'POST /events', event],
  ['events.findById', (c) => c.events.findById('e1'), 'GET /events/e1'],
  ['events.update', (c) => c.events.update('e1', { busy: undefined, duration: 1 }), 'PUT /events/e1', { duration: 1 }],
  ['events.remove', (c) => c.events.remove('e1'), 'DELETE /events/e1'],
  ['events.updateInstance', (c) => c.events.updateInstance('e1', 1000, { busy: false }), 'PUT /events/e1/instances/1000', { busy: false }],
  ['events.removeInstance', (c) => c.events.removeInstance('e1', 1000), 'DELETE /events/e1/instances/1000'],
  ['events.resetInstance', (c) => c.events.resetInstance('e1', 1000), 'POST /events/e1/instances/1000/reset'],
  ['events.removeFrom', (c) => c.events.removeFrom('e1', 1000), 'DELETE /events/e1?from=1000'],
  ['events.split', (c) => c.events.split('e1', { originalStartTs: 1000 }), 'POST /events/e1/split', { originalStartTs: 1000 }],
  ['events.list', (c) => c.events.list(), 'GET /events'],
  ['events.list, a later page', (c) => c.events.list(later), `GET /events?${LATER}`],
  ['events.getInstances', (c) => c.events.getInstances('e1', window), 'GET /events/e1/instances?startTs=1000&endTs=2000'],

  ['schedule.create', (c) => c.schedule.create(schedule), 'POST /schedule', schedule],
  ['schedule.findById', (c) => c.schedule.findById('p1'), 'GET /schedule/p1'],
  ['schedule.find', (c) => c.schedule.find('p1'), 'GET /schedule/p1'],
  ['schedule.update', (c) => c.schedule.update('p1', { timezone: 'UTC' }), 'PUT /schedule/p1', { timezone: 'UTC' }],
  ['schedule.remove', (c) => c.schedule.remove('p1'), 'DELETE /schedule/p1'],
  ['schedule.list', (c) => c.schedule.list(), 'GET /schedule'],
  ['schedule.list, a later page', (c) => c.schedule.list(later), `GET /schedule?${LATER}`],

  ['service.getBookingslots', (c) => c.service.getBookingslots('s1', { ...dates, ianaTz: 'Asia/Kathmandu', userIds: ['u1', 'u2'] }), `GET /service/s1/booking?${DATES}&ianaTz=Asia%2FKathmandu&hostUserIds=u1%2Cu2`],
  ['service.getBookingslots in two zones', (c) => c.service.getBookingslots('s1', { ...dates, ianaTz: 'UTC', timezone: 'Africa/Cairo' }), `GET /service/s1/booking?${DATES}&ianaTz=UTC&timezone=Africa%2FCairo`],

  ['booking.create', (c) => c.booking.create('s1', { startTs: 1000, duration: 60_000 }), 'POST /service/s1/booking', { startTs: 1000, duration: 60_000 }],
  ['booking.findById', (c) => c.booking.findById('b1'), 'GET /booking/b1'],
  ['booking.ics', (c) => c.booking.ics('b1'), 'GET /booking/b1.ics'],
  ['booking.update', (c) => c.booking.update('b1', { state: 'confirmed', metadata: {} }), 'PUT /booking/b1', { state: 'confirmed', metadata: {} }],
  ['booking.confirm', (c) => c.booking.confirm('b1'), 'PUT /booking/b1', { state: 'confirmed' }],
  ['booking.move', (c) => c.booking.move('b1', 2000), 'PUT /booking/b1', { startTs: 2000 }],
  ['booking.cancel', (c) => c.booking.cancel('b1'), 'DELETE /booking/b1'],
  ['booking.list', (c) => c.booking.list(window), 'GET /me/bookings?startTs=1000&endTs=2000'],
  ['booking.list of a state', (c) => c.booking.list({ state: 'held', limit: 5, cursor: 'x' }), 'GET /me/bookings?state=held&limit=5&cursor=x'],
];

/** The names of all methods of a client, such as `calendar.create`. */
function methods(client: object, prefix = ''): string[] {
  return Object.entries(client).flatMap(([name, value]) =>
    typeof value === 'function' ? [prefix + name] : methods(value, `${prefix}${name}.`),
  );
}

/** For each method, the longest list of arguments that a row calls it with. The options come after it. */
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

/** Calls a method by its name, such as `account.keys.list`. */
function callByName(client: object, name: string, args: unknown[]): Promise<unknown> {
  const method = name
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], client);
  return (method as (...args: unknown[]) => Promise<unknown>)(...args);
}

/** The number of segments in the path of the method's request. */
async function segments(
  make: (connection: { baseUrl: string; fetch: Fetch }) => object,
  name: string,
  args: unknown[],
) {
  const { fetch, sent } = stubFetch();
  await callByName(make({ baseUrl: BASE, fetch }), name, args);
  return new URL(sent[0]?.url ?? '').pathname.split('/').length;
}

/** The same arguments, with a slash in every string. A path that did not encode it would have one more segment. */
const hostile = (args: unknown[]): unknown[] =>
  JSON.parse(JSON.stringify(args), (_, value) => (typeof value === 'string' ? 'a/b' : value));

/** The headers of a request with a body, and of a creation: every POST except the inspection. */
const headersOf = (request: string, body: unknown) => ({
  ...(body ? { 'content-type': typeof body === 'string' ? 'text/calendar' : 'application/json' } : {}),
  ...(/^POST (?!.*\/inspect$)/.test(request) ? { 'idempotency-key': expect.stringMatching(UUID) } : {}),
});

const described = (rows: Row<never>[]) => [...new Set(rows.map(([name]) => name.split(/[ ,]/)[0]))].sort();

describe('the account client', () => {
  test.each(accountRows)('%s', async (_name, call, request, body) => {
    vi.useFakeTimers({ now: NOW });
    const { fetch, sent } = stubFetch();
    await call(NettuClient({ apiKey: 'sk_secret', baseUrl: BASE, fetch }));
    vi.useRealTimers();
    const [method, path] = request.split(' ');
    const headers = { 'x-api-key': 'sk_secret', ...headersOf(request, body) };
    expect(sent).toEqual([{ method, url: BASE + path, headers, body }]);
  });

  test.each(fullest(accountRows))('%s takes options last', async (name, args) => {
    const signal = AbortSignal.abort('left');
    await expect(callByName(NettuClient(), name, [...args, { signal }])).rejects.toBe('left');
  });

  test.each(fullest(accountRows))('%s keeps each id in its segment', async (name, args) => {
    expect(await segments(NettuClient, name, hostile(args))).toBe(await segments(NettuClient, name, args));
  });

  test('has no method without a row', () => {
    // export.test.ts tests the export, which is a stream.
    expect(methods(NettuClient()).sort()).toEqual([...described(accountRows), 'account.export'].sort());
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
      ...headersOf(request, body),
    };
    expect(sent).toEqual([{ method, url: BASE + path, headers, body }]);
  });

  test.each(fullest(userRows))('%s takes options last', async (name, args) => {
    const signal = AbortSignal.abort('left');
    await expect(callByName(NettuUserClient(options), name, [...args, { signal }])).rejects.toBe('left');
  });

  test.each(fullest(userRows))('%s keeps each id in its segment', async (name, args) => {
    const make = (connection: object) => NettuUserClient({ ...options, ...connection });
    expect(await segments(make, name, hostile(args))).toBe(await segments(make, name, args));
  });

  test('calendar.getEvents takes options after a timespan too', async () => {
    const signal = AbortSignal.abort('left');
    const call = NettuUserClient(options).calendar.getEvents('c1', window, { signal });
    await expect(call).rejects.toBe('left');
  });

  test('has no method without a row', () => {
    expect(methods(NettuUserClient(options)).sort()).toEqual(described(userRows));
  });
});
