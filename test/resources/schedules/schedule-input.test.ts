/** What a schedule may be made of: all else is refused by its path, in creation and update, with nothing written. */
import { expect, it } from 'vitest';
import { newUser } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { daily, date, newSchedule, weekday } from '../../support/scheduling.ts';

/** Stands where it may not, and must never come back. */
const MARK = 'mark-7c1d';
const good = weekday('Mon', '09:00-10:00');
const from = (start: unknown, end: unknown) => [good, { ...weekday('Tue', ''), intervals: [{ start, end }] }];
const nine = { hours: 9, minutes: 0 };
const ten = { hours: 10, minutes: 0 };
const variant = (value: unknown) => [{ variant: value, intervals: [] }];
const onDate = (value: unknown) => variant({ type: 'Date', value });

type Fault = [rules: unknown, ...paths: string[]];
const startMember = (member: string, ...values: unknown[]): Fault[] =>
  values.map((value) => [
    from({ ...nine, [member]: value }, { hours: 24, minutes: 0 }),
    `rules[1].intervals[0].start.${member}`,
  ]);
const endMember = (member: string, ...values: unknown[]): Fault[] =>
  values.map((value) => [from(nine, { ...ten, [member]: value }), `rules[1].intervals[0].end.${member}`]);
const bad = [-1, 1.5, null, '9', MARK, true, [], {}, undefined];

const faults: Fault[] = [
  ...[null, 5, true, MARK, {}, { 0: good }].map((rules): Fault => [rules, 'rules']),
  ...[null, 5, MARK, [], [good]].map((rule): Fault => [[good, rule], 'rules[1]']),
  [[{}], 'rules[0].variant', 'rules[0].intervals'],
  [[{ intervals: [] }], 'rules[0].variant'],
  [[{ variant: good.variant }], 'rules[0].intervals'],
  ...[null, 5, MARK, {}, { start: nine, end: ten }].map(
    (intervals): Fault => [[{ ...good, intervals }], 'rules[0].intervals'],
  ),
  ...[null, 5, MARK, [], [nine, ten]].map(
    (interval): Fault => [[{ ...good, intervals: [interval] }], 'rules[0].intervals[0]'],
  ),
  [from(undefined, ten), 'rules[1].intervals[0].start'],
  [from(nine, undefined), 'rules[1].intervals[0].end'],
  [from(540, ten), 'rules[1].intervals[0].start'],
  [from(nine, '10:00'), 'rules[1].intervals[0].end'],
  ...startMember('hours', 25, 98_765, ...bad),
  ...startMember('minutes', 60, 98_765, ...bad),
  ...endMember('hours', 25, 98_765, ...bad),
  ...endMember('minutes', 60, 98_765, ...bad),
  [from(nine, { hours: 24, minutes: 1 }), 'rules[1].intervals[0].end'],
  [from({ hours: 24, minutes: 1 }, { hours: 24, minutes: 0 }), 'rules[1].intervals[0].start'],
  [from({ hours: 24, minutes: 0 }, { hours: 24, minutes: 0 }), 'rules[1].intervals[0].end'],
  [from(nine, nine), 'rules[1].intervals[0].end'],
  [from(ten, nine), 'rules[1].intervals[0].end'],
  [from({ hours: 9, minutes: 1 }, nine), 'rules[1].intervals[0].end'],
  [from(nine, { hours: 0, minutes: 0 }), 'rules[1].intervals[0].end'],
  ...[null, 5, MARK].map((value): Fault => [variant(value), 'rules[0].variant']),
  [variant([]), 'rules[0].variant.type'],
  ...[undefined, null, 5, MARK, 'wday', 'date', ''].map(
    (type): Fault => [variant({ type, value: 'Mon' }), 'rules[0].variant.type'],
  ),
  ...[undefined, null, 0, MARK, 'mon', 'Monday', '', ['Mon'], '2030-01-31'].map(
    (value): Fault => [variant({ type: 'WDay', value }), 'rules[0].variant.value'],
  ),
  ...[
    undefined,
    null,
    0,
    MARK,
    'Mon',
    '',
    '2030-02-29',
    '2030-02-30',
    '2030-04-31',
    '2030-13-01',
    '2030-00-01',
    '2030-01-00',
    '2030-01-32',
    '0000-01-01',
    '30-01-31',
    '2030-01-31 ',
    ' 2030-01-31',
    '2030-001-01',
    '20300131',
    '2030-01-31T00:00',
    '2030/01/31',
    '-2030-01-31',
    '+2030-01-31',
    '12030-01-31',
    '2100-02-29',
    '2030-1',
    '２030-01-31',
  ].map((value): Fault => [onDate(value), 'rules[0].variant.value']),
  [[good, weekday('Tue', ''), weekday('Mon', '')], 'rules[2]'],
  [[date('2030-01-05', ''), good, date('2030-1-5', '')], 'rules[2]'],
  [[date('2030-1-5', ''), date('2030-01-05', '')], 'rules[1]'],
  [[date('2030-1-5', ''), date('2030-1-05', ''), date('2030-01-5', '')], 'rules[1]', 'rules[2]'],
  [[weekday('Mon', `${'09:00-10:00 '.repeat(11)}`)], 'rules[0].intervals'],
  [
    Array.from({ length: 401 }, (_, i) =>
      date(new Date(Date.UTC(2030, 0) + i * 86_400_000).toISOString().slice(0, 10), ''),
    ),
    'rules',
  ],
  [
    [{ ...good, intervals: [{ start: MARK, end: MARK }] }, 5],
    'rules[0].intervals[0].start',
    'rules[0].intervals[0].end',
    'rules[1]',
  ],
];

