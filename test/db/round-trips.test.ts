/** D1 is far from most browsers, so every operation has a fixed number of round trips to it. */
import { describe, expect, it } from 'vitest';
import { call, counting, keys, newUser, policy, type User } from '../support/client.ts';
import { jws } from '../support/jws.ts';
import { expectProblem } from '../support/problem.ts';
import { credentials, type Entry, entries, pathWith, prepare, send, titled } from '../support/rows.ts';

/** Counts the round trips of a request, without those that create its resources. */
async function tripsOf(entry: Entry, user: User) {
  const { db, trips } = counting();
  const as = await credentials(entry, user);
  const request = await prepare(entry, user);
  const reply = await send(entry, user, { ...request, as, env: { DB: db } });
  expect(reply.status).toBeLessThan(300);
  return trips();
}

const through = (door: string) => entries.filter((entry) => entry.door === door);
// An import reads before it writes: test/resources/imports counts its round trips.
const userWrites = through('user').filter(({ row }) => row.method !== 'GET' && !row.does.text);

// A streamed answer takes a round trip per part: see the last test.
const whole = through('admin').filter(({ fixture }) => !fixture?.lines);

it.each(titled([...whole, ...through('public')]))(
  '%s takes one round trip, or none without a query, also the first time',
  async (_, entry) => {
    const user = await newUser({ color: 'red' });
    expect(await tripsOf(entry, user)).toBe(entry.trips);
  },
);

const userReads = through('user').filter(({ row }) => row.method === 'GET');

it.each(titled(userReads.filter(({ row }) => !row.does.unbounded)))(
  '%s takes one round trip, also the first time',
  async (_, entry) => {
    const user = await newUser({ color: 'red' });
    expect(await tripsOf(entry, user)).toBe(1);
    expect(await tripsOf(entry, user)).toBe(1);
  },
);

it.each(titled(userReads.filter(({ row }) => row.does.unbounded)))(
  '%s takes two round trips while the key cache lacks the account, as it runs only for a verified token, and then one',
  async (_, entry) => {
    const user = await newUser({ color: 'red' });
    expect(await tripsOf(entry, user)).toBe(2);
    expect(await tripsOf(entry, user)).toBe(1);
    expect(await tripsOf(entry, await user.account.newUser())).toBe(1);
  },
);

describe.each(titled(userWrites))('%s', (_, entry) => {
  it('takes one round trip more while the key cache lacks the account', async () => {
    const user = await newUser({ color: 'red' });
    expect(await tripsOf(entry, user)).toBe(entry.trips + 1);
    expect(await tripsOf(entry, user)).toBe(entry.trips);
    expect(await tripsOf(entry, await user.account.newUser())).toBe(entry.trips);
  });

  it('takes no more after a read, which also fills the key cache', async () => {
    const user = await newUser({ color: 'red' });
    await user.call('GET', '/me');
    expect(await tripsOf(entry, user)).toBe(entry.trips);
  });

  it('takes one round trip for policy-denied, invalid input and not-found', async () => {
    const user = await newUser({ color: 'red' });
    await user.call('GET', '/me');
    const refusals = [
      { as: await user.headers(await user.token(policy([]))), code: 'policy-denied' },
      ...(entry.fixture?.body ? [{ raw: '{', code: 'body-not-json' } as const] : []),
      ...(entry.params.length
        ? [{ path: pathWith(entry, user.account.id), code: 'not-found' } as const]
        : []),
    ] as const;
    for (const { code, ...options } of refusals) {
      const headers = { 'content-type': 'application/json' };
      const request = await prepare(entry, user);
      const { db, trips } = counting();
      expectProblem(await send(entry, user, { headers, ...request, ...options, env: { DB: db } }), code);
      expect(trips()).toBe(1);
    }
  });
});

it.each(titled(through('user')))(
  '%s takes no round trip for a token that is invalid by itself',
  async (_, entry) => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const token = await user.token();
    const bad = {
      'token-expired': await user.token({ exp: 1 }),
      'token-not-yet-valid': await user.token({ nbf: 1e12 }),
      'token-malformed': token.split('.').slice(0, 2).join('.'),
      'token-algorithm': await jws({ alg: 'none' }, {}, async (input) => input),
      'token-claims': await user.token({ schedulerPolicy: [] }),
    } as const;
    for (const [code, token] of Object.entries(bad)) {
      const { db, trips } = counting();
      const as = await user.headers(token);
      expectProblem(await send(entry, user, { ...request, as, env: { DB: db } }), code as keyof typeof bad);
      expect(trips()).toBe(0);
    }
  },
);

it('takes no round trip for a malformed API key or a wrong account code', async () => {
  const { db, trips } = counting();
  const DB = { env: { DB: db } };
  expectProblem(await call('GET', '/account', { headers: { 'x-api-key': 'no' }, ...DB }), 'api-key-unknown');
  expectProblem(await call('POST', '/account', { body: { code: 'no' }, ...DB }), 'account-code-wrong');
  expectProblem(await call('GET', '/nowhere', DB), 'route-unknown');
  expect(trips()).toBe(0);
});

it('takes two round trips for the first write after the account changes its key, and then one', async () => {
  const user = await newUser({ color: 'red' });
  await user.call('GET', '/me');
  await user.account.call('PUT', '/account/pubkey', { body: { publicJwtKey: keys.pem } });
  const { db, trips } = counting();
  const write = () => user.call('POST', '/calendar', { body: { timezone: 'UTC' }, env: { DB: db } });
  expect((await write()).status).toBe(201);
  expect(trips()).toBe(2);
  expect((await write()).status).toBe(201);
  expect(trips()).toBe(3);
});

it('takes two round trips for the first write after an inspection, which does not fill the key cache, and then one', async () => {
  const user = await newUser({ color: 'red' });
  const token = await user.token();
  await user.account.call('POST', '/account/keys/inspect', { body: { token } });
  const trips: number[] = [];
  for (let i = 0; i < 3; i++) {
    const counter = counting();
    const options = { token, body: { timezone: 'UTC' }, env: { DB: counter.db } };
    expect((await user.call('POST', '/calendar', options)).status).toBe(201);
    trips.push(counter.trips());
  }
  expect(trips).toEqual([2, 1, 1]);
});

it('an export takes one round trip to begin, one to end, and two per type of resource in the account', async () => {
  const user = await newUser();
  const { db, trips } = counting();
  const kinds = ['account', 'user', 'signingKey', 'apiKey'];
  await user.account.call('GET', '/account/export', { env: { DB: db } });
  expect(trips()).toBe(2 + 2 * kinds.length);
});
