/** `equalDistribution` counts each host's bookings of the service, in the last thirty days and to come. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { clean } from '../../../src/jobs/clean.ts';
import {
  addHost,
  at,
  book,
  cancel,
  change,
  equal,
  HOUR,
  newHost,
  newService,
  newWorld,
  ok,
  type World,
} from '../../support/bookings.ts';
import { costing } from '../../support/database.ts';

const DAY = 24 * HOUR;

/** The bookings that each host has by the count, in the order in which the hosts were added. */
async function counted({ account, service }: World): Promise<number[]> {
  const { results } = await env.DB.prepare(
    'SELECT booked + head_start AS n FROM service_users WHERE account_id = ? AND service_id = ? ORDER BY seq',
  )
    .bind(account.id, service)
    .all<{ n: number }>();
  return results.map(({ n }) => n);
}

/** Books `n` times with one host, an hour apart from each other. */
async function bookWith(world: World, host: number, n: number, startTs = at(0)) {
  const hostUserIds = [world.hosts[host]?.id];
  const made = [];
  for (let i = 0; i < n; i++) made.push(await book(world, startTs + i * HOUR, { hostUserIds }));
  return made;
}
const hostOf = async (world: World, startTs: number, body = {}) => {
  const { hostUserIds } = await book(world, startTs, body);
  return world.hosts.findIndex(({ id }) => id === hostUserIds[0]);
};

describe('the count of a host', () => {
  it('follows a booking that is made, held, confirmed, moved, and cancelled or whose event is deleted', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: equal });
    const [first, second] = await bookWith(world, 0, 3);
    expect(await counted(world)).toEqual([3, 0]);
    await ok(change(world, first as { id: string }, { startTs: at(20) }));
    expect(await counted(world)).toEqual([3, 0]);
    await ok(cancel(world, first as { id: string }));
    expect(await counted(world)).toEqual([2, 0]);
    const path = `/user/events/${second?.eventIds[0]}`;
    await ok(world.account.call('DELETE', path, { now: at(0) - DAY }));
    expect(await counted(world)).toEqual([1, 0]);
    const held = await book(world, at(22), { holdFor: 10, hostUserIds: [world.hosts[1]?.id] });
    expect(await counted(world)).toEqual([1, 0]);
    await ok(change(world, held, { state: 'confirmed' }));
    expect(await counted(world)).toEqual([1, 1]);
  });

  it('begins when the service becomes one that counts, and is of that service alone', async () => {
    const world = await newWorld({ hosts: 2 });
    const other = { ...world, service: await newService(world.account, world.hosts) };
    await bookWith(world, 0, 2);
    await bookWith(other, 0, 2, at(12));
    expect(await counted(world)).toEqual([0, 0]);
    const put = (multiPerson: object) =>
      ok(world.account.call('PUT', `/service/${world.service}`, { body: { multiPerson } }));
    await put(equal);
    expect(await counted(world)).toEqual([2, 0]);
    expect(await hostOf(world, at(4))).toBe(1);
    await put({ variant: 'roundRobinAlgorithm', data: 'availability' });
    await bookWith(world, 1, 1, at(8));
    await put(equal);
    expect(await counted(world)).toEqual([2, 2]);
  });

  it('of a host who is added begins at the average, and the head start ends after thirty days', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: equal });
    await bookWith(world, 0, 5);
    await bookWith(world, 1, 3);
    const late = await newHost(world.account);
    world.hosts.push(late);
    await addHost(world.account, world.service, late);
    expect(await counted(world)).toEqual([5, 3, 4]);
    const until = (ms: number) =>
      env.DB.prepare('UPDATE service_users SET head_start_until = ? WHERE account_id = ? AND user_id = ?')
        .bind(ms, world.account.id, late.id)
        .run();
    await until(at(1));
    expect(await hostOf(world, at(10))).toBe(1);
    await until(at(0) - DAY);
    expect(await hostOf(world, at(11))).toBe(2);
  });

  it('forgets a booking thirty days after it, whether or not the count has moved on', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: equal });
    await bookWith(world, 0, 3);
    await bookWith(world, 1, 2, at(6));
    const now = at(6) + 30 * DAY + 1;
    // By now the first host has no booking in the last thirty days, and the second has one.
    const chosen = async () => {
      const { hostUserIds, id } = await book(world, now + DAY, {}, { now });
      await ok(cancel(world, { id }, { now }));
      return hostUserIds[0];
    };
    expect(await chosen()).toBe(world.hosts[0].id);
    await env.DB.prepare('DELETE FROM walks').run();
    await clean(env.DB, () => now);
    expect(await counted(world)).toEqual([0, 1]);
    expect(await chosen()).toBe(world.hosts[0].id);
  });

  it('is nobody else’s: an event with the service’s id is no booking', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: equal });
    const [host] = world.hosts;
    const body = { calendarId: host.calendar, startTs: at(20), duration: HOUR, busy: true };
    await ok(
      world.account.call('POST', `/user/${host.id}/events`, {
        body: { ...body, serviceId: world.service },
      }),
    );
    expect(await counted(world)).toEqual([0, 0]);
    expect(await hostOf(world, at(1))).toBe(0);
  });
});

it('of equal hosts, the one that was booked longest ago takes the slot; a live hold counts, an expired one does not', async () => {
  const world = await newWorld({ hosts: 2, multiPerson: equal });
  const now = at(0) - DAY;
  await book(world, at(1), { hostUserIds: [world.hosts[1]?.id] }, { now });
  await book(world, at(2), { hostUserIds: [world.hosts[0].id] }, { now: now + 1 });
  expect(await hostOf(world, at(3), { holdFor: 10 })).toBe(1);
  expect(await hostOf(world, at(4), {})).toBe(0);
  const later = { now: now + HOUR };
  const { hostUserIds } = await book(world, at(5), {}, later);
  expect(hostUserIds).toEqual([world.hosts[1]?.id]);
});

it('reads as much with 16,000 bookings to come as with 160', async () => {
  const costs: number[] = [];
  for (const n of [160, 16_000]) {
    const world = await newWorld({ hosts: 2, multiPerson: equal });
    const { eventIds } = await book(world, at(12));
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
       INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, service_id,
         session, metadata, created, updated)
       SELECT account_id, id || i, calendar_id, user_id, start_ts + i * 3600000, duration, busy, start_ts + i * 3600000,
         reminders, service_id, session || i, metadata, created, updated
       FROM events, n WHERE account_id = ?1 AND id = ?2`,
    )
      .bind(world.account.id, eventIds[0] ?? '', n)
      .run();
    expect(await counted(world)).toEqual([n, 0]);
    const { db, rows } = costing();
    const { hostUserIds } = await book(world, at(10), {}, { env: { DB: db } });
    expect(hostUserIds).toEqual([world.hosts[1]?.id]);
    costs.push(rows().read);
  }
  expect(costs[1]).toBeLessThan((costs[0] ?? 0) + 20);
});
