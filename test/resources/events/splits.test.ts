/** A series that is split before an occurrence, or ends before it; and what follows from an override elsewhere. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Env } from '../../../src/env.ts';
import { remind } from '../../../src/reminders/remind.ts';
import type { CalendarEvent, Occurrence } from '../../../src/sdk/types.ts';
import { policy, type User } from '../../support/client.ts';
import { countOf, interrupted } from '../../support/database.ts';
import { byAccount, changed, DAY, doors, HOUR, made, newUser } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { enter, NOW, TEN, world, written } from '../../support/reminders.ts';
import { hoursOf, open } from '../../support/scheduling.ts';
import { notifiedAccount } from '../../support/webhooks.ts';

const MONDAY = Date.UTC(2030, 0, 7, 9);
const daily = { freq: 'daily', interval: 1, weekStart: 'Mon' } as const;
const on = (day: number) => MONDAY + day * DAY;

async function series(body: object = {}) {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const event = await made(user, {
    ...{ calendarId, startTs: MONDAY, duration: HOUR, busy: true, recurrence: daily },
    ...{ metadata: { color: 'red' }, reminders: [{ delta: -5, identifier: 'x' }], ...body },
  });
  return { user, calendarId, id: event.id, event };
}

const put = (user: User, id: string, original: number, body: object) =>
  byAccount.event(user, 'PUT', `${id}/instances/${original}`, { body });
const window = { startTs: MONDAY - DAY, endTs: MONDAY + 30 * DAY };

/** All occurrences of a calendar, by their days. */
async function daysOf(user: User, calendarId: string): Promise<number[]> {
  const { events } = (await byAccount.week(user, calendarId, window)).body;
  const all: Occurrence[] = events.flatMap(({ instances }: { instances: Occurrence[] }) => instances);
  return all.map(({ startTs }) => (startTs - MONDAY) / DAY).sort((a, b) => a - b);
}

describe.each(doors)('by %s', (_, door) => {
  it('the rest of a series becomes one of its own, with its exceptions', async () => {
    const { user, calendarId, id, event } = await series({ recurrence: { ...daily, count: 8 } });
    await put(user, id, on(1), { startTs: on(1) + HOUR });
    await put(user, id, on(5), { metadata: { five: 'yes' } });
    await put(user, id, on(6), { startTs: on(20) });
    for (const day of [2, 4]) await door.event(user, 'DELETE', `${id}/instances/${on(day)}`);
    const before = await daysOf(user, calendarId);
    const body = { originalStartTs: on(4), duration: 2 * HOUR };
    const reply = await door.event(user, 'POST', `${id}/split`, { body });
    expect(reply.status).toBe(201);
    const { event: ended, following } = reply.body;
    expect(ended).toEqual({
      ...event,
      recurrence: { ...daily, count: 4 },
      exdates: [on(2)],
      updated: expect.any(Number),
    });
    expect(following).toEqual({
      ...{
        ...event,
        id: expect.not.stringMatching(id),
        startTs: on(4),
        duration: 2 * HOUR,
        exdates: [on(4)],
      },
      ...{ recurrence: { ...daily, count: 4 }, created: expect.any(Number), updated: expect.any(Number) },
    });
    for (const one of [ended, following])
      expect((await door.event(user, 'GET', one.id)).body.event).toEqual(one);
    expect((await door.event(user, 'GET', following.id)).headers.get('etag')).toBe(reply.headers.get('etag'));
    expect(await daysOf(user, calendarId)).toEqual(before);
    const { instances } = (await door.instances(user, following.id, window)).body;
    expect(instances).toMatchObject([
      { originalStartTs: on(5), metadata: { five: 'yes' }, endTs: on(5) + 2 * HOUR },
      { originalStartTs: on(7) },
      { originalStartTs: on(6), startTs: on(20) },
    ]);
    expect(await countOf('events', user.account.id)).toBe(5);
    // What was moved to the other series is changed there.
    expect((await put(user, following.id, on(6), { busy: false })).status).toBe(200);
    expectProblem(await put(user, id, on(6), { busy: false }), 'not-found');
  });

  it('a series ends before an occurrence, and from the first one on it is deleted', async () => {
    const { user, calendarId, id } = await series();
    await put(user, id, on(1), { busy: false });
    await put(user, id, on(4), { startTs: on(0) + HOUR });
    await door.event(user, 'DELETE', `${id}/instances/${on(5)}`);
    const reply = await door.event(user, 'DELETE', `${id}?from=${on(3)}`);
    expect([reply.status, reply.body.event.exdates]).toEqual([200, []]);
    expect(reply.body.event.recurrence.until).toBeLessThan(on(3));
    expect(await daysOf(user, calendarId)).toEqual([0, 1, 2]);
    expect(await countOf('events', user.account.id)).toBe(2);
    expect((await door.event(user, 'DELETE', `${id}?from=${on(0)}`)).body.event.id).toBe(id);
    expectProblem(await door.event(user, 'GET', id), 'not-found');
    expect(await countOf('events', user.account.id)).toBe(0);
  });
});

