/** Hosts: add to a service, update and remove, with calendars and schedules of their own. */
import { describe, expect, it } from 'vitest';
import type { ServiceUser } from '../../../src/sdk/types.ts';
import { NOBODY, newAccount, newUser, type User } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';
import { addHost, body, newSchedule, newService } from '../../support/scheduling.ts';

const usersOf = async ({ account }: User, service: string): Promise<ServiceUser[]> =>
  body(await account.call('GET', `/service/${service}`)).users;
const defaults = {
  availability: { variant: 'Empty' },
  bufferBefore: 0,
  bufferAfter: 0,
  closestBookingTime: 0,
  furthestBookingTime: null,
  bookingCalendarId: null,
  busy: [],
};
const add = (user: User, service: string, settings: object = {}) =>
  user.account.call('POST', `/service/${service}/users`, { body: { userId: user.id, ...settings } });
const change = (user: User, service: string, settings: object) =>
  user.account.call('PUT', `/service/${service}/users/${user.id}`, { body: settings });

it('returns 200 with defaults for a new host', async () => {
  const user = await newUser();
  const service = await newService(user.account);
  const reply = await add(user, service);
  expect([reply.status, reply.body]).toEqual([200, { userId: user.id, serviceId: service, ...defaults }]);
  expect(await usersOf(user, service)).toEqual([reply.body]);
});

it('accepts both ends of every range, in additions and updates', async () => {
  const user = await newUser();
  const [calendar, schedule] = [await user.newCalendar(), await newSchedule(user)];
  for (const settings of [
    {
      availability: { variant: 'Calendar', id: calendar },
      bufferBefore: 720,
      bufferAfter: 720,
      closestBookingTime: 5_270_400,
      furthestBookingTime: 5_270_400,
      bookingCalendarId: calendar,
    },
    {
      availability: { variant: 'Schedule', id: schedule.id },
      bufferBefore: 0,
      bufferAfter: 0,
      closestBookingTime: 0,
      furthestBookingTime: 0,
      bookingCalendarId: null,
    },
    { availability: { variant: 'Empty' }, furthestBookingTime: null },
  ]) {
    const [one, other] = [await newService(user.account), await newService(user.account)];
    expect((await add(user, one, settings)).body).toMatchObject(settings);
    await add(user, other);
    const reply = await change(user, other, settings);
    expect([reply.status, reply.body]).toEqual([
      200,
      { userId: user.id, serviceId: other, ...defaults, ...settings },
    ]);
    expect(await usersOf(user, other)).toEqual([reply.body]);
  }
});

it('keeps absent fields in an update, and clears those that are null', async () => {
  const user = await newUser();
  const service = await newService(user.account);
  const [calendar, other] = [await user.newCalendar(), await user.newCalendar()];
  const { id } = await newSchedule(user);
  let expected: object = await addHost(service, user, {
    availability: { variant: 'Schedule', id },
    bufferBefore: 5,
    bufferAfter: 10,
    closestBookingTime: 15,
    furthestBookingTime: 20,
    bookingCalendarId: calendar,
    busy: [calendar],
  });
  for (const settings of [
    {},
    { bufferBefore: 6 },
    { bufferAfter: 11 },
    { closestBookingTime: 16 },
    { furthestBookingTime: 21 },
    { bookingCalendarId: other },
    { availability: { variant: 'Calendar', id: other } },
    { availability: { variant: 'Schedule', id } },
    { availability: { variant: 'Empty' } },
    { furthestBookingTime: null },
    { bookingCalendarId: null },
    { bufferBefore: 0, bufferAfter: 0, closestBookingTime: 0 },
    { userId: NOBODY, serviceId: NOBODY, busy: [] },
  ]) {
    const { userId: _, serviceId: __, busy: ___, ...taken } = settings as Record<string, unknown>;
    expected = { ...expected, ...taken };
    const reply = await change(user, service, settings);
    expect([reply.status, reply.body]).toEqual([200, expected]);
    expect(await usersOf(user, service)).toEqual([expected]);
  }
});

it('lists hosts in the order added, whatever the updates, and a removed and re-added host last', async () => {
  const account = await newAccount();
  const service = await newService(account);
  const users = await Promise.all(Array.from({ length: 4 }, () => account.newUser()));
  for (const user of users) await addHost(service, user);
  const [a, b, c, d] = users as [User, User, User, User];
  const order = async () => (await usersOf(a, service)).map(({ userId }) => userId);
  expect(await order()).toEqual([a.id, b.id, c.id, d.id]);
  await change(c, service, { bufferAfter: 5 });
  await change(a, service, { bufferAfter: 5 });
  expect(await order()).toEqual([a.id, b.id, c.id, d.id]);
  const gone = await account.call('DELETE', `/service/${service}/users/${b.id}`);
  expect([gone.status, gone.body]).toEqual([200, { userId: b.id, serviceId: service, ...defaults }]);
  await addHost(service, b);
  expect(await order()).toEqual([a.id, c.id, d.id, b.id]);
});

