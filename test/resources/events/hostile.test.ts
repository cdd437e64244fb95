/** Rules that are slow in a naive implementation: the routes that expand, bound or refuse them answer correctly. */
import { expect, it } from 'vitest';
import type { Recurrence } from '../../../src/sdk/types.ts';
import { lastStart } from '../../../src/time/recurrence.ts';
import {
  byAccount,
  DAY,
  HOUR,
  instancesOf,
  made,
  ms,
  newUser,
  query,
  startsOf,
  store,
  weekOf,
} from '../../support/events.ts';
import { expectInvalid } from '../../support/problem.ts';

const startTs = Date.UTC(2024, 0, 1, 9);
const never: Recurrence[] = [
  { freq: 'yearly', interval: 1, byyearday: [366], byweekno: [53], bymonth: [2] },
  { freq: 'monthly', interval: 12, bymonth: [2], bymonthday: [30] },
  { freq: 'yearly', interval: 1, bymonth: [2], bymonthday: [31], byweekday: ['Mon'] },
  { freq: 'yearly', interval: 10_000, bymonth: [2], byyearday: [366] },
  { freq: 'daily', interval: 1, bymonth: [2], bymonthday: [30], byweekday: ['Mon'], bysetpos: [1] },
  { freq: 'daily', interval: 10_000, bymonth: [1], bymonthday: [31], byweekday: ['Tue'], bysetpos: [2] },
  { freq: 'monthly', interval: 1, byweekday: ['5Mon'], bymonthday: [1] },
  { freq: 'yearly', interval: 1, byweekday: ['53Mon'], bymonth: [4] },
  { freq: 'weekly', interval: 1, byweekday: ['Mon'], bysetpos: [366] },
];

it.each(never.map((rule) => [JSON.stringify(rule), rule] as const))('%s never occurs', async (_, rule) => {
  const user = await newUser();
  const calendarId = await user.newCalendar('Australia/Lord_Howe');
  const { id: other } = await made(user, { calendarId, startTs: 0, duration: 1 });
  for (const end of [{}, { count: 739 }, { count: 1 }, { until: startTs + 732 * DAY }]) {
    const recurrence = { ...rule, ...end };
    const body = { calendarId, startTs, duration: 366 * DAY, recurrence, busy: true };
    expectInvalid(await byAccount.create(user, body), 'recurrence');
    for (const change of [{ startTs, recurrence }, { recurrence }])
      expectInvalid(
        await byAccount.event(user, 'PUT', other, { body: change }),
        Object.keys(end).includes('until') && !('startTs' in change) ? 'recurrence.until' : 'recurrence',
      );
    // An event of before such rules were refused.
    const [id = ''] = await store(user, calendarId, [
      { startTs, duration: 366 * DAY, recurrence, lastStart: lastStart(startTs, recurrence) },
    ]);
    for (const start of [startTs + 2 * DAY, Date.UTC(2100, 0), Date.UTC(2199, 10)]) {
      const window = { startTs: start, endTs: start + 62 * DAY };
      expect(await instancesOf(user, id, window)).toEqual([]);
      expect(await weekOf(user, calendarId, window)).toEqual({});
    }
  }
  const window = query({ startTs, endTs: startTs + 62 * DAY });
  const reply = await user.account.call('GET', `/user/${user.id}/freebusy${window}`);
  expect(reply.body).toEqual({ busy: [], userId: user.id });
});

it.each([
  ['an interval of 10,000 days', { freq: 'daily', interval: 10_000 }, '2051-05-19T09:00Z'],
  ['an interval of 100 years', { freq: 'yearly', interval: 100 }, '2124-01-01T09:00Z'],
  ['an interval of 1,000 months', { freq: 'monthly', interval: 1000 }, '2107-05-01T09:00Z'],
  ['the last day of leap years', { freq: 'yearly', interval: 1, byyearday: [366] }, '2196-12-31T09:00Z'],
  [
    'the 29th of February on a Monday',
    { freq: 'yearly', interval: 4, bymonth: [2], bymonthday: [29], byweekday: ['Mon'] },
    '2044-02-29T09:00Z',
  ],
  ['every day for 175 years', { freq: 'daily', interval: 1 }, '2199-06-01T09:00Z'],
])('finds %s on its date', async (_, recurrence, expected) => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const { id } = await made(user, { calendarId, startTs, duration: HOUR, recurrence });
  const window = { startTs: ms(expected), endTs: ms(expected) + HOUR };
  expect(startsOf(await instancesOf(user, id, window))).toEqual([expected]);
  expect(startsOf((await weekOf(user, calendarId, window))[id] ?? [])).toEqual([expected]);
});

it('omits fifty rules that never occur, beside an event that does', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const rules = Array.from({ length: 50 }, (_, i) => ({
    ...never[i % never.length],
    ...(i % 2 && { count: 739 }),
  }));
  const stored = (rules as Recurrence[]).map((recurrence) => ({
    ...{ startTs, duration: 366 * DAY, recurrence },
    lastStart: lastStart(startTs, recurrence),
  }));
  await store(user, calendarId, stored);
  const { id } = await made(user, { calendarId, startTs: startTs + 5 * DAY, duration: HOUR });
  const week = await weekOf(user, calendarId, { startTs: startTs + DAY, endTs: startTs + 63 * DAY });
  expect(Object.keys(week)).toEqual([id]);
});