it('a split takes the changes of an update, and its exceptions follow them', async () => {
  const { user, id, calendarId } = await series({ recurrence: { freq: 'weekly', interval: 1 } });
  await byAccount.event(user, 'DELETE', `${id}/instances/${on(14)}`);
  await put(user, id, on(21), { metadata: { a: 'b' } });
  const recurrence = { freq: 'weekly', interval: 1, byweekday: ['Tue'], count: 3 } as const;
  const body = { originalStartTs: on(7), startTs: on(8) + HOUR, recurrence, metadata: { color: 'blue' } };
  const { following } = (await byAccount.event(user, 'POST', `${id}/split`, { body })).body;
  expect(following).toMatchObject({
    startTs: on(8) + HOUR,
    recurrence,
    exdates: [on(15) + HOUR],
    metadata: { color: 'blue' },
  });
  expect(await daysOf(user, calendarId)).toEqual([0, 8 + 1 / 24, 22 + 1 / 24]);
  const single = { originalStartTs: on(15) + HOUR, recurrence: null };
  const last = (await byAccount.event(user, 'POST', `${following.id}/split`, { body: single })).body
    .following;
  expect(last).toMatchObject({ recurrence: null, exdates: [], startTs: on(15) + HOUR });
  expect(await countOf('events', user.account.id)).toBe(3);
});

it('a series of years ends before an occurrence by a count, or by a later end than a request may send, and can change', async () => {
  for (const [days, end] of [
    [738, { count: 738 }],
    [1000, { until: expect.any(Number) }],
  ] as const) {
    const { user, id } = await series();
    const { event } = (await byAccount.event(user, 'DELETE', `${id}?from=${on(days)}`)).body;
    expect(event.recurrence).toEqual({ ...daily, ...end });
    await changed(user, id, { duration: 2 * HOUR });
    await changed(user, id, { startTs: MONDAY + HOUR });
    const late = { startTs: on(days - 1), endTs: on(days + 5) };
    expect((await byAccount.instances(user, id, late)).body.instances).toMatchObject([
      { startTs: on(days - 1) + HOUR },
    ]);
  }
});

