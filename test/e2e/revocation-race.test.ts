/**
 * Writes race with a revocation. No write commits after the revocation: each one commits before it, or fails.
 *
 * 60 writers, 30 at each of two isolates, create calendars until the service refuses each of them. Meanwhile the account
 * revokes. Triggers log the order in which the database commits the writes and the revocation, so the test does not depend
 * on the order of the answers.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../src/sdk/index.ts';
import { type Actors, browserAt, dataOf, newActors, outcome, serverAt } from './support/actors.ts';
import { type Revocation, revocations } from './support/revocations.ts';
import { startService } from './support/service.ts';

const service = await startService('a', 'b');
afterAll(service.stop);
const { db, baseUrls } = service;
const WRITERS = 60;
/** The most calendars after the start of the revocation. It queues behind pending writes, so about 200 more commit. */
const EXTRA_MAX = 500;
/** The number of calendars after which the revocation starts, for each round. */
const ROUNDS = [1, 60];

beforeAll(async () => {
  const log = (name: string, event: string, entry: string, owner: string) =>
    `CREATE TRIGGER log_${name} AFTER ${event} BEGIN INSERT INTO log (account_id, entry) VALUES (${owner}, '${entry}'); END`;
  const statements = [
    'CREATE TABLE log (seq INTEGER PRIMARY KEY AUTOINCREMENT, account_id TEXT, entry TEXT)',
    log('write', 'INSERT ON calendars', 'write', 'NEW.account_id'),
    log('key_change', 'UPDATE ON signing_keys', 'revocation', 'NEW.account_id'),
    log('key_removal', 'DELETE ON signing_keys', 'revocation', 'OLD.account_id'),
    log('not_before', 'UPDATE OF not_before ON users', 'revocation', 'NEW.account_id'),
    log('user_removal', 'INSERT ON removals', 'revocation', 'NEW.account_id'),
    log('api_key_removal', 'DELETE ON api_keys', 'revocation', 'OLD.account_id'),
  ];
  await db.batch(statements.map((statement) => db.prepare(statement)));
});

/** The calendars, without those of a user who is removed. */
const countCalendars = async (account: string) =>
  db
    .prepare(
      `SELECT count(*) AS n FROM calendars c WHERE account_id = ? AND NOT EXISTS (
         SELECT 1 FROM removals r WHERE r.account_id = c.account_id AND r.id = c.user_id)`,
    )
    .bind(account)
    .first<number>('n');

/** The writes and the revocation, in the order of the database. */
async function logOf(account: string): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT entry FROM log WHERE account_id = ? ORDER BY seq')
    .bind(account)
    .all<{ entry: string }>();
  return results.map(({ entry }) => entry);
}

type Write = (baseUrl: string) => Promise<Answer<unknown>>;

/** Starts the writers, revokes after some calendars, and returns the counts and the log. */
async function race(
  { accountId, accountClient }: Actors,
  write: Write,
  revoke: () => Promise<unknown>,
  after: number,
) {
  dataOf(await accountClient.account.me());
  const refusals: string[] = [];
  let created = 0;
  let start = () => {};
  const begun = new Promise<void>((resolve) => {
    start = resolve;
  });
  const writer = async (_: unknown, i: number) => {
    const baseUrl = baseUrls[i % baseUrls.length] ?? '';
    while (created < after + EXTRA_MAX) {
      const answer = await write(baseUrl);
      if (answer.status !== 201) return refusals.push(outcome(answer));
      created++;
      if (created === after) start();
    }
    return refusals.length;
  };
  const ended = Promise.all(Array.from({ length: WRITERS }, writer));
  await Promise.race([begun, ended]);
  await revoke();
  const atOnce = await countCalendars(accountId);
  await ended;
  return { created, refusals, atOnce, settled: await countCalendars(accountId), log: await logOf(accountId) };
}

function expectOrder(
  { created, refusals, atOnce, settled, log }: Awaited<ReturnType<typeof race>>,
  code: string,
) {
  expect(log.indexOf('revocation')).toBeGreaterThan(log.lastIndexOf('write'));
  expect(log.filter((entry) => entry === 'write')).toHaveLength(created);
  expect(settled).toBe(atOnce);
  expect(refusals).toEqual(Array(WRITERS).fill(`401 ${code}`));
}

describe.each<Revocation>(revocations)('when $name while 60 writers run', ({ code, revoke }) => {
  it.each(ROUNDS)('no write commits after it (it starts after %i)', async (after) => {
    const actors = await newActors(baseUrls[0]);
    const { token, accountId } = actors;
    const write: Write = (baseUrl) =>
      browserAt(baseUrl, accountId, token).calendar.create({ timezone: 'UTC' });
    // Each round revokes through another isolate.
    const through = serverAt(baseUrls[ROUNDS.indexOf(after)] ?? '', actors.apiKey);
    await clearLog(accountId);

    const result = await race(actors, write, async () => dataOf(await revoke(through, actors)), after);

    expectOrder(result, code);
    expect(result.settled).toBe(code === 'user-unknown' ? 0 : result.created);
  });
});

describe('when an API key is removed while 60 writers run', () => {
  it.each(ROUNDS)('no write commits after it (it starts after %i)', async (after) => {
    const actors = await newActors(baseUrls[0]);
    const { accountClient, userId, accountId } = actors;
    const { apiKey, secretApiKey } = dataOf(await accountClient.account.apiKeys.create());
    const write: Write = (baseUrl) =>
      serverAt(baseUrl, secretApiKey).calendar.create(userId, { timezone: 'UTC' });
    await clearLog(accountId);

    const result = await race(
      actors,
      write,
      async () => dataOf(await accountClient.account.apiKeys.remove(apiKey.id)),
      after,
    );

    expectOrder(result, 'api-key-unknown');
    expect(result.settled).toBe(result.created);
  });
});

/** Deletes the entries that the creation of the account logged. */
const clearLog = (account: string) => db.prepare('DELETE FROM log WHERE account_id = ?').bind(account).run();
