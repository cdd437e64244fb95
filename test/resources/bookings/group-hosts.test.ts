/** Seats of one slot that were booked with different hosts: each event lasts as long as the bookings that have it. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import {
  addHost,
  at,
  book,
  cancel,
  change,
  expectSound,
  group,
  type Host,
  newWorld,
  ok,
  readBooking,
  type World,
} from '../../support/bookings.ts';

/** A group that the second host leaves once the first seat is booked with both. */
async function worldOf(first: object) {
  const world = await newWorld({ hosts: 2, multiPerson: group(4) });
  const both = await book(world, at(10), first);
  await ok(world.account.call('DELETE', `/service/${world.service}/users/${world.hosts[1]?.id}`));
  return { world, both };
}

/** The end of a booking's events in milliseconds since the epoch, in the order of its hosts; null: they have none. */
const ends = async (world: World, { eventIds }: { eventIds: string[] }): Promise<(number | null)[]> => {
  const { events } = await expectSound(world);
  return eventIds.map((id) => events.find((event) => event.id === id)?.expires_at ?? null);
};

it('a later seat prolongs the events that it shares, and no others', async () => {
  const { world, both } = await worldOf({ holdFor: 5 });
  const one = await book(world, at(10), { holdFor: 10 });
  expect(one.eventIds).toEqual(both.eventIds.slice(0, 1));
  expect(await ends(world, both)).toEqual([one.expiresAt, both.expiresAt]);
  await ok(change(world, one, { state: 'confirmed' }));
  expect(await ends(world, both)).toEqual([null, both.expiresAt]);
  await ok(cancel(world, one));
  expect(await ends(world, both)).toEqual([both.expiresAt, both.expiresAt]);
});

it.each([
  [5, 10],
  [10, 5],
])(
  'holds of %i and then of %i minutes with the same host last as long as the longer one',
  async (...minutes) => {
    const world = await newWorld({ multiPerson: group(4) });
    const [one, two] = [
      await book(world, at(10), { holdFor: minutes[0] }),
      await book(world, at(10), { holdFor: minutes[1] }),
    ];
    expect(two.eventIds).toEqual(one.eventIds);
    expect(await ends(world, one)).toEqual([Math.max(Number(one.expiresAt), Number(two.expiresAt))]);
  },
);

it('a seat that joins does not last as long as one that is cancelled', async () => {
  const { world, both } = await worldOf({ holdFor: 10 });
  await ok(cancel(world, await book(world, at(10))));
  await book(world, at(10), { holdFor: 5 });
  expect(await ends(world, both)).toEqual([both.expiresAt, both.expiresAt]);
});

it('the confirmation of the first seat leaves a later one its own host', async () => {
  const { world, both } = await worldOf({ holdFor: 5 });
  const one = await book(world, at(10), { holdFor: 10 });
  await ok(change(world, both, { state: 'confirmed' }));
  expect(await ends(world, both)).toEqual([null, null]);
  await ok(cancel(world, both));
  expect(await ends(world, one)).toEqual([one.expiresAt]);
});

it('the event of one seat alone goes with it', async () => {
  const { world, both } = await worldOf({});
  const one = await book(world, at(10));
  await ok(cancel(world, both));
  const { events } = await expectSound(world);
  expect(events.map(({ id }) => id)).toEqual(one.eventIds);
  expect(await readBooking(world, one)).toMatchObject({ state: 'confirmed' });
});

it('the event of one seat alone goes with its row', async () => {
  const { world, both } = await worldOf({ holdFor: 10 });
  const one = await book(world, at(10), { holdFor: 5 });
  await env.DB.prepare('DELETE FROM bookings WHERE account_id = ? AND id = ?')
    .bind(world.account.id, both.id)
    .run();
  expect(await ends(world, one)).toEqual([one.expiresAt]);
  const { events } = await expectSound(world);
  expect(events.map(({ id }) => id)).toEqual(one.eventIds);
});

it('a seat that moves away leaves the events what the others need', async () => {
  const { world, both } = await worldOf({ holdFor: 5 });
  const one = await book(world, at(10), { holdFor: 10 });
  await ok(change(world, one, { startTs: at(12) }));
  expect(await ends(world, both)).toEqual([both.expiresAt, both.expiresAt]);
});

it.each([
  ['of two seats with different hosts', 1],
  ['of one seat with more hosts', 0],
])('a seat that moves into a session %s prolongs the event that it shares', async (_, seats) => {
  const { world, both } = await worldOf({ holdFor: 5 });
  for (let i = 0; i < seats; i++) await book(world, at(10), { holdFor: 5 });
  const one = await book(world, at(14), { holdFor: 10 });
  await ok(change(world, one, { startTs: at(10) }));
  expect(await ends(world, both)).toEqual([one.expiresAt, both.expiresAt]);
});

it('a seat shares no event of a removed calendar, before the steps', async () => {
  const { world, both } = await worldOf({});
  const one = await book(world, at(10));
  const host = world.hosts[1] as Host;
  await ok(world.account.call('DELETE', `/user/calendar/${host.calendar}`));
  const { calendar } = await ok<{ calendar: { id: string } }>(
    world.account.call('POST', `/user/${host.id}/calendar`, { body: { timezone: 'UTC' } }),
  );
  await addHost(world.account, world.service, { ...host, calendar: calendar.id });
  const seat = await book(world, at(10));
  expect([seat.eventIds[0], seat.eventIds[1] === both.eventIds[1]]).toEqual([one.eventIds[0], false]);
  await expectSound(world);
  const states = [one, seat, both].map(async (booking) => (await readBooking(world, booking)).state);
  expect(await Promise.all(states)).toEqual(['confirmed', 'confirmed', 'cancelled']);
});
