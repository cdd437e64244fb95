/** Schedules through both doors: create, read, update and delete. */
import { describe, expect, it } from 'vitest';
import { NOBODY, newUser, type User } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';
import {
  addHost,
  body,
  daily,
  date,
  dates,
  intervals,
  newSchedule,
  newService,
  UUID,
  weekday,
} from '../../support/scheduling.ts';

const doors = [
  [
    'the account',
    (user: User, method: string, id: string | null, options = {}) =>
      user.account.call(method, id ? `/user/schedule/${id}` : `/user/${user.id}/schedule`, options),
  ],
  [
    'the user',
    (user: User, method: string, id: string | null, options = {}) =>
      user.call(method, id ? `/schedule/${id}` : '/schedule', options),
  ],
] as const;

const office = [
  ...(['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] as const).map((day) => weekday(day, '09:00-17:30')),
  ...(['Sat', 'Sun'] as const).map((day) => weekday(day, '')),
];

describe.each(doors)('by %s', (_, send) => {
  it('creates office hours by default, and returns them through both doors', async () => {
    const user = await newUser();
    const reply = await send(user, 'POST', null, { body: { timezone: 'Europe/Oslo' } });
    expect(reply.status).toBe(201);
    const schedule = { id: UUID, userId: user.id, timezone: 'Europe/Oslo', rules: office, metadata: {} };
    expect(reply.body).toEqual({ schedule });
    const { id } = reply.body.schedule;
    for (const [, other] of doors) expect((await other(user, 'GET', id)).body).toEqual(reply.body);
  });

  it('keeps absent fields in an update, and replaces the others as a whole', async () => {
    const user = await newUser();
    const rules = [weekday('Sun', '10:00-11:00'), date('2030-01-31', '')];
    const first = { timezone: 'Europe/Oslo', rules, metadata: { a: 'b', c: 'd' } };
    const { id } = body(await send(user, 'POST', null, { body: first })).schedule;
    let expected = { id, userId: user.id, ...first };
    for (const change of [
      {},
      { timezone: 'Asia/Calcutta' },
      { metadata: { a: 'e' } },
      { rules: [date('2031-01-31', '00:00-24:00')] },
      { metadata: {} },
      { rules: [] },
      { id: NOBODY, userId: NOBODY },
    ]) {
      const { id: _, userId: __, ...taken } = change as typeof expected;
      expected = { ...expected, ...taken };
      const reply = await send(user, 'PUT', id, { body: change });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ schedule: expected });
      expect((await send(user, 'GET', id)).body).toEqual(reply.body);
    }
  });

  it('returns the deleted schedule, and deletes its metadata', async () => {
    const user = await newUser();
    const creation = { timezone: 'UTC', metadata: { a: 'b' } };
    const { schedule } = body(await send(user, 'POST', null, { body: creation }));
    const kept = await newSchedule(user);
    expect((await send(user, 'DELETE', schedule.id)).body).toEqual({ schedule });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expectProblem(await send(user, method, schedule.id), 'not-found');
    }
    expect((await send(user, 'GET', kept.id)).body).toEqual({ schedule: kept });
    expect(await countOf('schedule_metadata', user.account.id)).toBe(0);
  });
});

it('sorts intervals and merges those that overlap or touch, in each rule', async () => {
  const user = await newUser();
  for (const [sent, returned] of [
    ['13:00-14:00 09:00-10:00', '09:00-10:00 13:00-14:00'],
    ['09:00-10:00 10:00-11:00', '09:00-11:00'],
    ['10:00-11:00 09:00-10:00', '09:00-11:00'],
    ['09:00-10:01 10:00-11:00', '09:00-11:00'],
    ['09:00-10:00 10:01-11:00', '09:00-10:00 10:01-11:00'],
    ['09:00-17:00 10:00-11:00 12:00-18:00', '09:00-18:00'],
    ['09:00-17:00 09:00-17:00', '09:00-17:00'],
    ['09:00-17:00 09:00-10:00', '09:00-17:00'],
    ['00:00-00:01 23:59-24:00', '00:00-00:01 23:59-24:00'],
    ['22:00-24:00 00:00-23:00', '00:00-24:00'],
  ] as const) {
    const rules = [weekday('Tue', sent), date('2030-12-31', sent), weekday('Mon', '')];
    const expected = [weekday('Tue', returned), date('2030-12-31', returned), weekday('Mon', '')];
    const schedule = await newSchedule(user, rules);
    expect(schedule.rules).toEqual(expected);
    const reply = await user.call('PUT', `/schedule/${schedule.id}`, { body: { rules } });
    expect(reply.body.schedule.rules).toEqual(expected);
  }
});

