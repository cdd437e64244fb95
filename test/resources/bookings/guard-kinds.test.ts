/** What the guard and the decision must see alike: a difference of the two is no wrong booking, but none at all. */
import { describe, expect, it } from 'vitest';
import {
  addHost,
  as,
  at,
  book,
  change,
  collective,
  DAY,
  enter,
  expectSound,
  group,
  HOUR,
  MINUTE,
  NOW,
  newHost,
  newService,
  newWorld,
  ok,
  readBooking,
  tryBook,
  type World,
} from '../../support/bookings.ts';
import { interrupted } from '../../support/database.ts';

const send = (world: World, method: string, path: string, body?: object) =>
  ok<never>(world.account.call(method, path, { now: NOW, ...(body && { body }) }));
const put = (world: World, event: string, body: object) => send(world, 'PUT', `/user/events/${event}`, body);
const newCalendar = async (world: World): Promise<string> => {
  const path = `/user/${world.hosts[0].id}/calendar`;
  const { calendar } = await ok<{ calendar: { id: string } }>(
    world.account.call('POST', path, { body: { timezone: 'UTC' } }),
  );
  return calendar.id;
};

const daily = { freq: 'daily', interval: 1 };
/** A series of the host at that time on the days before, and so on that day, unless `rule` says otherwise. */
const repeat = (world: World, start: number, rule: object = {}, body: object = {}) =>
  enter(world.hosts[0], start - 7 * DAY, { recurrence: { ...daily, ...rule }, ...body });

describe('a booking is made', () => {
  it('beside what stays of a removed calendar', async () => {
    const world = await newWorld();
    const calendar = await newCalendar(world);
    const direct = { serviceId: world.service };
    await enter({ ...world.hosts[0], calendar }, at(10), direct);
    expect((await tryBook(world, at(10))).status).toBe(409);
    await send(world, 'DELETE', `/user/calendar/${calendar}`);
    await book(world, at(10));
  });

  it('in the former buffer of a removed service, whose events stay', async () => {
    const world = await newWorld();
    const service = await newService(world.account, world.hosts, undefined, { bufferBefore: 30 });
    await book({ ...world, service }, at(11, 15));
    expect((await tryBook(world, at(10))).status).toBe(409);
    await send(world, 'DELETE', `/service/${service}`);
    await book(world, at(10));
    expect((await tryBook(world, at(11))).status).toBe(409);
  });

  it.each([false, true])('beside series that are over, or begin later (of a service: %s)', async (booked) => {
    const world = await newWorld();
    const service = await newService(world.account, world.hosts);
    const body = booked ? { serviceId: service } : {};
    await repeat(world, at(10), { count: 3 }, body);
    await enter(world.hosts[0], at(10) + 9 * DAY, { recurrence: daily, ...body });
    await book(world, at(10));
  });

  it('while a free event that names the group opens the slot', async () => {
    const world = await newWorld({ multiPerson: group(2) });
    const calendar = await newCalendar(world);
    const path = `/service/${world.service}/users/${world.hosts[0].id}`;
    await send(world, 'PUT', path, { availability: { variant: 'Calendar', id: calendar } });
    await enter({ ...world.hosts[0], calendar }, at(10), { busy: false, serviceId: world.service });
    await book(world, at(10));
  });

  it('while an event of a calendar opens the hours', async () => {
    const world = await newWorld();
    const calendar = await newCalendar(world);
    const opening = { ...world.hosts[0], calendar };
    const path = `/service/${world.service}/users/${opening.id}`;
    await send(world, 'PUT', path, { availability: { variant: 'Calendar', id: calendar } });
    await enter(opening, at(8), { busy: false, duration: 4 * HOUR });
    await enter(opening, at(9), { busy: true });
    await enter(opening, at(8), { serviceId: world.service, busy: true, duration: 0 });
    await book(world, at(10));
    expect((await tryBook(world, at(9))).status).toBe(409);
    expect((await tryBook(world, at(13))).status).toBe(409);
  });
});

it('a seat that is alone and moves onto its own time keeps its event', async () => {
  const world = await newWorld({ multiPerson: group(1) });
  const seat = await book(world, at(10));
  await ok(change(world, seat, { startTs: at(10) }));
  expect((await readBooking(world, seat)).eventIds).toEqual(seat.eventIds);
  await expectSound(world);
});

