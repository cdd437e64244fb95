/** Series that name a service: none of their instances overlaps a booking, and no booking one of them. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  at,
  book,
  cancel,
  change,
  DAY,
  enter,
  expectSound,
  group,
  HOUR,
  MINUTE,
  NOW,
  newHost,
  newWorld,
  tryBook,
  type World,
} from '../../support/bookings.ts';
import { interrupted } from '../../support/database.ts';
import { store } from '../../support/events.ts';

const daily = (count?: number) => ({ freq: 'daily', interval: 1, ...(count && { count }) });
const LATER = 3 * DAY;
/** Clocks go forward on 31 March 2030: from then on, 10:00 in Oslo is 08:00 in UTC. */
const APRIL = Date.UTC(2030, 3, 2, 8);

/** Adds an event of the first host that names the service. */
const tryEnter = ({ account, service, hosts: [host] }: World, body: object, options = {}) =>
  account.call('POST', `/user/${host.id}/events`, {
    body: { calendarId: host.calendar, duration: HOUR, serviceId: service, ...body },
    now: NOW,
    ...options,
  });
const enterSeries = async (world: World, body: object = {}) =>
  (await tryEnter(world, { startTs: at(10), recurrence: daily(), ...body })).body.event.id as string;
const toOslo = ({ account, hosts: [{ calendar }] }: World) => {
  const body = { settings: { timezone: 'Europe/Oslo' } };
  return account.call('PUT', `/user/calendar/${calendar}`, { body, now: NOW });
};
const tryChange = ({ account }: World, id: string, body: object, options = {}) =>
  account.call('PUT', `/user/events/${id}`, { body, now: NOW, ...options });

describe('409, and nothing is written, for an event', () => {
  const cases: Record<string, (world: World) => Promise<{ status: number; problem: { code: string } }>> = {
    'whose later instance lies on a booking': async (world) => {
      await book(world, at(10) + LATER);
      return tryEnter(world, { startTs: at(10), recurrence: daily() });
    },
    'whose later instance lies on a hold': async (world) => {
      await book(world, at(10) + LATER, { holdFor: 5 });
      return tryEnter(world, { startTs: at(9, 30), recurrence: daily(9) });
    },
    'whose later instance lies on an event that names a service': async (world) => {
      await enter(world.hosts[0], at(10) + LATER, { serviceId: world.service });
      return tryEnter(world, { startTs: at(10), recurrence: daily() });
    },
    'that lies on a later instance': async (world) => {
      await enterSeries(world);
      return tryEnter(world, { startTs: at(10, 30) + LATER });
    },
    'of which an instance lies on one of another series': async (world) => {
      await enterSeries(world, { recurrence: { freq: 'weekly', interval: 1 } });
      return tryEnter(world, { startTs: at(10) + DAY, recurrence: { freq: 'daily', interval: 13 } });
    },
    'that gets a recurrence': async (world) => {
      await book(world, at(10) + LATER);
      return tryChange(world, await enterSeries(world, { recurrence: null }), { recurrence: daily() });
    },
    'that gets a service': async (world) => {
      await book(world, at(10) + LATER);
      const id = await enterSeries(world, { serviceId: null });
      return tryChange(world, id, { serviceId: world.service });
    },
    'that gets another start': async (world) => {
      await book(world, at(12) + LATER);
      return tryChange(world, await enterSeries(world), { startTs: at(12) });
    },
    'that becomes longer': async (world) => {
      await book(world, at(12) + LATER);
      return tryChange(world, await enterSeries(world), { duration: 3 * HOUR });
    },
    'that gets an instance back': async (world) => {
      const id = await enterSeries(world);
      await tryChange(world, id, { exdates: [at(10) + LATER] });
      await book(world, at(10) + LATER);
      return tryChange(world, id, { exdates: [at(10) + 2 * LATER] });
    },
    'of a booking that moves onto a later instance': async (world) => {
      await enterSeries(world);
      const { eventIds } = await book(world, at(12));
      return tryChange(world, eventIds[0] as string, { startTs: at(10) + LATER });
    },
  };
  it.each(Object.entries(cases))('%s', async (_, send) => {
    const world = await newWorld();
    const { status, problem } = await send(world);
    expect([status, problem.code]).toEqual([409, 'slot-taken']);
    await expectSound(world);
  });

  it('that a booking overlaps, by any of the instances', async () => {
    const world = await newWorld();
    const id = await enterSeries(world);
    expect((await tryBook(world, at(10, 30) + LATER)).problem.code).toBe('slot-taken');
    const booking = await book(world, at(12));
    expect((await change(world, booking, { startTs: at(10) + LATER })).problem.code).toBe('slot-taken');
    expect((await tryChange(world, id, { exdates: [at(10) + LATER] })).status).toBe(200);
    expect((await change(world, booking, { startTs: at(10) + LATER })).status).toBe(200);
  });
});

