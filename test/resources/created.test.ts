/** The response of a creation is built before the row exists: it must equal the stored resource to the byte, ETag included. */
import { expect, it } from 'vitest';
import { CODE, call, keys, newUser, type Reply } from '../support/client.ts';
import { newService } from '../support/scheduling.ts';

const hours = (start: number, end: number) => ({
  start: { hours: start, minutes: 0 },
  end: { hours: end, minutes: 0 },
});
const metadata = JSON.parse('{"title":"Stand-up ü 🗓","":"empty is no key"}');
delete metadata[''];
const odd = JSON.parse('{"__proto__":"1","constructor":"2","2":"b","1":"a","\\u2028":"x"}');

it('returns a user, calendar, event, schedule and service as stored', async () => {
  const user = await newUser();
  const { account } = user;
  const calendarId = await user.newCalendar();
  const recurrence = {
    freq: 'weekly',
    interval: 1,
    byweekday: ['Mon', 'Wed'],
    bymonth: [1, 2],
    until: 1_000_000_000,
  };
  const startTs = 86_400_000 * 4;
  const creations: [path: string, get: (body: Reply['body']) => string, bodies: object[]][] = [
    ['/user', ({ user }) => `/user/${user.id}`, [{}, { metadata }, { metadata: odd }]],
    [
      `/user/${user.id}/calendar`,
      ({ calendar }) => `/user/calendar/${calendar.id}`,
      [{ timezone: 'Asia/Calcutta', weekStart: 6, metadata: odd }, { timezone: 'UTC' }],
    ],
    [
      `/user/${user.id}/events`,
      ({ event }) => `/user/events/${event.id}`,
      [
        { calendarId, startTs, duration: 0 },
        { calendarId, startTs: 0, duration: 1, busy: true, recurrence, metadata: odd, extra: 1 },
        {
          calendarId,
          startTs,
          duration: 1,
          recurrence: null,
          serviceId: await newService(account),
          reminders: [{ delta: -5, identifier: '' }],
        },
        {
          calendarId,
          startTs,
          duration: 1,
          recurrence: { freq: 'daily', interval: 2, count: 5, bymonth: ['January'] },
        },
      ],
    ],
    [
      `/user/${user.id}/schedule`,
      ({ schedule }) => `/user/schedule/${schedule.id}`,
      [
        { timezone: 'UTC' },
        {
          timezone: 'Europe/Oslo',
          metadata: odd,
          rules: [
            {
              variant: { type: 'Date', value: '2030-1-5' },
              intervals: [hours(13, 24), hours(9, 12), hours(11, 13)],
            },
            { variant: { type: 'WDay', value: 'Tue' }, intervals: [] },
          ],
        },
      ],
    ],
    [
      '/service',
      ({ service }) => `/service/${service.id}`,
      [
        {},
        { multiPerson: { variant: 'group', data: 3 }, metadata: odd },
        { multiPerson: { variant: 'collective', data: 1 } },
      ],
    ],
  ];
  for (const [path, pathOf, bodies] of creations) {
    for (const body of bodies) {
      const created = await account.call('POST', path, { body });
      expect(created.status).toBe(201);
      const stored = await account.call('GET', pathOf(created.body));
      const { users: _hosts, ...service } = stored.body;
      expect(path === '/service' ? { service } : stored.body).toEqual(created.body);
      expect(JSON.stringify(path === '/service' ? { service } : stored.body)).toBe(
        JSON.stringify(created.body),
      );
      expect(stored.headers.get('etag')).toBe(created.headers.get('etag'));
    }
  }
});

it('returns an account, its signing keys and API keys as stored', async () => {
  const created = await call('POST', '/account', { body: { code: CODE } });
  const headers = { 'x-api-key': created.body.secretApiKey };
  const account = await call('GET', '/account', { headers });
  expect(account.body.account).toEqual(created.body.account);
  expect(account.headers.get('etag')).toBe(created.headers.get('etag'));

  for (const body of [
    { publicJwtKey: keys.pem },
    { publicJwtKey: keys.pem, kid: 'second', state: 'standby' },
  ]) {
    const { key } = (await call('POST', '/account/keys', { headers, body })).body;
    const listed = (await call('GET', '/account/keys', { headers })).body.keys;
    expect(listed.at(-1)).toEqual(key);
  }
  for (const body of [{}, { name: 'n', expiresAt: 4e12 }, { name: null, expiresAt: null }]) {
    const { apiKey, secretApiKey } = (await call('POST', '/account/api-keys', { headers, body })).body;
    expect((await call('GET', '/account/api-keys', { headers })).body.apiKeys.at(-1)).toEqual(apiKey);
    expect((await call('GET', '/account', { headers: { 'x-api-key': secretApiKey } })).status).toBe(200);
  }
});

it('returns a host and bookings as stored, including those that share a session', async () => {
  const user = await newUser();
  const { account } = user;
  const calendarId = await user.newCalendar();
  const rules = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((value) => ({
    variant: { type: 'WDay', value },
    intervals: [hours(0, 24)],
  }));
  const { schedule } = (await user.call('POST', '/schedule', { body: { timezone: 'UTC', rules } })).body;
  for (const multiPerson of [{ variant: 'group', data: 2 }, { variant: 'collective' }, undefined]) {
    const { service } = (await account.call('POST', '/service', { body: { multiPerson } })).body;
    const availability = { variant: 'Schedule', id: schedule.id };
    const settings = {
      availability,
      bufferBefore: 0,
      bookingCalendarId: calendarId,
      furthestBookingTime: null,
    };
    const host = await account.call('POST', `/service/${service.id}/users`, {
      body: { userId: user.id, ...settings },
    });
    expect((await account.call('GET', `/service/${service.id}`)).body.users).toEqual([host.body]);
    const startTs = Date.UTC(2031, 0, 1) + Math.floor(Math.random() * 1000) * 7_200_000;
    const bodies = [
      { startTs, duration: 60_000, holdFor: 5, metadata: odd },
      { startTs, duration: 60_000 },
    ];
    for (const body of multiPerson?.variant === 'group' ? bodies : bodies.slice(0, 1)) {
      const created = await user.call('POST', `/service/${service.id}/booking`, { body });
      expect(created.status).toBe(201);
      const stored = await user.call('GET', `/booking/${created.body.booking.id}`);
      expect(stored.body).toEqual(created.body);
      expect(stored.headers.get('etag')).toBe(created.headers.get('etag'));
      for (const id of stored.body.booking.eventIds) {
        expect((await account.call('GET', `/user/events/${id}`)).body.event).toMatchObject({
          startTs,
          busy: true,
        });
      }
    }
  }
});
