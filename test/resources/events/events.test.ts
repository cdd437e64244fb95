/** Events through both doors: create, read, update and delete. */
import { describe, expect, it } from 'vitest';
import { NOBODY } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { byAccount, byUser, changed, DAY, doors, HOUR, made, newUser, UUID } from '../../support/events.ts';
import { expectProblem } from '../../support/problem.ts';

const NOW = Date.UTC(2024, 0, 15, 12, 34, 56, 789);
const startTs = Date.UTC(2024, 2, 4, 9);
const recurrence = {
  freq: 'monthly',
  interval: 2,
  count: 12,
  until: startTs + 700 * DAY,
  byweekday: ['1Mon', '-1Fri', 'Sun'],
  bymonthday: [1, -1, 31],
  bymonth: ['January', 'December'],
  bysetpos: [-1, 1],
  weekStart: 'Thu',
} as const;
const full = {
  startTs,
  duration: 2 * HOUR,
  busy: true,
  recurrence,
  reminders: [
    { delta: -15, identifier: 'mail' },
    { delta: 535_680, identifier: 'ünïcode 👋' },
    { delta: -535_680, identifier: 'x'.repeat(256) },
    { delta: 0, identifier: ' ' },
  ],
  metadata: { a: 'b' },
  timezone: 'America/New_York',
};