it('returns dates with leading zeros, in the order sent', async () => {
  const user = await newUser();
  const sent = ['2030-1-5', '2030-01-4', '2028-2-29', '0001-01-01', '9999-12-31', '2030-10-10'];
  const { rules } = await newSchedule(
    user,
    sent.map((day) => date(day, '09:00-10:00')),
  );
  const expected = ['2030-01-05', '2030-01-04', '2028-02-29', '0001-01-01', '9999-12-31', '2030-10-10'];
  expect(rules).toEqual(expected.map((day) => date(day, '09:00-10:00')));
});

it('keeps spans of dates with leading zeros that touch, hold a date, or last 366 days', async () => {
  const user = await newUser();
  const rules = [
    date('2030-07-10', '09:00-10:00'),
    dates('2030-07-5', '2030-7-25', '11:00-12:00 10:00-11:00'),
    dates('2030-07-26', '2030-07-26', ''),
    dates('2031-01-01', '2032-01-01', ''),
  ];
  const expected = [
    date('2030-07-10', '09:00-10:00'),
    dates('2030-07-05', '2030-07-25', '10:00-12:00'),
    ...rules.slice(2),
  ];
  const schedule = await newSchedule(user, rules);
  expect(schedule.rules).toEqual(expected);
  expect((await user.call('GET', `/schedule/${schedule.id}`)).body.schedule).toEqual(schedule);
});

it('accepts 400 rules, ten intervals, and no rules at all', async () => {
  const user = await newUser();
  const first = Date.UTC(2030, 0);
  const dates = Array.from({ length: 393 }, (_, i) =>
    date(new Date(first + i * 86_400_000).toISOString().slice(0, 10), ''),
  );
  const rules = [...daily('00:00-24:00'), ...dates];
  expect((await newSchedule(user, rules)).rules).toEqual(rules);
  const ten = Array.from({ length: 10 }, (_, i) => `1${i}:00-1${i}:30`).join(' ');
  expect((await newSchedule(user, [weekday('Mon', ten)])).rules[0]?.intervals).toEqual(intervals(ten));
  expect((await newSchedule(user, [])).rules).toEqual([]);
});

it("clears the availability of the deleted schedule's hosts, and of no other", async () => {
  const [user, other] = [await newUser(), await newUser()];
  const [gone, stays, theirs] = [await newSchedule(user), await newSchedule(user), await newSchedule(other)];
  const services: string[] = [];
  for (const { id } of [gone, stays, gone]) {
    const service = await newService(user.account);
    services.push(service);
    await addHost(service, user, { availability: { variant: 'Schedule', id }, bufferAfter: 5 });
  }
  const foreign = await newService(other.account);
  const kept = await addHost(foreign, other, { availability: { variant: 'Schedule', id: theirs.id } });
  await user.call('DELETE', `/schedule/${gone.id}`);
  const hosts: unknown[] = [];
  for (const service of services) {
    hosts.push(...body(await user.account.call('GET', `/service/${service}`)).users);
  }
  expect(hosts).toMatchObject([
    { availability: { variant: 'Empty' }, bufferAfter: 5 },
    { availability: { variant: 'Schedule', id: stays.id }, bufferAfter: 5 },
    { availability: { variant: 'Empty' }, bufferAfter: 5 },
  ]);
  expect(hosts[0]).toHaveProperty('availability', { variant: 'Empty' });
  expect(body(await other.account.call('GET', `/service/${foreign}`)).users).toEqual([kept]);
});

it("deletes a user's schedules with the user", async () => {
  const user = await newUser();
  const creation = { timezone: 'UTC', metadata: { a: 'b' } };
  const { id } = body(await user.call('POST', '/schedule', { body: creation })).schedule;
  await user.account.call('DELETE', `/user/${user.id}`);
  expectProblem(await user.account.call('GET', `/user/schedule/${id}`), 'not-found');
  expect(await countOf('schedules', user.account.id)).toBe(0);
  expect(await countOf('schedule_metadata', user.account.id)).toBe(0);
});
