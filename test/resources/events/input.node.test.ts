/** Validation of an event's fields, in creations and updates: each error names its path. */
import { expect, it } from 'vitest';
import { NOBODY } from '../../support/nobody.ts';
import { bodyOf, expectInvalidBody, MARK, NUMBER } from '../../support/parse.ts';

const DAY = 86_400_000;
const YEAR_2200 = Date.UTC(2200, 0);
const least = { calendarId: NOBODY, startTs: DAY, duration: 1000 };

/** A value that one field rejects, and the path of the error if that is not the field. */
type Fault = [field: string, value: unknown, path?: string];
const all = (field: string, ...values: unknown[]): Fault[] => values.map((value) => [field, value]);

const reminder = { delta: 0, identifier: 'mail' };
const reminders = (member: string, ...values: unknown[]): Fault[] =>
  values.map((value) => [
    'reminders',
    [reminder, { ...reminder, [member]: value }],
    `reminders[1].${member}`,
  ]);

const both: Fault[] = [
  ...all('startTs', -1, YEAR_2200, NUMBER, 1.5, '5', MARK, true, [], {}, [5]),
  ...all('duration', -1, 366 * DAY + 1, NUMBER, 0.5, '5', MARK, true, [], {}),
  ...all('busy', 0, 1, 'true', MARK, [], {}),
  ...all('recurrence', 5, true, false, '', MARK, [], [{ freq: 'daily', interval: 1 }]),
  ...all('reminders', 5, MARK, true, {}, reminder),
  ['reminders', [null], 'reminders[0]'],
  ['reminders', [reminder, MARK], 'reminders[1]'],
  ['reminders', [[reminder]], 'reminders[0]'],
  ...reminders('delta', 535_681, -535_681, NUMBER, 1.5, null, '5', MARK, undefined),
  ...reminders('identifier', 5, null, [MARK], undefined),
  ...all('serviceId', 5, '', MARK, NOBODY.replace('0', 'G'), [NOBODY], {}),
  ...all('metadata', [], 5, MARK),
  ['metadata', { [MARK]: 1 }, `metadata.${MARK}`],
];

const title = ([field, value]: Fault) => `${field} ${JSON.stringify(value)}`.slice(0, 80);

it.each(both.map((fault) => [title(fault), ...fault] as const))(
  'rejects %s',
  async (_, field, value, path = field) => {
    await expectInvalidBody('createEvent', { ...least, [field]: value }, path);
    await expectInvalidBody('changeEvent', { [field]: value }, path);
  },
);

it.each([null, 5, '', MARK, NOBODY.replace(/^0/, 'G'), `${NOBODY} `, [NOBODY], {}, undefined])(
  'rejects the calendarId %j',
  async (calendarId) => {
    await expectInvalidBody('createEvent', { ...least, calendarId }, 'calendarId');
  },
);

it.each([
  ...all('exdates', 5, MARK, {}, true, Array(1001).fill(DAY)),
  ['exdates', [DAY, -1], 'exdates[1]'],
  ['exdates', [MARK], 'exdates[0]'],
  ['exdates', [1.5], 'exdates[0]'],
  ['exdates', [null], 'exdates[0]'],
  ['exdates', [[DAY]], 'exdates[0]'],
] satisfies Fault[])('rejects %s %j in an update', async (field, value, path: unknown = field) => {
  await expectInvalidBody('changeEvent', { [field]: value }, String(path));
});

it('rejects missing fields, and lists every error in one response', async () => {
  await expectInvalidBody('createEvent', {}, 'calendarId', 'startTs', 'duration');
  const nulls = { calendarId: null, startTs: null, duration: null };
  await expectInvalidBody('createEvent', nulls, 'calendarId', 'startTs', 'duration');
  const body = { ...least, startTs: -1, duration: -1, busy: true, metadata: { a: 1 } };
  await expectInvalidBody('createEvent', body, 'startTs', 'duration', 'metadata.a');
});

it('lists an error of the recurrence beside one of another field', async () => {
  const recurrence = { freq: 'daily', interval: 0 };
  const body = { ...least, duration: -1, recurrence };
  await expectInvalidBody('createEvent', body, 'duration', 'recurrence.interval');
});

it.each(['1e400', '-1e400', '1e300', '9007199254740993'])(
  'rejects the number %s, which is valid JSON and no valid time',
  async (number) => {
    const body = `{"calendarId":"${NOBODY}","startTs":${number},"duration":1}`;
    await expectInvalidBody('createEvent', body, 'startTs');
  },
);

it('rejects a list that is too long by its length, without errors for its items', async () => {
  const many = (entry: unknown) => Array.from({ length: 10_000 }, () => entry);
  await expectInvalidBody('createEvent', { ...least, reminders: many({}) }, 'reminders');
  await expectInvalidBody('changeEvent', { exdates: many(null) }, 'exdates');
  for (const by of ['bymonthday', 'byyearday', 'byweekno', 'bysetpos', 'bymonth', 'byweekday']) {
    const recurrence = { freq: 'yearly', interval: 1, [by]: many(null) };
    const problem = await expectInvalidBody('createEvent', { ...least, recurrence }, `recurrence.${by}`);
    expect(problem.extra.errors?.[0]?.reason).toMatch(/^must have at most \d+ entries$/);
  }
});

it('accepts both ends of every range', async () => {
  for (const startTs of [0, YEAR_2200 - 1]) {
    for (const duration of [0, 366 * DAY]) {
      const when = { startTs, duration };
      expect(await bodyOf('createEvent', { ...least, ...when })).toMatchObject(when);
      expect(await bodyOf('changeEvent', when)).toEqual(when);
    }
  }
});
