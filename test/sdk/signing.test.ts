/** `signUserToken` and `signWebhook`, against jose, jsonwebtoken, standardwebhooks and our own verifiers. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { importPKCS8, jwtVerify } from 'jose';
import jwt from 'jsonwebtoken';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Notification, verifyWebhook } from '../../src/sdk/index.ts';
import { type PrivateJwk, signUserToken } from '../../src/sdk/sign-user-token.ts';
import { signWebhook } from '../../src/sdk/sign-webhook.ts';

const NOW = 1_700_000_000_000;
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const jwkOf = (key: typeof privateKey) => key.export({ format: 'jwk' }) as PrivateJwk;
const jwk = jwkOf(privateKey);

const read = async (token: string) =>
  jwtVerify(token, publicKey, { algorithms: ['RS256'], currentDate: new Date(NOW) });

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('signUserToken', () => {
  const policy = { allow: ['*'], reject: ['DeleteCalendar'] } as const;

  test.each([
    ['PKCS#8', pkcs8],
    ['PKCS#1', pkcs1],
    ['PKCS#1 of 4,096 bits', undefined],
    ['PEM of an environment variable', pkcs8.replaceAll('\n', '\\n')],
    ['PEM with Windows line breaks', pkcs8.replaceAll('\n', '\r\n')],
    ['PEM between blank lines', `\n  ${pkcs8}\n`],
    ['a JWK', jwk],
    ['a JWK for another use', { ...jwk, alg: 'PS256', use: 'sig', key_ops: ['verify'] }],
  ])('signs with %s', async (_, key) => {
    if (key)
      return expect(
        await read(await signUserToken({ privateKey: key, userId: 'u1', nowMs: NOW })),
      ).toBeTruthy();
    const long = generateKeyPairSync('rsa', { modulusLength: 4096 });
    const pem = long.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const token = await signUserToken({ privateKey: pem, userId: 'u1' });
    return expect(jwt.verify(token, long.publicKey.export({ type: 'spki', format: 'pem' }))).toBeTruthy();
  });

  test('signs with a CryptoKey', async () => {
    const key = await importPKCS8(pkcs8, 'RS256');
    await read(await signUserToken({ privateKey: key, userId: 'u1', nowMs: NOW }));
  });

  test('writes the user, the policy, the time of issue and the expiry', async () => {
    const { payload, protectedHeader } = await read(
      await signUserToken({ privateKey: pkcs8, userId: 'Åse 東京', policy, nowMs: NOW + 999 }),
    );
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT' });
    expect(payload).toEqual({
      nettuSchedulerUserId: 'Åse 東京',
      schedulerPolicy: policy,
      iat: NOW / 1000,
      exp: NOW / 1000 + 900,
    });
  });

  test('takes a kid, a lifetime and further claims, which do not replace its own', async () => {
    const claims = { jti: 'j1', nbf: NOW / 1000, nettuSchedulerUserId: 'other', exp: 1, iat: 1 };
    const { payload, protectedHeader } = await read(
      await signUserToken({
        privateKey: pkcs8,
        userId: 'u1',
        kid: 'k1',
        lifetimeSeconds: 60,
        claims,
        nowMs: NOW,
      }),
    );
    expect(protectedHeader.kid).toBe('k1');
    expect(payload).toEqual({
      jti: 'j1',
      nbf: NOW / 1000,
      nettuSchedulerUserId: 'u1',
      iat: NOW / 1000,
      exp: NOW / 1000 + 60,
    });
  });

  test('takes the kid of a JWK', async () => {
    const token = await signUserToken({ privateKey: { ...jwk, kid: 'k2' }, userId: 'u1', nowMs: NOW });
    expect((await read(token)).protectedHeader.kid).toBe('k2');
  });

  const locked = createPrivateKey(pkcs8).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'hunter2',
  });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  test.each([
    ['a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['a key with a password', locked.toString()],
    ['an EC key', ec.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['an EC JWK', jwkOf(ec)],
    ['a public JWK', jwkOf(publicKey)],
    ['nothing', ''],
    ['undefined', undefined as unknown as string],
    ['half a key', pkcs8.slice(0, 400)],
    ['a broken key', pkcs8.replace('MII', 'MIJ')],
  ])('refuses %s, in words without the key', async (_, key) => {
    const error = await signUserToken({ privateKey: key, userId: 'u1' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(/^TypeError: privateKey must be a private RSA key/);
    expect(error).not.toHaveProperty('cause');
  });

  test.each([
    [{ userId: '' }, /userId/],
    [{ lifetimeSeconds: 0 }, /lifetimeSeconds/],
    [{ lifetimeSeconds: Number.NaN }, /lifetimeSeconds/],
  ])('refuses %j', async (wrong, message) => {
    const call = signUserToken({ privateKey: pkcs8, userId: 'u1', ...wrong });
    await expect(call).rejects.toThrow(TypeError);
    await expect(call).rejects.toThrow(message);
  });
});

describe('signWebhook', () => {
  const secret = `whsec_${Buffer.from('a secret of 24 bytes, ok').toString('base64')}`;
  const notification = { type: 'ping', data: { name: 'Åse' } };

  test.each([
    ['a notification', notification],
    ['a text', JSON.stringify(notification)],
  ])('makes of %s a request that verifyWebhook and standardwebhooks accept', async (_, body) => {
    const request = await signWebhook(body, secret);
    expect(await verifyWebhook(request.body, request.headers, secret)).toEqual(notification);
    expect(new Webhook(secret).verify(request.body, request.headers)).toEqual(notification);
  });

  test('has another id each time, or the given one', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await signWebhook('{}', secret)).headers['webhook-id']),
    );
    expect(ids[0]).toMatch(/^msg_\w{16}$/);
    expect(ids[0]).not.toBe(ids[1]);
    expect((await signWebhook('{}', secret, { id: 'msg_1' })).headers['webhook-id']).toBe('msg_1');
  });

  test('signs for another time, which verifyWebhook refuses', async () => {
    const { body, headers } = await signWebhook('{}', secret, { nowMs: Date.now() - 301_000 });
    await expect(verifyWebhook(body, headers, secret)).rejects.toThrow();
  });

  test('is refused with another secret or body', async () => {
    const { body, headers } = await signWebhook(notification, secret);
    await expect(verifyWebhook(body, headers, `whsec_${btoa('another')}`)).rejects.toThrow();
    await expect(verifyWebhook(`${body} `, headers, secret)).rejects.toThrow();
  });

  test.each(['', 'whsec_', 'whsec_!'])('refuses the secret %j', async (wrong) => {
    await expect(signWebhook('{}', wrong)).rejects.toThrow(
      new TypeError('The secret must be whsec_ and base64'),
    );
  });
});

test.each([
  ['signUserToken', () => signUserToken({ privateKey: pkcs8, userId: 'u1' })],
  ['signWebhook', () => signWebhook('{}', 'whsec_YQ==')],
  ['verifyWebhook', () => verifyWebhook('{}', signedHeaders(), 'whsec_YQ==') as Promise<Notification>],
])('%s says what to do where there is no WebCrypto, as in Node 18', async (_, call) => {
  vi.stubGlobal('crypto', undefined);
  await expect(call()).rejects.toThrow(/^This runtime has no WebCrypto\. Start Node 18 with/);
});

const signedHeaders = () => ({
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
  'webhook-signature': 'v1,YQ==',
});
