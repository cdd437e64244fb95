/** D1 bills each row and each index entry that is written: what metadata costs, and that none of it is left behind. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newAccount, newUser, type User } from './support/client.ts';
import { through } from './support/database.ts';

const entries = (n: number, value = 'v') =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`key ${i}`, value]));

/** The rows that the database writes, and reads, for a request. */
async function rowsOf(ask: (DB: D1Database) => Promise<{ status: number }>) {
  const rows = { written: 0, read: 0 };
  const DB = through(async (run) => {
    const results = await run();
    for (const { meta } of results) {
      rows.written += meta.rows_written;
      rows.read += meta.rows_read;
    }
    return results;
  });
  expect((await ask(DB)).status).toBeLessThan(300);
  return rows;
}

type Make = (user: User) => Promise<{ path: string; change: string; body: object }>;
const resources: Record<string, Make> = {
  user: async ({ account }) => ({ path: '/user', change: '/user', body: {}, account }),
  calendar: async ({ id }) => ({
    path: `/user/${id}/calendar`,
    change: '/user/calendar',
    body: { timezone: 'UTC' },
  }),
  event: async (user) => ({
    path: `/user/${user.id}/events`,
    change: '/user/events',
    body: { calendarId: await user.newCalendar(), startTs: 0, duration: 1 },
  }),
};

it.each([
  // Of the resource itself, with its indexes and the revision of its user's agenda: written, changed, deleted.
  ['user', 2, 1, 1],
  ['calendar', 3, 1, 2],
  ['event', 4, 1, 2],
] as const)(
  'a %s pays one row for each metadata entry, and for each that changes',
  async (what, created, changed, gone) => {
    const user = await newUser();
    const { account } = user;
    for (const n of [0, 3, 64]) {
      const { path, change, body } = await (resources[what] as Make)(user);
      let id = '';
      const created_ = await rowsOf(async (DB) => {
        const reply = await account.call('POST', path, {
          body: { ...body, metadata: entries(n) },
          env: { DB },
        });
        id = reply.body[what].id;
        return reply;
      });
      expect(created_.written).toBe(created + n);
      const put = (metadata: object) =>
        rowsOf((DB) => account.call('PUT', `${change}/${id}`, { body: { metadata }, env: { DB } }));
      expect((await put(entries(n))).written).toBe(changed);
      if (n > 0) {
        const one = await put({ ...entries(n), 'key 0': 'other' });
        expect(one.written).toBe(changed + 2);
        expect(one.read).toBeLessThan(30 + 8 * n);
        await put(entries(n));
      }
      expect((await put(entries(n, 'all'))).written).toBe(changed + 2 * n);
      const removed = await rowsOf((DB) => account.call('DELETE', `${change}/${id}`, { env: { DB } }));
      expect(removed.written).toBe(gone + n);
    }
  },
);

const leftBehind = async (account: string) => {
  const tables = ['user_metadata', 'calendar_metadata', 'event_metadata'];
  const counts = await env.DB.batch<{ n: number }>(
    tables.map((t) => env.DB.prepare(`SELECT count(*) AS n FROM ${t} WHERE account_id = ?`).bind(account)),
  );
  return counts.map(({ results }) => results[0]?.n);
};

/** A user with a calendar and an event, three entries each. */
async function furnished() {
  const account = await newAccount();
  const user = await account.newUser(entries(3));
  const made = async (path: string, body: object) =>
    (await user.call('POST', path, { body: { ...body, metadata: { ...entries(2), 'a "key"': '5' } } })).body;
  const { calendar } = await made('/calendar', { timezone: 'UTC' });
  const { event } = await made('/events', { calendarId: calendar.id, startTs: 0, duration: 1 });
  expect(await leftBehind(account.id)).toEqual([3, 3, 3]);
  return { account, user, calendar, event };
}

it('no entry is left behind, whether its owner is deleted or goes with another', async () => {
  const { account, user, calendar, event } = await furnished();
  await account.call('DELETE', `/user/events/${event.id}`);
  expect(await leftBehind(account.id)).toEqual([3, 3, 0]);
  await account.call('DELETE', `/user/calendar/${calendar.id}`);
  expect(await leftBehind(account.id)).toEqual([3, 0, 0]);
  await account.call('DELETE', `/user/${user.id}`);
  expect(await leftBehind(account.id)).toEqual([0, 0, 0]);

  const others = await furnished();
  await others.account.call('DELETE', `/user/calendar/${others.calendar.id}`);
  expect(await leftBehind(others.account.id)).toEqual([3, 0, 0]);

  const all = await furnished();
  await all.account.call('DELETE', `/user/${all.user.id}`);
  expect(await leftBehind(all.account.id)).toEqual([0, 0, 0]);

  const whole = await furnished();
  await env.DB.prepare('DELETE FROM accounts WHERE id = ?').bind(whole.account.id).run();
  expect(await leftBehind(whole.account.id)).toEqual([0, 0, 0]);
});

it('a place in the order that is used again finds no entries of who had it before', async () => {
  const account = await newAccount();
  const first = await account.newUser({ color: 'red' });
  await account.call('DELETE', `/user/${first.id}`);
  const second = await account.newUser({ size: 'xl' });
  expect((await account.call('GET', '/user/meta?key=color&value=red')).body.users).toEqual([]);
  expect((await account.call('GET', '/user/meta?key=size&value=xl')).body.users[0].id).toBe(second.id);
});
