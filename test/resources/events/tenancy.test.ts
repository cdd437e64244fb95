/** Ownership of events: those of others are not found, whichever id in the request refers to them. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { NOBODY, type Reply, type User } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { byAccount, byUser, DAY, type Door, doors, made, newUser } from '../../support/events.ts';
import { expectProblem } from '../../support/problem.ts';

const when = { startTs: DAY, duration: 1000 };
const window = { startTs: 0, endTs: 10 * DAY };

/** Expects the same `not-found` problem in each reply. */
function expectSame(replies: Reply[]): void {
  for (const reply of replies) {
    expectProblem(reply, 'not-found');
    expect(reply.body).toEqual(replies[0]?.body);
  }
}

/** A user with a calendar and an event in it. */
async function withEvent(user: User): Promise<{ user: User; calendarId: string; event: string }> {
  const calendarId = await user.newCalendar();
  const event = await made(user, { calendarId, ...when, metadata: { color: 'red' } });
  return { user, calendarId, event: event.id };
}

/** Every request for an event and its calendar. */
const uses = (door: Door, user: User, event: string, calendar: string): Promise<Reply[]> =>
  Promise.all([
    door.event(user, 'GET', event),
    door.event(user, 'PUT', event, { body: { busy: true, recurrence: null } }),
    door.event(user, 'DELETE', event),
    door.instances(user, event, window),
    door.week(user, calendar, window),
  ]);

describe.each(doors)('by %s', (_, door) => {
  it("returns 404 for a calendar in the body that is unknown, another user's or another account's", async () => {
    const user = await newUser();
    const other = await withEvent(await user.account.newUser());
    const foreign = await withEvent(await newUser());
    const before = await snapshot();
    const replies: Reply[] = [];
    for (const calendarId of [NOBODY, other.calendarId, foreign.calendarId, other.event]) {
      replies.push(await door.create(user, { calendarId, ...when }));
    }
    expectSame(replies);
    expect(await snapshot()).toEqual(before);
  });

  it("returns 404 for another account's event or calendar, as for an unknown one", async () => {
    const { user } = await withEvent(await newUser());
    const foreign = await withEvent(await newUser());
    const before = await snapshot();
    expectSame([
      ...(await uses(door, user, foreign.event, foreign.calendarId)),
      ...(await uses(door, user, NOBODY, NOBODY)),
      ...(await uses(door, user, 'not-a-uuid', 'not-a-uuid')),
      ...(await uses(door, user, foreign.event.toUpperCase(), foreign.calendarId.toUpperCase())),
      ...(await uses(door, user, foreign.calendarId, foreign.event)),
    ]);
    expect(await snapshot()).toEqual(before);
  });
});

it("returns 404 for another user's event or calendar", async () => {
  const { user } = await withEvent(await newUser());
  const other = await withEvent(await user.account.newUser());
  const before = await snapshot();
  expectSame(await uses(byUser, user, other.event, other.calendarId));
  expect(await snapshot()).toEqual(before);
});

it('returns 404 to the account if the user in the path does not own the calendar', async () => {
  const mine = await withEvent(await newUser());
  const { account } = mine.user;
  const other = await withEvent(await account.newUser());
  const foreign = await withEvent(await newUser());
  const before = await snapshot();
  const post = (userId: string, calendarId: string) =>
    account.call('POST', `/user/${userId}/events`, { body: { calendarId, ...when } });
  expectSame([
    await post(mine.user.id, other.calendarId),
    await post(other.user.id, mine.calendarId),
    await post(foreign.user.id, foreign.calendarId),
    await post(foreign.user.id, mine.calendarId),
    await post(mine.user.id, foreign.calendarId),
    await post(NOBODY, mine.calendarId),
    await post('nobody', mine.calendarId),
  ]);
  expect(await snapshot()).toEqual(before);
  expect((await post(other.user.id, other.calendarId)).body.event.userId).toBe(other.user.id);
});

it('keeps the same id in two accounts apart', async () => {
  const [one, two] = [await withEvent(await newUser()), await withEvent(await newUser())];
  await env.DB.prepare('UPDATE events SET id = ? WHERE id = ?').bind(one.event, two.event).run();
  await byAccount.event(one.user, 'PUT', one.event, { body: { busy: true } });
  expect((await byUser.event(two.user, 'GET', one.event)).body.event).toMatchObject({
    userId: two.user.id,
    busy: false,
  });
  expect((await byAccount.event(two.user, 'DELETE', one.event)).status).toBe(200);
  expect((await byAccount.event(one.user, 'GET', one.event)).body.event.busy).toBe(true);
});

it('a token without the permission writes nothing', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const before = await snapshot();
  const token = await user.token({ schedulerPolicy: { allow: ['UpdateCalendarEvent'] } });
  const create = { body: { calendarId, ...when }, token };
  expectProblem(await user.call('POST', '/events', create), 'policy-denied');
  expect(await snapshot()).toEqual(before);
});
