/** The list of an account's signing keys, and how a key gets onto it and off again. */
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { expect, it } from 'vitest';
import { type Keys, keys, newAccount } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { addKey, firstKid, keyPath, kidsOf, second, third } from '../../support/signing.ts';

const thumbprintOf = async ({ pair }: Keys) => calculateJwkThumbprint(await exportJWK(pair.publicKey));
const add = (body: object) => ({ body });

it('a fresh account has no keys', async () => {
  const account = await newAccount(null);
  const { status, body } = await account.call('GET', '/account/keys');
  expect({ status, body }).toEqual({ status: 200, body: { keys: [] } });
});

it('a key is added active, under its RFC 7638 thumbprint, and answered byte for byte', async () => {
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

it('PUT /account/pubkey names its key by the thumbprint too', async () => {
  const account = await newAccount(keys.pem);
  expect(await kidsOf(account)).toEqual([await thumbprintOf(keys)]);
});

it('a key takes the kid and the state that it is given', async () => {
  const account = await newAccount(null);
  const body = { publicJwtKey: second.pem, kid: '2026-07', state: 'standby' };
  const added = await account.call('POST', '/account/keys', { body, now: 1_800_000_000_000 });
  expect(added.body).toEqual({ key: { ...body, created: 1_800_000_000_000, retiresAt: null } });
});

it('keys are listed in the order in which they came', async () => {
  const account = await newAccount(null);
  for (const kid of ['c', 'a', 'b']) await addKey(account, second, { kid });
  expect(await kidsOf(account)).toEqual(['c', 'a', 'b']);
});

it('the same public key can stand under two kids', async () => {
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
])('a kid is taken once in an account, %s, and the key that has it stays as it is', async (_, named) => {
  const account = await newAccount(null);
  await addKey(account, second, named);
  const before = (await account.call('GET', '/account/keys')).body;
  const again = { ...named, publicJwtKey: 'kid' in named ? third.pem : second.pem, state: 'standby' };
  expectProblem(await account.call('POST', '/account/keys', add(again)), 'kid-taken');
  expect((await account.call('GET', '/account/keys')).body).toEqual(before);
});

it('a kid is taken by a revoked key, and free again when that one is removed', async () => {
  const account = await newAccount(null);
  await addKey(account, second, { kid: 'mine' });
  await account.call('PUT', keyPath('mine'), { body: { state: 'revoked' } });
  const again = add({ publicJwtKey: third.pem, kid: 'mine' });
  expectProblem(await account.call('POST', '/account/keys', again), 'kid-taken');
  await account.call('DELETE', keyPath('mine'));
  expect((await account.call('POST', '/account/keys', again)).status).toBe(201);
});

it('of two uploads of one kid at once, one gets it and the other is told', async () => {
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

it('two accounts may have the same key under the same kid, each its own', async () => {
  const [one, two] = [await newAccount(null), await newAccount(null)];
  await addKey(one, second, { kid: 'mine' });
  await addKey(two, second, { kid: 'mine' });
  await one.call('DELETE', keyPath('mine'));
  expect([await kidsOf(one), await kidsOf(two)]).toEqual([[], ['mine']]);
});

it.each(['', 'ssh-rsa AAAA', '-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----'])(
  'what is no public key is not added: %j',
  async (publicJwtKey) => {
    const account = await newAccount(null);
    expectInvalid(await account.call('POST', '/account/keys', add({ publicJwtKey })), 'publicJwtKey');
    expect(await kidsOf(account)).toEqual([]);
  },
);

it('removing a key answers it as it was, and the others stay', async () => {
  const account = await newAccount(keys.pem);
  const kept = await firstKid(account);
  const added = await account.call('POST', '/account/keys', add({ publicJwtKey: second.pem, kid: 'gone' }));
  const removed = await account.call('DELETE', keyPath('gone'));
  expect({ status: removed.status, body: removed.body }).toEqual({ status: 200, body: added.body });
  expect(await kidsOf(account)).toEqual([kept]);
  expectProblem(await account.call('DELETE', keyPath('gone')), 'not-found');
});

it("another account's key is 404, as if it did not exist, and stays as it was", async () => {
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
