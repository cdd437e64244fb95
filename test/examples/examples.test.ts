/**
 * The examples of the description are what the Worker answers: this plays every operation once, and compares. After a
 * change of an answer, `npm run examples` records them anew.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, inject, it, vi } from 'vitest';
import { remind } from '../../src/reminders/remind.ts';
import { routes } from '../../src/routes.ts';
import type { Delivery } from '../../src/sdk/types.ts';
import { deliver } from '../../src/webhooks/deliver.ts';
import { CODE, keys, newAccount, newKeys, userOf } from '../support/client.ts';
import { cronRan } from '../support/rows.ts';
import { open, urlOf } from '../support/webhooks.ts';
import { NOW, Player, type RouteName } from './play.ts';

const HOUR = 3_600_000;
const at = (iso: string): number => Date.parse(`${iso}:00+01:00`);
const rule = (value: string, ...hours: [start: number, end: number][]) => ({
  variant: /^\d/.test(value) ? { type: 'Date', value } : { type: 'WDay', value },
  intervals: hours.map(([start, end]) => ({
    start: { hours: start, minutes: 0 },
    end: { hours: end, minutes: 0 },
  })),
});
const january = { startTs: at('2030-01-07T00:00'), endTs: at('2030-02-04T00:00') };

const account = await newAccount(null);
const player = new Player(account);
const { play, stable } = { play: player.play.bind(player), stable: player.stable };
const notifications: Record<string, unknown> = {};

/** The notifications that are pending, by type: the first of each. */
async function notified(): Promise<void> {
  const { body } = await account.call('GET', '/account/webhook/deliveries?limit=100');
  for (const { id, type } of body.deliveries.reverse() as Delivery[]) {
    const { delivery } = (await account.call('GET', `/account/webhook/deliveries/${id}`)).body;
    notifications[type] ??= stable.of(JSON.parse(delivery.body));
  }
}

async function playKeys(): Promise<void> {
  await play('checkHealth');
  await cronRan(NOW - 20_000);
  await play('getHealth');
  await play('createAccount', { body: { code: CODE }, learn: ({ account }) => stable.account(account.id) });
  stable.key(keys.pem, 0);
  await play('setPublicKey', { body: { publicJwtKey: keys.pem } });
  const [first] = (await account.call('GET', '/account/keys')).body.keys;
  stable.key(first.kid, 0);
  const { pem } = await newKeys();
  stable.key(pem, 1);
  await play('addKey', { body: { publicJwtKey: pem, kid: 'kid-2', state: 'standby' } });
  await play('listKeys');
  const body = { state: 'retiring', retiresAt: NOW + 24 * HOUR };
  await play('setKeyState', { params: { kid: 'kid-2' }, body });
  await play('removeKey', { params: { kid: 'kid-2' } });
  await play('addApiKey', { body: { name: 'backend', expiresAt: NOW + 90 * 24 * HOUR } });
  const { apiKeys } = await play('listApiKeys');
  await play('removeApiKey', { params: { apiKeyId: apiKeys[1].id } });
  await play('changeSettings', {
    body: { publicFreebusy: true, publicBooking: true, keepCancelledDays: 90 },
  });
}

/** A second webhook, which is paused when it answers 410. */
async function playWebhooks(): Promise<void> {
  const { webhook } = await play('createWebhook', {
    body: {
      url: urlOf('gone', 'example'),
      events: ['booking.confirmed', 'endpoint.paused'],
      description: 'Statistics',
      headers: { authorization: 'Bearer EXAMPLE' },
    },
  });
  const params = { webhookId: webhook.id };
  await play('testOneWebhook', { params });
  await play('getOneWebhook', { params });
  await env.DB.prepare(
    `INSERT INTO deliveries (account_id, endpoint, type, content) SELECT account_id, ?2, type, content FROM deliveries
     WHERE account_id = ?1 AND type = 'booking.confirmed' LIMIT 1`,
  )
    .bind(account.id, webhook.id)
    .run();
  await deliver(open, account.id, { clock: () => NOW }, 'slow', webhook.id);
  await play('listWebhooks');
  await play('updateWebhook', { params, body: { url: urlOf('ok', 'example'), paused: false } });
  await play('rollOneWebhookSecret', { params });
  await play('removeWebhook', { params });
}

