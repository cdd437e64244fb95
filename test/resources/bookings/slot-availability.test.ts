/** Rule 1: a slot lies within one stretch of the host's availability, from a schedule or a calendar. */
import { describe, expect, it } from 'vitest';
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

describe('availability from a schedule', () => {
  it('defaults to office hours from Monday to Friday', async () => {
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

  it("follows the schedule's time zone across a clock change", async () => {
    const { user, service } = await bySchedule(daily('09:00-11:00'), 'Europe/Oslo');
    const weekend = { startDate: '2030-03-30', endDate: '2030-03-31' };
    expect(await timesOf(user.account, service, weekend)).toEqual({
      '2030-03-30': '08:00 09:00',
      '2030-03-31': '07:00 08:00',
    });
  });

  it('uses a date rule instead of the weekday rule, with other times or none', async () => {
    const rules = [...daily('09:00-11:00'), date('2030-1-8', '20:00-21:00'), date('2030-01-09', '')];
    const { user, service } = await bySchedule(rules);
    const days = { startDate: '2030-01-07', endDate: '2030-01-10' };
    expect(await timesOf(user.account, service, days)).toEqual({
      '2030-01-07': '09:00 10:00',
      '2030-01-08': '20:00',
      '2030-01-10': '09:00 10:00',
    });
  });

  it('applies the rules near the window in a schedule of 400 rules', async () => {
    const dates = Array.from({ length: 392 }, (_, i) => {
      const day = new Date(ms('2029-08-01T00:00Z') + i * DAY).toISOString().slice(0, 10);
      return date(day, i % 2 ? '09:00-10:00' : '');
    });
    const { user, service } = await bySchedule(
      [weekday('Mon', '13:00-14:00'), ...dates],
      'Pacific/Kiritimati',
    );
    // The schedule's local date is up to a day ahead of the viewer's.
    const query = { startDate: '2030-01-01', endDate: '2030-01-31' };
    const shown = await timesOf(user.account, service, { ...query, timezone: 'Pacific/Pago_Pago' });
    const open = dates.filter(({ intervals }) => intervals.length > 0).map(({ variant }) => variant.value);
    const expected = open
      .map((day) => ms(`${day}T09:00+14:00`))
      .filter((time) => time >= ms('2030-01-01T00:00-11:00') && time < ms('2030-02-01T00:00-11:00'));
    expect(Object.values(shown).flatMap((times) => times.split(' '))).toHaveLength(expected.length);
    expect(Object.keys(shown)).toEqual(
      expected.map((time) => new Date(time - 11 * HOUR).toISOString().slice(0, 10)),
    );
  });

  it('continues over midnight', async () => {
    const { user, service } = await bySchedule([
      weekday('Mon', '23:00-24:00'),
      weekday('Tue', '00:00-01:00'),
    ]);
    const days = { startDate: '2030-01-07', endDate: '2030-01-08', duration: 2 * HOUR };
    expect(await timesOf(user.account, service, days)).toEqual({ '2030-01-07': '23:00' });
  });

  it('has no slot across a break, even one of a minute', async () => {
    const { user, service } = await bySchedule(daily('09:00-10:30 10:31-12:00'));
    expect(await hoursOf(user.account, service)).toEqual(['09:00', '11:00']);
  });

  it('reflects a change of rules or zone, and a deletion, in the next request', async () => {
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

describe('availability from a calendar', () => {
  it('opens with merged non-busy events and closes with busy ones, without buffers', async () => {
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

  it('expands a series by its own clock, without its exdates', async () => {
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
    await changed(user, id, { timezone: 'UTC' });
    expect((await timesOf(user.account, service, weeks))['2030-03-11']).toBe('14:00');
  });

  it('expands a weekly series by its own weekStart', async () => {
    const { user, service, event } = await byCalendar();
    const recurrence = { freq: 'weekly', interval: 2, byweekday: ['Sun', 'Mon'] };
    const { id } = await event(ms('2030-01-06T09:00Z'), HOUR, { recurrence });
    const weeks = { startDate: '2030-01-06', endDate: '2030-01-22' };
    const dates = async () => Object.keys(await timesOf(user.account, service, weeks));
    expect(await dates()).toEqual(['2030-01-06', '2030-01-14', '2030-01-20']);
    await changed(user, id, { recurrence: { ...recurrence, weekStart: 'Sun' } });
    expect(await dates()).toEqual(['2030-01-06', '2030-01-07', '2030-01-20', '2030-01-21']);
  });

  it('closes for a busy series, and does not open for a single event that is excluded by its exdate', async () => {
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

  it('opens for an event of any length that reaches into the window', async () => {
    for (const days of [1, 2, 4, 20, 100, 200, 366]) {
      const { user, service, event } = await byCalendar();
      await event(MONDAY + 3 * HOUR - days * DAY, days * DAY);
      expect(await hoursOf(user.account, service)).toEqual(hours(0, 2));
      expect(await timesOf(user.account, service, { startDate: '2030-01-08' })).toEqual({});
    }
  });

  it("ignores the user's other calendars", async () => {
    const { user, service, event } = await byCalendar();
    await event(MONDAY + 9 * HOUR, 3 * HOUR);
    const other = await user.newCalendar();
    await made(user, { calendarId: other, startTs: MONDAY + 10 * HOUR, duration: HOUR, busy: true });
    await made(user, { calendarId: other, startTs: MONDAY + 20 * HOUR, duration: HOUR });
    expect(await hoursOf(user.account, service)).toEqual(hours(9, 11));
  });

  it('applies buffers to busy events if the calendar also counts as busy', async () => {
    const { user, calendar, service, event } = await byCalendar();
    await event(MONDAY + 9 * HOUR, 9 * HOUR);
    await event(MONDAY + 12 * HOUR, HOUR, { busy: true });
    const path = `/service/${service}/users/${user.id}`;
    await user.account.call('PUT', path, { body: { bufferBefore: 60, bufferAfter: 61 } });
    expect(await hoursOf(user.account, service)).toEqual([...hours(9, 11), ...hours(13, 17)]);
    await user.account.call('PUT', `${path}/busy`, { body: { busy: { provider: 'Nettu', id: calendar } } });
    expect(await hoursOf(user.account, service)).toEqual([...hours(9, 9), ...hours(14, 17)]);
  });

  it('uses the latest setting: another calendar, a schedule or none', async () => {
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
