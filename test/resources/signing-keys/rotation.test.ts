/** The rotation from src/docs/tokens.md: a new signing key takes over, and every token stays valid meanwhile. */
import { expect, it } from 'vitest';
import { keys, newAccount } from '../../support/client.ts';
import { addKey, firstKid, readAndWrite, second, setState, third, tokenOf } from '../../support/signing.ts';

const ACCEPTED = ['200', '201'];

it.each([
  ['with kids', true],
  ['without kids', false],
])('rotates a signing key without invalidating tokens, %s', async (_, withKids) => {
  const account = await newAccount(keys.pem);
  const user = await account.newUser();
  const oldKid = await firstKid(account);
  const oldToken = await tokenOf(keys, user, {}, withKids ? { kid: oldKid } : {});
  const publicKey = async () => (await account.call('GET', '/account')).body.account.publicJwtKey;
  expect(await readAndWrite(user, oldToken)).toEqual(ACCEPTED);

  const newKid = await addKey(account, second, { state: 'standby' });
  const newToken = await tokenOf(second, user, {}, withKids ? { kid: newKid } : {});
  expect(await publicKey()).toBe(keys.pem);
  expect(await readAndWrite(user, oldToken)).toEqual(ACCEPTED);
  expect(await readAndWrite(user, newToken)).toEqual(['401 key-standby', '401 key-standby']);

  await setState(account, newKid, 'active');
  expect(await publicKey()).toBe(second.pem);
  expect(await readAndWrite(user, oldToken)).toEqual(ACCEPTED);
  expect(await readAndWrite(user, newToken)).toEqual(ACCEPTED);

  const end = Date.now() + 600_000;
  await setState(account, oldKid, 'retiring', end);
  expect(await publicKey()).toBe(second.pem);
  expect(await readAndWrite(user, oldToken, end - 1)).toEqual(ACCEPTED);
  expect(await readAndWrite(user, newToken, end - 1)).toEqual(ACCEPTED);
  expect(await readAndWrite(user, oldToken, end)).toEqual(['401 key-retired', '401 key-retired']);
  expect(await readAndWrite(user, newToken, end)).toEqual(ACCEPTED);

  await account.call('DELETE', `/account/keys/${oldKid}`);
  expect(await readAndWrite(user, oldToken)).toEqual(['401 token-signature', '401 token-signature']);
  expect(await readAndWrite(user, newToken)).toEqual(ACCEPTED);
});

it('can undo each step of a rotation', async () => {
  const account = await newAccount(keys.pem);
  const user = await account.newUser();
  const oldKid = await firstKid(account);
  const [oldToken, newToken] = [await tokenOf(keys, user), await tokenOf(second, user)];
  const newKid = await addKey(account, second);
  await setState(account, oldKid, 'retiring', Date.now() - 1);
  await setState(account, oldKid, 'active');
  await setState(account, newKid, 'standby');
  expect(await readAndWrite(user, oldToken)).toEqual(ACCEPTED);
  expect(await readAndWrite(user, newToken)).toEqual(['401 key-standby', '401 key-standby']);
});

it('PUT /account/pubkey replaces all keys by one', async () => {
  const account = await newAccount(keys.pem);
  const user = await account.newUser();
  await addKey(account, second, { kid: 'two' });
  await addKey(account, second, { kid: 'three', state: 'standby' });
  await setState(account, 'two', 'revoked');

  const put = await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: third.pem } });

  expect(put.body.account.publicJwtKey).toBe(third.pem);
  const { body } = await account.call('GET', '/account/keys');
  expect(body.keys).toEqual([
    {
      kid: expect.any(String),
      publicJwtKey: third.pem,
      state: 'active',
      created: expect.any(Number),
      retiresAt: null,
    },
  ]);
  expect(await readAndWrite(user, await tokenOf(third, user))).toEqual(ACCEPTED);
  expect((await readAndWrite(user, await tokenOf(keys, user)))[0]).toBe('401 token-signature');
});

it.each([[{ publicJwtKey: null }], [{}]])('PUT /account/pubkey with %j deletes all keys', async (body) => {
  const account = await newAccount(keys.pem);
  await addKey(account, second, { state: 'standby' });
  expect((await account.call('PUT', '/account/pubkey', { body })).body.account.publicJwtKey).toBeNull();
  expect((await account.call('GET', '/account/keys')).body).toEqual({ keys: [] });
});

it('PUT /account/pubkey keeps all keys when it rejects the new one', async () => {
  const account = await newAccount(keys.pem);
  await addKey(account, second, { state: 'standby' });
  const before = (await account.call('GET', '/account/keys')).body;
  const put = await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: 'no key' } });
  expect(put.status).toBe(400);
  expect((await account.call('GET', '/account/keys')).body).toEqual(before);
});

it('account.publicJwtKey is the PEM of the newest active key, or null', async () => {
  const account = await newAccount(null);
  const shown = async () => (await account.call('GET', '/account')).body.account.publicJwtKey;
  expect(await shown()).toBeNull();
  await addKey(account, keys, { kid: 'one', state: 'standby' });
  expect(await shown()).toBeNull();
  await addKey(account, second, { kid: 'two' });
  await addKey(account, third, { kid: 'three' });
  expect(await shown()).toBe(third.pem);
  await setState(account, 'three', 'retiring', Date.now() + 60_000);
  expect(await shown()).toBe(second.pem);
  await setState(account, 'one', 'active');
  expect(await shown()).toBe(second.pem);
  await setState(account, 'two', 'revoked');
  expect(await shown()).toBe(keys.pem);
  await setState(account, 'one', 'standby');
  expect(await shown()).toBeNull();
});
