/** Concurrent bookings from several isolates over one database. */
import { afterAll, expect, it } from 'vitest';
import { outcome } from './support/actors.ts';
import { expectSound, HOUR_MS, newWorld, TOMORROW_MS } from './support/booking-world.ts';
import { startService } from './support/service.ts';

const service = await startService('a', 'b', 'c');
afterAll(service.stop);

it('books a slot once, with one event, for 200 requests at once', { timeout: 60_000 }, async () => {
  const { account, serviceId, clients } = await newWorld(service, 1);
  const booking = { startTs: TOMORROW_MS + 10 * HOUR_MS, duration: HOUR_MS };
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      (clients[i % clients.length] as (typeof clients)[number]).booking.create(serviceId, booking),
    ),
  );
  const outcomes = Map.groupBy(answers, outcome);
  expect(outcomes.get('201')).toHaveLength(1);
  expect([...outcomes.keys()].filter((key) => !['201', '409 slot-taken'].includes(key))).toEqual([]);
  const { bookings, events } = await expectSound(service, account);
  expect([bookings.length, events.length]).toEqual([1, 1]);
});

/** A pseudorandom generator with a seed (mulberry32), so that each run is the same. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

it('keeps every invariant of the stored rows under random concurrent changes', {
  timeout: 120_000,
}, async () => {
  const { account, serviceId, clients, calendars } = await newWorld(service, 2);
  const random = randomFrom(7);
  const slot = () => TOMORROW_MS + (8 + random(6)) * HOUR_MS + random(2) * (HOUR_MS / 2);
  const ids: string[] = [];
  const counts = { written: 0, refused: 0 };
  for (let round = 0; round < 6; round++) {
    const requests = Array.from({ length: 40 }, (_, i) => {
      const accountClient = clients[i % clients.length] as (typeof clients)[number];
      const id = ids[random(Math.max(ids.length, 1))];
      const host = calendars[random(2)] as (typeof calendars)[number];
      switch (id ? random(8) : 0) {
        case 1:
          return accountClient.booking.move(id as string, slot());
        case 2:
          return accountClient.booking.confirm(id as string);
        case 3:
          return accountClient.booking.cancel(id as string);
        case 4:
          return accountClient.events.create(host.userId, {
            calendarId: host.calendarId,
            startTs: slot(),
            duration: HOUR_MS,
            busy: true,
          });
        case 5:
          return accountClient.service.updateUserInService(serviceId, {
            userId: host.userId,
            bufferAfter: random(3) * 5,
          });
        case 6: {
          const multiPerson = (
            [{ variant: 'collective' }, { variant: 'roundRobinAlgorithm', data: 'availability' }] as const
          )[random(2)];
          return accountClient.service.update(serviceId, { multiPerson });
        }
        default:
          return accountClient.booking.create(serviceId, {
            startTs: slot(),
            duration: HOUR_MS,
            ...(random(3) === 0 && { holdFor: 1 }),
          });
      }
    });
    for (const answer of await Promise.all(requests)) {
      expect([200, 201, 404, 409, 503]).toContain(answer.status);
      counts[answer.status < 300 ? 'written' : 'refused'] += 1;
      if (answer.data && 'booking' in answer.data) ids.push(answer.data.booking.id);
    }
    await expectSound(service, account);
  }
  expect(counts.written).toBeGreaterThan(60);
  expect(counts.refused).toBeGreaterThan(20);
});
