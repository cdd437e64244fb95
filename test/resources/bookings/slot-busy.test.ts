/** Rules 2 and 3: what makes a host busy, and the buffers around it. */
import { describe, expect, it } from 'vitest';
import type { Account, User } from '../../support/client.ts';
import { changed } from '../../support/events.ts';
import {
  addHost,
  busyCalendar,
  DAY,
  HOUR,
  hours,
  hoursOf,
  MINUTE,
  made,
  ms,
  newService,
  open,
  type Settings,
  timesOf,
} from '../../support/scheduling.ts';

const MONDAY = ms('2030-01-07T00:00Z');
const NOON = MONDAY + 12 * HOUR;

/** A host who is open all day and has a busy calendar. */
async function busyHost(settings: Settings = {}, timezone = 'UTC') {
  const all = await open('00:00-24:00', settings);
  const calendar = await all.user.newCalendar(timezone);
  await busyCalendar('PUT', all.service, all.user, calendar);
  const event = (startTs: number, duration: number, more: object = {}) =>
    made(all.user, { calendarId: calendar, startTs, duration, busy: true, ...more });
  return { ...all, calendar, event };
}
/** The hours of Monday without a slot. */
async function taken({ account, service }: { account: Account; service: string }): Promise<string[]> {
  const free = new Set(await hoursOf(account, service));
  return hours(0, 23).filter((hour) => !free.has(hour));
}

describe('busy calendars', () => {
  it('a busy event blocks the slots it overlaps, to the millisecond; other events block none', async () => {
    const host = await busyHost();
    await host.event(MONDAY + 3 * HOUR, 2 * HOUR);
    await host.event(MONDAY + 9 * HOUR - 1, 1);
    await host.event(MONDAY + 12 * HOUR, 1);
    await host.event(MONDAY + 15 * HOUR, HOUR, { busy: false });
    expect(await taken(host)).toEqual(['03:00', '04:00', '08:00', '12:00']);
  });

  it('an event without a duration blocks nothing, alone or in a series', async () => {
    const host = await busyHost({ bufferBefore: 60, bufferAfter: 60 });
    await host.event(NOON + HOUR / 2, 0);
    await host.event(NOON + HOUR / 2, 0, { serviceId: host.service });
    await host.event(MONDAY, 0, { recurrence: { freq: 'daily', interval: 1 } });
    expect(await taken(host)).toEqual([]);
  });

  it("exactly the busy calendars on the host's list block slots", async () => {
    const host = await busyHost();
    const [listed, other] = [await host.user.newCalendar(), await host.user.newCalendar()];
    await busyCalendar('PUT', host.service, host.user, listed);
    await made(host.user, { calendarId: listed, startTs: NOON, duration: HOUR, busy: true });
    await made(host.user, { calendarId: other, startTs: MONDAY, duration: HOUR, busy: true });
    await host.event(MONDAY + 3 * HOUR, HOUR);
    expect(await taken(host)).toEqual(['03:00', '12:00']);
    await busyCalendar('DELETE', host.service, host.user, listed);
    expect(await taken(host)).toEqual(['03:00']);
    await host.user.call('DELETE', `/calendar/${host.calendar}`);
    expect(await taken(host)).toEqual([]);
  });

  it("a series blocks its instances by its calendar's clock, without its exdates", async () => {
    const host = await busyHost({}, 'Europe/Oslo');
    const startTs = ms('2030-03-28T09:00+01:00');
    const { id } = await host.event(startTs, HOUR, { recurrence: { freq: 'daily', interval: 1, count: 5 } });
    const days = { startDate: '2030-03-28', endDate: '2030-04-02' };
    const busyAt = async () =>
      Object.values(await timesOf(host.account, host.service, days)).map((times) =>
        hours(0, 23)
          .filter((hour) => !times.includes(hour))
          .join(' '),
      );
    expect(await busyAt()).toEqual(['08:00', '08:00', '08:00', '07:00', '07:00', '']);
    await changed(host.user, id, { exdates: [startTs + DAY] });
    expect(await busyAt()).toEqual(['08:00', '', '08:00', '07:00', '07:00', '']);
    await changed(host.user, id, { busy: false });
    expect(await busyAt()).toEqual(['', '', '', '', '', '']);
  });

  it('an event of any length blocks the part of the window that it reaches', async () => {
    for (const days of [1, 2, 4, 20, 100, 200, 366]) {
      const host = await busyHost();
      await host.event(MONDAY + 3 * HOUR - days * DAY, days * DAY);
      expect(await taken(host)).toEqual(hours(0, 2));
    }
  });
});