it('rules that are wrong are 400 by their path, and change nothing', async () => {
  const user = await newUser();
  const { id } = await newSchedule(user, [good]);
  const before = await snapshot();
  for (const [rules, ...paths] of faults) {
    for (const reply of [
      await user.account.call('POST', `/user/${user.id}/schedule`, { body: { timezone: 'UTC', rules } }),
      await user.account.call('PUT', `/user/schedule/${id}`, { body: { rules } }),
    ]) {
      const found = reply.problem.errors?.map(({ path }) => path);
      expect({ rules, status: reply.status, found }).toEqual({ rules, status: 400, found: paths });
      expectInvalid(reply, ...paths);
      expect(JSON.stringify(reply.body)).not.toMatch(/mark-7c1d|98765/);
    }
  }
  expect(await snapshot()).toEqual(before);
});

it.each([undefined, null, 5, '', 'utc', '+01:00', 'Europe/Atlantis', 'PST', MARK, [], {}])(
  'a time zone %j is 400',
  async (timezone) => {
    const user = await newUser();
    const { id } = await newSchedule(user);
    const before = await snapshot();
    const replies = [await user.call('POST', '/schedule', { body: { timezone } })];
    if (timezone !== undefined)
      replies.push(await user.call('PUT', `/schedule/${id}`, { body: { timezone } }));
    for (const reply of replies) {
      expectInvalid(reply, 'timezone');
      expect(JSON.stringify(reply.body)).not.toContain(MARK);
    }
    expect(await snapshot()).toEqual(before);
  },
);

it('every fault is told at once, beside those of other members', async () => {
  const user = await newUser();
  const metadata = { a: 5 };
  const rules = from(nine, nine);
  const reply = await user.call('POST', '/schedule', { body: { timezone: 'x', rules, metadata } });
  expectInvalid(reply, 'timezone', 'rules[1].intervals[0].end', 'metadata.a');
});

it('of a very long list the length alone is looked at, and little is told', async () => {
  const user = await newUser();
  const rule = { ...good, intervals: [{ start: MARK, end: nine }] };
  const interval = { start: nine, end: nine };
  for (const [rules, path] of [
    [Array(30_000).fill(0), 'rules'],
    [Array(401).fill({}), 'rules'],
    [[{ ...good, intervals: Array(30_000).fill(0) }], 'rules[0].intervals'],
    [[good, { ...good, intervals: Array(11).fill(interval) }], 'rules[1].intervals'],
  ] as const) {
    expectInvalid(await user.call('POST', '/schedule', { body: { timezone: 'UTC', rules } }), path);
  }
  const reply = await user.call('POST', '/schedule', {
    body: { timezone: 'UTC', rules: Array(400).fill(rule) },
  });
  expectProblem(reply, 'input-invalid');
  expect(reply.problem.errors).toHaveLength(20);
  expect(JSON.stringify(reply.body).length).toBeLessThan(5000);
  const twice = Array(400).fill(daily('')[0]);
  const again = await user.call('POST', '/schedule', { body: { timezone: 'UTC', rules: twice } });
  expect(again.problem.errors).toHaveLength(20);
});