it("keeps a user's settings separate for each service", async () => {
  const user = await newUser();
  const [one, other] = [await newService(user.account), await newService(user.account)];
  await addHost(one, user, { bufferAfter: 5 });
  const kept = await addHost(other, user, { bufferAfter: 7 });
  await change(user, one, { bufferAfter: 9 });
  expect(await usersOf(user, other)).toEqual([kept]);
  await user.account.call('DELETE', `/service/${one}/users/${user.id}`);
  expect(await usersOf(user, one)).toEqual([]);
  expect(await usersOf(user, other)).toEqual([kept]);
});

describe('rejections, which change nothing', () => {
  it('returns 409 for a user who is a host already, whatever the settings', async () => {
    const user = await newUser();
    const service = await newService(user.account);
    await addHost(service, user, { bufferAfter: 5 });
    const before = await snapshot();
    for (const settings of [{}, { bufferAfter: 7 }, { availability: { variant: 'Calendar', id: NOBODY } }]) {
      expectProblem(await add(user, service, settings), 'host-exists');
    }
    expect(await snapshot()).toEqual(before);
  });

  it('returns 404 for a service, user or host that is unknown or of another account', async () => {
    const [user, foreign] = [await newUser(), await newUser()];
    const [mine, theirs] = [await newService(user.account), await newService(foreign.account)];
    await addHost(theirs, foreign, { bufferAfter: 5 });
    const before = await snapshot();
    const { call } = user.account;
    const calendar = { busy: { provider: 'Nettu', id: NOBODY } };
    for (const service of [theirs, NOBODY, 'nothing']) {
      expectProblem(await add(user, service), 'not-found');
      for (const id of [user.id, foreign.id, NOBODY, 'nobody']) {
        const path = `/service/${service}/users/${id}`;
        expectProblem(await call('PUT', path, { body: { bufferAfter: 7 } }), 'not-found');
        expectProblem(await call('DELETE', path), 'not-found');
        for (const method of ['PUT', 'DELETE']) {
          expectProblem(await call(method, `${path}/busy`, { body: calendar }), 'not-found');
        }
      }
    }
    for (const userId of [foreign.id, NOBODY]) {
      expectProblem(await call('POST', `/service/${mine}/users`, { body: { userId } }), 'not-found');
    }
    expectProblem(await change(user, mine, {}), 'not-found');
    expectProblem(await call('DELETE', `/service/${mine}/users/${user.id}`), 'not-found');
    expect(await snapshot()).toEqual(before);
  });

  it("returns 404 for a calendar or schedule that is unknown, another user's or another account's", async () => {
    const user = await newUser();
    const [other, foreign] = [await user.account.newUser(), await newUser()];
    const [one, two] = [await newService(user.account), await newService(user.account)];
    await addHost(two, user, { bufferAfter: 5 });
    const own = { calendar: await user.newCalendar(), schedule: (await newSchedule(user)).id };
    const refused: object[] = [
      { availability: { variant: 'Calendar', id: own.schedule } },
      { availability: { variant: 'Schedule', id: own.calendar } },
      { bookingCalendarId: own.schedule },
    ];
    for (const id of [await other.newCalendar(), await foreign.newCalendar(), NOBODY]) {
      refused.push(
        { availability: { variant: 'Calendar', id } },
        { bookingCalendarId: id },
        { bookingCalendarId: id, availability: { variant: 'Calendar', id: own.calendar } },
        { bookingCalendarId: own.calendar, availability: { variant: 'Calendar', id } },
        { bookingCalendarId: id, availability: { variant: 'Schedule', id: own.schedule } },
      );
    }
    for (const { id } of [await newSchedule(other), await newSchedule(foreign), { id: NOBODY }]) {
      refused.push({ availability: { variant: 'Schedule', id } });
      refused.push({ availability: { variant: 'Schedule', id }, bookingCalendarId: own.calendar });
    }
    const before = await snapshot();
    for (const settings of refused) {
      expectProblem(await add(user, one, settings), 'not-found');
      expectProblem(await change(user, two, { ...settings, bufferAfter: 9 }), 'not-found');
    }
    expect(await snapshot()).toEqual(before);
    for (const settings of [
      { availability: { variant: 'Schedule', id: own.schedule }, bookingCalendarId: own.calendar },
      { availability: { variant: 'Calendar', id: own.calendar }, bookingCalendarId: own.calendar },
    ]) {
      expect((await change(user, two, settings)).status).toBe(200);
    }
  });
});

it('removes a deleted user from every service', async () => {
  const account = await newAccount();
  const [gone, stays] = [await account.newUser(), await account.newUser()];
  const services = [await newService(account), await newService(account)];
  for (const service of services) for (const user of [gone, stays]) await addHost(service, user);
  await account.call('DELETE', `/user/${gone.id}`);
  for (const service of services) {
    expect((await usersOf(stays, service)).map(({ userId }) => userId)).toEqual([stays.id]);
    expectProblem(await change(gone, service, {}), 'not-found');
  }
});
