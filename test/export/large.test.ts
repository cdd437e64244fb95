/** An export and an import of 130,000 rows. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import type { Line } from '../../src/export/import.ts';
import { counting, newAccount } from '../support/client.ts';
import { reading } from '../support/database.ts';
import { answerOf, emptyCopy, importInto, linesIn, rested, rowsOf } from './support.ts';

const USERS = 10_000;
/** So many that one statement does not find all of them. */
const EVENTS_PER_USER = 11;

const numbers = `WITH RECURSIVE numbers (n) AS (SELECT CAST(0 AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < ${USERS - 1})`;

async function largeAccount() {
  const account = await newAccount();
  const run = (text: string) => env.DB.prepare(text).bind(account.id).run();
  await run(
    `${numbers} INSERT INTO users (account_id, id, metadata, version) SELECT ?, 'u' || n, json_object('plan', 'p' || (n % 3)), n FROM numbers`,
  );
  await run(`${numbers} INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
    SELECT ?, 'c' || n, 'u' || n, 'UTC', 'Mon', '{}' FROM numbers`);
  for (let times = 0; times < EVENTS_PER_USER; times++)
    await run(`${numbers} INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated, timezone)
      SELECT ?, 'e' || n || '-${times}', 'c' || n, 'u' || n, n, 1000, 1, n, '[]', '{}', 1, 1, 'UTC' FROM numbers`);
  return account;
}

it('keeps one part in the isolate at a time, and imports equal rows', { timeout: 240_000 }, async () => {
  const account = await largeAccount();
  const { db: counted, trips } = counting();
  const answer = await answerOf(account.apiKey, { db: counted });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const lines: Line[] = [];
  let [chunks, largest, ahead] = [0, 0, 0];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks += 1;
    largest = Math.max(largest, part.value.byteLength);
    lines.push(...linesIn(new TextDecoder().decode(part.value)));
    // However slow the reader is, the export fetches no part ahead.
    const before = trips();
    await new Promise((resolve) => setTimeout(resolve, 0));
    ahead = Math.max(ahead, trips() - before);
  }
  expect(lines.at(-1)).toMatchObject({
    type: 'end',
    counts: { user: USERS, calendar: USERS, event: EVENTS_PER_USER * USERS },
  });
  expect(ahead).toBe(0);
  expect(largest).toBeLessThan(2_000_000);
  expect([chunks > 20, trips() < 70]).toEqual([true, true]);

  // Once for the order, once for the size, once for the row.
  const { db: read, rows } = reading();
  await rested(account);
  await (await answerOf(account.apiKey, { db: read })).arrayBuffer();
  const exported = lines.length - chunks;
  expect(exported).toBeGreaterThan(10 * USERS);
  expect(rows()).toBeLessThanOrEqual(3 * exported);

  const copy = await emptyCopy();
  expect(await importInto(copy, lines)).toBe(true);
  // Compared as texts, as comparing so many objects takes minutes.
  const [there, here] = [await rowsOf(copy, account.id), await rowsOf(env.DB, account.id)];
  expect(here.events).toHaveLength(EVENTS_PER_USER * USERS);
  expect(JSON.stringify(there) === JSON.stringify(here)).toBe(true);
});
