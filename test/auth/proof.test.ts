/** One batch carries the caller's proof and the operation's queries: neither can pass as the other. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { type Query, query, sql } from '../../src/db/sql.ts';
import { respond } from '../../src/http/respond.ts';
import { routerOf } from '../../src/http/router.ts';
import { read, write } from '../../src/operation.ts';
import { lookup, plan } from '../../src/plan.ts';
import { Problem } from '../../src/problem.ts';
import { Trace } from '../../src/trace.ts';
import { newAccount, type User } from '../support/client.ts';
import { countOf, through } from '../support/database.ts';

/** Answers a GET of /probe with this query, as the Worker would. */
async function probe(probed: Query<object>, as: Record<string, string>): Promise<unknown> {
  const does = read({ run: () => lookup(probed, (row) => row) });
  const answer = routerOf({ probe: { method: 'GET', admin: '/admin', user: '/probe', needs: [], does } });
  const path = 'x-api-key' in as ? '/admin' : '/probe';
  const request = new Request(`https://nettu.test/api/v1${path}`, { headers: as });
  try {
    return await respond(await answer({ request, env, now: Date.now(), trace: new Trace() }), '').json();
  } catch (problem) {
    if (problem instanceof Problem) return problem.code;
    throw problem;
  }
}

/** A row with every column name that a proof uses or used, each with the value that would accept the caller. */
const golden: Query<object> = query`
  SELECT 'k' AS kid, 1 AS seq, 'active' AS state, 1 AS accepted, 1 AS known, 0 AS outdated, 1 AS held, 0 AS expired,
    NULL AS pem, 1 AS proof, 1 AS found, 1 AS row_found, 'a' AS account, 'u' AS user, '[]' AS keys, 1 AS looked_up`;

async function revoked(): Promise<User> {
  const user = await (await newAccount()).newUser();
  const { keys } = (await user.account.call('GET', '/account/keys')).body;
  await user.account.call('PUT', `/account/keys/${keys[0].kid}`, { body: { state: 'revoked' } });
  return user;
}

it('no column of a resource can verify its caller', async () => {
  const good = await (await newAccount()).newUser();
  const columns = await env.DB.prepare(golden.text).first();
  expect(await probe(golden, await good.headers())).toEqual(columns);
  expect(await probe(golden, good.account.headers)).toEqual(columns);
  const bad = await revoked();
  expect(await probe(golden, await bad.headers())).toBe('key-revoked');
  expect(await probe(golden, { 'x-api-key': `sk_${'x'.repeat(40)}` })).toBe('api-key-unknown');
});

it('not even a column with the name of the proof', async () => {
  const forged = JSON.stringify({ held: 1, user: { known: 1, outdated: 0 }, keys: [] });
  const named = query<object>`SELECT ${forged} AS "@proof", 1 AS "@found", 'mine' AS name`;
  const bad = await revoked();
  expect(await probe(named, await bad.headers())).toBe('key-revoked');
  expect(await probe(named, { 'x-api-key': `sk_${'x'.repeat(40)}` })).toBe('api-key-unknown');
});

it('an operation sees the columns that it selects, and no others', async () => {
  const user = await (await newAccount()).newUser();
  for (const as of [await user.headers(), user.account.headers]) {
    expect(await probe(query`SELECT 1 AS one`, as)).toEqual({ one: 1 });
    expect(await probe(query`SELECT 1 AS one WHERE 0`, as)).toBe('not-found');
    expect(await probe(query`WITH two AS (SELECT 2 AS n) SELECT n FROM two`, as)).toEqual({ n: 2 });
  }
});

it('a read by a user with 4 kB of metadata, in an account with 20 keys, returns each of them once', async () => {
  const account = await newAccount();
  const user = await account.newUser({ note: 'x'.repeat(4096) });
  const [first] = (await account.call('GET', '/account/keys')).body.keys;
  for (let i = 0; i < 19; i++) {
    const body = { publicJwtKey: first.publicJwtKey, kid: `old-${i}` };
    await account.call('POST', '/account/keys', { body });
    await account.call('PUT', `/account/keys/old-${i}`, { body: { state: 'revoked' } });
  }
  let characters = 0;
  const DB = through(async (run) => {
    const results = await run();
    characters += JSON.stringify(results.map(({ results }) => results)).length;
    return results;
  });
  expect((await user.call('GET', '/me', { env: { DB } })).status).toBe(200);
  expect(characters).toBeLessThan(4096 + 20 * 700);
});

it('a plan of several steps verifies the caller at each step, and restarts when the signing key is replaced', async () => {
  const user = await (await newAccount()).newUser();
  const steps: string[] = [];
  const does = write({
    run: (scope) =>
      plan(
        [query<{ n: number }>`SELECT count(*) AS n FROM calendars WHERE account_id = ${scope.account}`],
        ([row]) => {
          steps.push(`decides on ${row?.n}`);
          const insert = sql<{ id: string }>`
          INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
          SELECT account_id, ${crypto.randomUUID()}, id, 'UTC', 'Mon', '{}' FROM users
          WHERE account_id = ${scope.account} AND id = ${scope.user} RETURNING id`;
          return plan([insert], (rows) => ({ made: rows.length }));
        },
      ),
  });
  const answer = routerOf({ probe: { method: 'POST', user: '/probe', needs: [], does } });
  const headers = await user.headers();
  const post = (DB: D1Database) =>
    answer({
      request: new Request('https://nettu.test/api/v1/probe', { method: 'POST', headers }),
      env: { DB },
      now: Date.now(),
      trace: new Trace(),
    });

  expect((await post(env.DB)).body).toEqual({ made: 1 });
  expect(steps).toEqual(['decides on 0']);

  const [{ kid, publicJwtKey }] = (await user.account.call('GET', '/account/keys')).body.keys;
  const rekeyed = through(async (run, count) => {
    if (count === 2) await user.account.call('PUT', '/account/pubkey', { body: { publicJwtKey } });
    return run();
  });
  expect((await post(rekeyed)).body).toEqual({ made: 1 });
  expect(steps.slice(1)).toEqual(['decides on 1', 'decides on 1']);

  const revoking = through(async (run, count) => {
    if (count === 2) await user.account.call('DELETE', `/account/keys/${kid}`);
    return run();
  });
  await expect(post(revoking)).rejects.toMatchObject({ code: 'token-signature' });
  expect(await countOf('calendars', user.account.id)).toBe(2);
});
