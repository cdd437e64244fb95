/** What one step of the reminders reads and writes, however large the events of an account are. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { remind } from '../../src/reminders/remind.ts';
import type { Reminder } from '../../src/sdk/types.ts';
import { reading } from '../support/database.ts';
import { fill, NOW, outbox, world } from '../support/reminders.ts';
import { HOUR, open } from '../support/webhooks.ts';

const HUNDRED: Reminder[] = Array.from({ length: 100 }, (_, i) => ({ delta: 0, identifier: `${i}` }));
const oneStep = (DB: D1Database) => remind({ ...open, DB }, () => NOW + HOUR, { rounds: 1 });

it('a step reads a bounded part of long lists of reminders', async () => {
  const rowsAmong = async (events: number) => {
    const there = await world();
    await fill(there, events, HUNDRED);
    const { db, rows } = reading();
    await oneStep(db);
    // Some events take all the reminders of a step.
    const { references } = await outbox(there);
    expect(references).toBeGreaterThan(1000);
    expect(references).toBeLessThanOrEqual(5000);
    await env.DB.prepare('DELETE FROM reminders').run();
    return rows();
  };
  const few = await rowsAmong(200);
  // Each further event is found, and nothing of it is read.
  expect((await rowsAmong(400)) - few).toBeLessThan(200 * 10);
});

it('a step writes a bounded number of notifications, though a few reminders fill one', async () => {
  const there = await world();
  await fill(there, 60, HUNDRED);
  await env.DB.prepare('UPDATE events SET metadata = ? WHERE account_id = ?')
    .bind(JSON.stringify({ text: 'x'.repeat(50_000) }), there.account.id)
    .run();
  await oneStep(env.DB);
  const { rows } = await outbox(there);
  expect(rows).toBeGreaterThan(20);
  expect(rows).toBeLessThan(150);
  for (let i = 0; i < 20; i++) await oneStep(env.DB);
  expect((await outbox(there)).references).toBe(6000);
});