describe.each(doors)('by %s', (_, door) => {
  it('creates an event as sent, and returns it through both doors', async () => {
    const user = await newUser();
    const calendarId = await user.newCalendar('Europe/Oslo');
    const reply = await door.create(user, { calendarId, ...full, serviceId: null }, { now: NOW });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      event: {
        id: UUID,
        calendarId,
        userId: user.id,
        ...full,
        exdates: [],
        created: NOW,
        updated: NOW,
      },
    });
    for (const other of [byAccount, byUser]) {
      const read = await other.event(user, 'GET', reply.body.event.id, { now: NOW + DAY });
      expect(read.status).toBe(200);
      expect(read.body).toEqual(reply.body);
    }
  });

  it('defaults to not busy, without recurrence, reminders and metadata', async () => {
    const user = await newUser();
    const calendarId = await user.newCalendar();
    const event = {
      id: UUID,
      calendarId,
      userId: user.id,
      startTs: 0,
      duration: 0,
      busy: false,
      recurrence: null,
      exdates: [],
      reminders: [],
      metadata: {},
      timezone: 'UTC',
      created: NOW,
      updated: NOW,
    };
    const least = { calendarId, startTs: 0, duration: 0 };
    for (const body of [least, { ...least, recurrence: null }, { ...least, exdates: [0], created: 5 }]) {
      const reply = await door.create(user, body, { now: NOW });
      expect(reply.status).toBe(201);
      expect(reply.body).toEqual({ event });
      expect((await door.event(user, 'GET', reply.body.event.id)).body).toEqual(reply.body);
    }
  });

  it('gives the event to the caller, whatever the body says', async () => {
    const user = await newUser();
    const other = await user.account.newUser();
    const calendarId = await user.newCalendar();
    const body = { calendarId, startTs, duration: 1, userId: other.id, id: NOBODY, accountId: NOBODY };
    const { event } = (await door.create(user, body)).body;
    expect(event).toMatchObject({ userId: user.id, calendarId });
    expect(event.id).not.toBe(NOBODY);
    const change = { userId: other.id, id: NOBODY, calendarId: NOBODY, created: 1, updated: 1 };
    const reply = await door.event(user, 'PUT', event.id, { body: change, now: NOW });
    expect(reply.body).toEqual({ event: { ...event, updated: NOW } });
  });

  it.each([
    { freq: 'daily', interval: 1 },
    { freq: 'daily', interval: 7, byweekday: ['Sun', 'Mon'], bymonthday: [-31, 31], bymonth: [12, 1] },
    { freq: 'weekly', interval: 2, count: 739, byweekday: ['Fri'], bysetpos: [1, 366] },
    { freq: 'yearly', interval: 1, byweekno: [53, -53], byweekday: ['Wed'] },
    { freq: 'yearly', interval: 1, byyearday: [-366, 366], until: startTs + 732 * DAY },
    { freq: 'yearly', interval: 1, byweekday: ['5Mon', '-5Sun'], bymonth: ['May'] },
    { freq: 'daily', interval: 1, byweekday: [], bymonth: [], bysetpos: [] },
  ])('returns the recurrence %j as sent, with the week start of its calendar', async (sent) => {
    const user = await newUser();
    const calendarId = await user.newCalendar();
    const recurrence = { ...sent, weekStart: 'Mon' };
    const made = await door.create(user, { calendarId, startTs, duration: 1, recurrence: sent });
    expect([made.status, made.body.event.recurrence]).toEqual([201, recurrence]);
    const single = (await door.create(user, { calendarId, startTs, duration: 1 })).body.event;
    const updated = await door.event(user, 'PUT', single.id, { body: { recurrence: sent } });
    expect([updated.status, updated.body.event.recurrence]).toEqual([200, recurrence]);
    expect((await door.event(user, 'GET', single.id)).body).toEqual(updated.body);
  });

  it('returns the deleted event, and 404 from then on', async () => {
    const user = await newUser();
    const calendarId = await user.newCalendar();
    const stays = await made(user, { calendarId, ...full });
    const event = await made(user, { calendarId, ...full });
    const gone = await door.event(user, 'DELETE', event.id);
    expect(gone.status).toBe(200);
    expect(gone.body).toEqual({ event });
    for (const method of ['DELETE', 'GET', 'PUT']) {
      for (const other of [byAccount, byUser]) {
        expectProblem(await other.event(user, method, event.id), 'not-found');
      }
    }
    for (const other of [byAccount, byUser]) {
      expectProblem(await other.instances(user, event.id, { startTs: 0, endTs: 1 }), 'not-found');
    }
    expect((await door.event(user, 'GET', stays.id)).body).toEqual({ event: stays });
    expect(await countOf('events', user.account.id)).toBe(1);
    expect(await countOf('event_metadata', user.account.id)).toBe(1);
  });

  it('returns an event with its instances, alone and in its calendar', async () => {
    const user = await newUser();
    const calendarId = await user.newCalendar('Europe/Oslo');
    const event = await made(user, { calendarId, ...full, recurrence: null });
    await made(user, { calendarId, ...full, startTs: startTs + 30 * DAY, recurrence: null });
    const window = { startTs: startTs - DAY, endTs: startTs + DAY };
    const instances = [{ startTs, endTs: startTs + 2 * HOUR, busy: true, originalStartTs: startTs }];
    const own = await door.instances(user, event.id, window);
    expect(own.status).toBe(200);
    expect(own.body).toEqual({ event, instances });
    const week = await door.week(user, calendarId, window);
    expect(week.status).toBe(200);
    const { calendar } = (await user.call('GET', `/calendar/${calendarId}`)).body;
    expect(week.body).toEqual({ calendar, events: [{ event, instances }] });
    const idle = await door.week(user, calendarId, { startTs: 0, endTs: 62 * DAY });
    expect(idle.body).toEqual({ calendar, events: [] });
  });
});

it('the account can read the events of all its users', async () => {
  const { account } = await newUser();
  for (const user of [await account.newUser(), await account.newUser()]) {
    const event = await made(user, { calendarId: await user.newCalendar(), startTs, duration: 1 });
    expect((await byAccount.event(user, 'GET', event.id)).body).toEqual({ event });
    expect((await changed(user, event.id, { busy: true })).userId).toBe(user.id);
  }
});

it('a calendar lists only its own events', async () => {
  const user = await newUser();
  const [one, two] = [await user.newCalendar(), await user.newCalendar()];
  const event = await made(user, { calendarId: one, startTs, duration: HOUR });
  const window = { startTs, endTs: startTs + DAY };
  expect((await byAccount.week(user, one, window)).body.events).toMatchObject([{ event: { id: event.id } }]);
  expect((await byAccount.week(user, two, window)).body.events).toEqual([]);
});
