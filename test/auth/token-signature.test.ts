/** Token signatures: the Worker accepts RS256 by a key of the account, and nothing else. */
import { exportJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../src/sdk/types.ts';
import { call, keys, NOBODY, newAccount, newKeys, newUser, type User } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { es256, hmac, jws, otherRsa, part, rs256 } from '../support/jws.ts';
import { alike, expectProblem } from '../support/problem.ts';
import { CERTIFICATE } from '../support/test-only-keys.ts';

const attacker = await newKeys();

const claimsOf = ({ id }: User, more: object = {}) => ({
  nettuSchedulerUserId: id,
  exp: Math.floor(Date.now() / 1000) + 3600,
  schedulerPolicy: { allow: ['*'] },
  ...more,
});

/** Expects this code for a read and for a write, and no change. */
async function expectRefused(user: User, token: string, code: ProblemCode): Promise<void> {
  const before = await snapshot();
  expectProblem(await user.call('GET', '/me', { token }), code);
  expectProblem(await user.call('POST', '/calendar', { token, body: { timezone: 'UTC' } }), code);
  expect(await snapshot()).toEqual(before);
}

async function expectAccepted(user: User, token: string): Promise<void> {
  expect((await user.call('GET', '/me', { token })).body).toEqual({ user: { id: user.id, metadata: {} } });
  expect((await user.call('POST', '/calendar', { token, body: { timezone: 'UTC' } })).status).toBe(201);
}

it('accepts RS256 by the key of the account, made with the helper that forges the tokens below', async () => {
  const user = await newUser();
  await expectAccepted(user, await jws({ alg: 'RS256' }, claimsOf(user), rs256(keys.pair)));
});

describe('rejects another algorithm in the header:', async () => {
  const nothing = async () => new Uint8Array([0]);
  it.each([
    ['none', nothing],
    ['None', nothing],
    ['NONE', nothing],
    ['HS256', await hmac(keys.pem)],
    ['RS384', await otherRsa(keys.pair, 'RSASSA-PKCS1-v1_5', 'SHA-384')],
    ['RS512', await otherRsa(keys.pair, 'RSASSA-PKCS1-v1_5', 'SHA-512')],
    ['PS256', await otherRsa(keys.pair, 'RSA-PSS', 'SHA-256')],
    ['ES256', await es256()],
    ['rs256', rs256(keys.pair)],
    ['', rs256(keys.pair)],
    [undefined, rs256(keys.pair)],
    [null, rs256(keys.pair)],
    [['RS256'], rs256(keys.pair)],
  ])('%s', async (alg, sign) => {
    const user = await newUser();
    await expectRefused(user, await jws({ alg }, claimsOf(user), sign), 'token-algorithm');
  });
});

describe('rejects another signature under an RS256 header:', async () => {
  it.each([
    ['HS256 keyed with the PEM', await hmac(keys.pem)],
    ['HS256 keyed with the PEM, trimmed', await hmac(keys.pem.trim())],
    ['RS1', await otherRsa(keys.pair, 'RSASSA-PKCS1-v1_5', 'SHA-1')],
    ['RS384', await otherRsa(keys.pair, 'RSASSA-PKCS1-v1_5', 'SHA-384')],
    ['PS256', await otherRsa(keys.pair, 'RSA-PSS', 'SHA-256')],
    ['ES256', await es256()],
    ['one byte', async () => new Uint8Array([1])],
    ['256 zeros', async () => new Uint8Array(256)],
    ['another RSA key', rs256(attacker.pair)],
  ])('%s', async (_, sign) => {
    const user = await newUser();
    await expectRefused(user, await jws({ alg: 'RS256' }, claimsOf(user), sign), 'token-signature');
  });
});

describe('ignores a key in the header of the token:', async () => {
  const x5c = [CERTIFICATE.replace(/-----.*-----|\s/g, '')];
  it.each([
    ['jwk', { jwk: await exportJWK(attacker.pair.publicKey) }],
    ['jku', { jku: 'https://attacker.test/jwks.json' }],
    ['x5u', { x5u: 'https://attacker.test/cert.pem' }],
    ['x5c', { x5c }],
    ['kid as a path', { kid: '../../dev/null' }],
    ['kid, null', { kid: null }],
    ['kid as SQL', { kid: "' OR 1=1 --" }],
  ])('%s', async (_, header) => {
    const user = await newUser();
    const forged = await jws({ alg: 'RS256', ...header }, claimsOf(user), rs256(attacker.pair));
    await expectRefused(user, forged, 'token-signature');
    await expectAccepted(user, await jws({ alg: 'RS256', ...header }, claimsOf(user), rs256(keys.pair)));
  });
});

it.each([
  ['crit', { crit: ['exp'], exp: 1 }],
  ['b64', { crit: ['b64'], b64: false }],
  ['crit, empty', { crit: [] }],
  ['crit, null', { crit: null }],
  ['crit, a string', { crit: 'b64' }],
  ['kid, a number', { kid: 1 }],
  ['kid, a list', { kid: ['a'] }],
])('a header with %s is malformed, even with a valid signature', async (_, header) => {
  const user = await newUser();
  const token = await jws({ alg: 'RS256', ...header }, claimsOf(user), rs256(keys.pair));
  await expectRefused(user, token, 'token-malformed');
});

it('rejects an unencoded payload (RFC 7797)', async () => {
  const user = await newUser();
  const input = `${part({ alg: 'RS256', b64: false })}.${JSON.stringify(claimsOf(user))}`;
  const signature = await rs256(keys.pair)(new TextEncoder().encode(input));
  const token = `${input}.${btoa(String.fromCharCode(...new Uint8Array(signature)))}`;
  await expectRefused(user, token.replace(/=+$/, ''), 'token-malformed');
});

it('rejects a token with any part tampered with', async () => {
  const user = await newUser();
  const other = await user.account.newUser();
  const token = await user.token();
  const [header = '', payload = '', signature = ''] = token.split('.');
  const flipped = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  const tampered = [
    [part({ alg: 'RS256', typ: 'JWT' }), payload, signature],
    [header, part(claimsOf(other)), signature],
    [header, payload, flipped],
    [header, payload, signature.slice(0, -4)],
    [header, payload, `${signature}AAAA`],
    [header, payload, (await other.token()).split('.')[2]],
  ];
  for (const parts of tampered) await expectRefused(user, parts.join('.'), 'token-signature');
});

it('returns token-malformed for anything but a compact JWS', async () => {
  const user = await newUser();
  const [header = '', payload = '', signature = ''] = (await user.token()).split('.');
  const good = part({ alg: 'RS256' });
  const shapes = ['x', 'a.b', `${header}.${payload}`, `${header}.${payload}.`, `.${payload}.${signature}`];
  const long = `${header}.${payload}.${signature}.${signature}`;
  const json = JSON.stringify({ payload, protected: header, signature }).replace(/\s/g, '');
  const broken = [`${part('no')}.${payload}.x`, `${part('[]')}.${payload}.x`, `${good}.${part('[1]')}.x`];
  const texts = [`${good}.${part('"text"')}.x`, `${good}.${part('null')}.x`, `${good}.!!.x`, `${good}.a=.x`];
  for (const token of [...shapes, long, json, ...broken, ...texts]) {
    await expectRefused(user, token, 'token-malformed');
  }
});

it('accepts a token of at most 8,192 characters', async () => {
  const user = await newUser();
  const sized = async (bytes: number) =>
    jws({ alg: 'RS256' }, claimsOf(user, { pad: 'x'.repeat(bytes) }), rs256(keys.pair));
  const least = (await sized(0)).length;
  const room = Math.floor(((8192 - least) * 3) / 4);
  const fits = await sized(room);
  expect(fits.length).toBeGreaterThan(8186);
  await expectAccepted(user, fits);
  await expectRefused(user, await sized(room + 6), 'token-malformed');
});

it('accepts the scheme Bearer in any case', async () => {
  const user = await newUser();
  const token = await user.token();
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const headers = { authorization: `${scheme} ${token}`, 'nettu-account': user.account.id };
    expect((await call('GET', '/me', { headers })).status).toBe(200);
  }
});

