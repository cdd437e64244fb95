/** Events and recurrences with every range at its ends, stored and returned. `*input.node.test.ts` covers values beyond. */
import { expect, it } from 'vitest';
import { changed, DAY, made, newUser } from '../../support/events.ts';

const YEAR_2200 = Date.UTC(2200, 0);
const least = { startTs: DAY, duration: 1000 };

it('accepts both ends of every range', async () => {
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
  expect((await changed(user, event.id, { serviceId: null })).reminders).toEqual([]);
});

const startTs = Date.UTC(2024, 0, 1, 9);
const yearly = { freq: 'yearly' };
const taken: object[] = [
  { interval: 10_000 },
  { count: 1 },
  { count: 739 },
  { until: startTs + 732 * DAY },
  { until: startTs },
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

it('stores every part of a recurrence and returns it as sent, with the week start of its calendar', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  for (const rule of taken) {
    const recurrence = { freq: 'daily', interval: 1, ...rule };
    const event = await made(user, { calendarId, startTs, duration: 1, recurrence });
    expect(event.recurrence).toEqual({ weekStart: 'Mon', ...recurrence });
    const single = await made(user, { calendarId, startTs, duration: 1 });
    expect((await changed(user, single.id, { recurrence })).recurrence).toEqual(event.recurrence);
  }
});
