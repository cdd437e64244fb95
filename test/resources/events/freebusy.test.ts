/** Free/busy: the busy times of a user's calendars, merged and in order, without any other detail. */
import { expect, it } from 'vitest';
import { type Account, call, counting, NOBODY, newAccount, type Reply } from '../../support/client.ts';
import { byAccount, changed, DAY, HOUR, made, ms, newUser, query } from '../../support/events.ts';
import { expectProblem } from '../../support/problem.ts';
import { newService } from '../../support/scheduling.ts';

const START = Date.UTC(2024, 2, 25);
const week = { startTs: START, endTs: START + 14 * DAY };
const hour = (n: number) => START + Math.round(n * HOUR);

/** Queries free/busy as an anonymous caller. */
const freebusyOf = (account: Account, userId: string, more = '', options = {}): Promise<Reply> =>
  call('GET', `/user/${userId}/freebusy${query(week)}${more}`, {
    headers: { 'nettu-account': account.id },
    ...options,
  });
const only = (...ids: string[]) => `&calendarIds=${ids.join(',')}`;

/** Busy times in hours from the start: `[[1, 2]]` is the second hour. */
const busyOf = (reply: Reply): number[][] => {
  expect(reply.status).toBe(200);
  return reply.body.busy.map(({ startTs, endTs }: { startTs: number; endTs: number }) => [
    (startTs - START) / HOUR,
    (endTs - START) / HOUR,
  ]);
};

/** A user with a calendar, and a function that adds a busy event from one hour to another. */
async function booked() {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const book = (from: number, to: number, more: object = {}) =>
    made(user, { calendarId, startTs: hour(from), duration: hour(to) - hour(from), busy: true, ...more });
  return { user, account: user.account, calendarId, book };
}

it('returns times only, to anyone who names the account', async () => {
  const { user, account, book } = await booked();
  const metadata = { title: 'Doctor' };
  const reminders = [{ delta: -5, identifier: 'mail' }];
  await book(9, 10, { metadata, reminders, serviceId: await newService(account) });
  const recurrence = { freq: 'daily', interval: 1, count: 1 };
  await book(12, 13, { metadata, recurrence });
  const reply = await freebusyOf(account, user.id);
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({
    userId: user.id,
    busy: [
      { startTs: hour(9), endTs: hour(10), busy: true },
      { startTs: hour(12), endTs: hour(13), busy: true },
    ],
  });
});

it('omits events that are not busy', async () => {
  const { user, account, book } = await booked();
  const event = await book(9, 10);
  await book(11, 12, { busy: false });
  await book(9, 20, { busy: false, recurrence: { freq: 'daily', interval: 1 } });
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([[9, 10]]);
  await changed(user, event.id, { busy: false });
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([]);
});

it('merges overlapping and adjacent times, in order', async () => {
  const { user, account, book } = await booked();
  for (const [from, to] of [
    [30, 31],
    [20, 22],
    [9, 10],
    [10, 11], // adjacent
    [21, 25], // overlapping
    [22, 23], // contained
    [13, 14],
    [12, 12.5],
    [14 + 1 / HOUR, 15], // a millisecond apart
    [30, 31], // identical
  ] as const) {
    await book(from, to);
  }
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([
    [9, 11],
    [12, 12.5],
    [13, 14],
    [14 + 1 / HOUR, 15],
    [20, 25],
    [30, 31],
  ]);
});

it('returns times that cross the edges of the window whole, and none outside it', async () => {
  const { user, account, book } = await booked();
  await book(-5, 3);
  await book(-8, -6);
  await book(14 * 24 - 1, 14 * 24 + 9);
  await book(14 * 24, 14 * 24 + 1);
  await book(-3, 0);
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([
    [-5, 3],
    [335, 345],
  ]);
});

it('combines all calendars, each in its own time zone', async () => {
  const { user, account } = await booked();
  const recurrence = { freq: 'weekly', interval: 1, count: 2 };
  // On Sunday, 31 March 2024 Oslo sets its clocks forward; New York did so three weeks before.
  const zones = [
    ['UTC', '2024-03-26T06:00Z'],
    ['Europe/Oslo', '2024-03-26T08:00Z'],
    ['America/New_York', '2024-03-26T09:00Z'],
  ] as const;
  for (const [zone, start] of zones) {
    const calendarId = await user.newCalendar(zone);
    await made(user, { calendarId, startTs: ms(start), duration: HOUR, busy: true, recurrence });
  }
  const [first, second] = [24, 24 * 8];
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([
    [first + 6, first + 7],
    [first + 8, first + 10],
    [second + 6, second + 8], // Oslo's 08:00Z is now 07:00Z
    [second + 9, second + 10],
  ]);
});