describe('buffers', () => {
  it('apply before and after the slot, to the minute', async () => {
    const host = await busyHost({ bufferBefore: 60, bufferAfter: 120 });
    await host.event(NOON, HOUR);
    expect(await taken(host)).toEqual(hours(10, 13));
    await host.account.call('PUT', `/service/${host.service}/users/${host.user.id}`, {
      body: { bufferBefore: 61, bufferAfter: 121 },
    });
    expect(await taken(host)).toEqual(hours(9, 14));
  });

  it('may lie outside opening hours and outside the window', async () => {
    const host = await busyHost({ bufferBefore: 720, bufferAfter: 720 });
    expect(await taken(host)).toEqual([]);
    const before = await host.event(MONDAY - 12 * HOUR - MINUTE, 2 * MINUTE);
    expect(await taken(host)).toEqual(['00:00']);
    await changed(host.user, before.id, { duration: MINUTE });
    expect(await taken(host)).toEqual([]);
    const after = await host.event(MONDAY + DAY + 12 * HOUR - MINUTE, HOUR);
    expect(await taken(host)).toEqual(['23:00']);
    await changed(host.user, after.id, { startTs: MONDAY + DAY + 12 * HOUR });
    expect(await taken(host)).toEqual([]);
  });

  it('around the last instance of a series reach into the window from before', async () => {
    const host = await busyHost({ bufferBefore: 720 });
    const recurrence = { freq: 'daily', interval: 1, count: 5 };
    await host.event(MONDAY - 5 * DAY + 22 * HOUR, HOUR, { recurrence });
    expect(await taken(host)).toEqual(hours(0, 10));
  });
});

/** Another service of the same user, with its own buffers. */
async function otherService(user: User, settings: Settings = {}): Promise<string> {
  const service = await newService(user.account);
  await addHost(service, user, settings);
  return service;
}

