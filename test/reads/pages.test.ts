/** A page has at most 2 MB, and the database sends no more: it ends early with a cursor, or says that it is too large. */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { PAGE_MAX_BYTES } from '../../src/limits.ts';
import type { Reply } from '../support/client.ts';
import { through } from '../support/database.ts';
import { START } from '../support/hostile-rows.ts';
import { expectProblem } from '../support/problem.ts';
import { fillBookings, quietWorld, type World } from './world.ts';

const ROWS = 60;
const BYTES = 60_000;
/** Metadata of 60 kB: an entry to filter by, and others. */
const fat = JSON.stringify({
  color: 'fat',
  ...Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`k${i}`, 'x'.repeat(BYTES / 15 - 9)])),
});

let world: World;
beforeAll(async () => {
  world = await quietWorld();
  const { account } = world.user;
  const insert = (statement: string, ...more: string[]) =>
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) ${statement}`,
    )
      .bind(account.id, fat, ...more)
      .run();
  const id = 'lower(hex(randomblob(16)))';
  await insert(`INSERT INTO users (account_id, id, metadata) SELECT ?1, ${id}, ?2 FROM n`);
  await insert(
    `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata) SELECT ?1, ${id}, ?3, 'UTC', 'Mon', ?2 FROM n`,
    world.user.id,
  );
  await insert(
    `INSERT INTO schedules (account_id, id, user_id, timezone, rules, metadata) SELECT ?1, ${id}, ?3, 'UTC', '[]', ?2 FROM n`,
    world.user.id,
  );
  await insert(
    `INSERT INTO services (account_id, id, multi_person, metadata) SELECT ?1, ${id}, '{"variant":"collective"}', ?2 FROM n`,
  );
  await insert(
    `INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated, timezone)
     SELECT ?1, ${id}, ?4, ?3, ${START} + i, 1, 0, ${START} + i, '[]', ?2, 1, 1, 'UTC' FROM n`,
    world.user.id,
    world.ids.calendarId ?? '',
  );
  await fillBookings(world, ROWS, { start: `${START} + i`, state: 'confirmed' });
  await env.DB.prepare("UPDATE bookings SET metadata = ?2 WHERE account_id = ?1 AND stamp = ''") // words: allow
    .bind(account.id, fat)
    .run();
});

/** The reply, and the bytes that the database sent for it. */
async function get(path: string): Promise<{ reply: Reply; sent: number }> {
  let sent = 0;
  const db = through(async (run) => {
    const results = await run();
    for (const { results: rows } of results) sent += JSON.stringify(rows).length;
    return results;
  });
  return { reply: await world.user.account.call('GET', path, { env: { DB: db } }), sent };
}

const lists: [string, (w: World) => string][] = [
  ['users', () => '/user?'],
  ['calendars', (w) => `/user/${w.user.id}/calendar?`],
  ['schedules', (w) => `/user/${w.user.id}/schedule?`],
  ['services', () => '/service?'],
  ['events', (w) => `/user/${w.user.id}/events?`],
  ['bookings', (w) => `/service/${w.ids.serviceId}/bookings?`],
];

it.each(
  lists.flatMap(([name, path]) =>
    [...(name === 'bookings' ? [''] : ['order=asc', 'order=desc', 'metadata[color]=fat']), ''].map(
      (filter) => [name, filter, path] as const,
    ),
  ),
)('%s %s: pages end early, and all of them have every row once', async (name, filter, path) => {
  const seen: string[] = [];
  let cursor: string | null = '';
  let pages = 0;
  while (cursor !== null) {
    const { reply, sent } = await get(`${path(world)}limit=100&${filter}&cursor=${cursor}`);
    expect(reply.status, JSON.stringify(reply.problem)).toBe(200);
    const bytes = JSON.stringify(reply.body).length;
    expect(bytes).toBeLessThanOrEqual(PAGE_MAX_BYTES);
    // The row after the page, and the escapes of JSON in JSON.
    expect(sent).toBeLessThan(1.1 * PAGE_MAX_BYTES + BYTES);
    for (const { id } of reply.body[name]) seen.push(id);
    cursor = reply.body.nextCursor;
    if (cursor) expect(bytes).toBeGreaterThan(PAGE_MAX_BYTES / 2);
    pages++;
  }
  expect(pages).toBeGreaterThan(1);
  expect(new Set(seen).size).toBe(seen.length);
  const table = await env.DB.prepare(`SELECT count(*) AS n FROM ${name} WHERE account_id = ?`)
    .bind(world.user.account.id)
    .first<{ n: number }>();
  expect(seen.length).toBe(filter.startsWith('metadata') ? ROWS : table?.n);
});

it.each(['user', 'calendar', 'schedule', 'service', 'events'])(
  '%s: found by metadata, it is too large',
  async (kind) => {
    const { reply, sent } = await get(`/${kind}/meta?key=color&value=fat&limit=100`);
    expectProblem(reply, 'answer-too-large');
    expect(sent).toBeLessThan(1.1 * PAGE_MAX_BYTES + BYTES);
    expect((await get(`/${kind}/meta?key=color&value=fat&limit=20`)).reply.status).toBe(200);
  },
);

it('events of a calendar are too large together', async () => {
  const path = `/user/calendar/${world.ids.calendarId}/events?startTs=${START}&endTs=`;
  const { reply, sent } = await get(`${path}${START + 1000}`);
  expectProblem(reply, 'answer-too-large');
  expect(sent).toBeLessThan(1.1 * PAGE_MAX_BYTES + BYTES);
  const { body } = (await get(`${path}${START + 31}`)).reply;
  expect(body.events).toHaveLength(30);
});
