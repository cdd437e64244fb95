/** Validation of a schedule's fields, in creations and updates: each error names its path. */
import { expect, it } from 'vitest';
import { expectInvalidBody, MARK, NUMBER } from '../../support/parse.ts';
import { daily, date, dates, weekday } from '../../support/schedule-rules.ts';

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
  ...[5, true, MARK, {}, { 0: good }].map((rules): Fault => [rules, 'rules']),
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
  ...startMember('hours', 25, NUMBER, ...bad),
  ...startMember('minutes', 60, NUMBER, ...bad),
  ...endMember('hours', 25, NUMBER, ...bad),
  ...endMember('minutes', 60, NUMBER, ...bad),
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
  ...[undefined, null, 5, MARK, '', '2030-02-30', '2030-01', '20300131'].flatMap((value): Fault[] => [
    [variant({ type: 'Dates', from: value, to: '2030-01-31' }), 'rules[0].variant.from'],
    [variant({ type: 'Dates', from: '2030-01-31', to: value }), 'rules[0].variant.to'],
  ]),
  [variant({ type: 'Dates', value: '2030-01-31' }), 'rules[0].variant.from', 'rules[0].variant.to'],
  [[good, dates('2030-02-01', '2030-1-31', '')], 'rules[1].variant.to'],
  [[dates('2030-01-01', '2031-01-02', '')], 'rules[0].variant.to'], // 367 dates
  [[dates('2030-1-1', '2030-1-9', ''), good, dates('2030-01-09', '2030-01-09', '')], 'rules[2]'],
  [[dates('2030-01-09', '2030-01-10', ''), dates('2030-01-01', '2030-1-9', '')], 'rules[1]'],
  [
    [
      dates('2030-01-05', '2030-01-06', ''),
      dates('2030-01-01', '2030-01-09', ''),
      dates('2030-01-10', '2030-01-11', ''),
      dates('2030-01-06', '2030-01-10', ''),
    ],
    'rules[1]',
    'rules[3]',
  ],
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

it.each(faults.map(([rules, ...paths]) => [JSON.stringify(rules).slice(0, 100), rules, paths] as const))(
  'rejects the rules %s',
  async (_, rules, paths) => {
    await expectInvalidBody('createSchedule', { timezone: 'UTC', rules }, ...paths);
    await expectInvalidBody('changeSchedule', { rules }, ...paths);
  },
);

it.each([undefined, null, 5, '', 'utc', '+01:00', 'Europe/Atlantis', 'PST', MARK, [], {}])(
  'rejects the time zone %j',
  async (timezone) => {
    await expectInvalidBody('createSchedule', { timezone }, 'timezone');
    if (timezone != null) await expectInvalidBody('changeSchedule', { timezone }, 'timezone');
  },
);

it('lists the errors of all fields in one response', async () => {
  const body = { timezone: 'x', rules: from(nine, nine), metadata: { a: 5 } };
  await expectInvalidBody('createSchedule', body, 'timezone', 'rules[1].intervals[0].end', 'metadata.a');
});

it.each([
  [Array(30_000).fill(0), 'rules'],
  [Array(401).fill({}), 'rules'],
  [[{ ...good, intervals: Array(30_000).fill(0) }], 'rules[0].intervals'],
  [[good, { ...good, intervals: Array(11).fill({ start: nine, end: nine }) }], 'rules[1].intervals'],
])('rejects a list that is too long by its length, without errors for its items', async (rules, path) => {
  await expectInvalidBody('createSchedule', { timezone: 'UTC', rules }, path);
});

it('lists at most 20 errors', async () => {
  const rule = { ...good, intervals: [{ start: MARK, end: nine }] };
  const start = (i: number) => `rules[${i}].intervals[0].start`;
  const first = Array.from({ length: 20 }, (_, i) => start(i));
  const problem = await expectInvalidBody(
    'createSchedule',
    { timezone: 'UTC', rules: Array(400).fill(rule) },
    ...first,
  );
  expect(JSON.stringify(problem.extra.errors).length).toBeLessThan(5000);
  const twice = Array(400).fill(daily('')[0]);
  const second = Array.from({ length: 20 }, (_, i) => `rules[${i + 1}]`);
  await expectInvalidBody('createSchedule', { timezone: 'UTC', rules: twice }, ...second);
});
