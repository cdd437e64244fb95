/** What no index keeps from a request, the request reads up to a limit, and says that it ended there. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { EVENTS_READ_MAX, SLOT_EVENTS_MAX } from '../../src/limits.ts';
import { reading } from '../support/database.ts';
import { END, fillEvents, type Kind, quietWorld, read, START, unread, type World } from './world.ts';

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
    expect(most?.rows).toBeLessThan(2 * EVENTS_READ_MAX + ASIDE);
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
  expect(most?.rows).toBeLessThan(2 * EVENTS_READ_MAX + ASIDE);
});

const slots = '?startDate=2030-01-01&endDate=2030-01-01&duration=3600000&interval=3600000';

it.each(
  Object.entries(read).flatMap(
    ([name, kind]) =>
      [
        [name, kind, false],
        [name, kind, true],
      ] as const,
  ),
)('slots: %s, booked: %s', async (_, kind, booked) => {
  const world = await quietWorld();
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
