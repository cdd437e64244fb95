/** The public keys that an account may upload: three PEM formats in many spellings, and no weak, malformed or private key. */
import { base64url, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { keys, newAccount, newKeys, pemOf } from '../support/client.ts';
import { der, integer, pkcs1, spki, withByte } from '../support/der.ts';
import { jws, rs256 } from '../support/jws.ts';
import { expectInvalid } from '../support/problem.ts';
import { CERTIFICATE, CERTIFICATE_JWK, EC_CERTIFICATE } from '../support/test-only-keys.ts';

const exported = async (format: 'spki' | 'pkcs8', key: CryptoKey) =>
  new Uint8Array((await crypto.subtle.exportKey(format, key)) as ArrayBuffer);
const jwk = (await crypto.subtle.exportKey('jwk', keys.pair.publicKey)) as JsonWebKey;
const modulus = base64url.decode(jwk.n ?? '');
const exponent = new Uint8Array([1, 0, 1]);

/** Returns a random odd modulus of this many bits. */
function randomModulus(bits: number): Uint8Array {
  const bytes = crypto.getRandomValues(new Uint8Array(bits / 8));
  return withByte(withByte(bytes, 0, 0xc1), -1, 0x0d);
}

const certificateKey = await importJWK(CERTIFICATE_JWK, 'RS256');
const certified = { privateKey: certificateKey, publicKey: certificateKey } as CryptoKeyPair;
const larger = await newKeys(4096);
const PKCS1 = pemOf('RSA PUBLIC KEY', pkcs1(modulus, exponent));
const oneLine = (pem: string) => pem.replace(/([^-])\n(?!-)/g, '$1');

describe('accepts, returns byte for byte, and verifies tokens with', () => {
  it.each([
    ['SPKI', keys.pem, keys.pair],
    ['SPKI of 4096 bits', larger.pem, larger.pair],
    ['SPKI made by hand', pemOf('PUBLIC KEY', spki(modulus, exponent)), keys.pair],
    ['PKCS#1', PKCS1, keys.pair],
    ['X.509', CERTIFICATE, certified],
    ['SPKI with CRLF', keys.pem.replaceAll('\n', '\r\n'), keys.pair],
    ['PKCS#1 with CRLF', PKCS1.replaceAll('\n', '\r\n'), keys.pair],
    ['X.509 with CRLF', CERTIFICATE.replaceAll('\n', '\r\n'), certified],
    ['SPKI after an empty line', `\n${keys.pem}`, keys.pair],
    ['SPKI between spaces and lines', ` \r\n\t${keys.pem}\n\n `, keys.pair],
    ['SPKI without the last newline', keys.pem.trim(), keys.pair],
    ['SPKI on one line', oneLine(keys.pem), keys.pair],
    ['SPKI in quotes, with line breaks as \\n', JSON.stringify(keys.pem), keys.pair],
    ['SPKI in base64', btoa(keys.pem), keys.pair],
    ['PKCS#1 without any line break', PKCS1.replaceAll('\n', ''), keys.pair],
    ['X.509 between other text', `Bag Attributes: ü\n${CERTIFICATE}\n# end`, certified],
  ])('%s', async (_, pem, pair) => {
    const account = await newAccount(null);
    const uploaded = await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: pem } });
    expect(uploaded.status).toBe(200);
    expect(uploaded.body.account.publicJwtKey).toBe(pem);
    expect((await account.call('GET', '/account')).body.account.publicJwtKey).toBe(pem);
    const user = await account.newUser();
    const claims = { nettuSchedulerUserId: user.id, exp: 5609418990073, schedulerPolicy: { allow: ['*'] } };
    const token = await jws({ alg: 'RS256' }, claims, rs256(pair));
    expect((await user.call('GET', '/me', { token })).status).toBe(200);
    const write = { token, body: { timezone: 'UTC' } };
    expect((await user.call('POST', '/calendar', write)).status).toBe(201);
  });
});

const small = await newKeys(1024);
const ec = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
  'sign',
  'verify',
])) as CryptoKeyPair;
const PRIVATE = pemOf('PRIVATE KEY', await exported('pkcs8', keys.pair.privateKey));
/** The PKCS#1 key in a PKCS#8 document follows the version, the algorithm and the header of the octet string. */
const rsaPrivate = (await exported('pkcs8', keys.pair.privateKey)).slice(26);
const RSA_PRIVATE = pemOf('RSA PRIVATE KEY', rsaPrivate);
const relabel = (pem: string, label: string) => pem.replace(/(BEGIN|END) [A-Z ]+/g, `$1 ${label}`);

