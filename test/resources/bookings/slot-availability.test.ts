/** Rule 1: a slot lies in one stretch of the host's availability, of a schedule or of a calendar. */
import { describe, expect, it } from 'vitest';
import type { User } from '../../support/client.ts';
import { changed, newUser } from '../../support/events.ts';
import {
  addHost,
  DAY,
  daily,
  date,
  HOUR,
  hours,
  hoursOf,
  made,
  ms,
  newSchedule,
  newService,
  timesOf,
  weekday,
} from '../../support/scheduling.ts';

const MONDAY = ms('2030-01-07T00:00Z');

async function bySchedule(...schedule: [Parameters<typeof newSchedule>[1]?, string?]) {
  const user = await newUser();
  const { id } = await newSchedule(user, ...schedule);
  const service = await newService(user.account);
  await addHost(service, user, { availability: { variant: 'Schedule', id } });
  return { user, service, schedule: id };
}

describe('of a schedule', () => {
  it('office hours by default, from Monday to Friday', async () => {
    const { user, service } = await bySchedule();
    const week = { startDate: '2030-01-05', endDate: '2030-01-13' };
    const office = hours(9, 16).join(' ');
    expect(await timesOf(user.account, service, week)).toEqual({
      '2030-01-07': office,
      '2030-01-08': office,
      '2030-01-09': office,
      '2030-01-10': office,
      '2030-01-11': office,
    });
  });

  it('its times are of its own zone, across the change of the clock', async () => {
    const { user, service } = await bySchedule(daily('09:00-11:00'), 'Europe/Oslo');
    const weekend = { startDate: '2030-03-30', endDate: '2030-03-31' };
    expect(await timesOf(user.account, service, weekend)).toEqual({
      '2030-03-30': '08:00 09:00',
      '2030-03-31': '07:00 08:00',
    });
  });

  it('a date stands in place of its weekday: other times, or none', async () => {
    const rules = [...daily('09:00-11:00'), date('2030-1-8', '20:00-21:00'), date('2030-01-09', '')];
    const { user, service } = await bySchedule(rules);
    const days = { startDate: '2030-01-07', endDate: '2030-01-10' };
    expect(await timesOf(user.account, service, days)).toEqual({
      '2030-01-07': '09:00 10:00',
      '2030-01-08': '20:00',
      '2030-01-10': '09:00 10:00',
    });
  });

  it('of a schedule with 400 rules all those count that are in the window, or beside it', async () => {
    const dates = Array.from({ length: 392 }, (_, i) => {
      const day = new Date(ms('2029-08-01T00:00Z') + i * DAY).toISOString().slice(0, 10);
      return date(day, i % 2 ? '09:00-10:00' : '');
    });
    const { user, service } = await bySchedule(
      [weekday('Mon', '13:00-14:00'), ...dates],
      'Pacific/Kiritimati',
    );
    // The calendar date of the schedule is up to a day ahead of the viewer's.
    const asked = { startDate: '2030-01-01', endDate: '2030-01-31' };
    const shown = await timesOf(user.account, service, { ...asked, timezone: 'Pacific/Pago_Pago' });
    const open = dates.filter(({ intervals }) => intervals.length > 0).map(({ variant }) => variant.value);
    const expected = open
      .map((day) => ms(`${day}T09:00+14:00`))
      .filter((time) => time >= ms('2030-01-01T00:00-11:00') && time < ms('2030-02-01T00:00-11:00'));
    expect(Object.values(shown).flatMap((times) => times.split(' '))).toHaveLength(expected.length);
    expect(Object.keys(shown)).toEqual(
      expected.map((time) => new Date(time - 11 * HOUR).toISOString().slice(0, 10)),
    );
  });

  it('one stretch goes on over midnight', async () => {
    const { user, service } = await bySchedule([
      weekday('Mon', '23:00-24:00'),
      weekday('Tue', '00:00-01:00'),
    ]);
    const days = { startDate: '2030-01-07', endDate: '2030-01-08', duration: 2 * HOUR };
    expect(await timesOf(user.account, service, days)).toEqual({ '2030-01-07': '23:00' });
  });

  it('a slot does not span a break, be it of one minute', async () => {
    const { user, service } = await bySchedule(daily('09:00-10:30 10:31-12:00'));
    expect(await hoursOf(user.account, service)).toEqual(['09:00', '11:00']);
  });

  it('a change counts from the next request on: of the rules, of the zone, and its removal', async () => {
    const { user, service, schedule } = await bySchedule(daily('09:00-10:00'));
    const path = `/schedule/${schedule}`;
    await user.call('PUT', path, { body: { rules: daily('12:00-13:00') } });
    expect(await hoursOf(user.account, service)).toEqual(['12:00']);
    await user.call('PUT', path, { body: { timezone: 'Asia/Tokyo' } });
    expect(await hoursOf(user.account, service)).toEqual(['03:00']);
    await user.call('DELETE', path);
    expect(await timesOf(user.account, service)).toEqual({});
  });
});

