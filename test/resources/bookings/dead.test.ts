/** What is over costs no reader anything, whether or not it is deleted yet: expired holds, and cancelled bookings. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  at,
  book,
  cancel,
  change,
  collective,
  equal,
  group,
  HOUR,
  NOW,
  newWorld,
  ok,
  tryBook,
  type World,
  window,
} from '../../support/bookings.ts';
import { costing } from '../../support/database.ts';

/** The rows that one more or less in a random order may cost. */
const SLACK = 20;
const byAvailability = { variant: 'roundRobinAlgorithm', data: 'availability' } as const;
const kinds = {
  'a round robin': byAvailability,
  'an equal one': equal,
  'a collective': collective,
  'a group': group(100),
};
const day = '?startDate=2030-01-08&endDate=2030-01-08&duration=3600000&interval=3600000';

/** Copies a booking and its events `n` times, a millisecond apart, each with a session of its own or all with the same. */
async function copy(
  { account }: World,
  { id, eventIds }: { id: string; eventIds: string[] },
  n: number,
  apart = 1,
) {
  const numbers = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)';
  // Expired by the clock of the database, too.
  const expiry = 'CASE WHEN expires_at IS NOT NULL THEN 1 END';
  const session = apart ? "session || '.' || i" : 'session';
  await env.DB.batch([
    env.DB.prepare(
      `${numbers} INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events,
         metadata, created, updated, stamp) -- words: allow
       SELECT account_id, id || '.' || i, service_id, ${session}, start_ts + i * ${apart}, duration, state, ${expiry}, hosts,
         events, metadata, created, updated, '' FROM bookings, n WHERE account_id = ?2 AND id = ?3`,
    ).bind(n, account.id, id),
    ...eventIds.map((event) =>
      env.DB.prepare(
        `${numbers} INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders,
           service_id, session, expires_at, metadata, created, updated)
         SELECT account_id, id || '.' || i, calendar_id, user_id, start_ts + i, duration, busy, last_start + i, reminders,
           service_id, session || '.' || i, ${expiry}, metadata, created + i, updated
         FROM events, n WHERE account_id = ?2 AND id = ?3`,
      ).bind(n, account.id, event),
    ),
  ]);
}

/** The rows that each request reads and writes. */
async function costs(world: World) {
  const rows: Record<string, { read: number; written: number }> = {};
  const costing_ = async <T>(name: string, request: (options: { env: { DB: D1Database } }) => Promise<T>) => {
    const cost = costing();
    const answer = await request({ env: { DB: cost.db } });
    rows[name] = cost.rows();
    return answer;
  };
  const get = (path: string) => (options: object) =>
    ok(world.account.call('GET', path, { now: NOW, ...options }));
  await costing_('slots', get(`/service/${world.service}/booking${day}`));
  await costing_('events', get(`/user/calendar/${world.hosts[0].calendar}/events${window}`));
  await costing_('free/busy', get(`/user/${world.hosts[0].id}/freebusy${window}`));
  const booking = await costing_('book', (options) => book(world, at(10), {}, options));
  const held = await costing_('hold', (options) => book(world, at(12), { holdFor: 10 }, options));
  await costing_('confirm', (options) => ok(change(world, held, { state: 'confirmed' }, options)));
  await costing_('move', (options) => ok(change(world, held, { startTs: at(14) }, options)));
  await costing_('cancel', (options) => ok(cancel(world, booking, options)));
  await costing_('delete event', (options) =>
    ok(world.account.call('DELETE', `/user/events/${held.eventIds[0]}`, { now: NOW, ...options })).catch(
      () => {},
    ),
  );
  return rows;
}

async function expectSame(worlds: readonly World[]) {
  const [few = {}, many = {}] = [await costs(worlds[0] as World), await costs(worlds[1] as World)];
  for (const [name, { read, written }] of Object.entries(many)) {
    // The quotas' count of events is written more often where there are few.
    expect([name, written - (few[name]?.written ?? 0) <= 4]).toEqual([name, true]);
    expect([name, Math.max(read - (few[name]?.read ?? 0), SLACK)]).toEqual([name, SLACK]);
  }
}

describe.each(Object.entries(kinds))('%s', (_, multiPerson) => {
  it('costs the same among 3,000 expired holds as among 30', async () => {
    const worlds = [];
    for (const n of [30, 3000]) {
      const world = await newWorld({ hosts: 2, multiPerson });
      const held = await book(world, at(10), { holdFor: 1 }, { now: NOW - 2 * HOUR });
      await copy(world, held, n);
      worlds.push(world);
    }
    await expectSame(worlds);
  });

  it('costs the same among 3,000 cancelled bookings as among 30', async () => {
    const worlds = [];
    for (const n of [30, 3000]) {
      const world = await newWorld({ hosts: 2, multiPerson });
      const booking = await book(world, at(10));
      await ok(cancel(world, booking));
      await copy(world, { ...booking, eventIds: [] }, n, 0);
      worlds.push(world);
    }
    await expectSame(worlds);
  });
});

it('a seat is taken, but by what is alive alone', async () => {
  const world = await newWorld({ hosts: 2, multiPerson: group(2) });
  const held = await book(world, at(10), { holdFor: 1 }, { now: NOW - 2 * HOUR });
  await copy(world, { ...held, eventIds: [] }, 300, 0);
  await book(world, at(10));
  await book(world, at(10));
  expect((await tryBook(world, at(10))).problem.code).toBe('slot-taken');
});
