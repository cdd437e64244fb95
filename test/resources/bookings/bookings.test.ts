/** Bookings: creation, choice of hosts, holds and updates. Every test ends with a check of the stored state. */
import { describe, expect, it } from 'vitest';
import {
  at,
  book,
  cancel,
  change,
  collective,
  enter,
  equal,
  eventsAt,
  expectSound,
  group,
  HOUR,
  hostsOf,
  MINUTE,
  NOW,
  newWorld,
  readBooking,
  tryBook,
  window,
} from '../../support/bookings.ts';
import { NOBODY } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

describe('a booking', () => {
  it("returns the whole booking and adds an event to its host's calendar", async () => {
    const world = await newWorld();
    const booking = await book(world, at(10), { metadata: { title: 'Haircut' } });
    const [host] = world.hosts;
    expect(booking).toEqual({
      id: expect.any(String),
      serviceId: world.service,
      startTs: at(10),
      duration: HOUR,
      state: 'confirmed',
      expiresAt: null,
      hostUserIds: [host.id],
      eventIds: [expect.any(String)],
      bookedBy: null,
      metadata: { title: 'Haircut' },
      created: NOW,
      updated: NOW,
    });
    expect(await readBooking(world, booking)).toEqual(booking);
    const [{ event, instances }] = await eventsAt(world);
    expect(event).toMatchObject({
      id: booking.eventIds[0],
      userId: host.id,
      busy: true,
      metadata: { title: 'Haircut' },
    });
    expect(instances).toEqual([{ startTs: at(10), endTs: at(11), busy: true, originalStartTs: at(10) }]);
    await expectSound(world);
  });

  it('is one event as iCalendar text, whose status follows its state', async () => {
    const world = await newWorld();
    const booking = await book(world, at(10), { metadata: { title: 'Haircut' }, holdFor: 10 });
    const text = async () => (await world.account.call('GET', `/booking/${booking.id}.ics`)).body;
    expect(await text()).toContain(`BEGIN:VEVENT\r\nUID:${booking.id}\r\nDTSTART:`);
    expect(await text()).toContain('STATUS:TENTATIVE\r\nTRANSP:OPAQUE\r\nSUMMARY:Haircut\r\n');
    await change(world, booking, { state: 'confirmed' });
    expect(await text()).toContain('STATUS:CONFIRMED');
    await cancel(world, booking);
    expect(await text()).toContain('STATUS:CANCELLED\r\nTRANSP:TRANSPARENT');
  });

  it('may start off the grid, and blocks its own time only', async () => {
    const world = await newWorld();
    await book(world, at(10, 7));
    expectProblem(await tryBook(world, at(11, 6)), 'slot-taken');
    await book(world, at(11, 7));
    await book(world, at(9, 7));
    await expectSound(world);
  });

  it.each([
    ['closed', { startTs: NOW - HOUR }],
    ['in the past', { startTs: NOW - 1 }],
  ])('returns 409 slot-unavailable when it is %s', async (_, { startTs }) => {
    const world = await newWorld();
    expectProblem(await tryBook(world, startTs), 'slot-unavailable');
    expect(await countOf('bookings', world.account.id)).toBe(0);
  });

  it('returns 409 slot-unavailable for a busy or unknown host, no calendar, or a start too soon or too late', async () => {
    const world = await newWorld({ settings: { closestBookingTime: 60, furthestBookingTime: 48 * 60 } });
    expectProblem(await tryBook(world, NOW + HOUR - 1), 'slot-unavailable');
    expectProblem(await tryBook(world, NOW + 48 * HOUR + 1), 'slot-unavailable');
    await enter(world.hosts[0], at(10));
    expectProblem(await tryBook(world, at(10)), 'slot-unavailable');
    expectProblem(await tryBook(world, at(12), { hostUserIds: [NOBODY] }), 'slot-unavailable');
    const busy = { busy: { provider: 'Nettu', id: world.hosts[0].calendar } };
    await world.account.call('DELETE', `/service/${world.service}/users/${world.hosts[0].id}/busy`, {
      body: busy,
    });
    expectProblem(await tryBook(world, at(12)), 'slot-unavailable');
    expect(await countOf('bookings', world.account.id)).toBe(0);
  });
});

