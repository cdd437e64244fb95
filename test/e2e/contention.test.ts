/** Requests at once that do not collide: nobody is turned away. Plain requests from several isolates, without retries. */
import { afterAll, expect, it } from 'vitest';
import { outcome } from './support/actors.ts';
import { expectSound, HOUR_MS, newWorld, TOMORROW_MS } from './support/booking-world.ts';
import { startService } from './support/service.ts';

const service = await startService('a', 'b', 'c');
afterAll(service.stop);

type World = Awaited<ReturnType<typeof newWorld>>;
const MINUTE_MS = 60_000;

/** Books `n` times at once, and returns how often each outcome came. */
async function bookAtOnce(
  { clientAt, serviceId }: World,
  n: number,
  bookingOf: (i: number) => { startTs: number; duration: number; hostUserIds?: string[] },
): Promise<Record<string, number>> {
  const answers = await Promise.all(
    Array.from({ length: n }, (_, i) => clientAt(i).booking.create(serviceId, bookingOf(i))),
  );
  return Object.fromEntries([...Map.groupBy(answers, outcome)].map(([key, { length }]) => [key, length]));
}

it('books 100 different slots of one host', { timeout: 60_000 }, async () => {
  const world = await newWorld(service, 1);
  const quarter = (i: number) => ({ startTs: TOMORROW_MS + i * 15 * MINUTE_MS, duration: 15 * MINUTE_MS });
  expect(await bookAtOnce(world, 100, quarter)).toEqual({ 201: 100 });
  await expectSound(service, world.account);
});

it('books 100 seats of one slot, and no seat more than there are', { timeout: 60_000 }, async () => {
  const world = await newWorld(service, 1, { variant: 'group', data: 100 });
  const slot = () => ({ startTs: TOMORROW_MS, duration: HOUR_MS });
  expect(await bookAtOnce(world, 110, slot)).toEqual({ 201: 100, '409 slot-taken': 10 });
  const { events } = await expectSound(service, world.account);
  expect(events).toHaveLength(1);
});

it.each(['availability', 'equalDistribution'] as const)(
  'books a round robin by %s for as long as there is room, one host after the other',
  // A request that began earlier may be written later, and then counts as the earlier booking.
  { timeout: 60_000, retry: 2 },
  async (data) => {
    const world = await newWorld(service, 10, { variant: 'roundRobinAlgorithm', data });
    const slots = (i: number) => ({ startTs: TOMORROW_MS + (i % 10) * HOUR_MS, duration: HOUR_MS });
    expect(await bookAtOnce(world, 60, slots)).toEqual({ 201: 60 });
    const { bookings } = await expectSound(service, world.account);
    const byHost = world.calendars.map(
      ({ userId }) => bookings.filter(({ hosts }) => hosts.includes(userId)).length,
    );
    for (const booked of byHost) expect(Math.abs(booked - 6)).toBeLessThanOrEqual(2);
    expect(await bookAtOnce(world, 45, slots)).toEqual({ 201: 40, '409 slot-taken': 5 });
    await expectSound(service, world.account);
  },
);

it('moves one booking to twelve times at once, each of them 200', { timeout: 60_000 }, async () => {
  const world = await newWorld(service, 1);
  const [first] = world.clients as [World['clients'][number]];
  const { data } = await first.booking.create(world.serviceId, { startTs: TOMORROW_MS, duration: HOUR_MS });
  const moves = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      world.clientAt(i).booking.move(data?.booking.id ?? '', TOMORROW_MS + (i % 6) * HOUR_MS),
    ),
  );
  expect(moves.map(outcome)).toEqual(moves.map(() => '200'));
  await expectSound(service, world.account);
});

it('books while somebody moves a booking of the same host on another day', { timeout: 60_000 }, async () => {
  const world = await newWorld(service, 1);
  const [attacker] = world.clients as [World['clients'][number]];
  const far = TOMORROW_MS + 20 * 24 * HOUR_MS;
  const { data } = await attacker.booking.create(world.serviceId, { startTs: far, duration: HOUR_MS });
  let moves = 0;
  let done = false;
  const attack = Array.from({ length: 4 }, async () => {
    while (!done) await attacker.booking.move(data?.booking.id ?? '', far + (moves++ % 24) * HOUR_MS);
  });
  const hour = (i: number) => ({ startTs: TOMORROW_MS + i * HOUR_MS, duration: HOUR_MS });
  const booked = await bookAtOnce(world, 24, hour);
  done = true;
  await Promise.all(attack);
  expect(booked).toEqual({ 201: 24 });
  expect(moves).toBeGreaterThanOrEqual(4);
  await expectSound(service, world.account);
});
