/** Bookings and their surroundings: cascades, ownership and lists. */
import { describe, expect, it } from 'vitest';
import {
  as,
  at,
  book,
  cancel,
  collective,
  eventsAt,
  expectSound,
  group,
  HOUR,
  NOW,
  newWorld,
  ok,
  readBooking,
  tryBook,
  window,
} from '../../support/bookings.ts';
import { policy } from '../../support/client.ts';
import { countOf, interrupted } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';

describe('a deletion', () => {
  it.each([
    ['one of its events', (_, booking) => `/user/events/${booking.eventIds[1]}`],
    ['the calendar of one of its events', ({ hosts }) => `/user/calendar/${hosts[1]?.calendar}`],
    ['one of its hosts', ({ hosts }) => `/user/${hosts[1]?.id}`],
    ['its service', ({ service }) => `/service/${service}`],
  ] as [
    string,
    (world: Awaited<ReturnType<typeof newWorld>>, booking: Awaited<ReturnType<typeof book>>) => string,
  ][])('cancels the whole booking: %s', async (deleted, path) => {
    for (const multiPerson of [collective, group(3)]) {
      const world = await newWorld({ hosts: 2, multiPerson });
      const made = [await book(world, at(10))];
      if (multiPerson.variant === 'group') made.push(await book(world, at(10), { holdFor: 5 }));
      const reply = await world.account.call('DELETE', path(world, made[0] as never), { now: NOW });
      expect(reply.status).toBe(200);
      for (const booking of made) expect((await readBooking(world, booking)).state).toBe('cancelled');
      expect(await eventsAt(world)).toHaveLength(deleted === 'its service' ? 1 : 0);
      await expectSound(world);
    }
  });

  it("of the user who booked cancels only that user's booking", async () => {
    const world = await newWorld({ multiPerson: group(2) });
    const guest = await world.account.newUser();
    const path = `/service/${world.service}/booking`;
    const body = { startTs: at(10), duration: HOUR };
    const own = (await as(guest, 'POST', path, { body })).body.booking;
    const other = await book(world, at(10));
    await world.account.call('DELETE', `/user/${guest.id}`);
    expect((await readBooking(world, own)).state).toBe('cancelled');
    expect((await readBooking(world, other)).state).toBe('confirmed');
    expect(await eventsAt(world)).toHaveLength(1);
    await expectSound(world);
  });
});

describe('ownership', () => {
  const path = (world: { service: string }) => `/service/${world.service}/booking`;
  const body = { startTs: at(10), duration: HOUR };

  it('limits access to a booking to the user who booked it and the account', async () => {
    const world = await newWorld();
    const [guest, other] = [await world.account.newUser(), await world.account.newUser()];
    const { booking } = (await as(guest, 'POST', path(world), { body })).body;
    expect(booking.bookedBy).toBe(guest.id);
    const at_ = `/booking/${booking.id}`;
    for (const [method, sent] of [['GET'], ['PUT', { metadata: {} }], ['DELETE']] as const) {
      const options = sent ? { body: sent } : {};
      for (const stranger of [other, world.hosts[0].user]) {
        expectProblem(await as(stranger, method, at_, options), 'not-found');
      }
      expect((await as(guest, method, at_, options)).status).toBe(200);
    }
    const byKey = await book(world, at(10));
    expectProblem(await as(guest, 'GET', `/booking/${byKey.id}`), 'not-found');
    expect(
      (await as(guest, 'GET', `/me/bookings${window}`)).body.bookings.map(({ id }: { id: string }) => id),
    ).toEqual([booking.id]);
    expect((await as(other, 'GET', `/me/bookings${window}`)).body.bookings).toEqual([]);
  });

  it('requires CreateBooking, UpdateBooking and CancelBooking', async () => {
    const world = await newWorld();
    const guest = await world.account.newUser();
    const { booking } = (await as(guest, 'POST', path(world), { body })).body;
    const needs: [string, string, string, object | undefined][] = [
      ['CreateBooking', 'POST', path(world), { ...body, startTs: at(15) }],
      ['UpdateBooking', 'PUT', `/booking/${booking.id}`, { metadata: {} }],
      ['CancelBooking', 'DELETE', `/booking/${booking.id}`, undefined],
    ];
    for (const [permission, method, to, sent] of needs) {
      const options = sent ? { body: sent } : {};
      const others = needs.map(([name]) => name).filter((name) => name !== permission) as never[];
      expectProblem(await as(guest, method, to, options, policy(others)), 'policy-denied');
      expectProblem(
        await as(guest, method, to, options, policy(['*'], [permission as never])),
        'policy-denied',
      );
      expect((await as(guest, method, to, options, policy([permission as never]))).status).toBeLessThan(300);
    }
  });
});

describe('GET /service/:serviceId/bookings', () => {
  it('lists the bookings in the window in order, including cancelled ones and expired holds', async () => {
    const world = await newWorld();
    const made = [
      await book(world, at(12)),
      await book(world, at(10)),
      await book(world, at(14), { holdFor: 1 }),
    ];
    await cancel(world, made[0] as never);
    const list = async (startTs: number, endTs: number) =>
      (
        await world.account.call(
          'GET',
          `/service/${world.service}/bookings?startTs=${startTs}&endTs=${endTs}`,
          { now: at(20) },
        )
      ).body.bookings;
    const all = await list(NOW, NOW + 62 * 24 * HOUR);
    expect(all.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      [made[1]?.id, 'confirmed'],
      [made[0]?.id, 'cancelled'],
      [made[2]?.id, 'held'],
    ]);
    expect(await list(at(11), at(12))).toEqual([]);
    expect(await list(at(10, 59), at(12) + 1)).toHaveLength(2);
  });
});

it('POST /service/:serviceId/booking returns contended within some seconds, and writes nothing', async () => {
  const world = await newWorld();
  const DB = interrupted(
    () => ok(world.account.call('PUT', `/service/${world.service}`, { body: { metadata: {} } })),
    'each',
  );
  const startedAt = Date.now();
  expectProblem(await tryBook(world, at(10), {}, { env: { DB } }), 'contended');
  expect(Date.now() - startedAt).toBeLessThan(4000);
  expect(await countOf('bookings', world.account.id)).toBe(0);
});
