/** The lists of bookings: pages by start, windows of any length, states, and what a page reads. */
import { expect, it } from 'vitest';
import { FILTERED_ROWS_MAX } from '../../../src/limits.ts';
import type { Booking } from '../../../src/sdk/types.ts';
import { fillBookings, quietWorld, type World } from '../../reads/world.ts';
import { as, at, book, cancel, DAY, HOUR, MINUTE, NOW, newWorld, ok } from '../../support/bookings.ts';
import { reading } from '../../support/database.ts';
import { START } from '../../support/hostile-rows.ts';
import { expectInvalid } from '../../support/problem.ts';

type Page = { bookings: Booking[]; nextCursor: string | null };
const idsOf = ({ bookings }: Page) => bookings.map(({ id }) => id);
const search = (query: Record<string, string | number>) => {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, `${value}`]));
  return `?${text}`;
};

/** Bookings at 9, 10 and 11, of which the second is cancelled, made in another order. */
async function three() {
  const world = await newWorld();
  const [third, first, second] = [
    await book(world, at(11)),
    await book(world, at(9)),
    await book(world, at(10), { holdFor: 30 }),
  ];
  await cancel(world, second);
  const list = (query: Record<string, string | number> = {}) =>
    world.account.call('GET', `/service/${world.service}/bookings${search(query)}`);
  const page = (query?: Record<string, string | number>) => ok<Page>(list(query));
  return { world, list, page, ids: [first.id, second.id, third.id] as const };
}

it('lists all bookings by start, page by page, without a window', async () => {
  const { page, ids } = await three();
  expect(await page()).toMatchObject({ bookings: ids.map((id) => ({ id })), nextCursor: null });
  const first = await page({ limit: 2 });
  expect(idsOf(first)).toEqual(ids.slice(0, 2));
  const last = await page({ limit: 2, cursor: first.nextCursor ?? '' });
  expect(last).toMatchObject({ bookings: [{ id: ids[2] }], nextCursor: null });
  expect(idsOf(await page({ limit: 3 }))).toEqual(ids);
  expect(idsOf(await page({ cursor: '' }))).toEqual(ids);
});

it('takes a window of any length, or with one bound', async () => {
  const { page, ids } = await three();
  expect(idsOf(await page({ startTs: 0, endTs: at(24 * 365) }))).toEqual(ids);
  expect(idsOf(await page({ startTs: at(10) + 1 }))).toEqual(ids.slice(1));
  expect(idsOf(await page({ startTs: at(11) }))).toEqual(ids.slice(2));
  expect(idsOf(await page({ endTs: at(11) }))).toEqual(ids.slice(0, 2));
  expect(idsOf(await page({ startTs: at(9) + 30 * MINUTE, endTs: at(9) + 31 * MINUTE }))).toEqual([ids[0]]);
});

it('filters by state', async () => {
  const { page, ids } = await three();
  expect(idsOf(await page({ state: 'confirmed' }))).toEqual([ids[0], ids[2]]);
  expect(idsOf(await page({ state: 'cancelled' }))).toEqual([ids[1]]);
  expect(idsOf(await page({ state: 'held' }))).toEqual([]);
  const one = await page({ state: 'confirmed', limit: 1 });
  expect(idsOf(one)).toEqual([ids[0]]);
  expect(idsOf(await page({ state: 'confirmed', limit: 1, cursor: one.nextCursor ?? '' }))).toEqual([ids[2]]);
});

it('a user pages through the bookings that their tokens made', async () => {
  const { hosts, account, service } = await newWorld();
  const guest = await account.newUser();
  const made: string[] = [];
  for (const hour of [9, 11, 13]) {
    const body = { startTs: at(hour), duration: HOUR };
    const { booking } = await ok<{ booking: Booking }>(
      as(guest, 'POST', `/service/${service}/booking`, { body }),
    );
    made.push(booking.id);
  }
  const list = async (query: Record<string, string | number> = {}) =>
    ok<Page>(as(guest, 'GET', `/me/bookings${search(query)}`));
  const first = await list({ limit: 2 });
  expect(idsOf(first)).toEqual(made.slice(0, 2));
  expect(idsOf(await list({ limit: 2, cursor: first.nextCursor ?? '' }))).toEqual(made.slice(2));
  expect(idsOf(await list({ startTs: NOW, endTs: at(12) }))).toEqual(made.slice(0, 2));
  const other = await as(hosts[0].user, 'GET', `/me/bookings${search({ cursor: first.nextCursor ?? '' })}`);
  expectInvalid(other, 'cursor');
});

