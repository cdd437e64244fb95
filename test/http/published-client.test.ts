/**
 * The bodies of the published service's client in Rust, as serde writes them: every optional member is there, and null where
 * the caller left it out.
 */
import { expect, it } from 'vitest';
import { CODE, call, newAccount } from '../support/client.ts';

const rule = {
  freq: 'weekly',
  interval: 1,
  count: null,
  until: null,
  bysetpos: null,
  byweekday: null,
  bymonthday: null,
  bymonth: null,
  byyearday: null,
  byweekno: null,
};

it('opens an account, and sets its key and its webhook', async () => {
  expect((await call('POST', '/account', { body: { code: CODE } })).status).toBe(201);
  const account = await newAccount();
  const withoutKey = await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: null } });
  expect(withoutKey.body.account.publicJwtKey).toBeNull();
  const body = { webhookUrl: 'https://example.test/' };
  expect((await account.call('PUT', '/account/webhook', { body })).status).toBe(200);
});

it('creates and updates users, calendars, events, schedules and services', async () => {
  const account = await newAccount();
  const send = async (method: string, path: string, body: object) => {
    const reply = await account.call(method, path, { body });
    expect([reply.status, reply.status < 300 || reply.problem]).toEqual([
      method === 'POST' ? 201 : 200,
      true,
    ]);
    return reply.body;
  };
  const { user } = await send('POST', '/user', { metadata: null });
  expect(user.metadata).toEqual({});
  expect((await send('PUT', `/user/${user.id}`, { metadata: null })).user).toEqual(user);

  const created = { timezone: 'Europe/Oslo', weekStart: null, metadata: null };
  const { calendar } = await send('POST', `/user/${user.id}/calendar`, created);
  expect(calendar.settings).toEqual({ timezone: 'Europe/Oslo', weekStart: 'Mon' });
  const settings = { weekStart: 6, timezone: null };
  const moved = await send('PUT', `/user/calendar/${calendar.id}`, { settings, metadata: null });
  expect(moved.calendar.settings).toEqual({ timezone: 'Europe/Oslo', weekStart: 'Sun' });

  const { event } = await send('POST', `/user/${user.id}/events`, {
    calendarId: calendar.id,
    startTs: 0,
    duration: 3_600_000,
    busy: null,
    recurrence: rule,
    reminders: [],
    serviceId: null,
    metadata: null,
  });
  expect(event).toMatchObject({ busy: false, recurrence: { freq: 'weekly', interval: 1 }, metadata: {} });
  expect(event.recurrence).not.toHaveProperty('count');
  const changed = await send('PUT', `/user/events/${event.id}`, {
    startTs: null,
    duration: 60_000,
    busy: null,
    recurrence: { ...rule, count: 2 },
    serviceId: null,
    exdates: null,
    reminders: null,
    metadata: null,
  });
  expect(changed.event).toMatchObject({ startTs: 0, duration: 60_000, recurrence: { count: 2 } });

  const made = { timezone: 'UTC', rules: null, metadata: null };
  const { schedule } = await send('POST', `/user/${user.id}/schedule`, made);
  expect(schedule.rules).toHaveLength(7);
  const kept = await send('PUT', `/user/schedule/${schedule.id}`, { ...made, timezone: null });
  expect(kept.schedule).toEqual(schedule);

  const { service } = await send('POST', '/service', { metadata: null, multiPerson: null });
  expect(service.multiPerson).toEqual({ variant: 'roundRobinAlgorithm', data: 'availability' });
  const group = { metadata: null, multiPerson: { variant: 'group', data: 5 } };
  expect((await send('PUT', `/service/${service.id}`, group)).service.multiPerson.data).toBe(5);
  const unchanged = await send('PUT', `/service/${service.id}`, { metadata: null, multiPerson: null });
  expect(unchanged.service.multiPerson.data).toBe(5);
});

it('adds hosts, with their availability and their busy calendars', async () => {
  const account = await newAccount();
  const { service } = (await account.call('POST', '/service', { body: {} })).body;
  const user = await account.newUser();
  const calendarId = await user.newCalendar();
  const nulls = {
    availability: null,
    bufferAfter: null,
    bufferBefore: null,
    closestBookingTime: null,
    furthestBookingTime: null,
  };
  const path = `/service/${service.id}/users`;
  const added = await account.call('POST', path, { body: { userId: user.id, ...nulls } });
  expect(added.body).toMatchObject({
    availability: { variant: 'Empty' },
    bufferBefore: 0,
    closestBookingTime: 0,
  });
  const availability = { variant: 'Calendar', id: calendarId };
  const body = { ...nulls, availability, bufferAfter: 10 };
  const changed = await account.call('PUT', `${path}/${user.id}`, { body });
  expect(changed.body).toMatchObject({ availability, bufferAfter: 10, furthestBookingTime: null });
  const empty = { ...nulls, availability: { variant: 'Empty' } };
  expect((await account.call('PUT', `${path}/${user.id}`, { body: empty })).body.availability).toEqual({
    variant: 'Empty',
  });
  const busy = { busy: { provider: 'Nettu', id: calendarId } };
  for (const method of ['PUT', 'DELETE'])
    expect((await account.call(method, `${path}/${user.id}/busy`, { body: busy })).status).toBe(200);
});
