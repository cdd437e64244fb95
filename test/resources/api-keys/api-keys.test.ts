/** The account's API keys: several, so that one can follow another; each shown once. */
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

it('a fresh account has one, and the list shows its end and nothing else of it', async () => {
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

it('a new one is shown once, works at once, and is listed without its secret', async () => {
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

it('name and expiresAt may be left out, body and all, or null', async () => {
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

it('keys are listed in the order in which they were made, and names may repeat', async () => {
  const account = await newAccount();
  for (const name of ['c', 'a', 'b', 'a']) await create(account, { name });
  expect((await list(account)).map(({ name }: { name: string }) => name)).toEqual([null, 'c', 'a', 'b', 'a']);
});

it('the database holds no key, only what cannot be turned back into one', async () => {
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

describe('bad input', () => {
  it('refuses an expiresAt that is past or now and makes no key, and takes one a millisecond later', async () => {
    const account = await newAccount();
    const now = Date.now();
    for (const expiresAt of [0, now - 1000, now]) {
      expectInvalid(await create(account, { expiresAt }, now), 'expiresAt');
    }
    expect(await list(account)).toHaveLength(1);
    expect((await create(account, { expiresAt: now + 1 }, now)).status).toBe(201);
  });

  it('takes a name of 128 characters', async () => {
    const { body } = await create(await newAccount(), { name: 'ö'.repeat(128) });
    expect(body.apiKey.name).toBe('ö'.repeat(128));
  });
});

it('a key ends by the clock, to the millisecond, and says so', async () => {
  const account = await newAccount();
  const now = Date.now();
  const { secretApiKey } = (await create(account, { expiresAt: now + 60_000 }, now)).body;
  expect((await me(secretApiKey, now + 59_999)).status).toBe(200);
  const expired = await me(secretApiKey, now + 60_000);
  expectProblem(expired, 'api-key-expired');
  expect(expired.headers.get('www-authenticate')).toBe('ApiKey realm="nettu"');
  expect((await me(account.apiKey, now + 60_000)).status).toBe(200);
});

it('an expired key writes nothing', async () => {
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

it("another account's key id is 404, as if it did not exist, and its key goes on", async () => {
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
