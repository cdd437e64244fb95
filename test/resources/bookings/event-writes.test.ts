/** What scheduling adds to an ordinary event: one row at most for each write. And what it leaves alone. */
import { expect, it } from 'vitest';
import { newUser, type User } from '../../support/client.ts';
import { writing } from '../../support/database.ts';
import { addHost, body, HOUR, join, made, newService } from '../../support/scheduling.ts';

async function rowsOf(user: User, method: string, path: string, sent?: object) {
  const { db, rows } = writing();
  const reply = await user.account.call(method, path, { body: sent, env: { DB: db } });
  return { rows: rows(), answer: body(reply) };
}

/** A user who is a host of five services, or of none, by way of a calendar. */
async function owner(services: number): Promise<{ user: User; calendarId: string }> {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  for (let i = 0; i < services; i++) {
    const service = await newService(user.account);
    await addHost(service, user, {
      availability: { variant: 'Calendar', id: calendarId },
      bookingCalendarId: calendarId,
      busy: [calendarId],
    });
    await join(service, user.account);
  }
  return { user, calendarId };
}

// Without scheduling: the event with its two unique keys and its place in time, 3; the event, 1; the event, 1.
it.each([0, 5])(
  'an event of a host of %i services: one row more for each change that can matter',
  async (services) => {
    const { user, calendarId } = await owner(services);
    const when = { calendarId, startTs: HOUR, duration: HOUR };
    const created = await rowsOf(user, 'POST', `/user/${user.id}/events`, when);
    expect(created.rows).toBe(5);
    const path = `/user/events/${created.answer.event.id}`;
    for (const [change, rows] of [
      // A duration, and a rule, decide its class of length: it is entered anew in its index, too.
      [{ duration: HOUR / 2 }, 3],
      [{ busy: true }, 2],
      [{ recurrence: { freq: 'daily', interval: 1 } }, 3],
      [{ exdates: [HOUR] }, 2],
      // What decides nothing raises nothing.
      [{ reminders: [{ delta: 5, identifier: 'x' }] }, 1],
      [{ busy: true }, 1],
      [{}, 1],
    ] as const) {
      expect({ change, rows: (await rowsOf(user, 'PUT', path, change)).rows }).toEqual({ change, rows });
    }
    expect((await rowsOf(user, 'DELETE', path)).rows).toBe(2);
  },
);

it('a moved event is entered anew in its index, and costs one row more, for its user', async () => {
  const { user, calendarId } = await owner(1);
  const { id } = await made(user, { calendarId, startTs: HOUR, duration: HOUR });
  const moved = await rowsOf(user, 'PUT', `/user/events/${id}`, { startTs: 2 * HOUR });
  expect(moved.rows).toBe(3);
});

it('an event with a serviceId pays for the two indexes that find it', async () => {
  const { user, calendarId } = await owner(0);
  const serviceId = await newService(user.account);
  const event = { calendarId, startTs: HOUR, duration: HOUR, serviceId };
  const created = await rowsOf(user, 'POST', `/user/${user.id}/events`, event);
  expect(created.rows).toBe(7);
  const path = `/user/events/${created.answer.event.id}`;
  expect((await rowsOf(user, 'DELETE', path)).rows).toBe(2);
});