it.each(['another service', 'another length'])('a seat joins no session of %s', async (other) => {
  const world = await newWorld({ multiPerson: group(2) });
  const [host, next] = [world.hosts[0], await newHost(world.account)];
  await book(world, at(10), { duration: 2 * HOUR });
  if (other === 'another length') {
    await addHost(world.account, world.service, next);
    await send(world, 'DELETE', `/service/${world.service}/users/${host.id}`);
  }
  const service =
    other === 'another length' ? world.service : await newService(world.account, [next], group(2));
  const duration = other === 'another length' ? HOUR : 2 * HOUR;
  expect(await book({ ...world, service }, at(10), { duration })).toMatchObject({ hostUserIds: [next.id] });
  const { bookings } = await expectSound(world);
  expect(new Set(bookings.map(({ session }) => session)).size).toBe(2);
});

describe.each([false, true])('between the read and the write, with an event of a service: %s,', (booked) => {
  it.each([
    ['ends at the buffer', at(9), 50, 201],
    ['ends in the buffer', at(9), 51, 409],
    ['begins in the buffer', at(11, 19), 60, 409],
    ['begins after the buffer', at(11, 20), 60, 201],
    ['takes no time', at(10, 30), 0, 201],
  ])('one that %s', async (_, start, minutes, status) => {
    const world = await newWorld({ settings: { bufferBefore: 10, bufferAfter: 20 } });
    const body = booked ? { serviceId: await newService(world.account, world.hosts) } : {};
    const amid = () => enter(world.hosts[0], start, { duration: minutes * MINUTE, ...body });
    const reply = await tryBook(world, at(10), {}, { env: { DB: interrupted(amid, 2) } });
    expect(reply.status).toBe(status);
  });
});

it.each([
  ['a collective', collective],
  ['a group', group(3)],
] as const)(
  'of %s, one host who is taken between the read and the write takes the slot from all',
  async (_, multiPerson) => {
    const world = await newWorld({ multiPerson });
    const second = await newHost(world.account);
    await addHost(world.account, world.service, second);
    const service = await newService(world.account, [second]);
    const amid = () => book({ ...world, service }, at(10, 30));
    const reply = await tryBook(world, at(10), {}, { env: { DB: interrupted(amid, 2) } });
    expect(reply.status).toBe(409);
    expect((await expectSound(world)).bookings).toHaveLength(1);
  },
);

describe('a move', () => {
  it.each([
    ['is cancelled', (world: World, { id }: { id: string }) => send(world, 'DELETE', `/booking/${id}`)],
    [
      'goes with its guest',
      (world: World, _: object, guest: string) => send(world, 'DELETE', `/user/${guest}`),
    ],
  ])('takes no effect where the booking %s before the write', async (_, amid) => {
    const world = await newWorld();
    const guest = await world.account.newUser();
    const body = { startTs: at(10), duration: HOUR };
    const { booking } = await ok<{ booking: { id: string } }>(
      as(guest, 'POST', `/service/${world.service}/booking`, { body }),
    );
    const DB = interrupted(() => amid(world, booking, guest.id), 2);
    const { problem } = await change(world, booking, { startTs: at(12) }, { env: { DB } });
    expect(problem.code).toBe('booking-cancelled');
    expect(await readBooking(world, booking)).toMatchObject({ startTs: at(10), state: 'cancelled' });
  });

  it('that is refused at the write leaves the event as it is', async () => {
    const world = await newWorld();
    const booking = await book(world, at(10));
    const version = async () =>
      (await world.account.call('GET', `/user/events/${booking.eventIds[0]}`)).headers.get('etag');
    const before = await version();
    const DB = interrupted(() => enter(world.hosts[0], at(12)), 2);
    expect((await change(world, booking, { startTs: at(12) }, { env: { DB } })).status).toBe(409);
    expect(await version()).toBe(before);
  });
});