async function byCalendar(timezone = 'UTC') {
  const user = await newUser();
  const calendar = await user.newCalendar(timezone);
  const service = await newService(user.account);
  await addHost(service, user, { availability: { variant: 'Calendar', id: calendar } });
  const event = (startTs: number, duration: number, more: object = {}) =>
    made(user, { calendarId: calendar, startTs, duration, ...more });
  return { user, calendar, service, event };
}

describe('of a calendar', () => {
  it('its events that are not busy open it, merged; its busy ones close it, without any buffer', async () => {
    const { user, service, event } = await byCalendar();
    await event(MONDAY + 8 * HOUR, 90 * 60_000);
    await event(MONDAY + 9.5 * HOUR, 2.5 * HOUR);
    await event(MONDAY + 14 * HOUR, 4 * HOUR);
    await event(MONDAY + 15 * HOUR, HOUR, { busy: true });
    await event(MONDAY + 22 * HOUR, HOUR, { busy: true });
    await user.account.call('PUT', `/service/${service}/users/${user.id}`, {
      body: { bufferBefore: 60, bufferAfter: 60 },
    });
    expect(await hoursOf(user.account, service)).toEqual([...hours(8, 11), '14:00', '16:00', '17:00']);
  });

  it('a series is open by the clock of the calendar, across the change, but for its exdates', async () => {
    const { user, service, event } = await byCalendar('America/New_York');
    const startTs = ms('2030-03-04T09:00-05:00');
    const { id } = await event(startTs, HOUR, { recurrence: { freq: 'weekly', interval: 1 } });
    const weeks = { startDate: '2030-03-01', endDate: '2030-03-31' };
    const all = {
      '2030-03-04': '14:00',
      '2030-03-11': '13:00',
      '2030-03-18': '13:00',
      '2030-03-25': '13:00',
    };
    expect(await timesOf(user.account, service, weeks)).toEqual(all);
    await changed(user, id, { exdates: [ms('2030-03-18T13:00Z')] });
    const { '2030-03-18': _, ...rest } = all;
    expect(await timesOf(user.account, service, weeks)).toEqual(rest);
    await user.account.call('PUT', `/user/calendar/${await calendarOf(user, service)}`, {
      body: { settings: { timezone: 'UTC' } },
    });
    expect((await timesOf(user.account, service, weeks))['2030-03-11']).toBe('14:00');
  });

  it('a series with weeks is read by the week start of the calendar', async () => {
    const { user, calendar, service, event } = await byCalendar();
    const recurrence = { freq: 'weekly', interval: 2, byweekday: ['Sun', 'Mon'] };
    await event(ms('2030-01-06T09:00Z'), HOUR, { recurrence });
    const weeks = { startDate: '2030-01-06', endDate: '2030-01-22' };
    const dates = async () => Object.keys(await timesOf(user.account, service, weeks));
    expect(await dates()).toEqual(['2030-01-06', '2030-01-14', '2030-01-20']);
    const body = { settings: { weekStart: 'Sun' } };
    expect((await user.account.call('PUT', `/user/calendar/${calendar}`, { body })).status).toBe(200);
    expect(await dates()).toEqual(['2030-01-06', '2030-01-07', '2030-01-20', '2030-01-21']);
  });

  it('a busy series closes it, and a single event without its only instance opens nothing', async () => {
    const { user, service, event } = await byCalendar();
    await event(MONDAY - 30 * DAY, 60 * DAY);
    await event(MONDAY + HOUR, 21 * HOUR, { busy: true, recurrence: { freq: 'daily', interval: 1 } });
    expect(await hoursOf(user.account, service)).toEqual(['00:00', '22:00', '23:00']);
    const other = await byCalendar();
    const { id } = await other.event(MONDAY + HOUR, HOUR);
    expect(await hoursOf(other.user.account, other.service)).toEqual(['01:00']);
    await changed(other.user, id, { exdates: [MONDAY + HOUR] });
    expect(await timesOf(other.user.account, other.service)).toEqual({});
  });

  it('an event of any length opens the window that it reaches, whenever it began', async () => {
    for (const days of [1, 2, 4, 20, 100, 200, 366]) {
      const { user, service, event } = await byCalendar();
      await event(MONDAY + 3 * HOUR - days * DAY, days * DAY);
      expect(await hoursOf(user.account, service)).toEqual(hours(0, 2));
      expect(await timesOf(user.account, service, { startDate: '2030-01-08' })).toEqual({});
    }
  });

  it('no other calendar of the user opens it, nor closes it', async () => {
    const { user, service, event } = await byCalendar();
    await event(MONDAY + 9 * HOUR, 3 * HOUR);
    const other = await user.newCalendar();
    await made(user, { calendarId: other, startTs: MONDAY + 10 * HOUR, duration: HOUR, busy: true });
    await made(user, { calendarId: other, startTs: MONDAY + 20 * HOUR, duration: HOUR });
    expect(await hoursOf(user.account, service)).toEqual(hours(9, 11));
  });

  it('in a calendar that also makes the host busy, busy events close it with buffers', async () => {
    const { user, calendar, service, event } = await byCalendar();
    await event(MONDAY + 9 * HOUR, 9 * HOUR);
    await event(MONDAY + 12 * HOUR, HOUR, { busy: true });
    const path = `/service/${service}/users/${user.id}`;
    await user.account.call('PUT', path, { body: { bufferBefore: 60, bufferAfter: 61 } });
    expect(await hoursOf(user.account, service)).toEqual([...hours(9, 11), ...hours(13, 17)]);
    await user.account.call('PUT', `${path}/busy`, { body: { busy: { provider: 'Nettu', id: calendar } } });
    expect(await hoursOf(user.account, service)).toEqual([...hours(9, 9), ...hours(14, 17)]);
  });

  it('is what it was made for last: another calendar, a schedule, none', async () => {
    const { user, service, event } = await byCalendar();
    await event(MONDAY + 9 * HOUR, HOUR);
    const other = await user.newCalendar();
    await made(user, { calendarId: other, startTs: MONDAY + 11 * HOUR, duration: HOUR });
    const { id } = await newSchedule(user, daily('13:00-14:00'));
    const path = `/service/${service}/users/${user.id}`;
    for (const [availability, expected] of [
      [{ variant: 'Calendar', id: other }, ['11:00']],
      [{ variant: 'Schedule', id }, ['13:00']],
      [{ variant: 'Empty' }, []],
    ] as const) {
      await user.account.call('PUT', path, { body: { availability } });
      expect(await hoursOf(user.account, service)).toEqual(expected);
    }
  });
});

async function calendarOf(user: User, service: string): Promise<string> {
  const { body } = await user.account.call('GET', `/service/${service}`);
  return body.users[0].availability.id;
}
