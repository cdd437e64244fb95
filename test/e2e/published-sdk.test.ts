/**
 * The tests of the published SDK, `@nettu/sdk-scheduler` (github.com/fmeringdal/nettu-scheduler, scheduler/clients/javascript/
 * tests, MIT), in our own words: the same calls with the same types and the same expectations, so that code that was written
 * for it compiles and works.
 */
// biome-ignore-all lint/style/noNonNullAssertion: code for the published SDK is full of them, and must compile
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CalendarEventInstance,
  config,
  Frequenzy,
  type INettuClient,
  type INettuUserClient,
  NettuClient,
  NettuUserClient,
  type RRuleOptions,
  ScheduleRuleVariant,
  Weekday,
} from '../../src/sdk/index.ts';
import { pair, sign } from './support/actors.ts';
import { CODE, startService } from './support/service.ts';

const DAY = 1000 * 60 * 60 * 24;
const HOUR = 1000 * 60 * 60;
const service = await startService();
const [baseUrl] = service.baseUrls;
const published = config.baseUrl;
beforeAll(() => {
  config.baseUrl = baseUrl;
});
afterAll(async () => {
  config.baseUrl = published;
  await service.stop();
});

async function setupAccount() {
  const created = await NettuClient().account.create({ code: CODE });
  return {
    client: NettuClient({ apiKey: created.data!.secretApiKey }),
    accountId: created.data!.account.id,
  };
}

const userClientOf = (userId: string, accountId: string): INettuUserClient =>
  NettuUserClient({ token: sign(userId), nettuAccount: accountId });

async function setupUserClient() {
  const { client, accountId } = await setupAccount();
  await client.account.setPublicSigningKey(pair.publicKey);
  const userId = (await client.user.create()).data!.user.id;
  return { accountClient: client, userClient: userClientOf(userId, accountId), userId, accountId };
}

describe('accounts', () => {
  it('are created, and found with their key only', async () => {
    const { status, data } = await NettuClient().account.create({ code: CODE });
    expect(status).toBe(201);
    const res = await NettuClient({ apiKey: data!.secretApiKey }).account.me();
    expect([res.status, res.data!.account.id]).toEqual([200, data!.account.id]);
    expect((await NettuClient().account.me()).status).toBe(401);
  });

  it('have a public key, which comes and goes', async () => {
    const { client, accountId } = await setupAccount();
    await client.account.setPublicSigningKey(pair.publicKey);
    let res = await client.account.me();
    expect(res.data!.account.publicJwtKey!).toBe(pair.publicKey);
    const user = (await client.user.create()).data!.user;
    const userClient = userClientOf(user.id, accountId);
    expect((await userClient.calendar.create({ timezone: 'UTC' })).status).toBe(201);
    await client.account.removePublicSigningKey();
    res = await client.account.me();
    expect(res.data!.account.publicJwtKey).toBeNull();
    expect((await userClient.calendar.create({ timezone: 'UTC' })).status).toBe(401);
  });
});

it('the health check is a number', async () => {
  const status: number = await NettuClient().health.checkStatus();
  expect(status).toBe(200);
});

describe('calendars', () => {
  let client: INettuUserClient;
  let userId: string;
  const unauthClient = NettuClient();
  beforeAll(async () => {
    const data = await setupUserClient();
    client = data.userClient;
    userId = data.userId;
  });

  it('are not created without credentials', async () => {
    const res = await unauthClient.calendar.create(userId, { timezone: 'UTC' });
    expect(res.status).toBe(401);
  });

  it('are removed by their user only, and once', async () => {
    let res = await client.calendar.create({ timezone: 'UTC' });
    expect(res.status).toBe(201);
    const calendarId = res.data!.calendar.id;
    res = await unauthClient.calendar.remove(calendarId);
    expect(res.status).toBe(401);
    res = await client.calendar.remove(calendarId);
    expect(res.status).toBe(200);
    res = await client.calendar.remove(calendarId);
    expect(res.status).toBe(404);
  });
});

