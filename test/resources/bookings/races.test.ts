/**
 * The data behind a decision changes after it was read and before the booking is written. The outcome must equal that of
 * some serial order, and the stored state must be sound.
 */
import { describe, expect, it } from 'vitest';
import {
  at,
  book,
  cancel,
  change,
  collective,
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
  open,
  tryBook,
  type World,
} from '../../support/bookings.ts';
import type { Call, Reply } from '../../support/client.ts';
import { interrupted } from '../../support/database.ts';

/** Runs `interfere` between the read and the write. */
const amid = (interfere: () => Promise<unknown>): Call => ({ env: { DB: interrupted(interfere, 2) } });

const outcome = ({ status, problem }: Reply): string =>
  status < 300 ? String(status) : `${status} ${problem.code}`;

interface Race {
  name: string;
  world?: Parameters<typeof newWorld>[0];
  /** The state before the request. */
  stands?: (world: World) => Promise<unknown>;
  /** The write between the request's read and its own write. */
  amid: (world: World, before: never) => Promise<unknown>;
  /** The outcome of a new booking at 10:00. */
  booked: string;
  /** The outcome of a booking that keeps its hosts; defaults to `booked`. */
  kept?: string;
}

const put = ({ account }: World, path: string, body: object) =>
  ok(account.call('PUT', path, { body, now: NOW }));
const remove = ({ account }: World, path: string) => ok(account.call('DELETE', path, { now: NOW }));
const hostPath = ({ service, hosts }: World, i = 0) => `/service/${service}/users/${hosts[i]?.id}`;
const byCalendar = async (world: World) => {
  const [host] = world.hosts;
  const calendar = (
    await ok<{ calendar: { id: string } }>(
      world.account.call('POST', `/user/${host.id}/calendar`, { body: { timezone: 'UTC' } }),
    )
  ).calendar.id;
  const availability = { variant: 'Calendar', id: calendar };
  await put(world, hostPath(world), { availability });
  const event = await enter({ ...host, calendar }, at(10), { busy: false });
  return { calendar, event };
};

