/** The guard finds in SQL what src/slots finds in code: the single events and the bookings that take a slot. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unverified } from '../../../src/db/scope.ts';
import type { Query } from '../../../src/db/sql.ts';
import {
  type AvailabilityRows,
  availabilityOf,
  availabilityQueries,
} from '../../../src/resources/bookings/availability.ts';
import { targetOf } from '../../../src/resources/bookings/availability-sql.ts';
import { whileDecided } from '../../../src/resources/bookings/guard-sql.ts';
import { canTake } from '../../../src/slots/host.ts';
import {
  at,
  enter,
  group,
  MINUTE,
  NOW,
  newService,
  newWorld,
  tryBook,
  type World,
} from '../../support/bookings.ts';

const STEP = 10 * MINUTE;
const step = (max: number) => fc.integer({ min: 0, max }).map((n) => n * STEP);
/** What somebody enters on one day, in steps of ten minutes; `service` is 0 for none, 1 for the one in question, 2 for another. */
const happening = fc.record({
  start: step(100),
  duration: step(12),
  service: fc.integer({ min: 0, max: 2 }),
  books: fc.boolean(),
  busy: fc.boolean(),
});
const buffers = fc.record({
  bufferBefore: fc.constantFrom(0, 0, 10, 60),
  bufferAfter: fc.constantFrom(0, 0, 10, 60),
});
const scene = fc.record({ happenings: fc.array(happening, { maxLength: 8 }), own: buffers, other: buffers });

const rowsOf = async (queries: readonly Query[]): Promise<unknown[][]> =>
  (await env.DB.batch(queries.map(({ text, params }) => env.DB.prepare(text).bind(...params)))).map(
    ({ results }) => results,
  );

/** Whether the host can take a slot, in code and in the guard. */
async function verdicts({ account, service }: World, start: number, duration: number) {
  const target = targetOf(unverified(account.id, null), service, { start, end: start + duration });
  const request = { target, now: NOW, decides: true } as const;
  const rows = (await rowsOf(availabilityQueries(request))) as AvailabilityRows;
  const [[stored]] = rows;
  if (!stored) throw new Error('the service is missing');
  const multiPerson = JSON.parse(stored.multi_person);
  const availability = availabilityOf(multiPerson, rows, { start, end: start + duration }, NOW);
  const candidates = availability.hosts.map(({ id, bookIn, basis }) => ({
    user: id,
    calendar: bookIn ?? '',
    event: crypto.randomUUID(),
    basis,
  }));
  const decision = { request, version: stored.version, multiPerson, candidates };
  const { text, params } = whileDecided(decision, 'new');
  const { results } = await env.DB.prepare(`${text} SELECT * FROM decided`)
    .bind(...params)
    .all();
  return {
    code: availability.hosts.every((host) => canTake(host, start, duration)),
    guard: results.length === 1,
  };
}

it.each([
  ['a round robin', undefined],
  ['a group', group(100)],
])('agrees with src/slots on random calendars of %s', { timeout: 120_000 }, async (_, multiPerson) => {
  let [free, taken] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      scene,
      fc.array(fc.tuple(step(100), step(12)), { minLength: 6, maxLength: 6 }),
      async ({ happenings, own, other }, slots) => {
        const world = await newWorld({ ...(multiPerson && { multiPerson }), settings: own });
        const [host] = world.hosts;
        const services = [null, world.service, await newService(world.account, [host], undefined, other)];
        for (const { start, duration, service, books, busy } of happenings) {
          const serviceId = services[service] ?? null;
          if (books && serviceId) {
            await tryBook({ ...world, service: serviceId }, at(4) + start, { duration: duration + STEP });
          } else if (serviceId) {
            const body = { calendarId: host.calendar, startTs: at(4) + start, duration, busy, serviceId };
            await world.account.call('POST', `/user/${host.id}/events`, { body, now: NOW });
          } else {
            await enter(host, at(4) + start, { duration, busy });
          }
        }
        for (const [start, length] of slots) {
          const { code, guard } = await verdicts(world, at(4) + start, length + STEP);
          if (code) free += 1;
          else taken += 1;
          expect({ start, length, guard }).toEqual({ start, length, guard: code });
        }
      },
    ),
    { seed: 20, numRuns: 25 },
  );
  expect(Math.min(free, taken)).toBeGreaterThan(30);
});
