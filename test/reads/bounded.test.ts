/** What no index keeps from a request, the request reads up to a limit, and says that it ended there. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { EVENTS_READ_MAX, FILTERED_ROWS_MAX, SEEKS_MAX, SLOT_EVENTS_MAX } from '../../src/limits.ts';
import { reading } from '../support/database.ts';
import { END, type Kind, read, START, unread } from '../support/hostile-rows.ts';
import { fillEvents, quietWorld, type World } from './world.ts';

const window = `?startTs=${START}&endTs=${END}`;
/** What a request reads beside the events: the credential, calendars, classes. */
const ASIDE = 150;

async function rowsOf({ user }: World, path: string) {
  const { db, rows } = reading();
  const { status, problem } = await user.account.call('GET', path, { env: { DB: db } });
  return { status, code: problem.code, rows: rows() };
}

/** Fills the world up to each size in turn, and returns what the request costs among so many. */
async function among(world: World, sizes: readonly number[], kind: Kind, path: string) {
  const costs: Awaited<ReturnType<typeof rowsOf>>[] = [];
  let there = 0;
  for (const size of sizes) {
    await fillEvents(world, size - there, kind);
    there = size;
    costs.push(await rowsOf(world, path));
  }
  return costs;
}

const tooLarge = { status: 400, code: 'answer-too-large' };

it.each(Object.entries({ ...read, 'endless and free': unread['endless and free'] as Kind }))(
  'events of a calendar: %s',
  async (_, kind) => {
    const world = await quietWorld();
    const path = `/user/calendar/${world.ids.calendarId}/events${window}`;
    const [few, many, most] = await among(
      world,
      [EVENTS_READ_MAX - 100, EVENTS_READ_MAX + 1, 10 * EVENTS_READ_MAX],
      kind,
      path,
    );
    expect(few?.status).toBe(200);
    expect(many).toMatchObject(tooLarge);
    expect(most).toMatchObject(tooLarge);
    expect(most?.rows).toBeLessThan(EVENTS_READ_MAX + ASIDE);
  },
);

it.each(Object.entries(read))('free/busy: %s', async (_, kind) => {
  const world = await quietWorld();
  const path = `/user/${world.user.id}/freebusy?startTs=${START}&endTs=${START + 100_000}`;
  const [few, many, most] = await among(
    world,
    [EVENTS_READ_MAX - 100, EVENTS_READ_MAX + 1, 10 * EVENTS_READ_MAX],
    kind,
    path,
  );
  expect(few?.status).toBe(200);
  expect(many).toMatchObject(tooLarge);
  expect(most).toMatchObject(tooLarge);
  expect(most?.rows).toBeLessThan(EVENTS_READ_MAX + ASIDE);
});

const slots = '?startDate=2030-01-01&endDate=2030-01-01&duration=3600000&interval=3600000';

it.each([
  ['series that ended lately', false],
  ['series that ended lately', true],
] as const)('slots: %s, booked: %s', async (name, booked) => {
  const world = await quietWorld();
  const kind = read[name] as Kind;
  const of = { ...kind, more: { ...kind.more, ...(booked && { service_id: `'${world.ids.serviceId}'` }) } };
  const path = `/service/${world.ids.serviceId}/booking${slots}`;
  const [few, many, most] = await among(
    world,
    [SLOT_EVENTS_MAX - 100, SLOT_EVENTS_MAX + 1, 2 * SLOT_EVENTS_MAX],
    of,
    path,
  );
  expect(few?.status).toBe(200);
  expect(many).toMatchObject(tooLarge);
  expect(most).toMatchObject(tooLarge);
  // A booked event is read as one of its calendar, too, and each statement has the limit.
  expect(most?.rows).toBeLessThan((booked ? 8 : 4) * SLOT_EVENTS_MAX + ASIDE);
  await env.DB.prepare('DELETE FROM events WHERE account_id = ?').bind(world.user.account.id).run();
});

it.each(['pending', 'delivered'])('deliveries: %s among others', async (state) => {
  const world = await quietWorld();
  const other = state === 'pending' ? ['delivered', 'NULL', '1'] : ['pending', '1', 'NULL'];
  const fill = (n: number) =>
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO deliveries (account_id, type, content, state, next_at, expires_at)
       SELECT ?2, 'user.created', '{}', '${other[0]}', ${other[1]}, ${other[2]} FROM n`,
    )
      .bind(n, world.user.account.id)
      .run();
  if (state === 'delivered')
    await env.DB.prepare(
      "UPDATE deliveries SET state = 'delivered', next_at = NULL, expires_at = 1 WHERE account_id = ?",
    )
      .bind(world.user.account.id)
      .run();
  await fill(2 * FILTERED_ROWS_MAX);
  const path = `/account/webhook/deliveries?state=${state}`;
  const seen: string[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages++) {
    const { body } = await world.user.account.call('GET', path + (cursor && `&cursor=${cursor}`));
    seen.push(...body.deliveries.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor;
  }
  expect([seen, pages]).toEqual([[world.ids.deliveryId], 3]);
  await fill(20 * FILTERED_ROWS_MAX);
  expect((await rowsOf(world, path)).rows).toBeLessThan(2 * FILTERED_ROWS_MAX + ASIDE);
});

it.each(['asc', 'desc'])('metadata entries that never match together, %s', async (order) => {
  const world = await quietWorld();
  const fill = (n: number) =>
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO users (account_id, id, metadata)
       SELECT ?2, lower(hex(randomblob(16))), CASE i % 2 WHEN 0 THEN '{"a":"1"}' ELSE '{"b":"1"}' END FROM n`,
    )
      .bind(n, world.user.account.id)
      .run();
  const path = `/user?metadata[a]=1&metadata[b]=1&order=${order}`;
  await fill(SEEKS_MAX);
  const few = await rowsOf(world, path);
  await fill(4 * SEEKS_MAX);
  const many = await rowsOf(world, path);
  expect([few.status, many.status]).toEqual([200, 200]);
  expect(many.rows).toBeLessThan(2 * SEEKS_MAX);
  expect(Math.abs(many.rows - few.rows)).toBeLessThan(100);
});

it('free/busy of all calendars of a user, however many', async () => {
  const world = await quietWorld();
  const fill = (n: number) =>
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
       SELECT ?2, lower(hex(randomblob(16))), ?3, 'UTC', 'Mon', '{}' FROM n`,
    )
      .bind(n, world.user.account.id, world.user.id)
      .run();
  const path = `/user/${world.user.id}/freebusy${window}`;
  await fill(300);
  const few = await rowsOf(world, path);
  await fill(2700);
  const many = await rowsOf(world, path);
  expect([few, many]).toMatchObject([tooLarge, tooLarge]);
  expect(many.rows).toBe(few.rows);
});