const races: Race[] = [
  {
    name: 'another service books the host for that time',
    stands: (world) => newService(world.account, world.hosts),
    amid: (world, service: string) => book({ ...world, service }, at(10, 30)),
    booked: '409 slot-taken',
  },
  {
    name: 'another service holds the host for that time',
    stands: (world) => newService(world.account, world.hosts),
    amid: (world, service: string) => book({ ...world, service }, at(10, 30), { holdFor: 5 }),
    booked: '409 slot-taken',
  },
  {
    name: 'the host enters an event',
    amid: ({ hosts }) => enter(hosts[0], at(10, 30)),
    booked: '409 slot-unavailable',
  },
  {
    name: 'the host enters an event at another time',
    amid: ({ hosts }) => enter(hosts[0], at(12)),
    booked: '201',
  },
  {
    name: 'an event moves to that time',
    stands: ({ hosts }) => enter(hosts[0], at(15)),
    amid: (world, event: string) => put(world, `/user/events/${event}`, { startTs: at(10, 30) }),
    booked: '409 slot-unavailable',
  },
  {
    name: 'an event is made longer',
    stands: ({ hosts }) => enter(hosts[0], at(8)),
    amid: (world, event: string) => put(world, `/user/events/${event}`, { duration: 3 * HOUR }),
    booked: '409 slot-unavailable',
  },
  {
    name: 'an event becomes busy',
    stands: ({ hosts }) => enter(hosts[0], at(10), { busy: false }),
    amid: (world, event: string) => put(world, `/user/events/${event}`, { busy: true }),
    booked: '409 slot-unavailable',
  },
  {
    name: 'an event begins to repeat',
    stands: ({ hosts }) => enter(hosts[0], at(10) - 24 * HOUR),
    amid: (world, event: string) =>
      put(world, `/user/events/${event}`, { recurrence: { freq: 'daily', interval: 1 } }),
    booked: '409 slot-unavailable',
  },
  {
    name: 'an exdate of a series is removed',
    async stands(world) {
      const event = await enter(world.hosts[0], at(10) - 24 * HOUR, {
        recurrence: { freq: 'daily', interval: 1 },
      });
      await put(world, `/user/events/${event}`, { exdates: [at(10)] });
      return event;
    },
    amid: (world, event: string) => put(world, `/user/events/${event}`, { exdates: [] }),
    booked: '409 slot-unavailable',
  },
  {
    name: 'an event becomes a booking of another service',
    async stands(world) {
      await put(world, hostPath(world), { bookingCalendarId: world.hosts[0].calendar });
      const body = { busy: { provider: 'Nettu', id: world.hosts[0].calendar } };
      await ok(world.account.call('DELETE', `${hostPath(world)}/busy`, { body }));
      return enter(world.hosts[0], at(10));
    },
    amid: (world, event: string) => put(world, `/user/events/${event}`, { serviceId: world.service }),
    booked: '409 slot-taken',
  },
  {
    name: 'the schedule closes',
    amid: (world) => put(world, `/user/schedule/${world.hosts[0].schedule}`, { rules: open(11, 24) }),
    booked: '409 slot-unavailable',
  },
  {
    name: 'the schedule moves to another zone',
    stands: (world) => put(world, `/user/schedule/${world.hosts[0].schedule}`, { rules: open(10, 11) }),
    amid: (world) => put(world, `/user/schedule/${world.hosts[0].schedule}`, { timezone: 'Asia/Tokyo' }),
    booked: '409 slot-unavailable',
  },
  {
    name: 'the schedule is deleted',
    amid: (world) => remove(world, `/user/schedule/${world.hosts[0].schedule}`),
    booked: '409 slot-unavailable',
  },
  {
    name: "the availability calendar's event is deleted",
    stands: byCalendar,
    amid: (world, { event }: { event: string }) => remove(world, `/user/events/${event}`),
    booked: '409 slot-unavailable',
  },
  {
    name: 'the availability calendar is deleted',
    stands: byCalendar,
    amid: (world, { calendar }: { calendar: string }) => remove(world, `/user/calendar/${calendar}`),
    booked: '409 slot-unavailable',
  },
  {
    name: 'a calendar with a series moves to another zone',
    stands: ({ hosts }) =>
      enter(hosts[0], at(2) - (365 * 24 * HOUR) / 2, {
        recurrence: { freq: 'daily', interval: 1, byweekday: ['Sun'] },
      }),
    amid: (world) => put(world, `/user/calendar/${world.hosts[0].calendar}`, { timezone: 'Asia/Tokyo' }),
    booked: '201',
  },
  {
    name: 'the booking calendar is deleted',
    amid: (world) => remove(world, `/user/calendar/${world.hosts[0].calendar}`),
    booked: '409 slot-unavailable',
  },
  {
    name: 'a buffer grows',
    stands: ({ hosts }) => enter(hosts[0], at(11)),
    amid: (world) => put(world, hostPath(world), { bufferAfter: 5 }),
    booked: '409 slot-unavailable',
  },
  {
    name: "the host's minimum notice grows",
    amid: (world) => put(world, hostPath(world), { closestBookingTime: 3 * 24 * 60 }),
    booked: '409 slot-unavailable',
  },
  {
    name: 'a buffer of the other service grows',
    async stands(world) {
      const service = await newService(world.account, world.hosts);
      await book({ ...world, service }, at(11));
      return service;
    },
    amid: (world, service: string) =>
      put(world, `/service/${service}/users/${world.hosts[0].id}`, { bufferBefore: 5 }),
    booked: '409 slot-taken',
  },
  {
    name: 'the host is removed',
    amid: (world) => remove(world, hostPath(world)),
    booked: '409 slot-unavailable',
  },
  {
    name: 'a closed host joins a collective',
    world: { multiPerson: collective },
    stands: ({ account }) => newHost(account, open(11, 24)),
    amid: ({ account, service }, host: { id: string; schedule: string }) => {
      const availability = { variant: 'Schedule', id: host.schedule };
      return ok(
        account.call('POST', `/service/${service}/users`, { body: { userId: host.id, availability } }),
      );
    },
    booked: '409 slot-unavailable',
    kept: '200',
  },
  {
    name: 'the service becomes a collective with a busy host',
    world: { hosts: 2 },
    stands: ({ hosts }) => enter(hosts[1] as never, at(10)),
    amid: (world) => put(world, `/service/${world.service}`, { multiPerson: collective }),
    booked: '409 slot-unavailable',
    kept: '200',
  },
  {
    name: 'the service is deleted',
    amid: (world) => remove(world, `/service/${world.service}`),
    booked: '404 not-found',
  },
  {
    name: 'the host is deleted',
    amid: (world) => remove(world, `/user/${world.hosts[0].id}`),
    booked: '409 slot-unavailable',
  },
  {
    name: 'a hold that this clock sees expired is confirmed by a slower clock',
    stands: (world) => book(world, at(10), { holdFor: 1 }, { now: NOW - MINUTE }),
    amid: async (world, hold: { id: string }) =>
      ok(change(world, hold, { state: 'confirmed' }, { now: NOW - 1 })),
    booked: '409 slot-taken',
  },
  {
    name: 'the last seat is taken',
    world: { multiPerson: group(2) },
    stands: (world) => book(world, at(10)),
    amid: (world) => book(world, at(10)),
    booked: '409 slot-taken',
  },
  {
    name: 'the last seat is held',
    world: { multiPerson: group(2) },
    stands: (world) => book(world, at(10)),
    amid: (world) => book(world, at(10), { holdFor: 5 }),
    booked: '409 slot-taken',
  },
  {
    name: 'the first seat is taken',
    world: { multiPerson: group(2) },
    amid: (world) => book(world, at(10)),
    booked: '201',
  },
  {
    name: 'the only seat is cancelled',
    world: { multiPerson: group(2) },
    stands: (world) => book(world, at(10)),
    amid: (world, seat: { id: string }) => ok(cancel(world, seat)),
    booked: '201',
  },
  {
    name: 'a seat moves into the last free one',
    world: { multiPerson: group(2) },
    async stands(world) {
      await book(world, at(10));
      return book(world, at(14));
    },
    amid: (world, seat: { id: string }) => ok(change(world, seat, { startTs: at(10) })),
    booked: '409 slot-taken',
  },
  {
    name: 'a held seat that this clock sees expired is confirmed by a slower clock',
    world: { multiPerson: group(2) },
    async stands(world) {
      await book(world, at(10));
      return book(world, at(10), { holdFor: 1 }, { now: NOW - MINUTE });
    },
    amid: (world, seat: { id: string }) => ok(change(world, seat, { state: 'confirmed' }, { now: NOW - 1 })),
    booked: '409 slot-taken',
  },
  {
    name: 'another group books the host for that very slot',
    world: { multiPerson: group(2) },
    stands: (world) => newService(world.account, world.hosts, group(2)),
    amid: (world, service: string) => book({ ...world, service }, at(10)),
    booked: '409 slot-taken',
  },
  {
    name: 'a seat of a slot is taken that begins later',
    world: { multiPerson: group(2) },
    amid: (world) => book(world, at(10, 30)),
    booked: '409 slot-taken',
  },
  {
    name: 'a seat of a slot is taken that ends later',
    world: { multiPerson: group(2) },
    amid: (world) => book(world, at(10), { duration: 2 * HOUR }),
    booked: '409 slot-taken',
  },
  {
    name: 'a booking that was made alone moves to the slot of a group',
    async stands(world) {
      const alone = await book(world, at(14));
      await put(world, `/service/${world.service}`, { multiPerson: group(2) });
      return alone;
    },
    amid: (world, alone: { id: string }) => ok(change(world, alone, { startTs: at(10) })),
    booked: '409 slot-taken',
  },
  {
    name: 'the host of a group enters an event',
    world: { multiPerson: group(2) },
    amid: ({ hosts }) => enter(hosts[0], at(10)),
    booked: '409 slot-unavailable',
  },
  {
    name: 'the number of seats falls',
    world: { multiPerson: group(2) },
    stands: (world) => book(world, at(10)),
    amid: (world) => put(world, `/service/${world.service}`, { multiPerson: group(1) }),
    booked: '409 slot-taken',
  },
];

