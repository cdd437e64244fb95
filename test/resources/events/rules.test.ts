/** What a recurrence may be: RFC 5545, 3.3.10, and the contract's ranges, refused by the path of the part. */
import { expect, it } from 'vitest';
import { snapshot } from '../../support/database.ts';
import { browser, changed, DAY, made, newUser } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const startTs = Date.UTC(2024, 0, 1, 9);
const MARK = 'mark-7c1d';
const freqs = ['daily', 'weekly', 'monthly', 'yearly'] as const;

/** A rule, but for `freq` and `interval` where they are daily and 1, and the paths of its faults. */
type Fault = [rule: object, ...paths: string[]];
const each = (name: string, values: unknown[], path = name, beside: object = {}): Fault[] =>
  values.map((value) => [{ ...beside, [name]: value }, path]);
const yearly = { freq: 'yearly' };
const notLists = [null, 5, MARK, {}, true];

const refused: Fault[] = [
  ...each('freq', [undefined, null, 0, '', MARK, 'hourly', 'secondly', 'DAILY', ['daily']]),
  ...each('interval', [undefined, null, '1', MARK, 0, -1, 10_001, [1]]),
  ...each('count', [null, '5', MARK, 0, -1, 740, [5]]),
  ...each('until', [null, MARK, '5', startTs + 732 * DAY + 1, [startTs], 98_765_432_123_456]),
  ...each('byweekday', notLists, 'byweekday', yearly),
  ...each('byweekday', [[5], [null], [''], [MARK], ['mon'], ['Monday'], ['MO']], 'byweekday[0]', yearly),
  ...each(
    'byweekday',
    [['0Mon'], ['54Mon'], ['-54Mon'], ['+1Mon'], ['1 Mon'], ['1']],
    'byweekday[0]',
    yearly,
  ),
  ...each('byweekday', [['1.5Mon'], ['--1Mon'], ['Mon1'], ['1Mon '], ['100Mon']], 'byweekday[0]', yearly),
  ...each('bymonthday', notLists),
  ...each('bymonthday', [[0], [32], [-32], ['1'], [null], [MARK]], 'bymonthday[0]'),
  ...each('bymonth', notLists),
  ...each('bymonth', [[0], [13], [-1], ['1'], ['may'], ['Jan'], [MARK], [null], [true]], 'bymonth[0]'),
  ...each('byyearday', notLists, 'byyearday', yearly),
  ...each('byyearday', [[0], [367], [-367], ['1'], [null]], 'byyearday[0]', yearly),
  ...each('byweekno', notLists, 'byweekno', yearly),
  ...each('byweekno', [[0], [54], [-54], ['1'], [null]], 'byweekno[0]', yearly),
  ...each('bysetpos', notLists, 'bysetpos', { bymonthday: [1] }),
  ...each('bysetpos', [[0], [367], [-367], ['1'], [null]], 'bysetpos[0]', { bymonthday: [1] }),
  // RFC 5545: what must not stand together.
  ...freqs.map((freq): Fault => [{ freq, bysetpos: [1] }, 'bysetpos']),
  [{ bysetpos: [1], bymonthday: [] }, 'bysetpos'],
  [{ freq: 'weekly', bymonthday: [1] }, 'bymonthday'],
  ...['daily', 'weekly'].map((freq): Fault => [{ freq, byweekday: ['Mon', '1Mon'] }, 'byweekday[1]']),
  ...['daily', 'weekly'].map((freq): Fault => [{ freq, byweekday: ['-1Fri'] }, 'byweekday[0]']),
  ...['daily', 'weekly', 'monthly'].map((freq): Fault => [{ freq, byyearday: [1] }, 'byyearday']),
  ...['daily', 'weekly', 'monthly'].map((freq): Fault => [{ freq, byweekno: [1] }, 'byweekno']),
  [{ ...yearly, byweekno: [1], byweekday: ['1Mon'] }, 'byweekday[0]'],
  // Each fault has its own line.
  [{ freq: 'weekly', interval: 0, count: 740, bymonthday: [1] }, 'interval', 'count', 'bymonthday'],
  [{ bymonthday: [1, 0, 5, 32] }, 'bymonthday[1]', 'bymonthday[3]'],
  [{ bymonth: Array(13).fill(1) }, 'bymonth'],
];

it.each(refused.map(([rule, ...paths]) => [JSON.stringify(rule).slice(0, 80), rule, paths] as const))(
  '%s is 400, and changes nothing',
  async (_, rule, paths) => {
    const user = await newUser();
    const calendarId = await user.newCalendar();
    const event = await made(user, { calendarId, startTs, duration: 1 });
    const before = await snapshot();
    const recurrence = { freq: 'daily', interval: 1, ...rule };
    for (const reply of [
      await browser.create(user, { calendarId, startTs, duration: 1, recurrence }),
      await browser.event(user, 'PUT', event.id, { body: { recurrence } }),
      await browser.event(user, 'PUT', event.id, { body: { startTs, recurrence } }),
    ]) {
      expectInvalid(reply, ...paths.map((path) => `recurrence.${path}`));
      expect(JSON.stringify(reply.body)).not.toContain(MARK);
      expect(JSON.stringify(reply.body)).not.toContain('98765432123456');
    }
    expect(await snapshot()).toEqual(before);
  },
);

it('a fraction is 400 in every number, and told once', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const lists = ['bymonthday', 'bymonth', 'byyearday', 'byweekno', 'bysetpos'];
  const base = { freq: 'yearly', interval: 1, byweekday: ['Mon'] };
  const told: unknown[] = [];
  for (const name of ['interval', 'count', 'until', ...lists]) {
    const recurrence = { ...base, [name]: lists.includes(name) ? [1.5] : 1.5 };
    const reply = await browser.create(user, { calendarId, startTs, duration: 1, recurrence });
    expectProblem(reply, 'input-invalid');
    told.push(...(reply.problem.errors ?? []).map(({ path }) => path));
  }
  expect(told).toEqual(
    ['interval', 'count', 'until', ...lists.map((name) => `${name}[0]`)].map((path) => `recurrence.${path}`),
  );
});

const taken: object[] = [
  { interval: 10_000 },
  { count: 1 },
  { count: 739 },
  { until: startTs + 732 * DAY },
  { until: startTs },
  { until: startTs - 1 },
  { until: startTs + 5, count: 5 },
  { bymonthday: [1, 31, -1, -31], bysetpos: [1, 366, -1, -366] },
  { bymonth: [1, 12] },
  { bymonth: ['January', 'December'] },
  { freq: 'weekly', byweekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] },
  { freq: 'monthly', byweekday: ['1Mon', '-1Fri', '5Sun'] },
  { ...yearly, byweekday: ['53Mon', '-53Sun'] },
  { ...yearly, byweekday: ['1Mon'], bymonth: [5] },
  { ...yearly, byyearday: [1, 366, -1, -366] },
  { ...yearly, byweekno: [1, 53, -1, -53], byweekday: ['Mon'] },
  { bysetpos: [1], bymonth: [1] },
];

it.each(taken.map((rule) => [JSON.stringify(rule), rule] as const))('%s is taken', async (_, rule) => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const recurrence = { freq: 'daily', interval: 1, ...rule };
  const event = await made(user, { calendarId, startTs, duration: 1, recurrence });
  expect(event.recurrence).toEqual(recurrence);
  const single = await made(user, { calendarId, startTs, duration: 1 });
  expect((await changed(user, single.id, { recurrence })).recurrence).toEqual(recurrence);
});
