/** Signs the tokens of users with WebCrypto, on a server: in Workers, Deno, Bun and Node. */
import type { SchedulerClaims, SchedulerPolicy } from './types.ts';
import { base64Of, bytesOf, webCrypto } from './web-crypto.ts';

/** Fifteen minutes: a token function gets a new one in time, and a token that leaks is of little use. */
const LIFETIME_SECONDS = 15 * 60;

const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

/** A private RSA key as a JWK (RFC 7517). */
export interface PrivateJwk {
  kty: string;
  kid?: string | undefined;
  [member: string]: unknown;
}

/** A `CryptoKey`, without the name, which not every runtime has as a global type. */
export interface ImportedKey {
  readonly type: string;
  readonly algorithm: { name: string };
}

export interface UserTokenOptions {
  /**
   * The account's private RSA key, whose public key the account has: PEM (`PRIVATE KEY`, which is PKCS#8, or `RSA PRIVATE
   * KEY`, which is PKCS#1), a JWK, or a `CryptoKey` for RS256. To import a key once for many tokens, pass a `CryptoKey`.
   */
  privateKey: string | PrivateJwk | ImportedKey;
  /** The id of the user that the token acts for. */
  userId: string;
  /** What the token permits. Without a policy, it can only read. */
  policy?: SchedulerPolicy | undefined;
  /** The `kid` of the signing key, so that the service tries no other key of the account; by default the `kid` of a JWK. */
  kid?: string | undefined;
  /** How long the token is valid, in seconds; by default 900. */
  lifetimeSeconds?: number | undefined;
  /** Further claims, such as `nbf` or `jti`. The claims that the other options set win. */
  claims?: Partial<SchedulerClaims> | undefined;
  /** The time of issue, in milliseconds since the epoch; by default now. */
  nowMs?: number | undefined;
}

/**
 * Signs a token for a user with RS256, the only algorithm that the service accepts (RFC 7518, 3.3).
 *
 * @returns the JWT, with the time of issue, so that `user.revokeTokens` can refuse it later.
 * @throws TypeError without a user, for a lifetime that is not positive, or for a key that is not a private RSA key. The
 *   message never contains the key. Error without WebCrypto.
 */
export async function signUserToken({
  privateKey,
  userId,
  policy,
  kid = Object(privateKey).kid,
  lifetimeSeconds = LIFETIME_SECONDS,
  claims,
  nowMs = Date.now(),
}: UserTokenOptions): Promise<string> {
  if (!userId) throw new TypeError('userId must be the id of a user');
  if (!(lifetimeSeconds > 0)) throw new TypeError('lifetimeSeconds must be a positive number');
  const key = await keyOf(privateKey);
  const iat = Math.floor(nowMs / 1000);
  const payload: SchedulerClaims = {
    ...claims,
    nettuSchedulerUserId: userId,
    iat,
    exp: iat + Math.ceil(lifetimeSeconds),
    ...(policy && { schedulerPolicy: policy }),
  };
  const content = `${part({ alg: 'RS256', typ: 'JWT', ...(kid && { kid }) })}.${part(payload)}`;
  const { subtle } = webCrypto();
  const signature = await subtle.sign(RS256, key, new TextEncoder().encode(content));
  return `${content}.${base64Url(new Uint8Array(signature))}`;
}

const part = (value: object): string => base64Url(new TextEncoder().encode(JSON.stringify(value)));

/** RFC 4648 section 5, without padding (RFC 7515 section 2). */
const base64Url = (bytes: Uint8Array): string =>
  base64Of(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

async function keyOf(key: UserTokenOptions['privateKey']): Promise<CryptoKey> {
  const { subtle } = webCrypto();
  try {
    if (typeof key === 'string') return await subtle.importKey('pkcs8', pkcs8Of(key), RS256, false, ['sign']);
    if (!('kty' in key)) return key as CryptoKey;
    // Some tools write an `alg` or a `use` that WebCrypto refuses beside RS256.
    const { alg, use, key_ops, ...jwk } = key as JsonWebKey;
    return await subtle.importKey('jwk', jwk, RS256, false, ['sign']);
  } catch {
    // Without the cause, whose message may contain the key.
    throw new TypeError(
      'privateKey must be a private RSA key without a password: PEM (PRIVATE KEY or RSA PRIVATE KEY), a JWK or a CryptoKey',
    );
  }
}

/** @param pem one block. An environment variable often has `\n` where the file has line breaks. */
function pkcs8Of(pem: string) {
  const block = /-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(
    pem.replaceAll('\\n', '\n'),
  );
  if (!block) throw new TypeError();
  const bytes = bytesOf((block[2] ?? '').replace(/\s/g, ''));
  if (!bytes) throw new TypeError();
  return block[1] ? wrapped(bytes) : bytes;
}

/** Wraps a PKCS#1 key in the PrivateKeyInfo that WebCrypto imports (RFC 5208 section 5, RFC 8017 appendix A.1.2). */
function wrapped(pkcs1: Uint8Array) {
  const version = [0x02, 0x01, 0x00];
  const rsaEncryption = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
  ];
  const key = tlv(0x04, [...pkcs1]);
  return Uint8Array.from(tlv(0x30, [...version, ...rsaEncryption, ...key]));
}

/** One value in DER (X.690, 8.1): its tag, its length in two bytes, as every RSA key has, and its content. */
const tlv = (tag: number, content: number[]): number[] => [
  tag,
  0x82,
  content.length >> 8,
  content.length & 0xff,
  ...content,
];
