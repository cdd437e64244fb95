/** An account has one export at a time: the latest. Nobody but the account ends one, and none holds up the next. */
import { env } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import type { Line } from '../../src/export/import.ts';
import { EXPORT_PART_MAX } from '../../src/limits.ts';
import { type Account, call, newAccount } from '../support/client.ts';
import { costing, writing } from '../support/database.ts';
import { answerOf, dataLines, exportOf, linesIn, rested } from './support.ts';

const EVENTS = 3 * EXPORT_PART_MAX;

/** An account whose events take three parts. */
async function largeAccount(): Promise<Account> {
  const account = await newAccount();
  const user = await account.newUser();
  await env.DB.prepare(
    `WITH RECURSIVE numbers (n) AS (SELECT CAST(1 AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < ${EVENTS})
     INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated)
     SELECT ?, 'e' || n, ?, ?, n, 1000, 1, n, '[]', '{}', 1, 1 FROM numbers`,
  )
    .bind(account.id, await user.newCalendar(), user.id)
    .run();
  return account;
}

/** An export that is read part by part. */
async function begin(...request: Parameters<typeof answerOf>) {
  const reader = ((await answerOf(...request)).body as ReadableStream<Uint8Array>).getReader();
  const lines: Line[] = [];
  /** Reads a part, and returns whether there was one. */
  const readPart = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (!done) lines.push(...linesIn(new TextDecoder().decode(value)));
    return !done;
  };
  return {
    lines,
    readPart,
    readOn: async () => {
      while (await readPart());
      return lines;
    },
    /** Reads up to the first part with events. */
    async readToEvents() {
      while (!lines.some(({ type }) => type === 'event')) await readPart();
    },
  };
}

const replaced = {
  type: 'problem',
  problem: expect.objectContaining({ code: 'export-replaced', status: 409 }),
};

let account: Account;
beforeEach(async () => {
  account = await largeAccount();
});

it('a newer export ends an older one, which then reads at most one part more', async () => {
  const { db, rows } = costing();
  const older = await begin(account.apiKey, { db });
  await older.readToEvents();
  await rested(account);
  const newer = await begin(account.apiKey);
  await newer.readToEvents();
  const [{ read }, lines] = [rows(), older.lines.length];
  await older.readOn();
  expect(older.lines.slice(lines)).toEqual([replaced]);
  expect(rows().read - read).toBeLessThan(2 * EXPORT_PART_MAX + 20);
  expect(dataLines(await newer.readOn()).at(-1)).toMatchObject({ type: 'end', counts: { event: EVENTS } });
});

it('an export that is replaced before it looks for the rows of a table reads none of them', async () => {
  const { db, rows } = costing();
  const older = await begin(account.apiKey, { db });
  while (!older.lines.some(({ type }) => type === 'calendar')) await older.readPart();
  await rested(account);
  await (await begin(account.apiKey)).readToEvents();
  const { read } = rows();
  await older.readOn();
  expect(older.lines.at(-1)).toEqual(replaced);
  expect(rows().read - read).toBeLessThan(20);
});

it('the last cursor continues a replaced export, and ends the newer one', async () => {
  const whole = dataLines(await exportOf(account.apiKey));
  await rested(account);
  const older = await begin(account.apiKey);
  await older.readToEvents();
  await rested(account);
  const newer = await begin(account.apiKey);
  await newer.readToEvents();
  await older.readOn();
  const before = older.lines.slice(0, -1);
  const cursor = String(before.at(-1)?.cursor);
  await rested(account);
  const rest = await exportOf(account.apiKey, { cursor });
  expect([...dataLines(before), ...dataLines(rest)]).toEqual(whole);
  expect((await newer.readOn()).at(-1)).toEqual(replaced);
});

it('an export that broke off holds up nobody', async () => {
  const broken = await answerOf(account.apiKey);
  const reader = (broken.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  await reader.read();
  await reader.cancel();
  await rested(account);
  expect((await exportOf(account.apiKey)).at(-1)).toMatchObject({ type: 'end' });
});

it('neither another account, nor a key that is removed or unknown, nor a HEAD, nor an answer that nobody reads ends it', async () => {
  const other = await newAccount();
  const { body } = await account.call('POST', '/account/api-keys', { body: {} });
  const running = await begin(account.apiKey);
  await running.readToEvents();

  expect((await exportOf(other.apiKey)).at(-1)).toMatchObject({ type: 'end' });
  await rested(account);
  const opened = await begin(body.secretApiKey);
  await opened.readPart();
  await account.call('DELETE', `/account/api-keys/${body.apiKey.id}`);
  await opened.readOn();
  expect(opened.lines.at(-1)).toMatchObject({ type: 'problem', problem: { code: 'api-key-unknown' } });
  for (const key of [body.secretApiKey, `${account.apiKey}x`]) {
    const headers = { 'x-api-key': key };
    expect((await call('GET', '/account/export', { headers })).problem.code).toBe('api-key-unknown');
  }
  expect((await account.call('HEAD', '/account/export')).status).toBe(200);
  await (await begin(account.apiKey)).readPart();

  expect((await running.readOn()).at(-1)).toMatchObject({ type: 'end' });
});

it('an answer writes one row, with its first part', async () => {
  const { db, rows } = writing();
  const answer = await begin(account.apiKey, { db });
  await answer.readPart();
  expect(rows()).toBe(0);
  await answer.readPart();
  expect(rows()).toBe(1);
  await answer.readOn();
  expect(rows()).toBe(1);
  const cursor = String(answer.lines.findLast(({ type }) => type === 'cursor')?.cursor);
  await rested(account);
  expect(await exportOf(account.apiKey, { cursor, db })).toMatchObject([{ type: 'export' }, { type: 'end' }]);
  expect(rows()).toBe(1);
});

it('an account waits for its next export in proportion to its rows, and then the running one goes on', async () => {
  const waiting = await begin(account.apiKey);
  await waiting.readPart();
  const running = await begin(account.apiKey);
  await running.readToEvents();
  // As with two million events: twenty seconds.
  await env.DB.prepare('UPDATE usage SET events = 2000000 WHERE account_id = ?').bind(account.id).run();
  const [, cursor] = running.lines.filter(({ type }) => type === 'cursor');
  for (const query of ['', `?cursor=${cursor?.cursor}`]) {
    const early = await account.call('GET', `/account/export${query}`);
    expect([early.status, early.problem.code]).toEqual([429, 'rate-limited']);
    expect(['18', '19', '20', '21']).toContain(early.headers.get('retry-after'));
  }
  // Its answer had begun before.
  await waiting.readOn();
  expect(waiting.lines.slice(1)).toEqual([
    { type: 'problem', problem: expect.objectContaining({ code: 'rate-limited' }) },
  ]);
  expect((await running.readOn()).at(-1)).toMatchObject({ type: 'end' });
  await env.DB.prepare('UPDATE usage SET latest_export_at = latest_export_at - 20100 WHERE account_id = ?')
    .bind(account.id)
    .run();
  expect((await exportOf(account.apiKey)).at(-1)).toMatchObject({ type: 'end' });
});

it('a clock that was set back makes nobody wait', async () => {
  await exportOf(account.apiKey);
  await env.DB.prepare('UPDATE usage SET latest_export_at = latest_export_at + 3600000 WHERE account_id = ?')
    .bind(account.id)
    .run();
  expect((await exportOf(account.apiKey)).at(-1)).toMatchObject({ type: 'end' });
});