describe('the hosts of a booking', () => {
  it('rotate by the oldest latest booking, hosts without one first, ties in order', async () => {
    const world = await newWorld({ hosts: 3 });
    const [a, b, c] = world.hosts.map(({ id }) => [id]);
    const made = [];
    for (let i = 0; i < 4; i++) made.push(await book(world, at(10 + i), {}, { now: NOW + i }));
    expect(hostsOf(made)).toEqual([a, b, c, a]);
    await cancel(world, made[1] as never, { now: NOW + 5 });
    expect((await book(world, at(20), {}, { now: NOW + 6 })).hostUserIds).toEqual(b);
    await expectSound(world);
  });

  it('balance by upcoming bookings, without expired holds and other services', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: equal });
    const [a, b] = world.hosts.map(({ id }) => id);
    await book(world, at(8), { hostUserIds: [a] });
    await book(world, at(9), { hostUserIds: [a] });
    await book(world, at(8), { hostUserIds: [b] });
    await book(world, at(9), { hostUserIds: [b], holdFor: 1 });
    const later = { now: NOW + 2 * MINUTE };
    expect((await book(world, at(12), {}, later)).hostUserIds).toEqual([b]);
    expect((await book(world, at(13), {}, later)).hostUserIds).toEqual([a]);
    await expectSound(world, later.now);
  });

  it('come from the available hosts, and from hostUserIds if given', async () => {
    const world = await newWorld({ hosts: 2 });
    const [a, b] = world.hosts;
    await enter(a, at(10));
    expect((await book(world, at(10))).hostUserIds).toEqual([b?.id]);
    expect((await book(world, at(14), { hostUserIds: [b?.id, 'nobody'] })).hostUserIds).toEqual([b?.id]);
  });

  it('include every host of a collective, and one unavailable host rejects the booking', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: collective });
    const booking = await book(world, at(10));
    expect(booking.hostUserIds).toEqual(world.hosts.map(({ id }) => id));
    expect(booking.eventIds).toHaveLength(2);
    await enter(world.hosts[1] as never, at(15));
    expectProblem(await tryBook(world, at(15)), 'slot-unavailable');
    await expectSound(world);
  });

  it('share one event each in a group until the last seat is cancelled', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: group(2) });
    const [one, two] = [await book(world, at(10)), await book(world, at(10))];
    expect(two.eventIds).toEqual(one.eventIds);
    expectProblem(await tryBook(world, at(10)), 'slot-taken');
    expectProblem(await tryBook(world, at(10, 30)), 'slot-taken');
    await expectSound(world);
    await cancel(world, one);
    expect(await eventsAt(world)).toHaveLength(1);
    const three = await book(world, at(10));
    expect(three.eventIds).toEqual(one.eventIds);
    await cancel(world, two);
    await cancel(world, three);
    expect(await eventsAt(world)).toEqual([]);
    await expectSound(world);
  });
});

describe('a hold', () => {
  it('blocks its slot until expiresAt, to the millisecond', async () => {
    const world = await newWorld();
    const hold = await book(world, at(10), { holdFor: 5 });
    const end = NOW + 5 * MINUTE;
    expect(hold).toMatchObject({ state: 'held', expiresAt: end });
    expectProblem(await tryBook(world, at(10), {}, { now: end - 1 }), 'slot-taken');
    expect(await eventsAt(world, end - 1)).toHaveLength(1);
    expect(await eventsAt(world, end)).toEqual([]);
    const path = `/user/events/${hold.eventIds[0]}`;
    expect((await world.account.call('GET', path, { now: end - 1 })).status).toBe(200);
    expectProblem(await world.account.call('GET', path, { now: end }), 'not-found');
    const freebusy = `/user/${world.hosts[0].id}/freebusy${window}`;
    expect((await world.account.call('GET', freebusy, { now: end - 1 })).body.busy).toHaveLength(1);
    expect((await world.account.call('GET', freebusy, { now: end })).body.busy).toEqual([]);
    await book(world, at(10), {}, { now: end });
    expect(await readBooking(world, hold)).toMatchObject({ state: 'held', expiresAt: end });
    await expectSound(world, end);
  });

  it('can be confirmed, and confirmed again', async () => {
    const world = await newWorld();
    const hold = await book(world, at(10), { holdFor: 5 });
    for (const now of [NOW + 1, NOW + 60 * MINUTE]) {
      const { body } = await change(world, hold, { state: 'confirmed' }, { now });
      expect(body.booking).toMatchObject({ id: hold.id, state: 'confirmed', expiresAt: null });
    }
    expectProblem(await tryBook(world, at(10), {}, { now: NOW + 60 * MINUTE }), 'slot-taken');
    await expectSound(world, NOW + 60 * MINUTE);
  });

  it('that is active is confirmed even if the host has closed since', async () => {
    const world = await newWorld();
    const hold = await book(world, at(10), { holdFor: 5 });
    await world.account.call('DELETE', `/user/schedule/${world.hosts[0].schedule}`);
    expect((await change(world, hold, { state: 'confirmed' })).status).toBe(200);
    const other = await newWorld();
    const late = await book(other, at(10), { holdFor: 5 });
    await other.account.call('DELETE', `/user/schedule/${other.hosts[0].schedule}`);
    const confirmed = await change(other, late, { state: 'confirmed' }, { now: NOW + 5 * MINUTE });
    expectProblem(confirmed, 'slot-unavailable');
  });

  it('that has expired is confirmed only while the slot is free', async () => {
    const world = await newWorld();
    const now = NOW + 5 * MINUTE;
    const free = await book(world, at(10), { holdFor: 5 });
    const gone = await book(world, at(14), { holdFor: 5 });
    await book(world, at(14, 30), {}, { now });
    expect((await change(world, free, { state: 'confirmed' }, { now })).status).toBe(200);
    expectProblem(await change(world, gone, { state: 'confirmed' }, { now }), 'slot-taken');
    await expectSound(world, now);
  });

  it('of a group that has expired joins the session of later bookings', async () => {
    const world = await newWorld({ multiPerson: group(2) });
    const hold = await book(world, at(10), { holdFor: 5 });
    const now = NOW + 5 * MINUTE;
    const other = await book(world, at(10), {}, { now });
    const { body } = await change(world, hold, { state: 'confirmed' }, { now });
    expect(body.booking.eventIds).toEqual(other.eventIds);
    expectProblem(await tryBook(world, at(10), {}, { now }), 'slot-taken');
    await expectSound(world, now);
  });
});