beforeAll(async () => {
  await playKeys();
  const webhookUrl = urlOf('ok', 'example');
  await play('setWebhook', { body: { webhookUrl, events: ['*'] } });
  await play('testWebhook');
  const [ping] = (await (await fetch(`${inject('receiver')}/received/example`)).json()) as { body: string }[];
  notifications.ping = stable.of(JSON.parse(ping?.body ?? 'null'));
  await play('rollWebhookSecret');

  const metadata = { email: 'ada@example.com' };
  const { user } = await play('createUser', { body: { metadata } });
  const { deliveries } = await play('listDeliveries', { query: { state: 'pending', limit: 20 } });
  const ofDelivery = { params: { deliveryId: deliveries[0].id } };
  await play('getDelivery', ofDelivery);
  await play('replayDelivery', ofDelivery);

  const ada = userOf(account, user.id);
  const params = { userId: ada.id };
  await play('getUser', { user: ada });
  await play('changeUser', { params, body: { metadata: { ...metadata, plan: 'paid' } } });
  await play('listUsers', { query: { limit: 20 } });
  await play('findUsers', { query: { key: 'plan', value: 'paid' } });
  await play('inspectToken', { body: { token: await player.token(ada) } });
  await play('revokeTokens', { params, body: { notBefore: NOW - HOUR } });

  const { calendar } = await play('createCalendar', {
    user: ada,
    body: { timezone: 'Europe/Oslo', weekStart: 'Mon', metadata: { title: 'Work' } },
  });
  const ofCalendar = { user: ada, params: { calendarId: calendar.id } };
  await play('getCalendar', ofCalendar);
  await play('changeCalendar', { ...ofCalendar, body: { weekStart: 'Sun' } });
  await play('listCalendars', { user: ada, query: { limit: 20 } });
  await play('findCalendars', { query: { key: 'title', value: 'Work' } });

  const { event } = await play('createEvent', {
    user: ada,
    body: {
      calendarId: calendar.id,
      startTs: at('2030-01-08T09:00'),
      duration: HOUR,
      busy: true,
      recurrence: { freq: 'weekly', interval: 1, byweekday: ['Tue'], count: 4 },
      reminders: [{ delta: -15, identifier: 'in a quarter of an hour' }],
      metadata: { title: 'Team meeting' },
    },
  });
  const ofEvent = { user: ada, params: { eventId: event.id } };
  await play('getEvent', ofEvent);
  await play('changeEvent', { ...ofEvent, body: { exdates: [at('2030-01-15T09:00')] } });
  const third = {
    ...ofEvent,
    params: { eventId: event.id, originalStartTs: String(at('2030-01-22T09:00')) },
  };
  const afternoon = { startTs: at('2030-01-22T14:00'), metadata: { title: 'Team meeting', room: 'B' } };
  await play('changeInstance', { ...third, body: afternoon });
  await play('getInstances', { ...ofEvent, query: january });
  await play('getCalendarEvents', { ...ofCalendar, query: january });
  const file = [
    ...[
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'BEGIN:VEVENT',
      'UID:dentist@example.com',
      'DTSTART:20300110T130000Z',
    ],
    ...['DTEND:20300110T140000Z', 'SUMMARY:Dentist', 'END:VEVENT', 'BEGIN:VTODO', 'UID:todo@example.com'],
    ...['END:VTODO', 'END:VCALENDAR', ''],
  ];
  await play('importCalendar', { ...ofCalendar, text: file.join('\n') });
  await play('getCalendarText', ofCalendar);
  const { feed, url } = await play('addFeed', {
    ...ofCalendar,
    body: { detail: 'busy', name: 'Work, from the web' },
  });
  const [secret = ''] = /feed_[^.]+/.exec(url) ?? [];
  await play('listFeeds', ofCalendar);
  await play('getFeed', { params: { secret } });
  await play('removeFeed', { user: ada, params: { calendarId: calendar.id, feedId: feed.id } });
  await play('listEvents', { user: ada, query: { limit: 20 } });
  await play('findEvents', { query: { key: 'title', value: 'Team meeting' } });
  await play('resetInstance', third);
  await play('removeInstance', third);
  await play('splitEvent', {
    ...ofEvent,
    body: { originalStartTs: at('2030-01-29T09:00'), duration: 2 * HOUR },
  });
  await play('getFreebusy', { params, query: january });

  const rules = [rule('Mon', [9, 12]), rule('Tue', [9, 12], [13, 16])];
  const { schedule } = await play('createSchedule', {
    user: ada,
    body: { timezone: 'Europe/Oslo', rules, metadata: { title: 'Opening hours' } },
  });
  const ofSchedule = { user: ada, params: { scheduleId: schedule.id } };
  await play('getSchedule', ofSchedule);
  // Time off on a Monday.
  await play('changeSchedule', { ...ofSchedule, body: { rules: [...rules, rule('2030-01-21')] } });
  await play('listSchedules', { user: ada, query: { limit: 20 } });
  await play('findSchedules', { query: { key: 'title', value: 'Opening hours' } });

  const title = { metadata: { title: 'Consultation' } };
  const { service } = await play('createService', {
    body: { multiPerson: { variant: 'roundRobinAlgorithm', data: 'equalDistribution' }, ...title },
  });
  const ofService = { params: { serviceId: service.id } };
  const ofHost = { params: { serviceId: service.id, userId: ada.id } };
  await play('addHost', {
    ...ofService,
    body: {
      userId: ada.id,
      availability: { variant: 'Schedule', id: schedule.id },
      bufferAfter: 15,
      closestBookingTime: 60,
      bookingCalendarId: calendar.id,
    },
  });
  await play('changeHost', { ...ofHost, body: { bufferAfter: 10 } });
  const busy = { provider: 'Nettu', id: calendar.id };
  await play('addBusyCalendar', { ...ofHost, body: { busy } });
  await play('getService', ofService);
  await play('changeService', { ...ofService, body: { metadata: { title: 'Consultation', price: 'free' } } });
  await play('listServices', { query: { limit: 20 } });
  await play('findServices', { query: { key: 'title', value: 'Consultation' } });

  const day = { startDate: '2030-01-14', endDate: '2030-01-15' };
  await play('getBookingSlots', {
    ...ofService,
    query: { ...day, duration: HOUR, interval: HOUR, timezone: 'Europe/Oslo' },
  });
  const vera = await account.newUser({ email: 'vera@example.com' });
  const slot = { startTs: at('2030-01-14T10:00'), duration: HOUR };
  const { booking } = await play('createBooking', {
    ...ofService,
    user: vera,
    body: { ...slot, holdFor: 10, metadata: { name: 'Vera' } },
  });
  const ofBooking = { user: vera, params: { bookingId: booking.id } };
  await play('getBooking', ofBooking);
  await play('getBookingText', ofBooking);
  await play('changeBooking', { ...ofBooking, body: { state: 'confirmed' } });
  await play('getOwnBookings', { user: vera, query: { limit: 20 } });
  await play('getServiceBookings', { ...ofService, query: { state: 'confirmed', limit: 20 } });

  const bookingPath = `/booking/${booking.id}`;
  await account.call('PUT', bookingPath, { body: { startTs: slot.startTs + HOUR }, now: NOW });
  await account.call('PUT', bookingPath, { body: { metadata: { name: 'Vera B.' } }, now: NOW });

  const subscription = { url: 'https://calendars.example.com/ada.ics', refreshMinutes: 30, busy: 'all' };
  const subscribed = await account.call('POST', `/user/${ada.id}/calendar`, {
    body: { timezone: 'Europe/Oslo', metadata: { title: 'Private' }, subscription },
  });
  const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(file.join('\n')));
  await play('refreshCalendar', { user: ada, params: { calendarId: subscribed.body.calendar.id } });
  fetched.mockRestore();

  await play('getAccount');
  await play('exportAccount');
  await play('getWebhook');
  await playWebhooks();

  const dueMs = event.startTs - NOW;
  await remind(open, () => NOW + dueMs);
  await notified();

  await play('cancelBooking', ofBooking);
  await play('removeBusyCalendar', { ...ofHost, body: { busy } });
  await play('removeHost', ofHost);
  await play('removeService', ofService);
  await play('removeSchedule', ofSchedule);
  await play('removeEvent', ofEvent);
  await play('removeCalendar', ofCalendar);
  await play('removeUser', { params });
  await notified();
  await play('deleteWebhook');
});

it('every operation has an example', () => {
  expect(Object.keys(player.operations).sort()).toEqual(Object.keys(routes).sort());
});

it('every notification has an example, of each type that a webhook can subscribe to', async () => {
  const { default: document } = await import('../../dist/assets/openapi.json');
  expect(Object.keys(notifications).sort()).toEqual(Object.keys(document.webhooks).sort());
});

it('the recorded examples are the answers of the Worker', async () => {
  const names = Object.keys(routes) as RouteName[];
  const lines = names.map(
    (name) => `    ${JSON.stringify(name)}: ${JSON.stringify(player.operations[name])}`,
  );
  const types = Object.keys(notifications).sort();
  const sent = types.map((type) => `    ${JSON.stringify(type)}: ${JSON.stringify(notifications[type])}`);
  const text = `{\n  "operations": {\n${lines.join(',\n')}\n  },\n  "notifications": {\n${sent.join(',\n')}\n  }\n}\n`;
  await expect(text).toMatchFileSnapshot('../../src/openapi/examples.json');
});