it('refuses a cursor of another list, window or state, and values out of range', async () => {
  const { world, list, page } = await three();
  const window = { startTs: NOW, endTs: at(24) };
  const { nextCursor } = await page({ ...window, limit: 1 });
  const cursor = nextCursor ?? '';
  expect(idsOf(await page({ ...window, limit: 1, cursor }))).toHaveLength(1);
  for (const query of [
    { cursor },
    { ...window, endTs: at(25), cursor },
    { ...window, state: 'confirmed', cursor },
    { ...window, cursor: `${cursor}x` },
    { ...window, cursor: '1.1' },
  ])
    expectInvalid(await list(query), 'cursor');
  const service = (await newWorld()).service;
  const other = await world.account.call(
    'GET',
    `/service/${service}/bookings${search({ ...window, cursor })}`,
  );
  expect(other.status).toBe(400);
  expectInvalid(await list({ limit: 0 }), 'limit');
  expectInvalid(await list({ limit: 101 }), 'limit');
  expectInvalid(await list({ state: 'expired' }), 'state');
  expectInvalid(await list({ startTs: 'now' }), 'startTs');
  expectInvalid(await list({ startTs: 5, endTs: 5 }), 'endTs');
});

async function pageOf(world: World, query: Record<string, string | number>) {
  const { db, rows } = reading();
  const path = `/service/${world.ids.serviceId}/bookings${search(query)}`;
  const reply = await world.user.account.call('GET', path, { env: { DB: db } });
  expect(reply.status).toBe(200);
  return { ...(reply.body as Page), rows: rows() };
}

it('a page reads a few rows for each of its bookings, at any depth, though thousands start at one time', async () => {
  const world = await quietWorld();
  await fillBookings(world, 8000, { start: `${START}`, state: 'confirmed' });
  const seen = new Set<string>();
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null && pages < 100; pages++) {
    const page: Page & { rows: number } = await pageOf(world, { limit: 100, cursor });
    expect(page.rows).toBeLessThan(4 * 101);
    for (const id of idsOf(page)) seen.add(id);
    cursor = page.nextCursor;
  }
  expect(seen.size).toBe(8001);
});

it('a page of a rare state ends after as many rows as a page reads, and a cursor goes on', async () => {
  const world = await quietWorld();
  await fillBookings(world, 3 * FILTERED_ROWS_MAX, { start: `${START - 30 * DAY} + i`, state: 'cancelled' });
  const sizes: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page & { rows: number } = await pageOf(world, { state: 'confirmed', cursor });
    expect(page.rows).toBeLessThan(2 * FILTERED_ROWS_MAX + 50);
    sizes.push(page.bookings.length);
    cursor = page.nextCursor;
  }
  expect(sizes).toEqual([0, 0, 0, 1]);
  await fillBookings(world, 27 * FILTERED_ROWS_MAX, { start: `${START - 30 * DAY} + i`, state: 'cancelled' });
  const { rows } = await pageOf(world, { state: 'confirmed' });
  expect(rows).toBeLessThan(2 * FILTERED_ROWS_MAX + 50);
});

it('lists a booking in every window that it reaches, however long its host made it', async () => {
  const { world, page } = await three();
  const token = { claims: { schedulerPolicy: { allow: ['*'] } } };
  const long = (
    await ok<{ booking: Booking }>(
      as(
        world.hosts[0].user,
        'POST',
        `/service/${world.service}/booking`,
        {
          body: { startTs: at(13), duration: HOUR },
        },
        token.claims,
      ),
    )
  ).booking;
  const last = await book(world, at(12) + 4 * DAY);
  await ok(
    world.account.call('PUT', `/user/events/${long.eventIds[0]}`, { body: { duration: 3 * DAY }, now: NOW }),
  );
  const own = (query: object) =>
    as(
      world.hosts[0].user,
      'GET',
      `/me/bookings${search(query as Record<string, number>)}`,
      {},
      token.claims,
    );
  for (const [day, ids] of [
    [1, [long.id]],
    [2, [long.id]],
    [3, [long.id, last.id]],
    [4, [last.id]],
  ] as const) {
    const window = { startTs: at(12) + day * DAY, endTs: at(13) + day * DAY + DAY };
    expect(idsOf(await page(window))).toEqual(ids);
    const first = await page({ ...window, limit: 1 });
    const rest = first.nextCursor ? idsOf(await page({ ...window, limit: 1, cursor: first.nextCursor })) : [];
    expect([...idsOf(first), ...rest]).toEqual(ids);
    expect(idsOf(await ok<Page>(own(window)))).toEqual(ids.filter((id) => id === long.id));
  }
});
