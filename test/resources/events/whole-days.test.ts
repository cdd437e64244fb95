/** Events of whole days: created, answered, repeated, changed, and busy from their first moment to their last. */
import { describe, expect, it } from 'vitest';
import { newAccount } from '../../support/client.ts';
import {
  between,
  changed,
  DAY,
  HOUR,
  instancesOf,
  made,
  ms,
  newUser,
  query,
  weekOf,
} from '../../support/events.ts';
import { expectProblem } from '../../support/problem.ts';
import { busyCalendar, daily, join, newSchedule, newService, timesOf } from '../../support/scheduling.ts';

const year = between('2030-01-01T00:00Z', '2030-03-03T00:00Z');
const OSLO = 'Europe/Oslo';

const moveTo = async (user: Awaited<ReturnType<typeof newUser>>, calendar: string, timezone: string) => {
  const body = { settings: { timezone } };
  expect((await user.call('PUT', `/calendar/${calendar}`, { body })).status).toBe(200);
};

it('answers its dates, and their moments in the zone that its calendar has now', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar(OSLO);
  const body = { calendarId, date: '2030-3-31', busy: true, metadata: { title: 'Easter' } };
  const options = { body, headers: { 'idempotency-key': 'one' } };
  const reply = await user.call('POST', '/events', options);
  expect(reply.status).toBe(201);
  const { event } = reply.body;
  const inOslo = { startTs: ms('2030-03-30T23:00Z'), duration: 23 * HOUR, timezone: OSLO };
  const dates = { allDay: true, date: '2030-03-31', days: 1, recurrence: null, exdates: [] };
  expect(event).toMatchObject({ ...dates, ...inOslo });
  const again = await user.call('POST', '/events', options);
  expect(again.body).toEqual(reply.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  await moveTo(user, calendarId, 'Pacific/Kiritimati');
  const inKiritimati = { startTs: ms('2030-03-30T10:00Z'), duration: DAY, timezone: 'Pacific/Kiritimati' };
  const read = [
    (await user.call('GET', `/events/${event.id}`)).body.event,
    (await user.call('GET', '/events')).body.events[0],
    (await user.call('GET', '/events?metadata.title=Easter')).body.events?.[0],
  ].filter(Boolean);
  expect(read).toEqual(read.map(() => ({ ...event, ...inKiritimati })));
  // Nothing but the hours from 10:00 to 10:00 is busy, and a window of a millisecond at either end finds it.
  const times = { startTs: inKiritimati.startTs, endTs: inKiritimati.startTs + DAY };
  const name = { originalStartTs: times.startTs, originalDate: '2030-03-31' };
  const instance = { ...times, ...name, busy: true, allDay: true, date: '2030-03-31', days: 1 };
  for (const [startTs, endTs, expected] of [
    [times.startTs - 20, times.startTs, []],
    [times.startTs - 20, times.startTs + 1, [instance]],
    [times.endTs - 1, times.endTs + 20, [instance]],
    [times.endTs, times.endTs + 20, []],
  ] as const) {
    const window = { startTs, endTs };
    expect(await instancesOf(user, event.id, window)).toEqual(expected);
    expect((await weekOf(user, calendarId, window))[event.id] ?? []).toEqual(expected);
    const { busy } = (await user.call('GET', `/user/${user.id}/freebusy${query(window)}`)).body;
    expect(busy).toEqual(expected.length ? [{ ...times, busy: true }] : []);
  }
});

it('repeats by date, until a date, without the dates that are cancelled, in whichever zone', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('Asia/Tokyo');
  const recurrence = { freq: 'weekly', interval: 1, byweekday: ['Thu'], until: '2030-1-31' };
  const { id, ...event } = await made(user, { calendarId, date: '2030-01-03', days: 2, recurrence });
  expect(event.recurrence).toMatchObject({ ...recurrence, until: '2030-01-31' });
  // A moment stands for its date in UTC.
  const moment = { ...recurrence, until: ms('2030-01-31T12:00Z') };
  expect((await changed(user, id, { recurrence: moment })).recurrence?.until).toBe('2030-01-31');
  const { exdates } = await changed(user, id, { exdates: ['2030-1-10'] });
  expect(exdates).toEqual(['2030-01-10']);
  for (const zone of ['Asia/Tokyo', 'Pacific/Pago_Pago', 'Pacific/Kiritimati']) {
    await moveTo(user, calendarId, zone);
    const found = await instancesOf(user, id, year);
    expect(found.map(({ date }) => date)).toEqual(['2030-01-03', '2030-01-17', '2030-01-24', '2030-01-31']);
    expect(found.every(({ days, startTs, endTs }) => days === 2 && endTs - startTs === 2 * DAY)).toBe(true);
    expect((await weekOf(user, calendarId, year))[id]).toEqual(found);
  }
});

