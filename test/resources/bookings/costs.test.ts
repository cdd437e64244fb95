/** The rows that a booking reads and writes, index entries included, on a day on which its host has 20 events. */
import { expect, it } from 'vitest';
import { at, book, cancel, change, enter, HOUR, newWorld } from '../../support/bookings.ts';
import { costing } from '../../support/database.ts';

it('the rows of a booking, a hold, its confirmation, a move, new metadata and a cancellation', async () => {
  const world = await newWorld();
  for (let i = 0; i < 20; i++) await enter(world.hosts[0], at(0) + (i * HOUR) / 2);
  for (let i = 0; i < 3; i++) await book(world, at(13 + 2 * i));
  const costOf = async <T>(send: (options: { env: object }) => Promise<T>) => {
    const { db, rows } = costing();
    return { made: await send({ env: { DB: db } }), ...rows() };
  };
  const booking = await costOf((options) => book(world, at(19), {}, options));
  expect(booking.read).toBeLessThanOrEqual(120);
  const hold = await costOf((options) => book(world, at(21), { holdFor: 10 }, options));
  const changed = (body: object) => costOf((options) => change(world, hold.made, body, options));
  const confirmation = await changed({ state: 'confirmed' });
  const move = await changed({ startTs: at(22) });
  const relabelled = await changed({ metadata: {} });
  const cancellation = await costOf((options) => cancel(world, hold.made, options));
  const written = [booking, hold, confirmation, move, relabelled, cancellation].map((cost) => cost.written);
  // The account's counter of events rises with every second event of this host, so with that of the hold.
  expect(written).toEqual([10, 12, 5, 5, 2, 3]);
});