it('expands series without their exdates', async () => {
  const { user, account, book } = await booked();
  const { id } = await book(9, 10, { recurrence: { freq: 'daily', interval: 1, count: 4 } });
  await changed(user, id, { exdates: [hour(9 + 24)] });
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([0, 2, 3].map((n) => [24 * n + 9, 24 * n + 10]));
});

it('covers the named calendars, or all of them', async () => {
  const { user, account, calendarId: one, book } = await booked();
  const [two, three] = [await user.newCalendar(), await user.newCalendar()];
  await book(1, 2);
  await book(3, 4, { calendarId: two });
  await book(5, 6, { calendarId: three });
  const all = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  expect(busyOf(await freebusyOf(account, user.id))).toEqual(all);
  expect(busyOf(await freebusyOf(account, user.id, only(one, two, three)))).toEqual(all);
  expect(busyOf(await freebusyOf(account, user.id, only(three, one)))).toEqual([all[0], all[2]]);
  expect(busyOf(await freebusyOf(account, user.id, only(two)))).toEqual([all[1]]);
  expect(busyOf(await freebusyOf(account, user.id, only(two, two, two)))).toEqual([all[1]]);
  expect(busyOf(await freebusyOf(account, user.id, only(''))), 'of no calendar').toEqual([]);
});

it("returns 404 for an unknown calendar or another user's, instead of reporting it free", async () => {
  const { user, account, calendarId, book } = await booked();
  await book(1, 2);
  const other = await (await account.newUser()).newCalendar();
  const foreign = await (await newUser()).newCalendar();
  const replies: Reply[] = [];
  for (const id of [NOBODY, other, foreign]) {
    replies.push(await freebusyOf(account, user.id, only(id)));
    replies.push(await freebusyOf(account, user.id, only(calendarId, id)));
  }
  for (const reply of replies) {
    expectProblem(reply, 'not-found');
    expect(reply.body).toEqual(replies[0]?.body);
  }
});

it('returns nothing of another user', async () => {
  const { user, account, book } = await booked();
  await book(1, 2);
  const other = await account.newUser();
  await other.newCalendar();
  expect(busyOf(await freebusyOf(account, other.id))).toEqual([]);
  expect((await freebusyOf(account, other.id)).body).toEqual({ busy: [], userId: other.id });
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([[1, 2]]);
});

it('makes one round trip for fifty calendars', async () => {
  const { user, account, book } = await booked();
  const calendars: string[] = [];
  for (let i = 0; i < 50; i++) {
    const calendarId = await user.newCalendar(i % 2 ? 'Europe/Oslo' : 'Asia/Tokyo');
    calendars.push(calendarId);
    await book(2 * i, 2 * i + 1, {
      calendarId,
      ...(i % 3 && { recurrence: { freq: 'yearly', interval: 1 } }),
    });
  }
  const expected = calendars.map((_, i) => [2 * i, 2 * i + 1]);
  for (const more of ['', only(...calendars)]) {
    const { db, trips } = counting();
    expect(busyOf(await freebusyOf(account, user.id, more, { env: { DB: db } }))).toEqual(expected);
    expect(trips()).toBe(1);
  }
});

it('omits deleted events, and those of a deleted calendar or user', async () => {
  const { user, account, calendarId, book } = await booked();
  const two = await user.newCalendar();
  const event = await book(1, 2);
  await book(3, 4);
  await book(5, 6, { calendarId: two });
  await byAccount.event(user, 'DELETE', event.id);
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([
    [3, 4],
    [5, 6],
  ]);
  await user.call('DELETE', `/calendar/${calendarId}`);
  expect(busyOf(await freebusyOf(account, user.id))).toEqual([[5, 6]]);
  expectProblem(await freebusyOf(account, user.id, only(calendarId)), 'not-found');
  await account.call('DELETE', `/user/${user.id}`);
  expectProblem(await freebusyOf(account, user.id), 'not-found');
});

it('returns no busy times in a new account', async () => {
  const account = await newAccount(null);
  expectProblem(await freebusyOf(account, NOBODY), 'not-found');
  const { id } = await account.newUser();
  expect((await freebusyOf(account, id)).body).toEqual({ busy: [], userId: id });
});
