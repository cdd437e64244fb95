/** Tokens that no JWT library would create: any header and payload, as text, with any signature. */
import { base64url } from 'jose';

const utf8 = new TextEncoder();

/** One part of a token. A string is used unchanged, e.g. JSON with a duplicate claim. */
export const part = (content: object | string): string =>
  base64url.encode(typeof content === 'string' ? content : JSON.stringify(content));

/** Signs the bytes before the second dot. */
export type Signing = (input: Uint8Array) => Promise<ArrayBuffer | Uint8Array>;

export async function jws(header: object | string, payload: object | string, sign: Signing): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${base64url.encode(new Uint8Array(await sign(utf8.encode(input))))}`;
}

export const rs256 =
  ({ privateKey }: CryptoKeyPair): Signing =>
  (input) =>
    crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, input);

/** Uses the same RSA key with another algorithm. */
export async function otherRsa(
  { privateKey }: CryptoKeyPair,
  name: 'RSASSA-PKCS1-v1_5' | 'RSA-PSS',
  hash: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512',
): Promise<Signing> {
  const pkcs8 = (await crypto.subtle.exportKey('pkcs8', privateKey)) as ArrayBuffer;
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name, hash }, false, ['sign']);
  return (input) => crypto.subtle.sign({ name, saltLength: 32 }, key, input);
}

/** Uses the public key as an HMAC secret, as in an algorithm confusion attack. */
export async function hmac(secret: string): Promise<Signing> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', utf8.encode(secret), algorithm, false, ['sign']);
  return (input) => crypto.subtle.sign('HMAC', key, input);
}

export async function es256(): Promise<Signing> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const { privateKey } = (await crypto.subtle.generateKey(curve, true, ['sign', 'verify'])) as CryptoKeyPair;
  return (input) => crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, input);
}