it('refuses what is no occurrence, the first one, a bad body, an unknown parameter, and a token without the permissions', async () => {
  const { user, id, event } = await series();
  const split = (body: object, claims: object = {}) =>
    user.call('POST', `/events/${id}/split`, { body, claims });
  expectProblem(await split({ originalStartTs: on(1) + 1 }), 'not-found');
  expectInvalid(await split({ originalStartTs: on(0) }), 'originalStartTs');
  expectInvalid(await split({}), 'originalStartTs');
  expectInvalid(await split({ originalStartTs: on(1), duration: -1 }), 'duration');
  const never = { freq: 'monthly', interval: 1, bymonth: [2], bymonthday: [30] };
  expectInvalid(await split({ originalStartTs: on(1), recurrence: never }), 'recurrence');
  const remove = (query: string, claims: object = {}) =>
    user.call('DELETE', `/events/${id}${query}`, { claims });
  expectProblem(await remove(`?from=${on(1) + 1}`), 'not-found');
  expectInvalid(await remove('?from=x'), 'from');
  expectInvalid(await remove('?form=1'), 'form');
  const [update, create, erase] = [
    'UpdateCalendarEvent',
    'CreateCalendarEvent',
    'DeleteCalendarEvent',
  ] as const;
  for (const allowed of [[update], [create], [erase]]) {
    expectProblem(await split({ originalStartTs: on(1) }, policy(allowed)), 'policy-denied');
  }
  expectProblem(await remove(`?from=${on(1)}`, policy([erase])), 'policy-denied');
  expectProblem(await remove(`?from=${on(0)}`, policy([update])), 'policy-denied');
  expect((await byAccount.event(user, 'GET', id)).body.event).toEqual(event);
  expect((await remove(`?from=${on(9)}`, policy([update]))).status).toBe(200);
  expect((await remove(`?from=${on(0)}`, policy([update, erase]))).status).toBe(200);
});

it('a series is not split where the clocks skip its time of day, since all that follows would be later', async () => {
  const startTs = Date.UTC(2030, 2, 29, 1, 30);
  const { user, id } = await series({ startTs, timezone: 'Europe/Berlin' });
  const split = (originalStartTs: number) =>
    byAccount.event(user, 'POST', `${id}/split`, { body: { originalStartTs } });
  expectInvalid(await split(startTs + 2 * DAY), 'originalStartTs');
  expect((await split(startTs + 3 * DAY - HOUR)).status).toBe(201);
});

it('a series that begins earlier meanwhile keeps what is before the occurrence from which it is deleted', async () => {
  const { user, id } = await series();
  const meeting = interrupted(() => changed(user, id, { startTs: on(-3) }), 2);
  const path = `${id}?from=${MONDAY}`;
  const reply = await byAccount.event(user, 'DELETE', path, { env: { DB: meeting } });
  expect([reply.status, reply.body.event.startTs, reply.body.event.recurrence.until]).toEqual([
    ...[200, on(-3), MONDAY - 9 * HOUR - 1],
  ]);
});

it('a split that is sent again splits once, and one that meets another change is decided again', async () => {
  const { user, id, calendarId } = await series();
  const send = (DB?: D1Database) =>
    byAccount.event(user, 'POST', `${id}/split`, {
      body: { originalStartTs: on(3) },
      headers: { 'idempotency-key': 'once' },
      ...(DB && { env: { DB } }),
    });
  let turn = 0;
  const meeting = interrupted(async () => {
    if (++turn === 2) await put(user, id, on(4), { startTs: on(4) + HOUR });
  }, 'each');
  const [one, two] = [await send(meeting), await send()];
  expect([one.status, two.body]).toEqual([201, one.body]);
  expect(two.headers.get('idempotency-replayed')).toBe('true');
  expect((await daysOf(user, calendarId)).slice(3, 5)).toEqual([3, 4 + 1 / 24]);
  expect((await user.account.call('GET', `/user/${user.id}/events`)).body.events).toHaveLength(2);
});

it('the webhook gets one event.updated for each change, with what it changed, and event.created of what follows', async () => {
  const account = await notifiedAccount();
  const user = await account.newUser();
  const calendarId = await user.newCalendar();
  const { id } = await made(user, { calendarId, startTs: MONDAY, duration: HOUR, recurrence: daily });
  await put(user, id, on(1), { busy: true });
  await put(user, id, on(1), { busy: false, startTs: on(1) + HOUR });
  await byAccount.event(user, 'DELETE', `${id}/instances/${on(2)}`);
  const { following } = (
    await byAccount.event(user, 'POST', `${id}/split`, { body: { originalStartTs: on(4) } })
  ).body;
  await account.deliver();
  const sent = (await account.bodies()).filter(({ type }) => type.startsWith('event.'));
  const updates = sent.filter(({ type }) => type === 'event.updated');
  const created = sent.filter(({ type }) => type === 'event.created');
  expect(created.map(({ data }) => data.event.id)).toEqual([id, following.id]);
  expect(created[1].data.event).toEqual(following);
  expect(updates.map(({ data }) => data.event.id)).toEqual([id, id, id, id]);
  expect(updates.map(({ previous }) => previous)).toEqual([{}, {}, { exdates: [] }, { recurrence: daily }]);
});

