/** What counting costs a write: at most one row, no round trip, and not the same row with every event. */
import { expect, it } from 'vitest';
import { at, HOUR, NOW, newWorld } from '../support/bookings.ts';
import { counting, newAccount, type Reply } from '../support/client.ts';
import { writing } from '../support/database.ts';
import { expectCounted } from './support.ts';

/** The rows that a request writes. */
async function rowsOf(send: (env: { DB: D1Database }) => Promise<Reply>): Promise<number> {
  const { db, rows } = writing();
  expect((await send({ DB: db })).status).toBeLessThan(300);
  return rows();
}

it('each creation and deletion of what is rare writes the counters once', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const costs: Record<string, [created: number, gone: number]> = {};
  for (const [path, body] of [
    ['/user', {}],
    [`/user/${user.id}/calendar`, { timezone: 'UTC' }],
    [`/user/${user.id}/schedule`, { timezone: 'UTC' }],
    ['/service', {}],
  ] as const) {
    let made = ['', ''];
    const created = await rowsOf(async (env) => {
      const reply = await account.call('POST', path, { body, env });
      const [[kind, { id }]] = Object.entries(reply.body) as [[string, { id: string }]];
      made = [kind, ['user', 'service'].includes(kind) ? `/${kind}/${id}` : `/user/${kind}/${id}`];
      return reply;
    });
    const gone = await rowsOf((env) => account.call('DELETE', made[1] as string, { env }));
    costs[made[0] as string] = [created, gone];
  }
  // A row, its index entries, and the counters; a deletion writes a removal with its index entry, the counters, and for
  // calendars and schedules an availability revision.
  expect(costs).toEqual({ user: [4, 3], calendar: [4, 4], schedule: [4, 4], service: [4, 3] });
});

it('a new event writes the counters less and less often, and takes one round trip', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const calendarId = await user.newCalendar();
  const rows: number[] = [];
  const body = { calendarId, startTs: 0, duration: HOUR };
  for (let i = 0; i < 80; i++)
    rows.push(await rowsOf((env) => account.call('POST', `/user/${user.id}/events`, { body, env })));
  const withCounters = (from: number, to: number) =>
    rows.slice(from, to).reduce((sum, written) => sum + written - 4, 0);
  expect([withCounters(0, 16), withCounters(16, 32), withCounters(32, 64), withCounters(64, 80)]).toEqual([
    16, 8, 8, 2,
  ]);
  const { db, trips } = counting();
  await account.call('POST', `/user/${user.id}/events`, { body, env: { DB: db } });
  expect(trips()).toBe(1);
  await expectCounted(account.id);
});

it('an update writes the counters only where the text passes a KiB', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const event = { calendarId: await user.newCalendar(), startTs: 0, duration: HOUR };
  const { id } = (await account.call('POST', `/user/${user.id}/events`, { body: event })).body.event;
  const update = (body: object) => rowsOf((env) => account.call('PUT', `/user/events/${id}`, { body, env }));
  const textOf = (length: number) => ({ metadata: { text: 'x'.repeat(length) } });
  // The event and the metadata entry; with the counters; the former entry, too.
  expect(await update(textOf(100))).toBe(2);
  expect(await update(textOf(400))).toBe(3);
  expect(await update(textOf(600))).toBe(4);
  expect(await update(textOf(601))).toBe(3);
  expect(await update({ busy: true })).toBe(2);
});

it('a booking writes the counters for itself, and for its event as any event; a hold one index entry more', async () => {
  const world = await newWorld();
  const { account, service } = world;
  const bookAt = (hour: number, body = {}) =>
    rowsOf((env) =>
      account.call('POST', `/service/${service}/booking`, {
        body: { startTs: at(hour), duration: HOUR, ...body },
        now: NOW,
        env,
      }),
    );
  const first = await bookAt(0);
  for (let hour = 1; hour < 17; hour++) await bookAt(hour);
  const later = await bookAt(18);
  expect(later).toBe(first - 1);
  // The 19th event is one that the counters take; the 20th is not.
  expect(await bookAt(19)).toBe(later + 1);
  expect(await bookAt(20, { holdFor: 5 })).toBe(later + 1);
});