it('becomes a timed event by the other pair, and back, and a new start brings cancelled dates back', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar(OSLO);
  const recurrence = { freq: 'daily', interval: 1, count: 3 };
  const { id } = await made(user, { calendarId, date: '2030-01-03', recurrence });
  await changed(user, id, { exdates: ['2030-01-04'] });
  await moveTo(user, calendarId, 'Asia/Tokyo');
  const timed = await changed(user, id, { startTs: ms('2030-01-05T00:00Z'), duration: HOUR });
  expect(timed).toMatchObject({
    startTs: ms('2030-01-05T00:00Z'),
    duration: HOUR,
    timezone: 'Asia/Tokyo',
    exdates: [],
  });
  for (const member of ['allDay', 'date', 'days']) expect(timed).not.toHaveProperty(member);
  expect(await instancesOf(user, id, year)).toHaveLength(3);
  const whole = await changed(user, id, { date: '2030-02-01', days: 366, recurrence: null });
  expect(whole).toMatchObject({ allDay: true, date: '2030-02-01', days: 366, recurrence: null });
  expect((await changed(user, id, { busy: true })).date).toBe('2030-02-01');
});

describe('refuses', () => {
  const least = { date: '2030-01-03' };
  const daily = { freq: 'daily', interval: 1 };
  it.each([
    [{ ...least, startTs: 0, duration: 1 }, ['startTs', 'duration']],
    [{ ...least, duration: 1 }, ['duration']],
    [{ ...least, timezone: 'UTC' }, ['timezone']],
    [{ startTs: 0 }, ['duration']],
    [{ days: 1 }, ['days', 'startTs', 'duration']],
    [{ ...least, days: 0 }, ['days']],
    [{ ...least, days: 367 }, ['days']],
    [{ ...least, days: '1' }, ['days']],
    [{ date: '1969-12-31' }, ['date']],
    [{ date: '2200-01-01' }, ['date']],
    [{ date: '2030-02-30' }, ['date']],
    [{ date: 5 }, ['date']],
    [{ ...least, recurrence: { ...daily, until: '2032-01-06' } }, ['recurrence.until']], // 733 days
    [{ ...least, recurrence: { ...daily, until: 'soon' } }, ['recurrence.until']],
    [{ startTs: 0, duration: 1, recurrence: { ...daily, until: '2030-01-04' } }, ['recurrence.until']],
  ])('the creation %j', async (body, paths) => {
    const user = await newUser();
    const calendarId = await user.newCalendar('UTC');
    const reply = await user.call('POST', '/events', { body: { calendarId, ...body } });
    expectProblem(reply, 'input-invalid');
    expect(new Set(reply.problem.errors?.map(({ path }: { path: string }) => path))).toEqual(new Set(paths));
  });

  it('an update that does not fit what the event is, and changes nothing', async () => {
    const user = await newUser();
    const calendarId = await user.newCalendar('UTC');
    const whole = await made(user, { calendarId, ...least });
    const timed = await made(user, { calendarId, startTs: 0, duration: HOUR });
    const service = await newService(user.account);
    for (const [event, body, ...paths] of [
      [whole, { startTs: 5 }, 'startTs'],
      [whole, { duration: 5 }, 'duration'],
      [whole, { timezone: 'UTC' }, 'timezone'],
      [whole, { exdates: [5] }, 'exdates[0]'],
      [whole, { exdates: ['2030-01-03', 5] }, 'exdates[0]'],
      [whole, { days: 2 }, 'days'],
      [whole, { date: '2030-01-05', serviceId: service }, 'serviceId'],
      [timed, { exdates: ['2030-01-03'] }, 'exdates[0]'],
      [timed, { recurrence: { ...daily, until: '1970-02-01' } }, 'recurrence.until'],
      [timed, { date: '2030-01-05', startTs: 5, duration: 5 }, 'startTs', 'duration'],
    ] as const) {
      const reply = await user.account.call('PUT', `/user/events/${event.id}`, { body });
      expectProblem(reply, 'input-invalid');
      expect(reply.problem.errors?.map(({ path }: { path: string }) => path)).toEqual(paths);
      expect((await user.call('GET', `/events/${event.id}`)).body.event).toEqual(event);
    }
    const named = await user.account.call('PUT', `/user/events/${whole.id}`, {
      body: { serviceId: service },
    });
    expectProblem(named, 'booking-event');
    const booking = await user.account.call('PUT', `/user/events/${timed.id}`, {
      body: { serviceId: service },
    });
    expect(booking.status).toBe(200);
    expectProblem(await user.call('PUT', `/events/${timed.id}`, { body: least }), 'booking-event');
  });
});

it.each([
  ['2030-03-31', 23],
  ['2030-10-27', 25],
  ['2030-01-07', 24],
])('a day off on %s leaves none of its %d slots, and all of its neighbours', async (date, hours) => {
  const account = await newAccount();
  const service = await newService(account);
  const user = await join(service, account);
  const { id } = await newSchedule(user, daily('00:00-24:00'), OSLO);
  await account.call('PUT', `/service/${service}/users/${user.id}`, {
    body: { availability: { variant: 'Schedule', id } },
  });
  const calendarId = await user.newCalendar(OSLO);
  await busyCalendar('PUT', service, user, calendarId);
  const near = (days: number) => new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
  const slots = async () => {
    const found = await timesOf(account, service, {
      startDate: near(-1),
      endDate: near(1),
      timezone: OSLO,
      duration: HOUR,
      interval: HOUR,
    });
    return [near(-1), date, near(1)].map((day) => (found[day] ?? '').split(' ').filter(Boolean).length);
  };
  expect(await slots()).toEqual([24, hours, 24]);
  const { id: event } = await made(user, { calendarId, date, busy: true });
  expect(await slots()).toEqual([24, 0, 24]);
  await changed(user, event, { busy: false });
  expect(await slots()).toEqual([24, hours, 24]);
});