describe('events', () => {
  const count = 10;
  const recurrence: RRuleOptions = { freq: Frequenzy.Daily, interval: 1, count };
  let calendarId: string;
  let userId: string;
  let client: INettuUserClient;
  let unauthClient: INettuClient;
  beforeAll(async () => {
    const data = await setupUserClient();
    client = data.userClient;
    userId = data.userId;
    unauthClient = NettuClient({ nettuAccount: data.accountId });
    calendarId = (await client.calendar.create({ timezone: 'UTC' })).data!.calendar.id;
  });

  const createDaily = async () => {
    const res = await client.events.create({ calendarId, duration: 1000, startTs: 1000, recurrence });
    expect(res.status).toBe(201);
    return res.data!.event;
  };
  const instancesOf = async (eventId: string): Promise<CalendarEventInstance[]> => {
    const res = await client.events.getInstances(eventId, { startTs: 20, endTs: DAY * (count + 1) });
    return res.data!.instances;
  };

  it('need credentials', async () => {
    const event = { calendarId, duration: 1000, startTs: 1000 };
    expect((await unauthClient.events.create(userId, event)).status).toBe(401);
    expect((await client.events.create(event)).status).toBe(201);
  });

  it('have instances within their count', async () => {
    const event = await createDaily();
    expect((await instancesOf(event.id)).length).toBe(count);
    const after = { startTs: DAY * (count + 1), endTs: DAY * (count + 30) };
    const res = await client.events.getInstances(event.id, after);
    expect(res.data!.instances.length).toBe(0);
  });

  // The published service brings it back, though it was cancelled: here exceptions follow their occurrences.
  it('lose an instance by an exception, also when they start at another time', async () => {
    const event = await createDaily();
    const before = await instancesOf(event.id);
    const res = await client.events.update(event.id, {
      recurrence: event.recurrence,
      exdates: [event.startTs + DAY],
    });
    expect(res.status).toBe(200);
    expect((await instancesOf(event.id)).length).toBe(before.length - 1);
    await client.events.update(event.id, {
      recurrence: event.recurrence,
      startTs: event.startTs + DAY,
    });
    expect((await instancesOf(event.id)).length).toBe(before.length - 1);
  });
});

describe('schedules', () => {
  let client: INettuUserClient;
  let userId: string;
  const unauthClient = NettuClient();
  beforeAll(async () => {
    const data = await setupUserClient();
    client = data.userClient;
    userId = data.userId;
  });

  it('are created with seven rules', async () => {
    expect((await unauthClient.schedule.create(userId, { timezone: 'Europe/Berlin' })).status).toBe(401);
    const res = await client.schedule.create({ timezone: 'Europe/Berlin' });
    expect(res.status).toBe(201);
    expect(res.data!.schedule.rules.length).toBe(7);
  });

  it('are removed by their user only, and once', async () => {
    const { data } = await client.schedule.create({ timezone: 'Europe/Berlin' });
    const scheduleId = data!.schedule.id;
    let res = await unauthClient.schedule.remove(scheduleId);
    expect(res.status).toBe(401);
    res = await client.schedule.remove(scheduleId);
    expect(res.status).toBe(200);
    res = await client.schedule.remove(scheduleId);
    expect(res.status).toBe(404);
  });

  it('are updated', async () => {
    const { data } = await client.schedule.create({ timezone: 'Europe/Berlin' });
    const scheduleId = data!.schedule.id;
    const updated = await client.schedule.update(scheduleId, {
      rules: [
        {
          variant: { type: ScheduleRuleVariant.WDay, value: Weekday.Mon },
          intervals: [{ start: { hours: 10, minutes: 0 }, end: { hours: 12, minutes: 30 } }],
        },
      ],
      timezone: 'UTC',
    });
    const { id, timezone, rules } = updated.data!.schedule;
    expect([id, timezone, rules.length]).toEqual([scheduleId, 'UTC', 1]);
  });
});

