/** Deletions cascade to events, at any size, in one atomic batch. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { counting, type User } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { byAccount, DAY, HOUR, newUser, store } from '../../support/events.ts';
import { expectProblem } from '../../support/problem.ts';

const N = 10_000;
const long = { timeout: 60_000 };

/** Fills a calendar with events of two metadata entries each. */
const fill = (user: User, calendar: string, n: number) =>
  store(
    user,
    calendar,
    Array.from({ length: n }, (_, i) => ({
      startTs: i * HOUR,
      duration: HOUR,
      metadata: { color: 'red', n: `${i}` },
    })),
  );

const counts = async ({ account }: User) => [
  await countOf('events', account.id),
  await countOf('event_metadata', account.id),
];

/** Checks all accounts for events and metadata without their parent. */
async function expectNoOrphans(): Promise<void> {
  const orphans = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM events WHERE calendar_id NOT IN (SELECT id FROM calendars)) +
       (SELECT count(*) FROM event_metadata WHERE seq NOT IN (SELECT seq FROM events)) AS n`,
  ).first('n');
  expect(orphans).toBe(0);
}

it.each(['the account', 'the user'])(
  'deletes a calendar with its 10,000 events, by %s',
  long,
  async (who) => {
    const user = await newUser();
    const [gone, stays] = [await user.newCalendar(), await user.newCalendar()];
    await fill(user, gone, N);
    const [left = ''] = await fill(user, stays, 3);
    expect(await counts(user)).toEqual([N + 3, 2 * N + 6]);
    await user.call('GET', '/me');
    const { db, trips } = counting();
    const options = { env: { DB: db } };
    const reply =
      who === 'the account'
        ? await user.account.call('DELETE', `/user/calendar/${gone}`, options)
        : await user.call('DELETE', `/calendar/${gone}`, options);
    expect([reply.status, reply.body.calendar?.id]).toEqual([200, gone]);
    expect(trips()).toBe(1);
    expect(await counts(user)).toEqual([3, 6]);
    await expectNoOrphans();
    expectProblem(await byAccount.week(user, gone, { startTs: 0, endTs: DAY }), 'not-found');
    expect((await byAccount.event(user, 'GET', left)).status).toBe(200);
    const found = await user.account.call('GET', '/events/meta?key=n&value=2');
    expect(found.body.events).toMatchObject([{ calendarId: stays }]);
  },
);

it('deletes a user with 10,000 events in several calendars, and nothing of other users', long, async () => {
  const user = await newUser();
  const other = await user.account.newUser();
  const stranger = await newUser();
  const calendars = [await user.newCalendar(), await user.newCalendar(), await user.newCalendar()];
  for (const calendar of calendars) await fill(user, calendar, N / 3 + 1);
  for (const one of [other, stranger]) await fill(one, await one.newCalendar(), 2);
  const { db, trips } = counting();
  const reply = await user.account.call('DELETE', `/user/${user.id}`, { env: { DB: db } });
  expect([reply.status, reply.body.user?.id]).toEqual([200, user.id]);
  expect(trips()).toBe(1);
  expect(await counts(other)).toEqual([2, 4]);
  expect(await counts(stranger)).toEqual([2, 4]);
  await expectNoOrphans();
});

it('deletes an event with its metadata', async () => {
  const user = await newUser();
  const [one = ''] = await fill(user, await user.newCalendar(), 2);
  await byAccount.event(user, 'DELETE', one);
  expect(await counts(user)).toEqual([1, 2]);
  await expectNoOrphans();
});

it('deletes nothing when it rejects the request', async () => {
  const user = await newUser();
  const calendar = await user.newCalendar();
  await fill(user, calendar, 5);
  const other = await user.account.newUser();
  const stranger = await newUser();
  expectProblem(await other.call('DELETE', `/calendar/${calendar}`), 'not-found');
  expectProblem(await stranger.account.call('DELETE', `/user/calendar/${calendar}`), 'not-found');
  expectProblem(await stranger.account.call('DELETE', `/user/${user.id}`), 'not-found');
  const token = await user.token({ schedulerPolicy: { allow: ['DeleteCalendarEvent'] } });
  expectProblem(await user.call('DELETE', `/calendar/${calendar}`, { token }), 'policy-denied');
  expect(await counts(user)).toEqual([5, 10]);
});
