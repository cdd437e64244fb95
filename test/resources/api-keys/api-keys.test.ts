/** API keys: an account can have several, for rotation, and each secret is returned once. */
import { describe, expect, it } from 'vitest';
import { type Account, call, NOBODY, newAccount } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const create = (account: Account, body: object = {}, now?: number) =>
  account.call('POST', '/account/api-keys', { body, ...(now !== undefined && { now }) });
const list = async (account: Account) => (await account.call('GET', '/account/api-keys')).body.apiKeys;
const me = (secret: string, now?: number) =>
  call('GET', '/account', { headers: { 'x-api-key': secret }, ...(now !== undefined && { now }) });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

it('lists the first key of a new account by its last four characters only', async () => {
  const account = await newAccount();
  const { status, body } = await account.call('GET', '/account/api-keys');
  expect(status).toBe(200);
  expect(body).toEqual({
    apiKeys: [
      {
        id: expect.stringMatching(UUID),
        name: null,
        hint: account.apiKey.slice(-4),
        created: expect.any(Number),
        expiresAt: null,
      },
    ],
  });
  expect(JSON.stringify(body)).not.toContain(account.apiKey);
});

it('returns a new secret once, accepts it immediately and never lists it', async () => {
  const account = await newAccount();
  const now = Date.now();
  const created = await create(account, { name: 'deploy 🚀', expiresAt: now + 60_000 }, now);
  const { secretApiKey } = created.body;
  expect(secretApiKey).toMatch(/^sk_[\w-]{30,}$/);
  const apiKey = {
    id: expect.stringMatching(UUID),
    name: 'deploy 🚀',
    hint: secretApiKey.slice(-4),
    created: now,
    expiresAt: now + 60_000,
  };
  expect([created.status, created.body]).toEqual([201, { apiKey, secretApiKey }]);
  expect((await me(secretApiKey)).body.account.id).toBe(account.id);
  expect((await me(account.apiKey)).status).toBe(200);
  expect((await list(account))[1]).toEqual(created.body.apiKey);
});

it('accepts a missing body, and name and expiresAt as absent or null', async () => {
  const account = await newAccount();
  const replies = [
    await account.call('POST', '/account/api-keys'),
    await create(account),
    await create(account, { name: null, expiresAt: null }),
  ];
  for (const { status, body } of replies) {
    expect(status).toBe(201);
    expect(body.apiKey).toMatchObject({ name: null, expiresAt: null });
  }
  const secrets = replies.map(({ body }) => body.secretApiKey);
  expect(new Set([...secrets, account.apiKey]).size).toBe(4);
});

it('lists keys in creation order, with duplicate names', async () => {
  const account = await newAccount();
  for (const name of ['c', 'a', 'b', 'a']) await create(account, { name });
  expect((await list(account)).map(({ name }: { name: string }) => name)).toEqual([null, 'c', 'a', 'b', 'a']);
});

it('stores neither a secret nor a reversible form of it', async () => {
  const account = await newAccount();
  const { secretApiKey } = (await create(account, { name: 'one' })).body;
  await me(secretApiKey);
  const stored = JSON.stringify(await snapshot());
  expect(stored).toContain(account.id);
  for (const secret of [secretApiKey, account.apiKey]) {
    const random = secret.slice(3);
    for (const form of [random, random.slice(0, 20), random.slice(10), btoa(secret), btoa(random)]) {
      expect(stored).not.toContain(form);
    }
  }
});

describe('POST /account/api-keys', () => {
  it('rejects an expiresAt in the past or present, and accepts one a millisecond ahead', async () => {
    const account = await newAccount();
    const now = Date.now();
    for (const expiresAt of [0, now - 1000, now]) {
      expectInvalid(await create(account, { expiresAt }, now), 'expiresAt');
    }
    expect(await list(account)).toHaveLength(1);
    expect((await create(account, { expiresAt: now + 1 }, now)).status).toBe(201);
  });

  it('accepts a name of 128 characters', async () => {
    const { body } = await create(await newAccount(), { name: 'ö'.repeat(128) });
    expect(body.apiKey.name).toBe('ö'.repeat(128));
  });
});

it('returns 401 api-key-expired from the millisecond of expiresAt on', async () => {
  const account = await newAccount();
  const now = Date.now();
  const { secretApiKey } = (await create(account, { expiresAt: now + 60_000 }, now)).body;
  expect((await me(secretApiKey, now + 59_999)).status).toBe(200);
  const expired = await me(secretApiKey, now + 60_000);
  expectProblem(expired, 'api-key-expired');
  expect(expired.headers.get('www-authenticate')).toBe('ApiKey realm="nettu"');
  expect((await me(account.apiKey, now + 60_000)).status).toBe(200);
});

it('writes nothing with an expired key', async () => {
  const account = await newAccount();
  const now = Date.now();
  const { secretApiKey } = (await create(account, { expiresAt: now + 1 }, now)).body;
  const before = await snapshot();
  const headers = { 'x-api-key': secretApiKey };
  for (const [method, path, body] of [
    ['POST', '/user', {}],
    ['POST', '/account/api-keys', {}],
    ['PUT', '/account/pubkey', {}],
  ] as const) {
    expectProblem(await call(method, path, { headers, body, now: now + 1 }), 'api-key-expired');
  }
  expect(await snapshot()).toEqual(before);
});

it("returns 404 for another account's key and leaves it working", async () => {
  const [account, other] = [await newAccount(), await newAccount()];
  await create(account);
  const { apiKey, secretApiKey } = (await create(other)).body;
  const theirs = await account.call('DELETE', `/account/api-keys/${apiKey.id}`);
  const nobodys = await account.call('DELETE', `/account/api-keys/${NOBODY}`);
  expectProblem(theirs, 'not-found');
  expect(theirs.body).toEqual(nobodys.body);
  expectProblem(await account.call('DELETE', '/account/api-keys/not-a-uuid'), 'not-found');
  expect((await me(secretApiKey)).status).toBe(200);
});
