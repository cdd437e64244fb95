/** An event of a booking is the booking in its host's calendar: nothing makes it anything else, or puts it on another one. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  as,
  at,
  book,
  cancel,
  change,
  collective,
  DAY,
  enter,
  expectSound,
  group,
  HOUR,
  type Host,
  MINUTE,
  NOW,
  newService,
  newWorld,
  ok,
  readBooking,
  tryBook,
  type World,
} from '../../support/bookings.ts';
import { snapshot } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';

const roundRobin = { variant: 'roundRobinAlgorithm', data: 'availability' } as const;
const kinds = { 'a round robin': roundRobin, 'a collective': collective, 'a group': group(3) };

const put = (world: World, event: string, body: object) =>
  world.account.call('PUT', `/user/events/${event}`, { body, now: NOW });
const putAsHost = ({ hosts: [{ user }] }: World, event: string, body: object) =>
  as(user, 'PUT', `/events/${event}`, { body }, { schedulerPolicy: { allow: ['*'] } });

describe.each(Object.entries(kinds))('an event of %s', (_, multiPerson) => {
  it.each([
    ['exdates', () => ({ exdates: [at(10)] })],
    ['recurrence', () => ({ recurrence: { freq: 'daily', interval: 1 } })],
    ['busy', () => ({ busy: false })],
    ['serviceId', () => ({ serviceId: null })],
    ['serviceId and busy', () => ({ serviceId: null, busy: false })],
    ['the serviceId of another service', (other: string) => ({ serviceId: other })],
    ['a move and exdates', () => ({ startTs: at(12), exdates: [at(12)] })],
  ])('takes no %s', async (_, body) => {
    const world = await newWorld({ multiPerson });
    const other = await newService(world.account, world.hosts);
    const [event = ''] = (await book(world, at(10))).eventIds;
    const before = await snapshot();
    for (const send of [put, putAsHost])
      expectProblem(await send(world, event, body(other)), 'booking-event');
    expect(await snapshot()).toEqual(before);
  });

  it('takes reminders, metadata, and what it is already', async () => {
    const world = await newWorld({ multiPerson });
    const [event = ''] = (await book(world, at(10))).eventIds;
    const same = { busy: true, recurrence: null, exdates: [], serviceId: world.service };
    const more = { metadata: { room: '1' }, reminders: [{ delta: -5, identifier: 'soon' }] };
    await ok(put(world, event, { ...same, ...more }));
    await expectSound(world);
  });
});

describe('an event of a booking that moves', () => {
  it.each([
    ['onto the other', { startTs: at(14) }],
    ['over its end', { startTs: at(14, 59) }],
    ['and becomes so long that it reaches it', { duration: 5 * HOUR }],
    ['and contains it', { startTs: at(9), duration: DAY }],
  ])('%s is slot-taken', async (_, body) => {
    const world = await newWorld();
    const [first] = [await book(world, at(10)), await book(world, at(14))];
    const before = await snapshot();
    expectProblem(await put(world, first.eventIds[0] ?? '', body), 'slot-taken');
    expect(await snapshot()).toEqual(before);
  });

  it('may leave the opening hours, cover events of the host, and touch a booking', async () => {
    const world = await newWorld();
    const first = await book(world, at(10));
    await book(world, at(14));
    await enter(world.hosts[0], at(15));
    await ok(put(world, first.eventIds[0] ?? '', { startTs: at(15) }));
    expect(await readBooking(world, first)).toMatchObject({ startTs: at(15) });
    await expectSound(world);
  });

  it('may take the place of a hold once it has expired, and not before', async () => {
    const world = await newWorld();
    const first = await book(world, at(10));
    await book(world, at(14), { holdFor: 5 });
    const [event = ''] = first.eventIds;
    expectProblem(await put(world, event, { startTs: at(14) }), 'slot-taken');
    const later = { now: NOW + 5 * MINUTE, body: { startTs: at(14) } };
    await ok(world.account.call('PUT', `/user/events/${event}`, later));
  });

  it('may go where an event that names a service takes no time', async () => {
    const world = await newWorld();
    const [event = ''] = (await book(world, at(10))).eventIds;
    const named = { serviceId: world.service };
    await enter(world.hosts[0], at(14, 30), { ...named, duration: 0 });
    await enter(world.hosts[0], at(14), {
      ...named,
      recurrence: { freq: 'daily', interval: 1, byweekday: ['Wed'] },
    });
    const single = await enter(world.hosts[0], at(14), named);
    expectProblem(await put(world, event, { startTs: at(14) }), 'slot-taken');
    await ok(put(world, single, { exdates: [at(14)] }));
    await ok(put(world, event, { startTs: at(14) }));
  });

  it('takes the seats of its session along, and never onto another session', async () => {
    const world = await newWorld({ multiPerson: group(2) });
    const seats = [await book(world, at(10)), await book(world, at(10))] as const;
    await book(world, at(14));
    const [event = ''] = seats[0].eventIds;
    expectProblem(await put(world, event, { startTs: at(14) }), 'slot-taken');
    await ok(put(world, event, { startTs: at(12) }));
    for (const seat of seats) expect(await readBooking(world, seat)).toMatchObject({ startTs: at(12) });
    await expectSound(world);
  });
});

describe('an event that names a service', () => {
  const named = (world: World, startTs: number, body: object = {}) =>
    world.account.call('POST', `/user/${world.hosts[0].id}/events`, {
      now: NOW,
      body: {
        calendarId: world.hosts[0].calendar,
        startTs,
        duration: HOUR,
        serviceId: world.service,
        ...body,
      },
    });

  it('is not created on a booking, nor on a hold, and may touch it', async () => {
    const world = await newWorld();
    await book(world, at(10));
    await book(world, at(12), { holdFor: 5 });
    const before = await snapshot();
    for (const start of [at(10), at(10, 59), at(9, 1), at(12)])
      expectProblem(await named(world, start), 'slot-taken');
    expectProblem(await named(world, at(8), { duration: 3 * HOUR, busy: true }), 'slot-taken');
    expect(await snapshot()).toEqual(before);
    await ok(named(world, at(11)));
    for (const start of [at(10), at(10, 30)]) await ok(named(world, start, { duration: 0 }));
    await expectSound(world);
  });

  it('may lie on a booking that a removal cancelled', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: collective });
    await book(world, at(10));
    await ok(world.account.call('DELETE', `/user/${world.hosts[1]?.id}`));
    await ok(named(world, at(10)));
  });

  it('is a booking, so it lies on no other one of its user, whichever service that names', async () => {
    const world = await newWorld();
    const serviceId = await newService(world.account, world.hosts);
    await ok(named(world, at(10)));
    for (const body of [{}, { busy: false }, { serviceId }, { startTs: at(9, 30) }])
      expectProblem(await named(world, at(10), body), 'slot-taken');
    const { event } = await ok<{ event: { id: string } }>(named(world, at(12)));
    expectProblem(await put(world, event.id, { startTs: at(10, 30) }), 'slot-taken');
    const answers = await Promise.all([0, 30].map((minute) => named(world, at(14, minute))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('may lie on another one in the very slot of their group, until the service is one no more', async () => {
    const world = await newWorld({ multiPerson: group(2) });
    for (let i = 0; i < 2; i++) await ok(named(world, at(10)));
    expectProblem(await named(world, at(10), { duration: 2 * HOUR }), 'slot-taken');
    await ok(world.account.call('PUT', `/service/${world.service}`, { body: { multiPerson: collective } }));
    expectProblem(await named(world, at(10)), 'slot-taken');
  });

  it('does not come to lie on a booking by a change', async () => {
    const world = await newWorld({ hosts: 2 });
    await book(world, at(10));
    await enter(world.hosts[1] as Host, at(10), { serviceId: world.service });
    const direct = (await ok<{ event: { id: string } }>(named(world, at(14)))).event.id;
    const plain = await enter(world.hosts[0], at(10));
    expectProblem(await put(world, direct, { startTs: at(10, 30) }), 'slot-taken');
    expectProblem(await put(world, plain, { serviceId: world.service }), 'slot-taken');
    await ok(put(world, direct, { startTs: at(10, 30), serviceId: null }));
    await ok(put(world, plain, { metadata: { a: 'b' } }));
    await ok(put(world, plain, { duration: 2 * HOUR }));
  });

  it('may lie on the very slot of its group', async () => {
    const world = await newWorld({ multiPerson: group(2) });
    await book(world, at(10));
    await ok(named(world, at(10)));
    const serviceId = await newService(world.account, world.hosts);
    for (const body of [{ duration: 2 * HOUR }, { startTs: at(10, 30), duration: HOUR }, { serviceId }])
      expectProblem(await named(world, at(10), body), 'slot-taken');
    await book(world, at(10));
  });
});

describe('a service that changes', () => {
  it('from a group leaves its seats what they are: seats', async () => {
    const world = await newWorld({ multiPerson: group(3) });
    const seats = [await book(world, at(10)), await book(world, at(10))] as const;
    const become = (multiPerson: object) =>
      ok(world.account.call('PUT', `/service/${world.service}`, { body: { multiPerson } }));
    await become({ variant: 'roundRobinAlgorithm', data: 'availability' });
    expectProblem(await tryBook(world, at(10)), 'slot-taken');
    await ok(change(world, seats[0], { startTs: at(12) }));
    expect(await readBooking(world, seats[1])).toMatchObject({ startTs: at(10) });
    await expectSound(world);
    await ok(change(world, seats[1], { startTs: at(12) }));
    await expectSound(world);
    expectProblem(await tryBook(world, at(12)), 'slot-taken');
    await ok(cancel(world, seats[0]));
    expectProblem(await tryBook(world, at(12)), 'slot-taken');
    await ok(cancel(world, seats[1]));
    await book(world, at(12));
    await expectSound(world);
  });

  it('to a group leaves its bookings what they are: nobody shares them', async () => {
    const world = await newWorld();
    const alone = await book(world, at(10));
    await ok(world.account.call('PUT', `/service/${world.service}`, { body: { multiPerson: group(3) } }));
    expectProblem(await tryBook(world, at(10)), 'slot-taken');
    const seat = await book(world, at(12));
    expectProblem(await change(world, alone, { startTs: at(12) }), 'slot-taken');
    expectProblem(await change(world, seat, { startTs: at(10) }), 'slot-taken');
    await expectSound(world);
  });

  it('of hosts leaves a hold what it is: its own until it expires', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: collective });
    const held = await book(world, at(10), { holdFor: 5 });
    await ok(world.account.call('DELETE', `/service/${world.service}/users/${world.hosts[1]?.id}`));
    expect(await ok(change(world, held, { state: 'confirmed' }))).toMatchObject({
      booking: { state: 'confirmed', hostUserIds: world.hosts.map(({ id }) => id) },
    });
    await expectSound(world);
  });
});

it("a group's event carries nobody's metadata", async () => {
  const world = await newWorld({ multiPerson: group(2) });
  const [id = ''] = (await book(world, at(10), { metadata: { name: 'Ann' } })).eventIds;
  const second = await book(world, at(10), { metadata: { name: 'Bob' } });
  const read = () => ok<{ event: object }>(world.account.call('GET', `/user/events/${id}`));
  expect(await read()).toHaveProperty('event.metadata', {});
  await ok(change(world, second, { metadata: { name: 'Bert' } }));
  expect(await read()).toHaveProperty('event.metadata', {});
});

it('an event of a removed service is one like any other, before the steps', async () => {
  const world = await newWorld();
  const [event = ''] = (await book(world, at(10))).eventIds;
  await ok(world.account.call('DELETE', `/service/${world.service}`));
  await ok(put(world, event, { busy: false, exdates: [at(10)] }));
});

it('a replayed booking is answered as it is now, and by its first answer once it is gone', async () => {
  const world = await newWorld();
  const options = { headers: { 'idempotency-key': 'once' } };
  const send = (now = NOW) =>
    world.account.call('POST', `/service/${world.service}/booking`, {
      ...options,
      now,
      body: { startTs: at(10), duration: HOUR, holdFor: 5 },
    });
  const first = await send();
  expect(first.status).toBe(201);
  expect((await send()).body).toEqual(first.body);
  await ok(change(world, first.body.booking, { state: 'confirmed' }));
  await ok(change(world, first.body.booking, { startTs: at(12) }));
  const again = await send();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body.booking).toMatchObject({ state: 'confirmed', startTs: at(12) });
  expect(again.headers.get('etag')).not.toBe(first.headers.get('etag'));
  await expectSound(world);
  await env.DB.prepare('DELETE FROM bookings WHERE id = ?').bind(first.body.booking.id).run();
  expect((await send()).body).toEqual(first.body);
});
