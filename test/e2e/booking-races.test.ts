/** Bookings from several isolates at once, over one database: what none of them can know of the others. */
import { afterAll, expect, it } from 'vitest';
import { faultsOf, STORED, storedOf } from '../support/sound.ts';
import { dataOf, newActors, outcome, serverAt } from './support/actors.ts';
import { startService } from './support/service.ts';

const service = await startService('a', 'b', 'c');
afterAll(service.stop);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The midnight after the next. */
const TOMORROW = (Math.floor(Date.now() / DAY) + 2) * DAY;

async function newWorld(hosts: number) {
  const actors = await newActors(service.baseUrls[0]);
  const servers = service.baseUrls.map((baseUrl) => serverAt(baseUrl, actors.apiKey));
  const [server] = servers as [(typeof servers)[number]];
  const rules = (['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const).map((value) => ({
    variant: { type: 'WDay' as const, value },
    intervals: [{ start: { hours: 0, minutes: 0 }, end: { hours: 24, minutes: 0 } }],
  }));
  const made = dataOf(await server.service.create());
  const calendars: { userId: string; calendarId: string }[] = [];
  for (let i = 0; i < hosts; i++) {
    const { user } = dataOf(await server.user.create());
    const { calendar } = dataOf(await server.calendar.create(user.id, { timezone: 'UTC' }));
    const { schedule } = dataOf(await server.schedule.create(user.id, { timezone: 'UTC', rules }));
    const availability = { variant: 'Schedule', id: schedule.id } as const;
    dataOf(
      await server.service.addUser(made.service.id, {
        userId: user.id,
        availability,
        bookingCalendarId: calendar.id,
      }),
    );
    calendars.push({ userId: user.id, calendarId: calendar.id });
  }
  return { account: actors.accountId, serviceId: made.service.id, servers, calendars };
}

async function expectSound(account: string) {
  const { db } = service;
  const results = await db.batch(STORED.map((text) => db.prepare(text).bind(account)));
  const stored = storedOf(results.map(({ results }) => results));
  expect(faultsOf(stored, Date.now())).toEqual([]);
  return stored;
}

it('200 at once for one slot: one is booked, with one event', { timeout: 60_000 }, async () => {
  const { account, serviceId, servers } = await newWorld(1);
  const booking = { startTs: TOMORROW + 10 * HOUR, duration: HOUR };
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      (servers[i % servers.length] as (typeof servers)[number]).booking.create(serviceId, booking),
    ),
  );
  const outcomes = Map.groupBy(answers, outcome);
  expect(outcomes.get('201')).toHaveLength(1);
  expect(
    [...outcomes.keys()].filter((key) => !['201', '409 slot-taken', '503 contended'].includes(key)),
  ).toEqual([]);
  const { bookings, events } = await expectSound(account);
  expect([bookings.length, events.length]).toEqual([1, 1]);
});

/** Numbers that look random and are the same each time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

it('whatever is done at once, what is stored obeys every rule', { timeout: 120_000 }, async () => {
  const { account, serviceId, servers, calendars } = await newWorld(2);
  const random = numbers(7);
  const slot = () => TOMORROW + (8 + random(6)) * HOUR + random(2) * (HOUR / 2);
  const ids: string[] = [];
  const taken = { written: 0, refused: 0 };
  for (let round = 0; round < 6; round++) {
    const requests = Array.from({ length: 40 }, (_, i) => {
      const server = servers[i % servers.length] as (typeof servers)[number];
      const id = ids[random(Math.max(ids.length, 1))];
      const host = calendars[random(2)] as (typeof calendars)[number];
      switch (id ? random(8) : 0) {
        case 1:
          return server.booking.move(id as string, slot());
        case 2:
          return server.booking.confirm(id as string);
        case 3:
          return server.booking.cancel(id as string);
        case 4:
          return server.events.create(host.userId, {
            calendarId: host.calendarId,
            startTs: slot(),
            duration: HOUR,
            busy: true,
          });
        case 5:
          return server.service.updateUserInService(serviceId, {
            userId: host.userId,
            bufferAfter: random(3) * 5,
          });
        case 6: {
          const multiPerson = (
            [{ variant: 'collective' }, { variant: 'roundRobinAlgorithm', data: 'availability' }] as const
          )[random(2)];
          return server.service.update(serviceId, { multiPerson });
        }
        default:
          return server.booking.create(serviceId, {
            startTs: slot(),
            duration: HOUR,
            ...(random(3) === 0 && { holdFor: 1 }),
          });
      }
    });
    for (const answer of await Promise.all(requests)) {
      expect([200, 201, 404, 409, 503]).toContain(answer.status);
      taken[answer.status < 300 ? 'written' : 'refused'] += 1;
      if (answer.data && 'booking' in answer.data) ids.push(answer.data.booking.id);
    }
    await expectSound(account);
  }
  expect(taken.written).toBeGreaterThan(60);
  expect(taken.refused).toBeGreaterThan(20);
});
