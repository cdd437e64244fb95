/** The rows that a caller's requests have the database read and write are limited, in the isolate's memory. */
import { expect, it } from 'vitest';
import {
  ACCOUNT_ROWS_MAX,
  ADDRESS_ROWS_MAX,
  REQUEST_ROWS_MIN,
  ROW_WRITTEN_ROWS,
  USER_ROWS_MAX,
} from '../../src/limits.ts';
import { type Account, call, counting, newAccount, newKeys, type User } from '../support/client.ts';
import { through } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';

const NOW = Date.now();
const at = (address: string) => ({ 'cf-connecting-ip': address });
const headers = at('198.51.100.8');

/** A database that says that each batch read so many rows, and wrote so many. */
const reads = (rows: number, written = 0): D1Database =>
  through(async (run) => {
    const results = await run();
    return results.map((result, i) => ({
      ...result,
      meta: { ...result.meta, rows_read: i === 0 ? rows : 0, rows_written: i === 0 ? written : 0 },
    }));
  });

const get = (caller: Account | User, path: string, rows: number, now = NOW, more = {}) =>
  caller.call('GET', path, { headers: { ...headers, ...more }, env: { DB: reads(rows) }, now });

it("a user's reads beyond the limit are 429 without a round trip, until enough of them have drained", async () => {
  const account = await newAccount();
  const [ann, bob] = [await account.newUser(), await account.newUser()];
  // The isolate counts a credential once it has verified it.
  expect((await get(ann, '/me', 0)).status).toBe(200);
  expect((await get(ann, '/me', 2 * USER_ROWS_MAX)).status).toBe(200);
  const { db, trips } = counting();
  const refused = await ann.call('GET', '/me', { headers, env: { DB: db }, now: NOW });
  expectProblem(refused, 'rate-limited');
  expect(refused.headers.get('retry-after')).toBe('10');
  expect(refused.headers.get('ratelimit-policy')).toBe('"user-rows";q=300000;w=10');
  expect(refused.headers.get('ratelimit')).toBe('"user-rows";r=0;t=10');
  expect(refused.body.detail).toBe(
    'This user had too many rows read or written: at most 300000 in 10 seconds. Nothing changed. Wait 10 seconds.',
  );
  expect(trips()).toBe(0);
  // Writes read, too.
  const body = { timezone: 'UTC' };
  expectProblem(await ann.call('POST', '/calendar', { headers, body, now: NOW }), 'rate-limited');
  expectProblem(await get(ann, '/me', 1, NOW + 9000), 'rate-limited');
  expect((await get(ann, '/me', 1, NOW + 10_000)).status).toBe(200);
  // Nobody else pays for it.
  expect((await get(bob, '/me', 1)).status).toBe(200);
  expect((await get(account, '/account', 1)).status).toBe(200);
});

it("all users of an account together have a limit, which leaves the account's API key alone", async () => {
  const account = await newAccount();
  const users = await Promise.all(Array.from({ length: 5 }, () => account.newUser()));
  for (const user of users) for (const rows of [0, USER_ROWS_MAX - 1]) await get(user, '/me', rows);
  expect(5 * (USER_ROWS_MAX - 1)).toBeGreaterThan(ACCOUNT_ROWS_MAX);
  for (const user of users) expectProblem(await get(user, '/me', 1), 'rate-limited');
  for (const rows of [0, ACCOUNT_ROWS_MAX + 1]) {
    expect((await get(account, '/account', rows)).status).toBe(200);
  }
  expectProblem(await get(account, '/account', 1), 'rate-limited');
});

