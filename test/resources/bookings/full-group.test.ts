/** What a group, a round robin and its holds cost does not grow with the bookings, but with the hosts. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { clean } from '../../../src/jobs/clean.ts';
import { exportOf } from '../../export/support.ts';
import {
  at,
  book,
  cancel,
  change,
  collective,
  expectSound,
  fill,
  group,
  HOUR,
  NOW,
  newWorld,
  ok,
  readBooking,
  tryBook,
  window,
} from '../../support/bookings.ts';
import { costing, countOf } from '../../support/database.ts';

const SEATS = 8000;
/** The rows that one more or less in a random order may cost. */
const SLACK = 20;

const slots = '?startDate=2030-01-08&endDate=2030-01-08&duration=3600000&interval=3600000';

describe('a group of 8,000 seats', () => {
  it('costs a booking, a cancellation and the slots what an empty one costs', async () => {
    const costs: { read: number; written: number }[][] = [];
    for (const seats of [2, SEATS - 1]) {
      const world = await newWorld({ hosts: 2, multiPerson: group(SEATS) });
      await fill(world, at(10), seats);
      const booking = costing();
      const seat = await book(world, at(10), {}, { env: { DB: booking.db } });
      const hours = costing();
      await ok(
        world.account.call('GET', `/service/${world.service}/booking${slots}`, {
          now: NOW,
          env: { DB: hours.db },
        }),
      );
      const leaving = costing();
      await ok(cancel(world, seat, { env: { DB: leaving.db } }));
      costs.push([booking.rows(), hours.rows(), leaving.rows()]);
    }
    for (const [i, cost] of (costs[1] ?? []).entries()) {
      expect(cost.written).toBe(costs[0]?.[i]?.written);
      expect(cost.read).toBeLessThan((costs[0]?.[i]?.read ?? 0) + SLACK);
    }
  });

  it('is full at 8,000', async () => {
    const world = await newWorld({ multiPerson: group(SEATS) });
    const id = await fill(world, at(10), SEATS - 1);
    expect((await tryBook(world, at(10))).status).toBe(201);
    expect((await tryBook(world, at(10))).problem.code).toBe('slot-taken');
    await ok(cancel(world, { id }));
    expect((await tryBook(world, at(10), { holdFor: 10 })).status).toBe(201);
    expect((await tryBook(world, at(10))).problem.code).toBe('slot-taken');
    expect((await tryBook(world, at(10), {}, { now: NOW + HOUR })).status).toBe(201);
  });

  it('is cancelled at once for every reader when one of its events is deleted', async () => {
    const costs: { read: number; written: number }[] = [];
    for (const seats of [100, SEATS]) {
      const world = await newWorld({ hosts: 2, multiPerson: group(SEATS) });
      const id = await fill(world, at(10), seats);
      const before = await readBooking(world, { id });
      const deleting = costing();
      const path = `/user/events/${before.eventIds[0]}`;
      await ok(world.account.call('DELETE', path, { now: NOW, env: { DB: deleting.db } }));
      costs.push(deleting.rows());
      const { results } = await env.DB.prepare(
        'SELECT id FROM bookings WHERE account_id = ? ORDER BY seq DESC',
      )
        .bind(world.account.id)
        .all<{ id: string }>();
      const last = { id: results[0]?.id ?? '' };
      const after = await readBooking(world, last);
      expect(after.state).toBe('cancelled');
      expect(after.updated).not.toBe(before.updated);
      // Its row says otherwise, and nobody can change it.
      expect((await change(world, last, { metadata: { a: 'b' } })).problem.code).toBe('booking-cancelled');
      expect((await cancel(world, last)).body.booking.state).toBe('cancelled');
      const { headers } = await world.account.call('GET', `/booking/${last.id}`);
      const listed = async (state: string) => {
        const query = `${window}&state=${state}&limit=100`;
        const path = `/service/${world.service}/bookings${query}`;
        return (await ok<{ bookings: unknown[] }>(world.account.call('GET', path, { now: NOW }))).bookings
          .length;
      };
      expect([await listed('confirmed'), await listed('cancelled')]).toEqual([0, 100]);
      const lines = (await exportOf(world.account.apiKey)).filter(({ type }) => type === 'booking');
      expect([lines.length, new Set(lines.map(({ state }) => state))]).toEqual([
        seats,
        new Set(['cancelled']),
      ]);
      // The slot is free for a new session.
      expect((await tryBook(world, at(10))).status).toBe(201);
      for (let i = 0; i < 3; i++) await clean(env.DB, Date.now);
      await expectSound(world);
      expect(await readBooking(world, last)).toEqual(after);
      const { headers: later } = await world.account.call('GET', `/booking/${last.id}`);
      expect(later.get('etag')).toBe(headers.get('etag'));
      const left = await env.DB.prepare(
        "SELECT (SELECT count(*) FROM cancellations) AS cancellations, count(*) AS live FROM bookings WHERE account_id = ? AND state <> 'cancelled'",
      )
        .bind(world.account.id)
        .first();
      expect(left).toEqual({ cancellations: 0, live: 1 });
    }
    expect(costs[1]?.written).toBe(costs[0]?.written);
    expect(costs[1]?.read).toBeLessThan((costs[0]?.read ?? 0) + SLACK);
  });

  it('notifies of each seat that is cancelled with its event', async () => {
    const world = await newWorld({ multiPerson: group(SEATS) });
    const webhook = { webhookUrl: 'http://127.0.0.1/', events: ['booking.cancelled'] };
    const development = { env: { ALLOW_PRIVATE_WEBHOOKS: 'yes' } };
    await ok(world.account.call('PUT', '/account/webhook', { body: webhook, ...development }));
    const id = await fill(world, at(10), 700);
    const [event] = (await readBooking(world, { id })).eventIds;
    await ok(world.account.call('DELETE', `/user/events/${event}`, { now: NOW }));
    await clean(env.DB, Date.now);
    const { results } = await env.DB.prepare(
      "SELECT type, count(*) AS n, count(DISTINCT content ->> 'id') AS bookings FROM deliveries WHERE account_id = ? GROUP BY type",
    )
      .bind(world.account.id)
      .all();
    expect(results).toEqual([{ type: 'booking.cancelled', n: 700, bookings: 700 }]);
  });
});