describe('2xx for a series', () => {
  it('between the bookings, whose events are near, with one Idempotency-Key twice', async () => {
    const world = await newWorld();
    await book(world, at(12) + LATER);
    await enterSeries(world, { startTs: at(8) });
    const headers = { ...world.account.headers, 'idempotency-key': 'series' };
    const send = () => tryEnter(world, { startTs: at(10), recurrence: daily() }, { headers });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('on what takes no time: a cancelled booking, a hold that is over, another host, no duration', async () => {
    const world = await newWorld({ hosts: 2 });
    const [first, second] = world.hosts;
    await cancel(world, await book(world, at(10) + DAY, { hostUserIds: [first.id] }));
    await book(world, at(10) + 2 * DAY, { hostUserIds: [first.id], holdFor: 1 }, { now: NOW - HOUR });
    await book(world, at(10) + LATER, { hostUserIds: [second?.id] });
    await enter(first, at(10, 30) + LATER, { serviceId: world.service, duration: 0 });
    expect((await tryEnter(world, { startTs: at(10), recurrence: daily() })).status).toBe(201);
  });

  it('that stands on the slots of its group, seats included', async () => {
    const world = await newWorld({ multiPerson: group(5) });
    await book(world, at(10) + DAY);
    expect((await tryEnter(world, { startTs: at(10), recurrence: daily() })).status).toBe(201);
    expect((await tryEnter(world, { startTs: at(10), recurrence: daily() })).status).toBe(201);
    const beside = { startTs: at(10, 30), recurrence: daily() };
    expect((await tryEnter(world, beside)).problem.code).toBe('slot-taken');
  });

  it('by the clock of its calendar', async () => {
    const world = await newWorld();
    const [{ user }] = world.hosts;
    const calendarId = await user.newCalendar('Europe/Oslo');
    await book(world, APRIL + HOUR);
    const series = { calendarId, startTs: at(9), recurrence: daily() };
    expect((await tryEnter(world, { ...series, duration: HOUR / 2 })).status).toBe(201);
    await book(world, APRIL + DAY + HOUR / 2);
    const hour = { ...series, startTs: at(9, 30) };
    expect((await tryEnter(world, { ...hour, duration: HOUR / 2 })).problem.code).toBe('slot-taken');
  });

  it('that the clock of another time zone puts on a booking', async () => {
    const world = await newWorld();
    const id = await enterSeries(world, { startTs: at(9) });
    await book(world, APRIL);
    expect((await tryChange(world, id, { timezone: 'Europe/Oslo' })).problem.code).toBe('slot-taken');
    expect((await tryChange(world, id, { timezone: 'Africa/Lagos' })).status).toBe(200);
  });
});

describe('between the comparison and the write', () => {
  const meanwhile = async (world: World, interfere: () => Promise<unknown>, send: typeof tryEnter) => {
    await book(world, at(12) + DAY);
    let done = false;
    const once = async () => {
      if (!done) await interfere();
      done = true;
    };
    return send(world, { startTs: at(10), recurrence: daily() }, { env: { DB: interrupted(once, 2) } });
  };

  it('a booking comes: 409', async () => {
    const world = await newWorld();
    const reply = await meanwhile(world, () => book(world, at(10) + LATER), tryEnter);
    expect(reply.problem.code).toBe('slot-taken');
  });

  it('a booking comes that is beside it, and it is compared again: 201', async () => {
    const world = await newWorld();
    expect((await meanwhile(world, () => book(world, at(11) + LATER), tryEnter)).status).toBe(201);
  });

  it('the time zone of its calendar changes: 409 where it then lies on the booking', async () => {
    const world = await newWorld();
    await book(world, APRIL);
    const series = { startTs: at(9), recurrence: daily() };
    const send: typeof tryEnter = (to, _, options) => tryEnter(to, series, options);
    expect((await meanwhile(world, () => toOslo(world), send)).problem.code).toBe('slot-taken');
  });

  it('the event itself changes: 409', async () => {
    const world = await newWorld();
    const id = await enterSeries(world, { recurrence: null, startTs: at(6) });
    const move = () => tryChange(world, id, { startTs: at(12) });
    const send: typeof tryEnter = (to, _, options) => tryChange(to, id, { recurrence: daily() }, options);
    const reply = await meanwhile(world, move, send);
    expect(reply.problem.code).toBe('slot-taken');
  });
});

it('400 for a series near more events than are compared', async () => {
  const world = await newWorld();
  const [{ user, calendar }] = world.hosts;
  const events = Array.from({ length: 1001 }, (_, i) => ({ startTs: at(12) + i * DAY, duration: MINUTE }));
  const ids = await store(user, calendar, events);
  await env.DB.prepare('UPDATE events SET service_id = ? WHERE id IN (SELECT value FROM json_each(?))')
    .bind(world.service, JSON.stringify(ids))
    .run();
  const near = { startTs: at(10), duration: MINUTE, recurrence: daily() };
  const { status, problem } = await tryEnter(world, near);
  expect([status, problem.code]).toEqual([400, 'answer-too-large']);
  expect((await tryEnter(world, { ...near, recurrence: daily(700) })).body).toHaveProperty('event');
});

it('an event of another user is compared with none of these', async () => {
  const world = await newWorld();
  await enterSeries(world);
  const other = await newHost(world.account);
  const sent = { calendarId: other.calendar, startTs: at(10), duration: HOUR, serviceId: world.service };
  const reply = await world.account.call('POST', `/user/${other.id}/events`, { body: sent, now: NOW });
  expect(reply.status).toBe(201);
});