describe('services', () => {
  let client: INettuClient;
  let userClient: INettuUserClient;
  let userId: string;
  const grid = { duration: HOUR, ianaTz: 'UTC', interval: HOUR / 4 };
  beforeAll(async () => {
    const data = await setupUserClient();
    client = data.accountClient;
    userClient = data.userClient;
    userId = data.userId;
  });

  it('are created, and found as the data itself', async () => {
    const res = await client.service.create();
    expect(res.status).toBe(201);
    const found = await client.service.find(res.data!.service.id);
    expect(found.data!.id).toBe(res.data!.service.id);
  });

  it('have users, who come and go', async () => {
    const serviceId = (await client.service.create()).data!.service.id;
    const userId = (await client.user.create()).data!.user.id;
    await client.service.addUser(serviceId, { userId });
    expect((await client.service.find(serviceId)).data!.users.length).toBe(1);
    await client.service.removeUser(serviceId, userId);
    expect((await client.service.find(serviceId)).data!.users.length).toBe(0);
  });

  it('have no slots without users', async () => {
    const serviceId = (await client.service.create()).data!.service.id;
    const dates = { startDate: '2030-1-1', endDate: '2030-1-3' };
    const slots = await client.service.getBookingslots(serviceId, { ...dates, ...grid });
    expect(slots.data!.dates.length).toBe(0);
  });

  it('have the slots of a user with a schedule', async () => {
    const serviceId = (await client.service.create()).data!.service.id;
    const { Mon, Tue, Wed, Thu, Fri, Sat, Sun } = Weekday;
    const schedule = await userClient.schedule.create({
      timezone: 'Europe/Berlin',
      rules: [Mon, Tue, Wed, Thu, Fri, Sat, Sun].map((day) => ({
        variant: { type: ScheduleRuleVariant.WDay, value: day },
        intervals: [{ start: { hours: 0, minutes: 0 }, end: { hours: 23, minutes: 59 } }],
      })),
    });
    const closestBookingTime = 60;
    await client.service.addUser(serviceId, {
      userId,
      availability: { variant: 'Schedule', id: schedule.data!.schedule.id },
      closestBookingTime,
    });

    // Tomorrow, where the published test has today: the last hours of a day have no slots.
    const now = new Date();
    const soon = new Date(now.valueOf() + DAY);
    const date = `${soon.getUTCFullYear()}-${soon.getUTCMonth() + 1}-${soon.getUTCDate()}`;
    const { data } = await client.service.getBookingslots(serviceId, {
      startDate: date,
      endDate: date,
      ...grid,
    });
    expect(data!.dates.length).toBe(1);
    expect(data!.dates[0]!.slots[0]!.start).toBeGreaterThanOrEqual(now.valueOf() + closestBookingTime);

    const future = { startDate: '2030-10-10', endDate: '2030-10-10' };
    const later = await client.service.getBookingslots(serviceId, { ...future, ...grid });
    expect(later.data!.dates[0]!.slots.length).toBe(89);

    const past = { startDate: '1980-1-1', endDate: '1980-1-1' };
    const earlier = await client.service.getBookingslots(serviceId, { ...past, ...grid });
    expect(earlier.data!.dates.length).toBe(0);
  });
});

describe('users', () => {
  let userId: string;
  let calendarId: string;
  let accountClient: INettuClient;
  let client: INettuUserClient;
  let unauthClient: INettuClient;
  beforeAll(async () => {
    const data = await setupUserClient();
    client = data.userClient;
    accountClient = data.accountClient;
    userId = data.userId;
    unauthClient = NettuClient({ nettuAccount: data.accountId });
    calendarId = (await client.calendar.create({ timezone: 'UTC' })).data!.calendar.id;
  });

  const daily = (startTs: number, busy: boolean, interval: number) =>
    client.events.create({
      calendarId,
      duration: HOUR,
      startTs,
      busy,
      recurrence: { freq: Frequenzy.Daily, interval, count: 100 },
    });

  it('are created, found and removed', async () => {
    let res = await accountClient.user.create();
    expect(res.status).toBe(201);
    const { id } = res.data!.user;
    res = await accountClient.user.find(id);
    expect([res.status, res.data!.user.id]).toEqual([200, id]);
    res = await accountClient.user.remove(id);
    expect(res.status).toBe(200);
    res = await accountClient.user.find(id);
    expect(res.status).toBe(404);
  });

  it('have free/busy without events, with one, and with several', async () => {
    const window = { endTs: DAY * 4, calendarIds: [calendarId] };
    const none = await accountClient.user.freebusy(userId, { ...window, startTs: 10 });
    expect([none.status, none.data!.busy.length]).toEqual([200, 0]);

    const one = await daily(0, true, 1);
    const res = await unauthClient.user.freebusy(userId, { ...window, startTs: 10 });
    // The published service leaves out the instance that is under way at the start: there it is 3.
    expect(res.data!.busy.length).toBe(4);
    await client.events.remove(one.data!.event.id);

    await Promise.all([daily(0, true, 1), daily(HOUR * 4, true, 1), daily(0, false, 2)]);
    const several = await unauthClient.user.freebusy(userId, { ...window, startTs: 0 });
    expect(several.data!.busy.length).toBe(8);
  });
});
