/** One public key in the spellings that files, stores and tools make of it; and what else people send, each with its name. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { UnfitKey } from '../../src/auth/pem.ts';
import { readPublicKey } from '../../src/auth/public-key.ts';
import { der } from '../support/der.ts';
import { CERTIFICATE, EC_CERTIFICATE } from '../support/test-only-keys.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const PKCS1 = pair.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const PKCS8 = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const base64 = (text: string) => Buffer.from(text).toString('base64');
const bare = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '');
const labelled = (label: string, content: string) =>
  `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----\n`;
const escaped = (pem: string) => pem.replaceAll('\n', '\\n');

const { thumbprint } = await readPublicKey(PEM);

const spellings: [name: string, text: string][] = [
  ['line breaks as \\n', escaped(PEM)],
  ['line breaks as \\r\\n', PEM.replaceAll('\n', '\\r\\n')],
  ['double quotes', `"${PEM}"`],
  ['single quotes', `'${PEM}'`],
  ['quotes and line breaks as \\n, as JSON has it', JSON.stringify(PEM)],
  ['slashes as \\/, as PHP has it', JSON.stringify(PEM).replaceAll('/', '\\/')],
  ['a value of a file of JSON', `${JSON.stringify(PEM)},`],
  ['base64 of the PEM', base64(PEM)],
  ['base64 of the PEM, in lines', base64(PEM).replace(/.{76}/g, '$&\n')],
  ['base64 of the PEM with line breaks as \\n', base64(escaped(PEM))],
  ['no line break behind BEGIN', PEM.replace(/-----\n/, '-----')],
  ['no line break at all', PEM.replaceAll('\n', '')],
  ['spaces for line breaks', PEM.replaceAll('\n', ' ')],
  ['indented lines', PEM.replace(/^/gm, '    ')],
  ['text before it', `Bag Attributes\n    friendlyName: me\nKey Attributes: <No Attributes>\n${PEM}`],
  ['text after it', `${PEM}The key of the calendar.`],
  ['a byte order mark', `\ufeff${PEM}`],
  ['PKCS#1 with line breaks as \\n', escaped(PKCS1)],
];

it.each(spellings)('reads a key with %s', async (_, text) => {
  expect((await readPublicKey(text)).thumbprint).toBe(thumbprint);
});

it.each([
  ['as openssl x509 -text writes it', `Certificate:\n    Data:\n        Version: 3 (0x2)\n${CERTIFICATE}`],
  ['under its former label', CERTIFICATE.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE')],
])('reads a certificate %s', async (_, text) => {
  expect((await readPublicKey(text)).thumbprint).toBe((await readPublicKey(CERTIFICATE)).thumbprint);
});

const spkiOf = (type: 'ed25519' | 'x25519') =>
  generateKeyPairSync(type as 'ed25519')
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey.export({
  type: 'spki',
  format: 'pem',
});
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'pem',
});
const jwk = pair.publicKey.export({ format: 'jwk' });
/** RFC 2986 section 4: version, subject, key, attributes; then the algorithm and the signature. */
const parts = [
  [2, 1, 0],
  der(0x30, []),
  pair.publicKey.export({ type: 'spki', format: 'der' }),
  der(0xa0, []),
];
const signed = der(
  0x30,
  parts.flatMap((part) => [...part]),
);
const request = labelled(
  'CERTIFICATE REQUEST',
  Buffer.from(der(0x30, [...signed, ...der(0x30, []), ...der(3, [0, 1])])).toString('base64'),
);

