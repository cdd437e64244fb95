/**
 * The previous release guards a booking by the revisions of its hosts, which bookings no longer raise: triggers look for the
 * bookings that came after its decision. Its statements name no `change_token`. test/e2e/deploy.test.ts runs it itself.
 */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import type { Booking } from '../../../src/sdk/types.ts';
import {
  addHost,
  at,
  book,
  HOUR,
  MINUTE,
  NOW,
  newService,
  newWorld,
  type World,
} from '../../support/bookings.ts';

const SOON = Date.now() + 10 * 60_000;

/** Writes a booking as the previous release does. @returns the rows written. */
async function insert({ account, service, hosts }: World, startTs: number, of = service) {
  const { results } = await env.DB.prepare(
    `INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events, metadata,
       created, updated, stamp) -- words: allow
     VALUES (?, ?, ?, ?, ?, ?, 'confirmed', NULL, ?, '[]', '{}', 0, 0, 'before') RETURNING 1`,
  )
    .bind(
      account.id,
      crypto.randomUUID(),
      of,
      crypto.randomUUID(),
      startTs,
      HOUR,
      JSON.stringify([hosts[0].id]),
    )
    .all();
  return results.length;
}

/** Changes a booking as the previous release does. @returns the rows written. */
async function update({ id }: Booking, assignments: string) {
  const { results } = await env.DB.prepare(
    `UPDATE bookings SET ${assignments}, stamp = 'after' WHERE id = ? RETURNING 1`, // words: allow
  )
    .bind(id)
    .all();
  return results.length;
}

it('writes no booking onto one of the same host, with the buffers of both services', async () => {
  const world = await newWorld({ settings: { bufferAfter: 15 } });
  const other = await newService(world.account, []);
  await addHost(world.account, other, world.hosts[0], { bufferBefore: 30 });
  await book(world, at(10));
  const near = { before: at(9) - 14 * MINUTE, after: at(11) + 14 * MINUTE };
  expect(await insert(world, at(10))).toBe(0);
  expect(await insert(world, near.before)).toBe(0);
  expect(await insert(world, near.after)).toBe(0);
  expect(await insert(world, at(11) + 29 * MINUTE, other)).toBe(0);
  expect(await insert(world, at(11) + 30 * MINUTE, other)).toBe(1);
  expect(await insert(world, at(9) - 15 * MINUTE)).toBe(1);
});

it('moves no booking, and confirms no late hold, onto another one', async () => {
  const world = await newWorld();
  const first = await book(world, at(10));
  await book(world, at(12));
  expect(await update(first, `start_ts = ${at(12)}`)).toBe(0);
  expect(await update(first, `start_ts = ${at(10) + HOUR / 2}`)).toBe(1);
  const late = await book(world, at(14), { holdFor: 1 });
  await book(world, at(14), {}, { now: NOW + 2 * MINUTE });
  await env.DB.prepare('UPDATE bookings SET expires_at = 1 WHERE id = ?').bind(late.id).run();
  expect(await update(late, "state = 'confirmed', expires_at = NULL")).toBe(0);
  const alone = await book(world, at(16), { holdFor: 1 });
  await env.DB.prepare('UPDATE bookings SET expires_at = 1 WHERE id = ?').bind(alone.id).run();
  expect(await update(alone, "state = 'confirmed', expires_at = NULL")).toBe(1);
});

it('passes over holds that are over', async () => {
  const world = await newWorld();
  const { id } = await book(world, at(10), { holdFor: 1 });
  const until = (ts: number) =>
    env.DB.prepare('UPDATE events SET expires_at = ? WHERE id = ?').bind(ts, id).run();
  await until(SOON);
  expect(await insert(world, at(10))).toBe(0);
  await until(1);
  expect(await insert(world, at(10))).toBe(1);
});