it('a seat of a service that is no group any more moves with events of its own, and takes its new slot', async () => {
  const world = await newWorld({ hosts: 2, multiPerson: group(5) });
  const [first, second] = [await book(world, at(10)), await book(world, at(10))];
  const body = { multiPerson: collective };
  await ok(world.account.call('PUT', `/service/${world.service}`, { body, now: NOW }));
  await ok(change(world, first, { startTs: at(12) }));
  await expectSound(world);
  expect((await tryBook(world, at(12))).problem.code).toBe('slot-taken');
  expect((await tryBook(world, at(10))).problem.code).toBe('slot-taken');
  await ok(change(world, second, { startTs: at(14) }));
  const { events } = await expectSound(world);
  expect(events).toHaveLength(4);
  expect((await tryBook(world, at(10))).status).toBe(201);
});

it.each([
  ['without a webhook', 8, 3],
  ['with a notification of each seat', 15, 5],
])('the event of a full group with one host moves with its seats, %s', async (title, read, written) => {
  const world = await newWorld({ multiPerson: group(SEATS) });
  if (title.startsWith('with a')) {
    const body = { webhookUrl: 'http://127.0.0.1/', events: ['booking.moved'] };
    const development = { env: { ALLOW_PRIVATE_WEBHOOKS: 'yes' } };
    await ok(world.account.call('PUT', '/account/webhook', { body, ...development }));
  }
  const id = await fill(world, at(10), SEATS);
  const [event] = (await readBooking(world, { id })).eventIds;
  const moving = costing();
  const path = `/user/events/${event}`;
  const body = { startTs: at(12) };
  await ok(world.account.call('PUT', path, { body, now: NOW, env: { DB: moving.db } }));
  expect((await readBooking(world, { id })).startTs).toBe(at(12));
  expect((await tryBook(world, at(12))).problem.code).toBe('slot-taken');
  expect((await tryBook(world, at(10))).status).toBe(201);
  // The rows of the seats and their entries by time: in proportion to the seats, of which there are at most 10,000.
  expect(moving.rows().read).toBeLessThan(read * SEATS);
  expect(moving.rows().written).toBeLessThan(written * SEATS);
  expect(await countOf('deliveries', world.account.id)).toBe(title.startsWith('with a') ? SEATS : 0);
});

it('a session whose confirmed seat leaves expires with the holds that stay', async () => {
  const world = await newWorld({ hosts: 2, multiPerson: group(5) });
  await book(world, at(10), { holdFor: 10 });
  const [first, second] = [await book(world, at(10)), await book(world, at(10))];
  await ok(cancel(world, second));
  await expectSound(world);
  await ok(change(world, first, { startTs: at(12) }));
  const { events } = await expectSound(world);
  expect(events.map(({ expires_at }) => expires_at === null)).toEqual([false, false, true, true]);
});