const unfit: Record<string, unknown> = {
  'RSA of 1024 bits': small.pem,
  'RSA of 2047 bits': pemOf('PUBLIC KEY', spki(withByte(modulus, 0, 0x7f), exponent)),
  'RSA of 16384 bits': pemOf('PUBLIC KEY', spki(randomModulus(16384), exponent)),
  'RSA of 16384 bits in PKCS#1': pemOf('RSA PUBLIC KEY', pkcs1(randomModulus(16384), exponent)),
  'an exponent of 1': pemOf('PUBLIC KEY', spki(modulus, new Uint8Array([1]))),
  'an exponent of 3': pemOf('PUBLIC KEY', spki(modulus, new Uint8Array([3]))),
  'an even exponent': pemOf('PUBLIC KEY', spki(modulus, new Uint8Array([1, 0, 2]))),
  'an exponent of 128 bits': pemOf('PUBLIC KEY', spki(modulus, new Uint8Array(16).fill(0x11))),
  'an even modulus': pemOf('PUBLIC KEY', spki(withByte(modulus, -1, 0x0c), exponent)),
  'a modulus of 0': pemOf('PUBLIC KEY', spki(new Uint8Array([0]), exponent)),
  'an EC key': pemOf('PUBLIC KEY', await exported('spki', ec.publicKey)),
  'a certificate of an EC key': EC_CERTIFICATE,
  'SPKI with bytes after it': pemOf('PUBLIC KEY', new Uint8Array([...spki(modulus, exponent), 0])),
  'SPKI cut short': pemOf('PUBLIC KEY', spki(modulus, exponent).slice(0, -9)),
  'SPKI of random bytes': pemOf('PUBLIC KEY', crypto.getRandomValues(new Uint8Array(294))),
  'PKCS#1 of random bytes': pemOf('RSA PUBLIC KEY', crypto.getRandomValues(new Uint8Array(270))),
  'a certificate of random bytes': pemOf('CERTIFICATE', crypto.getRandomValues(new Uint8Array(700))),
  'a certificate cut short': CERTIFICATE.replace(/\n.*\n(-----END)/, '\n$1'),
  'PKCS#1 that is empty': pemOf('RSA PUBLIC KEY', der(0x30, [])),
  'SPKI with an integer for a key': pemOf('PUBLIC KEY', integer(modulus)),
  'a wrong label': relabel(keys.pem, 'SSH2 PUBLIC KEY'),
  'labels that differ': keys.pem.replace('END PUBLIC', 'END RSA PUBLIC'),
  'two keys': keys.pem + keys.pem,
  'two forms of a key': keys.pem + PKCS1,
  'invalid base64': keys.pem.replace('MII', '!!!'),
  'the base64 alone': keys.pem.replace(/-----.*-----/g, ''),
  'a JWK': JSON.stringify(jwk),
  'an OpenSSH line': 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== me@host',
  'an empty block': '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----',
  'an empty text': '',
  'a blank text': ' \n',
  garbage: 'garbage',
  'a NUL': keys.pem.replace('\n', '\n\0'),
  '20 kB of text': 'x'.repeat(20_000),
  '20 kB of blanks after it': keys.pem + ' '.repeat(20_000),
  '60 kB of base64': pemOf('PUBLIC KEY', new Uint8Array(44_000)),
  'a number': 5,
  true: true,
  'a list': [keys.pem],
  'an object': { pem: keys.pem },
};

const secret: Record<string, string> = {
  'PKCS#8': PRIVATE,
  'PKCS#1': RSA_PRIVATE,
  'PKCS#8, encrypted': relabel(PRIVATE, 'ENCRYPTED PRIVATE KEY'),
  'in OpenSSH form': relabel(PRIVATE, 'OPENSSH PRIVATE KEY'),
  'under a public label': relabel(PRIVATE, 'PUBLIC KEY'),
  'PKCS#1 under a public label': relabel(RSA_PRIVATE, 'RSA PUBLIC KEY'),
  'beside its public half': keys.pem + PRIVATE,
  'as a JWK': JSON.stringify(await crypto.subtle.exportKey('jwk', keys.pair.privateKey)),
};

describe('returns 400, and keeps the previous key, for', () => {
  it.each(Object.entries(unfit))('%s', async (_, publicJwtKey) => {
    const account = await newAccount();
    expectInvalid(await account.call('PUT', '/account/pubkey', { body: { publicJwtKey } }), 'publicJwtKey');
    expect((await account.call('GET', '/account')).body.account.publicJwtKey).toBe(keys.pem);
    expect((await (await account.newUser()).call('GET', '/me')).status).toBe(200);
  });
});

describe('returns 400 for a private key, and neither repeats nor stores it:', () => {
  it.each(Object.entries(secret))('%s', async (_, publicJwtKey) => {
    const account = await newAccount(null);
    const reply = await account.call('PUT', '/account/pubkey', { body: { publicJwtKey } });
    expectInvalid(reply, 'publicJwtKey');
    const answer = JSON.stringify([reply.body, ...reply.headers]);
    for (const piece of publicJwtKey.match(/[\w+/-]{16,}/g) ?? []) expect(answer).not.toContain(piece);
    expect((await account.call('GET', '/account')).body.account.publicJwtKey).toBe(null);
  });

  it('says that the key is private, so that its owner replaces the pair', async () => {
    const account = await newAccount(null);
    for (const publicJwtKey of [PRIVATE, RSA_PRIVATE, keys.pem + PRIVATE]) {
      const reply = await account.call('PUT', '/account/pubkey', { body: { publicJwtKey } });
      expect(reply.problem.detail).toMatch(/private/);
    }
  });
});

it('keeps accepting tokens when the same key is uploaded in another format', async () => {
  const account = await newAccount(keys.pem);
  const user = await account.newUser();
  const token = await user.token();
  for (const publicJwtKey of [PKCS1, keys.pem, pemOf('PUBLIC KEY', spki(modulus, exponent))]) {
    await account.call('PUT', '/account/pubkey', { body: { publicJwtKey } });
    expect((await user.call('GET', '/me', { token })).status).toBe(200);
  }
});