it('a row written counts as several that are read, for whoever wrote it', async () => {
  const account = await newAccount();
  const [ann, bob] = [await account.newUser(), await account.newUser()];
  for (const user of [ann, bob]) await get(user, '/me', 0);
  await get(account, '/account', 0);
  const body = { timezone: 'UTC' };
  const write = (caller: Account | User, path: string, max: number) =>
    caller.call('POST', path, { headers, body, env: { DB: reads(0, max / ROW_WRITTEN_ROWS + 1) }, now: NOW });
  expect((await write(ann, '/calendar', USER_ROWS_MAX)).status).toBe(201);
  expectProblem(await get(ann, '/me', 1), 'rate-limited');
  expect((await get(bob, '/me', 1)).status).toBe(200);
  expect((await write(account, `/user/${bob.id}/calendar`, ACCOUNT_ROWS_MAX)).status).toBe(201);
  expectProblem(await get(account, '/account', 1), 'rate-limited');
  expect((await get(bob, '/me', 1)).status).toBe(200);
});

it('a refusal that had rows read counts them, too', async () => {
  const account = await newAccount();
  await get(account, '/account', 0);
  const path = `/user/${account.id}`;
  expectProblem(await get(account, path, ACCOUNT_ROWS_MAX + 1), 'not-found');
  expectProblem(await get(account, path, 1), 'rate-limited');
});

it('a request counts as some rows, however few it reads', async () => {
  // Its API key is verified: it has uploaded the public key.
  const account = await newAccount();
  expect((await get(account, '/account', ACCOUNT_ROWS_MAX - REQUEST_ROWS_MIN)).status).toBe(200);
  for (let i = 0; i < 2; i++) expect((await get(account, '/account', 0)).status).toBe(200);
  expectProblem(await get(account, '/account', 0), 'rate-limited');
});

it('without a credential, the address counts, and no account', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const path = `/user/${user.id}/freebusy?startTs=0&endTs=1`;
  const read = (address: string, rows: number) =>
    call('GET', path, {
      headers: { 'nettu-account': account.id, ...at(address) },
      env: { DB: reads(rows) },
      now: NOW,
    });
  expect((await read('2001:db8:7:1::1', ADDRESS_ROWS_MAX + 1)).status).toBe(200);
  // An IPv6 subscriber has at least a /64.
  expectProblem(await read('2001:db8:7:1::2', 1), 'rate-limited');
  expect((await read('2001:db8:7:2::1', 1)).status).toBe(200);
  expect((await get(account, path, 1)).status).toBe(200);
});

it('a credential that does not hold, on a public route, counts for the address as none does', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const path = `/user/${user.id}/freebusy?startTs=0&endTs=1`;
  const read = (authorization: string | undefined, rows: number) =>
    call('GET', path, {
      headers: {
        'nettu-account': account.id,
        ...(authorization && { authorization }),
        ...at('2001:db8:9::1'),
      },
      env: { DB: reads(rows) },
      now: NOW,
    });
  const stranger = await newKeys();
  const forged = await stranger.sign({ nettuSchedulerUserId: user.id, exp: Math.floor(NOW / 1000) + 60 });
  expect((await read(`Bearer ${forged}`, ADDRESS_ROWS_MAX + 1)).status).toBe(200);
  expectProblem(await read(`Bearer ${forged}`, 1), 'rate-limited');
  expectProblem(await read(undefined, 1), 'rate-limited');
});

it("a stranger who names somebody else's account or user uses up nothing of theirs", async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const stranger = await newKeys();
  const exp = Math.floor(NOW / 1000) + 60;
  const forged = await stranger.sign({ nettuSchedulerUserId: user.id, exp });
  const authorization = `Bearer ${forged}`;
  for (let i = 0; i < 2; i++) {
    const reply = await call('GET', '/me', {
      headers: { 'nettu-account': account.id, authorization, ...at(`203.0.113.${i}`) },
      env: { DB: reads(10 * ACCOUNT_ROWS_MAX) },
      now: NOW,
    });
    expect(reply.status).toBe(401);
  }
  for (const caller of [user, account]) {
    for (let i = 0; i < 2; i++)
      expect((await get(caller, `/${caller === user ? 'me' : 'account'}`, 1)).status).toBe(200);
  }
});