it('a reminder is of the occurrence as it takes place, and an occurrence can have its own', async () => {
  const there = await world();
  const id = await enter(there, { recurrence: daily, metadata: { title: 'Stand-up' } });
  const user = { account: there.account } as unknown as User;
  const first = NOW + HOUR;
  const path = `/user/events/${id}/instances`;
  const move = (original: number, body: object) =>
    there.account.call('PUT', `${path}/${original}`, { body, now: NOW });
  await move(first, { startTs: first + 3 * HOUR, metadata: { room: 'B' } });
  await move(first + DAY, { reminders: [{ delta: -20, identifier: 'own' }] });
  for (const now of [first, first + 3 * HOUR, first + DAY, first + 2 * DAY])
    await remind({ ...env, DB: env.DB } as Env, () => now);
  expect((await written(there)).sort(([, a], [, b]) => a - b)).toEqual([
    [TEN[0]?.identifier, first + 3 * HOUR],
    ['own', first + DAY],
    [TEN[0]?.identifier, first + 2 * DAY],
  ]);
  await there.account.deliver(first + 3 * DAY);
  const sent = (await there.account.bodies()).flatMap(({ reminders }) => reminders ?? []);
  const event: CalendarEvent = (await byAccount.event(user, 'GET', id)).body.event;
  expect(sent.find(({ instance }) => instance.originalStartTs === first)).toEqual({
    event,
    identifier: TEN[0]?.identifier,
    instance: {
      ...{ startTs: first + 3 * HOUR, endTs: first + 4 * HOUR, busy: event.busy, originalStartTs: first },
      ...{ overridden: true, metadata: { room: 'B' } },
    },
  });
});

it('a slot is taken and free where an occurrence of a busy calendar takes place, and a booking is guarded by it', async () => {
  const { user, account, service } = await open('08:00-12:00', {});
  const calendarId = await user.newCalendar();
  await account.call('PUT', `/service/${service}/users/${user.id}/busy`, {
    body: { busy: { provider: 'Nettu', id: calendarId } },
  });
  await account.call('PUT', `/service/${service}/users/${user.id}`, {
    body: { bookingCalendarId: calendarId },
  });
  const { id } = await made(user, {
    calendarId,
    startTs: MONDAY,
    duration: HOUR,
    busy: true,
    recurrence: daily,
  });
  expect(await hoursOf(account, service)).toEqual(['08:00', '10:00', '11:00']);
  await put(user, id, MONDAY, { startTs: MONDAY + HOUR });
  expect(await hoursOf(account, service)).toEqual(['08:00', '09:00', '11:00']);
  const book = (startTs: number, DB?: D1Database) =>
    account.call('POST', `/service/${service}/booking`, {
      body: { startTs, duration: HOUR },
      now: NOW,
      ...(DB && { env: { DB } }),
    });
  expectProblem(await book(MONDAY + HOUR), 'slot-unavailable');
  // The occurrence moves onto the slot between the decision and the write.
  let turn = 0;
  const meeting = interrupted(async () => {
    if (++turn === 2) await put(user, id, MONDAY, { startTs: MONDAY + 2 * HOUR });
  }, 'each');
  expectProblem(await book(MONDAY + 2 * HOUR, meeting), 'slot-unavailable');
  expect((await book(MONDAY + HOUR)).status).toBe(201);
});