it("rejects another account's token with token-signature", async () => {
  const [user, theirs] = [await newUser(), await (await newAccount(attacker.pem)).newUser()];
  const token = await attacker.sign(claimsOf(theirs));
  expect((await theirs.call('GET', '/me', { token })).status).toBe(200);
  await expectRefused(user, token, 'token-signature');
  await expectRefused(user, await attacker.sign(claimsOf(user)), 'token-signature');
});

it('rejects a token in an account that shares the key but does not have the user', async () => {
  const [user, theirs] = [await newUser(), await newUser()];
  await expectRefused(user, await theirs.token(), 'user-unknown');
});

it('rejects a token of an unknown or a deleted user', async () => {
  const user = await newUser();
  await expectAccepted(user, await user.token());
  await expectRefused(user, await user.token({ nettuSchedulerUserId: NOBODY }), 'user-unknown');
  await user.account.call('DELETE', `/user/${user.id}`);
  await expectRefused(user, await user.token(), 'user-unknown');
});

it('gives a stranger one answer for an unknown account, an account without keys, and a forged signature', async () => {
  const [user, keyless] = [await newUser(), await newAccount(null)];
  const token = await jws({ alg: 'RS256' }, claimsOf(user), rs256(attacker.pair));
  for (const [method, path, body] of [
    ['GET', '/me', undefined],
    ['POST', '/calendar', { timezone: 'UTC' }],
    ['PUT', `/calendar/${NOBODY}`, { timezone: 'nowhere' }],
  ] as const) {
    const replies = [];
    for (const account of [user.account.id, keyless.id, NOBODY]) {
      const headers = { 'nettu-account': account, authorization: `Bearer ${token}` };
      replies.push(await call(method, path, { headers, body }));
    }
    for (const reply of replies) expectProblem(reply, 'token-signature');
    const [forged, ...others] = replies.map(({ status, headers, body }) => [status, alike(headers), body]);
    for (const other of others) expect(other).toEqual(forged);
  }
});
