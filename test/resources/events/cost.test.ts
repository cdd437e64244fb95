/** The cost of a window: the rows it reads depend on the events in it, not on their total number. */
import { expect, it } from 'vitest';
import type { User } from '../../support/client.ts';
import { reading } from '../../support/database.ts';
import { changed, DAY, HOUR, made, newUser, query, type Stored, store } from '../../support/events.ts';

const BASE = Date.UTC(2024, 0, 1);
const long = { timeout: 60_000 };
/** A calendar without events: the credential, the calendar, and one scan per length class. */
const EMPTY = 60;

const hourly = (n: number): Stored[] =>
  Array.from({ length: n }, (_, i) => ({ startTs: BASE + i * HOUR, duration: HOUR }));

const weekAt = (startTs: number) => ({ startTs, endTs: startTs + 7 * DAY });

/** The rows that the query reads for a week of a calendar, and the number of events in it. */
async function week(
  user: User,
  calendar: string,
  startTs: number,
): Promise<{ rows: number; events: number }> {
  const { db, rows } = reading();
  const path = `/user/calendar/${calendar}/events${query(weekAt(startTs))}`;
  const reply = await user.account.call('GET', path, { env: { DB: db } });
  expect(reply.status).toBe(200);
  return { rows: rows(), events: reply.body.events.length };
}

it('a week of hourly events reads at most three rows per event, among 10,000 or 20,000', long, async () => {
  const user = await newUser();
  const calendar = await user.newCalendar();
  const counts: number[] = [];
  for (const start of [0, 10_000]) {
    await store(user, calendar, hourly(20_000).slice(start, start + 10_000));
    const { rows, events } = await week(user, calendar, BASE + 100 * DAY);
    expect(events).toBe(168);
    expect(rows).toBeLessThan(3 * events + EMPTY);
    counts.push(rows);
  }
  expect(counts[1]).toBe(counts[0]);
});

it('a week before, after or beside 10,000 events reads none of them', long, async () => {
  const user = await newUser();
  const [full, empty] = [await user.newCalendar(), await user.newCalendar()];
  await store(user, full, hourly(10_000));
  for (const [calendar, startTs] of [
    [full, BASE - 7 * DAY],
    [full, BASE + 500 * DAY],
    [empty, BASE + 100 * DAY],
  ] as const) {
    const { rows, events } = await week(user, calendar, startTs);
    expect(events).toBe(0);
    expect(rows).toBeLessThan(EMPTY);
  }
});

it('a later week reads none of 10,000 ended series', long, async () => {
  const user = await newUser();
  const calendar = await user.newCalendar();
  await store(
    user,
    calendar,
    Array.from({ length: 10_000 }, (_, i) => {
      const startTs = BASE + i * HOUR;
      const lastStart = startTs + 10 * DAY;
      const end = i % 2 ? { until: lastStart } : { count: 11 };
      return { startTs, duration: HOUR, recurrence: { freq: 'daily', interval: 1, ...end }, lastStart };
    }),
  );
  const { rows, events } = await week(user, calendar, BASE + 3 * 365 * DAY);
  expect(events).toBe(0);
  expect(rows).toBeLessThan(EMPTY);
  const among = await week(user, calendar, BASE + 100 * DAY);
  expect(among.events).toBeGreaterThan(400);
  expect(among.rows).toBeLessThan(3 * among.events + EMPTY);
});

it('a week reads no year-long event of the past', long, async () => {
  const user = await newUser();
  const calendar = await user.newCalendar();
  const years = (startTs: number) => ({ startTs, duration: 366 * DAY });
  await store(user, calendar, [
    ...Array.from({ length: 5000 }, (_, i) => years(BASE + i * HOUR)),
    ...hourly(5000).map((event) => ({ ...event, startTs: event.startTs + 5 * 365 * DAY })),
  ]);
  const { rows, events } = await week(user, calendar, BASE + 5 * 365 * DAY + 50 * DAY);
  expect(events).toBe(168);
  expect(rows).toBeLessThan(3 * events + EMPTY);
});

it('free/busy of five calendars reads only the events in the window', long, async () => {
  const user = await newUser();
  const calendars: string[] = [];
  for (let i = 0; i < 5; i++) {
    const calendar = await user.newCalendar();
    calendars.push(calendar);
    await store(user, calendar, hourly(2000));
  }
  const { db, rows } = reading();
  const search = `${query(weekAt(BASE + 10 * DAY))}&calendarIds=${calendars.join(',')}`;
  const reply = await user.account.call('GET', `/user/${user.id}/freebusy${search}`, { env: { DB: db } });
  expect(reply.body.busy).toHaveLength(1);
  expect(rows()).toBeLessThan(3 * 5 * 168 + 5 * EMPTY);
});

it('a request for one event reads that event only', long, async () => {
  const user = await newUser();
  const calendar = await user.newCalendar();
  const [first = ''] = await store(user, calendar, hourly(5000));
  const window = query(weekAt(BASE));
  for (const [method, path] of [
    ['GET', `/user/events/${first}/instances${window}`],
    ['GET', `/user/events/${first}`],
    ['PUT', `/user/events/${first}`],
    ['DELETE', `/user/events/${first}`],
  ] as const) {
    const { db, rows } = reading();
    const body = method === 'PUT' ? { body: { metadata: { a: 'b' }, startTs: 5 } } : {};
    expect((await user.account.call(method, path, { ...body, env: { DB: db } })).status).toBe(200);
    expect(rows()).toBeLessThan(30);
  }
});

it('a week after the end of a counted series does not read it, even after updates', long, async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const recurrence = { freq: 'daily', interval: 1, count: 3 };
  const ids: string[] = [];
  for (let i = 0; i < 100; i++) {
    ids.push((await made(user, { calendarId, startTs: BASE + i * DAY, duration: HOUR, recurrence })).id);
  }
  const later = BASE + 3 * 365 * DAY;
  expect((await week(user, calendarId, later)).rows).toBeLessThan(EMPTY);
  for (const id of ids) await changed(user, id, { duration: DAY, busy: true, exdates: [5] });
  expect((await week(user, calendarId, later)).rows).toBeLessThan(EMPTY);
  for (const id of ids) await changed(user, id, { startTs: BASE, recurrence });
  expect((await week(user, calendarId, later)).rows).toBeLessThan(EMPTY);
  for (const id of ids) await changed(user, id, { recurrence: null });
  expect((await week(user, calendarId, later)).rows).toBeLessThan(EMPTY);
});
