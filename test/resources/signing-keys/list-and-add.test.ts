/** Signing keys: list, add and delete. */
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { expect, it } from 'vitest';
import { type Keys, keys, newAccount } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { addKey, firstKid, keyPath, kidsOf, second, third } from '../../support/signing.ts';

const thumbprintOf = async ({ pair }: Keys) => calculateJwkThumbprint(await exportJWK(pair.publicKey));
const add = (body: object) => ({ body });

it('lists no keys in a new account', async () => {
  const account = await newAccount(null);
  const { status, body } = await account.call('GET', '/account/keys');
  expect({ status, body }).toEqual({ status: 200, body: { keys: [] } });
});

it('adds a key as active, with its RFC 7638 thumbprint as kid, and returns it byte for byte', async () => {
  const account = await newAccount(null);
  const now = Date.now() + 1000;
  const pem = `\n${second.pem.replaceAll('\n', '\r\n')}\n`;
  const { status, body } = await account.call('POST', '/account/keys', {
    ...add({ publicJwtKey: pem }),
    now,
  });
  const key = {
    kid: await thumbprintOf(second),
    publicJwtKey: pem,
    state: 'active',
    created: now,
    retiresAt: null,
  };
  expect({ status, body }).toEqual({ status: 201, body: { key } });
  expect((await account.call('GET', '/account/keys')).body).toEqual({ keys: [key] });
});

it('PUT /account/pubkey uses the thumbprint as kid as well', async () => {
  const account = await newAccount(keys.pem);
  expect(await kidsOf(account)).toEqual([await thumbprintOf(keys)]);
});

it('accepts a kid and a state', async () => {
  const account = await newAccount(null);
  const body = { publicJwtKey: second.pem, kid: '2026-07', state: 'standby' };
  const added = await account.call('POST', '/account/keys', { body, now: 1_800_000_000_000 });
  expect(added.body).toEqual({ key: { ...body, created: 1_800_000_000_000, retiresAt: null } });
});

it('lists keys in creation order', async () => {
  const account = await newAccount(null);
  for (const kid of ['c', 'a', 'b']) await addKey(account, second, { kid });
  expect(await kidsOf(account)).toEqual(['c', 'a', 'b']);
});

it('accepts the same public key under two kids', async () => {
  const account = await newAccount(null);
  await addKey(account, second, { kid: 'one' });
  await addKey(account, second, { kid: 'two' });
  const { body } = await account.call('GET', '/account/keys');
  expect(body.keys).toMatchObject([
    { kid: 'one', publicJwtKey: second.pem },
    { kid: 'two', publicJwtKey: second.pem },
  ]);
});

it.each([
  ['by name', { kid: 'mine' }],
  ['by thumbprint', {}],
])('returns 409 for a kid in use, %s, and leaves its key unchanged', async (_, named) => {
  const account = await newAccount(null);
  await addKey(account, second, named);
  const before = (await account.call('GET', '/account/keys')).body;
  const again = { ...named, publicJwtKey: 'kid' in named ? third.pem : second.pem, state: 'standby' };
  expectProblem(await account.call('POST', '/account/keys', add(again)), 'kid-taken');
  expect((await account.call('GET', '/account/keys')).body).toEqual(before);
});

it('keeps the kid of a revoked key in use until the key is deleted', async () => {
  const account = await newAccount(null);
  await addKey(account, second, { kid: 'mine' });
  await account.call('PUT', keyPath('mine'), { body: { state: 'revoked' } });
  const again = add({ publicJwtKey: third.pem, kid: 'mine' });
  expectProblem(await account.call('POST', '/account/keys', again), 'kid-taken');
  await account.call('DELETE', keyPath('mine'));
  expect((await account.call('POST', '/account/keys', again)).status).toBe(201);
});

it('accepts one of two concurrent uploads with the same kid, and returns 409 for the other', async () => {
  const account = await newAccount(null);
  const replies = await Promise.all(
    [second, third].map(({ pem }) =>
      account.call('POST', '/account/keys', add({ publicJwtKey: pem, kid: 'mine' })),
    ),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect(replies.find(({ status }) => status === 409)?.problem.code).toBe('kid-taken');
  expect(await countOf('signing_keys', account.id)).toBe(1);
});

it('keeps the same key under the same kid in two accounts apart', async () => {
  const [one, two] = [await newAccount(null), await newAccount(null)];
  await addKey(one, second, { kid: 'mine' });
  await addKey(two, second, { kid: 'mine' });
  await one.call('DELETE', keyPath('mine'));
  expect([await kidsOf(one), await kidsOf(two)]).toEqual([[], ['mine']]);
});

it.each(['', 'ssh-rsa AAAA', '-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----'])(
  'rejects %j, which is not a public key',
  async (publicJwtKey) => {
    const account = await newAccount(null);
    expectInvalid(await account.call('POST', '/account/keys', add({ publicJwtKey })), 'publicJwtKey');
    expect(await kidsOf(account)).toEqual([]);
  },
);

it('returns the deleted key, and keeps the others', async () => {
  const account = await newAccount(keys.pem);
  const kept = await firstKid(account);
  const added = await account.call('POST', '/account/keys', add({ publicJwtKey: second.pem, kid: 'gone' }));
  const removed = await account.call('DELETE', keyPath('gone'));
  expect({ status: removed.status, body: removed.body }).toEqual({ status: 200, body: added.body });
  expect(await kidsOf(account)).toEqual([kept]);
  expectProblem(await account.call('DELETE', keyPath('gone')), 'not-found');
});

it("returns 404 for another account's key, and leaves it unchanged", async () => {
  const [owner, other] = [await newAccount(null), await newAccount()];
  await addKey(owner, second, { kid: 'theirs' });
  const before = (await owner.call('GET', '/account/keys')).body;
  const change = { body: { state: 'revoked' } };
  const attempts = [
    [other.call('PUT', keyPath('theirs'), change), other.call('PUT', keyPath('nobodys'), change)],
    [other.call('DELETE', keyPath('theirs')), other.call('DELETE', keyPath('nobodys'))],
  ] as const;
  for (const [theirs, nobodys] of attempts) {
    expectProblem(await theirs, 'not-found');
    expect((await theirs).body).toEqual((await nobodys).body);
  }
  expect(await kidsOf(other)).not.toContain('theirs');
  expect((await owner.call('GET', '/account/keys')).body).toEqual(before);
});