describe('an update', () => {
  it('moves a booking atomically, even onto its own time, or leaves it unchanged', async () => {
    const world = await newWorld();
    const booking = await book(world, at(10));
    await book(world, at(14));
    const moved = await change(world, booking, { startTs: at(10, 30) }, { now: NOW + 1 });
    expect(moved.body.booking).toEqual({ ...booking, startTs: at(10, 30), updated: NOW + 1 });
    expectProblem(await change(world, booking, { startTs: at(13, 30) }), 'slot-taken');
    expect((await readBooking(world, booking)).startTs).toBe(at(10, 30));
    await book(world, at(9, 30));
    await expectSound(world);
  });

  it('moves one seat of a group into a new session, or into an existing one', async () => {
    const world = await newWorld({ multiPerson: group(2) });
    const [one, two] = [await book(world, at(10)), await book(world, at(10))];
    expectProblem(await change(world, one, { startTs: at(10, 30) }), 'slot-taken');
    expect((await change(world, one, { startTs: at(12) })).status).toBe(200);
    await expectSound(world);
    expect((await change(world, two, { startTs: at(12) })).status).toBe(200);
    const [a, b] = [await readBooking(world, one), await readBooking(world, two)];
    expect(a.eventIds).toEqual(b.eventIds);
    expect(await eventsAt(world)).toHaveLength(1);
    await expectSound(world);
  });

  it('keeps the hosts, so it returns 409 if one has left the service', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: collective });
    const booking = await book(world, at(10));
    await world.account.call('DELETE', `/service/${world.service}/users/${world.hosts[1]?.id}`);
    expectProblem(await change(world, booking, { startTs: at(12) }), 'slot-unavailable');
    expect((await readBooking(world, booking)).startTs).toBe(at(10));
  });

  it('of metadata alone checks no availability', async () => {
    const world = await newWorld();
    const booking = await book(world, at(10), { metadata: { a: '1' } });
    const now = at(12);
    const { body } = await change(world, booking, { metadata: { b: '2' } }, { now });
    expect(body.booking).toEqual({ ...booking, metadata: { b: '2' }, updated: now });
    expect((await eventsAt(world))[0].event.metadata).toEqual({ b: '2' });
  });

  it('returns 400 for state with startTs or another state, and 409 once cancelled; a second cancel returns 200', async () => {
    const world = await newWorld();
    const booking = await book(world, at(10));
    expectInvalid(await change(world, booking, { state: 'confirmed', startTs: at(11) }), 'state');
    expectInvalid(await change(world, booking, { state: 'cancelled' }), 'state');
    for (let i = 0; i < 2; i++) {
      expect((await cancel(world, booking)).body.booking).toMatchObject({
        state: 'cancelled',
        expiresAt: null,
      });
    }
    for (const body of [{ state: 'confirmed' }, { startTs: at(12) }, { metadata: {} }, {}]) {
      expectProblem(await change(world, booking, body), 'booking-cancelled');
    }
    await book(world, at(10));
    await expectSound(world);
  });

  it('of the event moves a booking with one host, and returns 409 with several', async () => {
    const world = await newWorld();
    const booking = await book(world, at(10));
    const path = `/user/events/${booking.eventIds[0]}`;
    await world.account.call('PUT', path, { body: { startTs: at(16), duration: 2 * HOUR }, now: NOW });
    expect(await readBooking(world, booking)).toMatchObject({ startTs: at(16), duration: 2 * HOUR });
    const several = await newWorld({ hosts: 2, multiPerson: collective });
    const shared = await book(several, at(10));
    const reply = await several.account.call('PUT', `/user/events/${shared.eventIds[1]}`, {
      body: { startTs: at(16) },
      now: NOW,
    });
    expectProblem(reply, 'booking-shared');
    await expectSound(world);
    await expectSound(several);
  });
});
