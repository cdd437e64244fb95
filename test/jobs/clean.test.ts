/** What is over goes away: in bounded steps, faster than it can come, and no task waits for another. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { clean } from '../../src/jobs/clean.ts';
import { EXPIRED_HOLD_KEPT_MS } from '../../src/limits.ts';
import {
  at,
  book,
  cancel,
  expectSound,
  fill,
  group,
  HOUR,
  MINUTE,
  NOW,
  newWorld,
  ok,
  stored,
  type World,
} from '../support/bookings.ts';
import { costing, countOf, through } from '../support/database.ts';
import { bookingRows } from '../support/hostile-rows.ts';
import { stoppedClock } from '../support/taking.ts';
import { notifiedAccount } from '../support/webhooks.ts';

const DAY = 24 * HOUR;
beforeEach(() => env.DB.prepare('DELETE FROM walks').run());

const expiry = NOW + 10 * MINUTE;
const hold = (world: World) => book(world, at(10), { holdFor: 10 });
const cleanAt = (now: number) => clean(env.DB, () => now);

describe('an expired hold', () => {
  it('is listed for 55 minutes, and then gone with its events and its session', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: group(5) });
    const { id } = await hold(world);
    await cleanAt(expiry + EXPIRED_HOLD_KEPT_MS - 1);
    const listed = await world.account.call('GET', `/booking/${id}`);
    expect(listed.body.booking).toMatchObject({ state: 'held', expiresAt: expiry });
    await cleanAt(expiry + EXPIRED_HOLD_KEPT_MS);
    expect((await world.account.call('GET', `/booking/${id}`)).status).toBe(404);
    expect(await countOf('sessions', world.account.id)).toBe(0);
    expect((await expectSound(world)).events).toEqual([]);
  });

  it('leaves the other seats of its group', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: group(5) });
    await hold(world);
    await book(world, at(10));
    await cleanAt(expiry + HOUR);
    const { bookings, events } = await expectSound(world);
    expect([bookings.length, events.length]).toEqual([1, 2]);
  });

  it('writes few rows when it goes', async () => {
    const world = await newWorld();
    await hold(world);
    const { db, rows } = costing();
    // The walks rest by then.
    await cleanAt(expiry + EXPIRED_HOLD_KEPT_MS - 1);
    await clean(db, () => expiry + EXPIRED_HOLD_KEPT_MS);
    expect((await stored(world.account)).bookings).toEqual([]);
    // The booking, the event, and twice the use of the quotas.
    expect(rows().written).toBe(4);
  });
});

describe('a cancelled booking', () => {
  it.each([
    [undefined, 365],
    [30, 30],
  ])('with keepCancelledDays %s is kept for %i days', async (keepCancelledDays, days) => {
    const world = await newWorld();
    if (keepCancelledDays) {
      const body = { keepCancelledDays };
      const { account } = (await world.account.call('PUT', '/account/settings', { body })).body;
      expect(account.settings.keepCancelledDays).toBe(30);
    }
    const booking = await book(world, at(10));
    await book(world, at(12));
    await ok(cancel(world, booking));
    await cleanAt(NOW + days * DAY - 1);
    expect(await countOf('bookings', world.account.id)).toBe(2);
    await env.DB.prepare('DELETE FROM walks').run();
    await cleanAt(NOW + days * DAY);
    expect(await countOf('bookings', world.account.id)).toBe(1);
    expect((await world.account.call('GET', `/booking/${booking.id}`)).status).toBe(404);
  });

  it('goes faster than a hundred a second are cancelled: those of two minutes in a tenth of a run', async () => {
    const { account, service, hosts } = await newWorld();
    const owner = { account: account.id, user: hosts[0].id, calendar: '', service, group: '' };
    const { text, args } = bookingRows(owner, 12_000, { start: 'i', state: 'cancelled' });
    await env.DB.prepare(text)
      .bind(...args)
      .run();
    await clean(env.DB, () => NOW, { statements: 60, ms: 20_000 });
    expect(await countOf('bookings', account.id)).toBe(0);
  });

  it.each([0, -1, 3661, 1.5, '30', null])('keepCancelledDays cannot be %j', async (keepCancelledDays) => {
    const { account } = await newWorld();
    const reply = await account.call('PUT', '/account/settings', { body: { keepCancelledDays } });
    expect([reply.status, reply.problem.code]).toEqual([400, 'input-invalid']);
  });
});

describe('a walk', () => {
  const position = async () =>
    (
      await env.DB.prepare("SELECT position FROM walks WHERE name = 'cancelled bookings'").first<{
        position: string;
      }>()
    )?.position;

  it('goes on where the run before it ended, and rests once it has come to the end', async () => {
    const world = await newWorld({ multiPerson: group(10_000) });
    await fill(world, at(10), 10_000);
    await env.DB.prepare("UPDATE bookings SET state = 'cancelled' WHERE account_id = ?")
      .bind(world.account.id)
      .run();
    const now = NOW + 366 * DAY;
    const left = async () => countOf('bookings', world.account.id);
    // Each run has the statements for one turn of every task.
    const run = (now: number) => clean(env.DB, () => now, { statements: 11, ms: 1000 });
    await run(now);
    expect(await left()).toBeGreaterThanOrEqual(5000);
    expect(await left()).toBeLessThan(10_000);
    expect(await position()).toEqual(expect.any(String));
    await run(now + 1);
    await run(now + 2);
    expect([await left(), await position()]).toEqual([0, null]);
    const { db, rows } = costing();
    await clean(db, () => now + HOUR);
    expect(rows().read).toBeLessThan(30);
  });
});

it('a walk passes over a row that fails, and over no other', async () => {
  const { account, service, hosts } = await newWorld();
  const owner = { account: account.id, user: hosts[0].id, calendar: '', service, group: '' };
  const { text, args } = bookingRows(owner, 300, { start: 'i', state: 'cancelled' });
  await env.DB.prepare(text)
    .bind(...args)
    .run();
  await env.DB.prepare(
    `CREATE TRIGGER bad_booking BEFORE DELETE ON bookings WHEN OLD.account_id = '${account.id}' AND OLD.start_ts = 123
     BEGIN SELECT json('no JSON'); END`,
  ).run();
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    await clean(env.DB, () => NOW);
  } finally {
    await env.DB.prepare('DROP TRIGGER bad_booking').run();
    vi.restoreAllMocks();
  }
  expect(await countOf('bookings', account.id)).toBe(1);
  expect(logged.mock.calls).toEqual([[expect.stringContaining('walk over cancelled bookings')]]);
  await env.DB.prepare('DELETE FROM walks').run();
  await cleanAt(NOW);
  expect(await countOf('bookings', account.id)).toBe(0);
});

it('a task that fails delays no other, and the next run tries it again', async () => {
  const world = await newWorld();
  await hold(world);
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  let batches = 0;
  // The first task of the run fails: the second batch, after the positions of the walks.
  const db = through(async (run) => {
    batches++;
    if (batches === 2) throw new Error('D1_ERROR: no such table');
    return run();
  });
  await expect(clean(db, () => expiry + HOUR)).rejects.toThrow();
  expect(logged.mock.calls.flat().join()).toContain('"job":"cancellations"');
  logged.mockRestore();
  expect(await countOf('bookings', world.account.id)).toBe(0);
});

it('a run ends at its time and at its statements', async () => {
  const world = await newWorld({ multiPerson: group(10_000) });
  const deleted = async (bounds: { statements: number; ms: number }, tick: number) => {
    await fill(world, at(10) + HOUR * Math.floor(Math.random() * 1000), 3000);
    await env.DB.prepare("UPDATE bookings SET state = 'held', expires_at = 1 WHERE account_id = ?")
      .bind(world.account.id)
      .run();
    const before = await countOf('bookings', world.account.id);
    let clock = NOW;
    await clean(env.DB, () => (clock += tick), bounds);
    return before - (await countOf('bookings', world.account.id));
  };
  expect(await deleted({ statements: 1000, ms: 100 }, 0)).toBeGreaterThanOrEqual(3000);
  expect(await deleted({ statements: 7, ms: 100 }, 0)).toBeLessThanOrEqual(1500);
  expect(await deleted({ statements: 1000, ms: 100 }, 20)).toBeLessThanOrEqual(1500);
});

it('cleaning outruns writing at a hundred records, a hundred deliveries and four holds a second', async () => {
  const world = await newWorld();
  const account = await notifiedAccount('ok', [], NOW);
  const { id, eventIds } = await book(world, at(10));
  const quotas = '{"guestHolds":1e6,"holds":1e6,"idempotencyRecords":1e7}';
  await env.DB.prepare('UPDATE usage SET quotas = ?').bind(quotas).run();
  const write = (now: number) =>
    env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO remembered (account_id, caller, key, request, answer, expires_at) SELECT ?1, '', lower(hex(randomblob(32))), 'r', '{}', ?2 + i * 10 FROM n`, // words: allow
      ).bind(world.account.id, now + 5 * MINUTE),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO deliveries (account_id, type, content, state, next_at, expires_at)
         SELECT ?1, 'user.created', '{}', 'delivered', NULL, ?2 + i * 10 FROM n`,
      ).bind(account.id, now + 5 * MINUTE),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 240)
         INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events,
           metadata, created, updated, change_token, stamp) -- words: allow
         SELECT account_id, ?3 || '.' || i, service_id, ?3 || '.' || i, start_ts, duration, 'held',
           ?3 + i * 250 - ?4, hosts, events, metadata, created, updated, '', '' FROM bookings, n WHERE account_id = ?1 AND id = ?2`,
      ).bind(world.account.id, id, now + 5 * MINUTE, EXPIRED_HOLD_KEPT_MS),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 240)
         INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, service_id,
           session, expires_at, metadata, created, updated)
         SELECT account_id, ?3 || '.' || i, calendar_id, user_id, start_ts, duration, 1, last_start, '[]', service_id,
           ?3 || '.' || i, ?3 + i * 250 - ?4, metadata, created, updated FROM events, n WHERE account_id = ?1 AND id = ?2`,
      ).bind(world.account.id, eventIds[0] ?? '', now + 5 * MINUTE, EXPIRED_HOLD_KEPT_MS),
    ]);
  const counts = async () => {
    const tables = ['remembered', 'deliveries', 'bookings', 'events']; // words: allow
    const answers = await env.DB.batch<{ n: number }>(
      tables.map((table) =>
        env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE account_id IN (?, ?)`).bind(
          world.account.id,
          account.id,
        ),
      ),
    );
    return answers.map(({ results }) => results[0]?.n ?? Number.NaN);
  };
  const minutes: number[][] = [];
  for (let minute = 0; minute < 14; minute++) {
    await write(NOW + minute * MINUTE);
    if (minute % 2) await cleanAt(NOW + (minute + 1) * MINUTE);
    minutes.push(await counts());
  }
  // Deliveries and holds: never more than what is alive, and what two minutes add.
  for (const [, deliveries, bookings, events] of minutes) {
    expect(deliveries).toBeLessThanOrEqual(7 * 6000);
    expect(bookings).toBeLessThanOrEqual(7 * 240 + 1);
    expect(events).toBeLessThanOrEqual(7 * 240 + 1);
  }
  // Records wait for a walk, which begins each half hour, and then all that have expired are gone.
  await cleanAt(NOW + 32 * MINUTE);
  expect((await counts())[0]).toBeLessThanOrEqual(3 * 6000);
  await cleanAt(NOW + 64 * MINUTE);
  expect(await counts()).toEqual([0, 0, 1, 1]);
});

it('leaves the database to others after each step for as long as the step took', async () => {
  const { taking, waits } = stoppedClock();
  try {
    await clean(taking(30), () => NOW);
  } finally {
    vi.restoreAllMocks();
  }
  expect(waits().length).toBeGreaterThan(3);
  for (const ms of waits()) expect(ms).toBeGreaterThanOrEqual(30);
});