const others: [name: string, text: string, reason: RegExp][] = [
  ['an RSA-PSS key', String(pss), /is a key for RSA-PSS.*RS256/],
  ['an EC key', String(ec), /is a key for EC.*RS256/],
  ['an Ed25519 key', spkiOf('ed25519'), /is a key for Ed25519/],
  ['an X25519 key', spkiOf('x25519'), /is a key for X25519/],
  ['a certificate of an EC key', EC_CERTIFICATE, /is a certificate of a key for EC/],
  ['PKCS#1 under PUBLIC KEY', labelled('PUBLIC KEY', bare(PKCS1)), /belongs under the label RSA PUBLIC KEY/],
  ['SPKI under RSA PUBLIC KEY', labelled('RSA PUBLIC KEY', bare(PEM)), /belongs under the label PUBLIC KEY/],
  [
    'a certificate under PUBLIC KEY',
    labelled('PUBLIC KEY', bare(CERTIFICATE)),
    /under the label CERTIFICATE/,
  ],
  ['two certificates', CERTIFICATE + CERTIFICATE, /holds 2 certificates.*without its chain/],
  ['two keys', PEM + PKCS1, /holds 2 keys/],
  ['two keys, the second cut short', `${PEM}-----BEGIN PUBLIC KEY-----`, /holds 2 keys/],
  ['a certificate request', request, /is a certificate request/],
  [
    'a certificate request under CERTIFICATE',
    labelled('CERTIFICATE', bare(request)),
    /is a certificate request/,
  ],
  ['an SSH key', `ssh-rsa ${base64('x'.repeat(60)).replace(/^..../, 'AAAA')} me@host`, /form of SSH/],
  ['an SSH2 key', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----', /form of SSH/],
  ['a PGP key', labelled('PGP PUBLIC KEY BLOCK', 'mQENBF'), /is a PGP key/],
  ['a PKCS #7 file', labelled('PKCS7', 'MIIB'), /PKCS #7/],
  ['a trusted certificate', labelled('TRUSTED CERTIFICATE', bare(CERTIFICATE)), /only OpenSSL reads/],
  ['another label', labelled('DH PARAMETERS', 'MIIB'), /labelled PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE/],
  ['a JWK', JSON.stringify(jwk), /JWK/],
  ['a set of JWKs', JSON.stringify({ keys: [jwk] }), /JWK/],
  ['XML', '<RSAKeyValue><Modulus>AQ==</Modulus></RSAKeyValue>', /XML/],
  ['a URL', 'https://example.com/.well-known/jwks.json', /is a URL/],
  ['a token', 'eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln', /is a token/],
  ['base64 alone', bare(PEM), /is base64 alone/],
  ['a key without its end', PEM.replace(/-----END[\s\S]*/, ''), /cut short/],
  ['labels that differ', PEM.replace('END PUBLIC', 'END RSA PUBLIC'), /name different things/],
  ['bytes that are cut short', labelled('PUBLIC KEY', bare(PEM).slice(0, 80)), /whole and undamaged/],
  ['other characters in it', PEM.replace('MII', '!!!'), /whole and undamaged/],
  ['nothing', ' \n', /is empty/],
  ['NUL around it', `${PEM}\0`, /without NUL/],
  ['a lone surrogate around it', `${PEM}\ud800`, /well-formed/],
];

it.each(others)('refuses %s, and says what it is', async (_, text, reason) => {
  const error = await readPublicKey(text).then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UnfitKey);
  const { message } = error as UnfitKey;
  expect(message).toMatch(reason);
  for (const piece of text.match(/[\w+/]{24,}/g) ?? []) expect(message).not.toContain(piece);
});

const encrypted = pair.privateKey
  .export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString('base64');
const sec1 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'sec1',
  format: 'pem',
});

it.each<[name: string, text: string]>([
  ['PKCS#8', PKCS8],
  ['PKCS#8 with line breaks as \\n', escaped(PKCS8)],
  ['base64 of the PEM', base64(PKCS8)],
  ['base64 alone', bare(PKCS8)],
  ['PKCS#1', pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['an encrypted key', labelled('ENCRYPTED PRIVATE KEY', encrypted)],
  ['an encrypted key under a public label', labelled('PUBLIC KEY', encrypted)],
  ['an EC key', String(sec1)],
  ['an EC key under a public label', labelled('PUBLIC KEY', bare(String(sec1)))],
  ['a key beside its certificate', CERTIFICATE + PKCS8],
  ['a key whose block is cut short', PKCS8.slice(0, 200)],
  ['a JWK', JSON.stringify(pair.privateKey.export({ format: 'jwk' }))],
  ['a secret as a JWK', '{"kty":"oct","k":"c2VjcmV0"}'],
  ['XML', '<RSAKeyValue><Modulus>AQ==</Modulus><D>AQ==</D></RSAKeyValue>'],
  ['PuTTY', 'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none'],
])('refuses a private key, %s, and says so', async (_, text) => {
  await expect(readPublicKey(text)).rejects.toThrow(/is a private key.*did not store it/);
});

it('reads no structure of DER outside its bytes', async () => {
  const lengths = [0x7f, 0x80, 0x81, 0x84, 0xff];
  for (const length of lengths) {
    const bytes = Buffer.from([0x30, length, ...der(0x30, [0x06, length, 1])]);
    const text = labelled('PUBLIC KEY', bytes.toString('base64'));
    await expect(readPublicKey(text)).rejects.toThrow(UnfitKey);
  }
});