describe('bookings', () => {
  it('block time with any service, in any calendar, busy or not', async () => {
    const host = await open();
    const other = await otherService(host.user);
    const calendarId = await host.user.newCalendar();
    const booked = (hour: number, more: object) =>
      made(host.user, { calendarId, startTs: MONDAY + hour * HOUR, duration: HOUR, ...more });
    await booked(3, { serviceId: host.service, busy: true });
    await booked(5, { serviceId: host.service, busy: false });
    await booked(7, { serviceId: other, busy: true });
    await booked(9, { serviceId: other, busy: false });
    const gone = await newService(host.account);
    await booked(11, { serviceId: gone, busy: false });
    await host.account.call('DELETE', `/service/${gone}`);
    await booked(13, { busy: true });
    expect(await taken(host)).toEqual(['03:00', '05:00', '07:00', '09:00', '11:00']);
  });

  it('that repeat block each instance', async () => {
    const host = await open();
    const calendarId = await host.user.newCalendar('Europe/Oslo');
    const recurrence = { freq: 'weekly', interval: 1, byweekday: ['Mon', 'Tue'] };
    const startTs = ms('2029-07-02T09:00+02:00');
    const serviceId = await otherService(host.user, { bufferAfter: 1 });
    await made(host.user, { calendarId, startTs, duration: HOUR, recurrence, serviceId });
    expect(await taken(host)).toEqual(['08:00', '09:00']);
  });

  it('keep the buffers of their own service, beside those of the service in the query', async () => {
    const host = await open('00:00-24:00', { bufferBefore: 60, bufferAfter: 60 });
    const [{ availability }] = (await host.account.call('GET', `/service/${host.service}`)).body.users;
    const long = await otherService(host.user, { availability, bufferBefore: 180, bufferAfter: 120 });
    const calendarId = await host.user.newCalendar();
    const { id } = await made(host.user, { calendarId, startTs: NOON, duration: HOUR, serviceId: long });
    // Before the booking: the longer of the slot's bufferAfter and the booking's bufferBefore, never their sum.
    expect(await taken(host)).toEqual(hours(9, 14));
    expect(await taken({ ...host, service: long })).toEqual(hours(9, 15));
    await changed(host.user, id, { serviceId: host.service });
    expect(await taken(host)).toEqual(hours(11, 13));
    expect(await taken({ ...host, service: long })).toEqual(hours(10, 15));
  });

  it('have no buffers if their service is deleted or the user has left it', async () => {
    const host = await open();
    const [gone, left, deleted] = [
      await otherService(host.user, { bufferBefore: 120 }),
      await otherService(host.user, { bufferBefore: 120 }),
      await newService(host.account),
    ];
    const calendarId = await host.user.newCalendar();
    const at = (hour: number, serviceId: string) =>
      made(host.user, { calendarId, startTs: MONDAY + hour * HOUR, duration: HOUR, serviceId });
    await at(5, gone);
    await at(10, left);
    await at(15, deleted);
    expect(await taken(host)).toEqual(['03:00', '04:00', '05:00', '08:00', '09:00', '10:00', '15:00']);
    await host.account.call('DELETE', `/service/${gone}`);
    await host.account.call('DELETE', `/service/${deleted}`);
    await host.account.call('DELETE', `/service/${left}/users/${host.user.id}`);
    expect(await taken(host)).toEqual(['05:00', '10:00', '15:00']);
  });

  it("of another host have that host's buffers and block only that host", async () => {
    const host = await open('00:00-24:00', { bufferBefore: 60 });
    const other = await host.account.newUser();
    await addHost(host.service, other, { bufferBefore: 300 });
    const calendarId = await other.newCalendar();
    await made(other, { calendarId, startTs: NOON, duration: HOUR, serviceId: host.service });
    expect(await taken(host)).toEqual([]);
    const mine = await host.user.newCalendar();
    await made(host.user, { calendarId: mine, startTs: NOON, duration: HOUR, serviceId: host.service });
    expect(await taken(host)).toEqual(hours(11, 13));
  });

  it('outside the window reach into it with their own buffers', async () => {
    const host = await open();
    const other = await otherService(host.user, { bufferBefore: 720, bufferAfter: 720 });
    const calendarId = await host.user.newCalendar();
    const at = (startTs: number) =>
      made(host.user, { calendarId, startTs, duration: MINUTE, serviceId: other });
    const before = await at(MONDAY - 12 * HOUR);
    const after = await at(MONDAY + DAY + 12 * HOUR - MINUTE);
    expect(await taken(host)).toEqual(['00:00', '23:00']);
    await changed(host.user, before.id, { startTs: MONDAY - 12 * HOUR - MINUTE });
    await changed(host.user, after.id, { startTs: MONDAY + DAY + 12 * HOUR });
    expect(await taken(host)).toEqual([]);
  });

  it("count once in a calendar that is both the host's availability and a busy calendar", async () => {
    const host = await busyHost({ bufferBefore: 60 });
    const availability = { variant: 'Calendar', id: host.calendar };
    await host.account.call('PUT', `/service/${host.service}/users/${host.user.id}`, {
      body: { availability },
    });
    await host.event(MONDAY, DAY, { busy: false });
    await host.event(NOON, HOUR, { serviceId: host.service });
    expect(await taken(host)).toEqual(hours(11, 13));
    // A non-busy booking opens the calendar like any other event, and still blocks its time.
    await host.event(MONDAY + DAY, HOUR, { busy: false, serviceId: host.service });
    const tuesday = { startDate: '2030-01-08' };
    expect(await timesOf(host.account, host.service, tuesday)).toEqual({});
  });
});
