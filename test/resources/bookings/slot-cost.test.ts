/** The cost of slots: one round trip, and only the rows that matter in the window. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { type Account, counting, type User } from '../../support/client.ts';
import { reading } from '../../support/database.ts';
import { type Stored, store } from '../../support/events.ts';
import {
  addHost,
  DAY,
  getSlots,
  HOUR,
  MINUTE,
  newSchedule,
  newService,
  open,
  type SlotsQuery,
} from '../../support/scheduling.ts';

const long = { timeout: 60_000 };
const START = Date.UTC(2030, 0, 1);
const WEEK: SlotsQuery = { startDate: '2030-01-01', endDate: '2030-01-07', interval: 15 * MINUTE };
const MONTH: SlotsQuery = { startDate: '2030-01-01', endDate: '2030-01-31', interval: 15 * MINUTE };

async function rowsOf(account: Account, service: string, query: SlotsQuery): Promise<number> {
  const { db, rows } = reading();
  const reply = await getSlots(account, service, query, { env: { DB: db } });
  expect(reply.status).toBe(200);
  return rows();
}

/** Events of 15 minutes, `aDay` of them each day. */
const meetings = (days: number, aDay: number, from = START): Stored[] =>
  Array.from({ length: days * aDay }, (_, i) => ({
    startTs: from + Math.floor(i / aDay) * DAY + (i % aDay) * 30 * MINUTE,
    duration: 15 * MINUTE,
  }));
const booked = (ids: string[], service: string) =>
  env.DB.prepare('UPDATE events SET service_id = ? WHERE id IN (SELECT value FROM json_each(?))')
    .bind(service, JSON.stringify(ids))
    .run();

/** A host with office hours and a busy calendar. */
async function host(account: Account, service: string): Promise<{ user: User; calendar: string }> {
  const user = await account.newUser();
  const calendar = await user.newCalendar('Europe/Oslo');
  const { id } = await newSchedule(user, undefined, 'Europe/Oslo');
  await addHost(service, user, { availability: { variant: 'Schedule', id }, busy: [calendar] });
  return { user, calendar };
}

it(
  'reads none of 10,000 events far from the window, in calendars, bookings or an availability',
  long,
  async () => {
    const { account, service, user } = await open();
    const busy = await user.newCalendar();
    const path = `/service/${service}/users/${user.id}`;
    await account.call('PUT', `${path}/busy`, { body: { busy: { provider: 'Nettu', id: busy } } });
    const opening = await user.newCalendar();
    const byCalendar = await newService(account);
    await addHost(byCalendar, user, { availability: { variant: 'Calendar', id: opening }, busy: [busy] });
    const other = await user.newCalendar();
    for (const calendar of [busy, opening]) await store(user, calendar, meetings(7, 3));
    const each = async () => [await rowsOf(account, service, WEEK), await rowsOf(account, byCalendar, WEEK)];
    const before = await each();
    /** Each length class reads one index entry more once it has events, and one that ends its scan. */
    const expectSame = async () => {
      for (const [i, rows] of (await each()).entries()) expect(rows).toBeLessThan((before[i] ?? 0) + 6);
    };
    for (const calendar of [busy, opening]) {
      await store(user, calendar, meetings(250, 20, START - 260 * DAY));
      await store(user, calendar, meetings(250, 20, START + 20 * DAY));
    }
    await booked(await store(user, other, meetings(250, 20, START - 260 * DAY)), service);
    await booked(await store(user, other, meetings(250, 20, START + 20 * DAY)), byCalendar);
    await store(user, other, meetings(7, 40));
    await expectSame();
    // The scan of a class of longer events begins farther away.
    const days: Stored[] = Array.from({ length: 5000 }, (_, i) => ({
      startTs: START + 30 * DAY + i * HOUR,
      duration: DAY,
    }));
    await store(user, busy, [
      ...days,
      ...days.map(({ startTs }) => ({ startTs: startTs - 330 * DAY, duration: DAY })),
    ]);
    await expectSame();
  },
);

it('reads nothing of the account’s other services and users', async () => {
  const { account, service } = await open();
  const before = await rowsOf(account, service, WEEK);
  const other = await newService(account);
  for (let i = 0; i < 20; i++) {
    const { user, calendar } = await host(account, other);
    await booked(await store(user, calendar, meetings(7, 3)), other);
  }
  // The scans may end at a few more index entries, but never read the 420 bookings.
  expect(await rowsOf(account, service, WEEK)).toBeLessThan(before + 10);
});

it('reads one scan per length class and the events of the week for one host', async () => {
  const { account, service } = await open();
  const { user, calendar } = await host(account, service);
  const empty = await rowsOf(account, service, { ...WEEK, hostUserIds: user.id });
  expect(empty).toBeLessThan(60);
  await store(user, calendar, meetings(7, 5));
  const events = 7 * 5;
  expect(await rowsOf(account, service, { ...WEEK, hostUserIds: user.id })).toBeLessThan(empty + 4 * events);
});

it('answers 20 hosts with 20 events a day for a month in one round trip', long, async () => {
  const account = (await open()).account;
  const service = await newService(account);
  for (let i = 0; i < 20; i++) {
    const { user, calendar } = await host(account, service);
    await store(user, calendar, meetings(31, 20, START + i * MINUTE));
  }
  const events = 20 * 31 * 20;
  expect(await rowsOf(account, service, MONTH)).toBeLessThan(3 * events + 20 * 80);
  const { db, trips } = counting();
  const reply = await getSlots(account, service, MONTH, { env: { DB: db } });
  expect([reply.status, trips()]).toEqual([200, 1]);
  expect(reply.body.dates).toHaveLength(23);
});
