/** What an event may be made of: every field's type and range, refused by its path, with nothing written. */
import { describe, expect, it } from 'vitest';
import { NOBODY } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { admin, browser, changed, DAY, doors, made, newUser } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const YEAR_2200 = Date.UTC(2200, 0);
/** Stands where it may not, and must never come back. */
const MARK = 'mark-7c1d';
const NUMBER = 98_765_432_123_456;
const least = { startTs: DAY, duration: 1000 };

/** A value that one field refuses, and the path of the fault where that is not the field. */
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
  ...all('startTs', -1, YEAR_2200, NUMBER, 1.5, null, '5', MARK, true, [], {}, [5]),
  ...all('duration', -1, 366 * DAY + 1, NUMBER, 0.5, null, '5', MARK, true, [], {}),
  ...all('busy', null, 0, 1, 'true', MARK, [], {}),
  ...all('recurrence', 5, true, false, '', MARK, [], [{ freq: 'daily', interval: 1 }]),
  ...all('reminders', null, 5, MARK, true, {}, reminder),
  ['reminders', [null], 'reminders[0]'],
  ['reminders', [reminder, MARK], 'reminders[1]'],
  ['reminders', [[reminder]], 'reminders[0]'],
  ...reminders('delta', 535_681, -535_681, NUMBER, 1.5, null, '5', MARK, undefined),
  ...reminders('identifier', 5, null, [MARK], undefined),
  ...all('serviceId', 5, '', MARK, NOBODY.toUpperCase().replace('0', 'A'), [NOBODY], {}),
  ...all('metadata', null, [], 5, MARK),
  ['metadata', { [MARK]: 1 }, `metadata.${MARK}`],
];

const title = ([field, value]: Fault) => `${field} ${JSON.stringify(value)}`.slice(0, 80);

describe.each(doors)('by %s', (_, door) => {
  it.each(both.map((fault) => [title(fault), ...fault] as const))(
    '%s is 400, and changes nothing',
    async (_, field, value, path = field) => {
      const user = await newUser();
      const calendarId = await user.newCalendar();
      const event = await made(user, { calendarId, ...least });
      const before = await snapshot();
      const body = { [field]: value };
      for (const reply of [
        await door.create(user, { calendarId, ...least, ...body }),
        await door.event(user, 'PUT', event.id, { body }),
      ]) {
        expectInvalid(reply, path);
        if (!path.includes(MARK)) expect(JSON.stringify(reply.body)).not.toContain(MARK);
        expect(JSON.stringify(reply.body)).not.toContain(String(NUMBER));
      }
      expect(await snapshot()).toEqual(before);
    },
  );
});

it.each([null, 5, '', MARK, NOBODY.replace(/^0/, 'A'), `${NOBODY} `, [NOBODY], {}, undefined])(
  'calendarId %j is 400',
  async (calendarId) => {
    const user = await newUser();
    const before = await snapshot();
    const reply = await admin.create(user, { ...least, calendarId });
    expectInvalid(reply, 'calendarId');
    expect(JSON.stringify(reply.body)).not.toContain(MARK);
    expect(await snapshot()).toEqual(before);
  },
);

it.each([
  ...all('exdates', null, 5, MARK, {}, true, Array(1001).fill(DAY)),
  ['exdates', [DAY, -1], 'exdates[1]'],
  ['exdates', [MARK], 'exdates[0]'],
  ['exdates', [1.5], 'exdates[0]'],
  ['exdates', [null], 'exdates[0]'],
  ['exdates', [[DAY]], 'exdates[0]'],
] satisfies Fault[])('%s %j is 400 in an update', async (field, value, path: unknown = field) => {
  const user = await newUser();
  const event = await made(user, { calendarId: await user.newCalendar(), ...least });
  const before = await snapshot();
  const reply = await browser.event(user, 'PUT', event.id, { body: { [field]: value } });
  expectInvalid(reply, String(path));
  expect(JSON.stringify(reply.body)).not.toContain(MARK);
  expect(await snapshot()).toEqual(before);
});

it('what has to be there is missed by its name, and every fault is told at once', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const before = await snapshot();
  expectInvalid(await admin.create(user, {}), 'calendarId', 'startTs', 'duration');
  const body = { calendarId, startTs: -1, duration: -1, busy: true, metadata: { a: 1 } };
  expectInvalid(await admin.create(user, body), 'startTs', 'duration', 'metadata.a');
  expect(await snapshot()).toEqual(before);
});

it('a fault of the recurrence is told beside one of another field', async () => {
  const user = await newUser();
  const recurrence = { freq: 'daily', interval: 0 };
  const body = { calendarId: await user.newCalendar(), ...least, duration: -1, recurrence };
  expectInvalid(await admin.create(user, body), 'duration', 'recurrence.interval');
});

it('a number that JSON can write but no clock can show is 400', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const before = await snapshot();
  const headers = { 'content-type': 'application/json' };
  for (const number of ['1e400', '-1e400', '1e300', '9007199254740993']) {
    const raw = `{"calendarId":"${calendarId}","startTs":${number},"duration":1}`;
    const reply = await user.call('POST', '/events', { raw, headers });
    expectProblem(reply, 'input-invalid');
    expect(new Set(reply.problem.errors?.map(({ path }) => path))).toEqual(new Set(['startTs']));
  }
  expect(await snapshot()).toEqual(before);
});

it('the ends of every range are taken', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  for (const startTs of [0, YEAR_2200 - 1]) {
    for (const duration of [0, 366 * DAY]) {
      for (const busy of [false, true]) {
        const body = { calendarId, startTs, duration, busy };
        const event = await made(user, body);
        expect(event).toMatchObject(body);
        const other = await made(user, { calendarId, ...least });
        const { calendarId: _, ...change } = body;
        expect(await changed(user, other.id, change)).toMatchObject(body);
      }
    }
  }
  const event = await made(user, { calendarId, ...least });
  const exdates = Array.from({ length: 1000 }, (_, i) => i * DAY);
  expect((await changed(user, event.id, { exdates })).exdates).toEqual(exdates);
  expect((await changed(user, event.id, { exdates: [] })).exdates).toEqual([]);
  const reminders = [-535_680, 535_680].map((delta) => ({ delta, identifier: 'a' }));
  expect((await changed(user, event.id, { reminders })).reminders).toEqual(reminders);
  expect((await changed(user, event.id, { reminders: [] })).reminders).toEqual([]);
  expect((await changed(user, event.id, { serviceId: NOBODY })).reminders).toEqual([]);
});