describe.each(races)(
  'if $name before the write',
  ({ world: settings, stands: prepare, amid: interfere, booked, kept = booked }) => {
    it(`a new booking returns ${booked}`, async () => {
      const world = await newWorld(settings);
      const stands = (await prepare?.(world)) as never;
      const reply = await tryBook(
        world,
        at(10),
        {},
        amid(() => interfere(world, stands)),
      );
      expect(outcome(reply)).toBe(booked);
      await expectSound(world);
    });

    it(`a move returns ${kept}, or changes nothing`, async () => {
      const world = await newWorld(settings);
      const one = await book(world, at(20));
      const stands = (await prepare?.(world)) as never;
      const reply = await change(
        world,
        one,
        { startTs: at(10) },
        amid(() => interfere(world, stands)),
      );
      const { bookings } = await expectSound(world);
      const { start_ts: startTs, state } = bookings.find(
        ({ id }) => id === one.id,
      ) as (typeof bookings)[number];
      expect(startTs).toBe(reply.status === 200 ? at(10) : at(20));
      const gone = { '404 not-found': '409 booking-cancelled', '201': '200' }[kept] ?? kept;
      expect(outcome(reply)).toBe(state === 'cancelled' ? '409 booking-cancelled' : gone);
    });

    it(`the confirmation of an expired hold returns ${kept}`, async () => {
      const world = await newWorld(settings);
      const hold = await book(world, at(10), { holdFor: 1 }, { now: NOW - 2 * MINUTE });
      const stands = (await prepare?.(world)) as never;
      const reply = await change(
        world,
        hold,
        { state: 'confirmed' },
        amid(() => interfere(world, stands)),
      );
      const { bookings } = await expectSound(world);
      const { state } = bookings.find(({ id }) => id === hold.id) as (typeof bookings)[number];
      const gone = { '404 not-found': '409 booking-cancelled', '201': '200' }[kept] ?? kept;
      expect(outcome(reply)).toBe(state === 'cancelled' ? '409 booking-cancelled' : gone);
    });
  },
);
