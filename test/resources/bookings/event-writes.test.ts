/** The rows that scheduling adds to a write of an ordinary event: one for a host, else none. */
import { expect, it } from 'vitest';
import { newUser, type User } from '../../support/client.ts';
import { writing } from '../../support/database.ts';
import { addHost, body, HOUR, join, made, newService } from '../../support/scheduling.ts';

async function rowsOf(user: User, method: string, path: string, sent?: object) {
  const { db, rows } = writing();
  const reply = await user.account.call(method, path, { body: sent, env: { DB: db } });
  return { rows: rows(), answer: body(reply) };
}

/** A user with a calendar who is a host of this many services, available and busy by that calendar. */
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

// Without scheduling a creation writes 4 rows (the event, its two unique keys and its time index entry) and one of the account's
// counters (test/quotas/cost.test.ts says when); an update writes 1, and a deletion 1 and the counters.
// Only a host has a revision that the previous release reads.
it.each([
  [0, 0],
  [5, 1],
])(
  'the relevant changes of an event whose user hosts %i services: rows more for each, %i',
  async (services, more) => {
    const { user, calendarId } = await owner(services);
    const when = { calendarId, startTs: HOUR, duration: HOUR };
    const created = await rowsOf(user, 'POST', `/user/${user.id}/events`, when);
    expect(created.rows).toBe(5 + more);
    const path = `/user/events/${created.answer.event.id}`;
    for (const [change, rows] of [
      // The index has the length class, by the duration and the rule, and whether the event is busy: its entry changes too.
      [{ duration: HOUR / 2 }, 2 + more],
      [{ busy: true }, 2 + more],
      [{ recurrence: { freq: 'daily', interval: 1 } }, 2 + more],
      [{ exdates: [HOUR] }, 1 + more],
      // These changes do not affect availability. SQLite writes an entry again where a column in it gets its old value.
      [{ reminders: [{ delta: 5, identifier: 'x' }] }, 1],
      [{ busy: true }, 2],
      [{}, 1],
    ] as const) {
      expect({ change, rows: (await rowsOf(user, 'PUT', path, change)).rows }).toEqual({ change, rows });
    }
    expect((await rowsOf(user, 'DELETE', path)).rows).toBe(2 + more);
  },
);

it('writes the event, its index entry and the revision of its user for a move', async () => {
  const { user, calendarId } = await owner(1);
  const { id } = await made(user, { calendarId, startTs: HOUR, duration: HOUR });
  const moved = await rowsOf(user, 'PUT', `/user/events/${id}`, { startTs: 2 * HOUR });
  expect(moved.rows).toBe(3);
});

it('writes two more index entries for an event with a serviceId', async () => {
  const { user, calendarId } = await owner(0);
  const serviceId = await newService(user.account);
  const event = { calendarId, startTs: HOUR, duration: HOUR, serviceId };
  const created = await rowsOf(user, 'POST', `/user/${user.id}/events`, event);
  expect(created.rows).toBe(7);
  const path = `/user/events/${created.answer.event.id}`;
  expect((await rowsOf(user, 'DELETE', path)).rows).toBe(2);
});