describe('a removal, before its steps,', () => {
  it('of one host of a collective frees the other host', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: collective });
    await book(world, at(10));
    const service = await newService(world.account, world.hosts.slice(0, 1));
    expect((await tryBook({ ...world, service }, at(10))).status).toBe(409);
    await send(world, 'DELETE', `/user/${world.hosts[1]?.id}`);
    await book({ ...world, service }, at(10));
    await expectSound(world);
  });

  it('of one host of a group ends the session, and a seat begins another', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: group(2) });
    const seats = [await book(world, at(10)), await book(world, at(10))];
    await send(world, 'DELETE', `/user/${world.hosts[1]?.id}`);
    const seat = await book(world, at(10));
    expect(seats[0]?.eventIds).not.toContain(seat.eventIds[0]);
    await expectSound(world);
    expect(await readBooking(world, seat)).toMatchObject({ state: 'confirmed' });
  });

  it('of the user who booked frees the seat', async () => {
    const world = await newWorld({ multiPerson: group(2) });
    const guest = await world.account.newUser();
    const body = { startTs: at(10), duration: HOUR };
    await ok(as(guest, 'POST', `/service/${world.service}/booking`, { body }));
    const [first, later] = [await book(world, at(10)), await book(world, at(12))];
    expect((await tryBook(world, at(10))).problem.code).toBe('slot-taken');
    await send(world, 'DELETE', `/user/${guest.id}`);
    await ok(change(world, later, { startTs: at(10) }));
    expect((await readBooking(world, later)).eventIds).toEqual(first.eventIds);
    await expectSound(world);
  });
});

const onWednesdays = { byweekday: ['Wed'] };

interface Change {
  name: string;
  /** Whether the events name another service. */
  booked: boolean;
  start?: number;
  stands: (world: World, body: object) => Promise<string>;
  amid: (world: World, event: string, service: string) => Promise<unknown>;
}

const both = [false, true].flatMap((booked): Change[] => [
  {
    name: 'moves',
    booked,
    stands: (world, body) => repeat(world, at(11), {}, body),
    amid: (world, event) => put(world, event, { startTs: at(10, 30) - 7 * DAY }),
  },
  {
    name: 'is in another week',
    booked,
    stands: (world, body) =>
      enter(world.hosts[0], at(10) - 2 * DAY, {
        recurrence: { freq: 'weekly', interval: 2, byweekday: ['Sun', 'Tue'] },
        ...body,
      }),
    amid: (world, event) =>
      put(world, event, {
        recurrence: { freq: 'weekly', interval: 2, byweekday: ['Sun', 'Tue'], weekStart: 'Sun' },
      }),
  },
  {
    name: 'is on another day of the week in another zone',
    booked,
    // 20:00 of a Tuesday is a Wednesday in Tokyo.
    start: at(20),
    stands: (world, body) => repeat(world, at(20), onWednesdays, body),
    amid: (world, event) => put(world, event, { timezone: 'Asia/Tokyo' }),
  },
  {
    name: 'is a single event and has its exdate no more',
    booked,
    async stands(world, body) {
      const event = await enter(world.hosts[0], at(10), body);
      await put(world, event, { exdates: [at(10)] });
      return event;
    },
    amid: (world, event) => put(world, event, { exdates: [] }),
  },
]);
const buffers: Change[] = [['bufferBefore', at(11)] as const, ['bufferAfter', at(9)] as const].map(
  ([buffer, start]) => ({
    name: `gets a ${buffer}`,
    booked: true,
    stands: (world, body) => repeat(world, start, {}, body),
    amid: (world, _, service) =>
      send(world, 'PUT', `/service/${service}/users/${world.hosts[0].id}`, { [buffer]: 5 }),
  }),
);

describe.each([...both, ...buffers])(
  'what $name (of a service: $booked)',
  ({ booked, start = at(10), stands, amid }) => {
    const prepare = async () => {
      const world = await newWorld();
      const service = await newService(world.account, world.hosts);
      return { world, service, event: await stands(world, booked ? { serviceId: service } : {}) };
    };

    it('takes no time before', async () => {
      const { world } = await prepare();
      await book(world, start);
    });

    it('takes it before the write', async () => {
      const { world, service, event } = await prepare();
      const DB = interrupted(() => amid(world, event, service), 2);
      const { problem } = await tryBook(world, start, {}, { env: { DB } });
      expect(problem.code).toBe(booked ? 'slot-taken' : 'slot-unavailable');
      await expectSound(world);
    });
  },
);
