/** Reads an RSA public key in the three forms that tools write, and checks that it is secure. */
import { base64url, calculateJwkThumbprint, exportJWK, importSPKI, importX509 } from 'jose';
import { BoundedMap } from '../bounded-map.ts';
import { base64Of, bytesOf } from '../crypto/base64.ts';
import {
  PUBLIC_KEY_MAX_CHARS,
  RSA_EXPONENT_MAX_BITS,
  RSA_EXPONENT_MIN,
  RSA_MAX_BITS,
  RSA_MIN_BITS,
} from '../limits.ts';
import { type Kind, kindIn } from './key-kind.ts';
import { CERTIFICATE_REQUEST, pemIn, privateKey, refusedLabel, UnfitKey } from './pem.ts';

export interface PublicKey {
  key: CryptoKey;
  /** RFC 7638: one key has the same thumbprint in every form. */
  thumbprint: string;
}

/**
 * @param pem one block: SPKI (`PUBLIC KEY`), PKCS#1 (`RSA PUBLIC KEY`) or X.509 (`CERTIFICATE`, whose dates and issuer
 *   do not matter), in any of the spellings that `pemIn` reads.
 * @throws UnfitKey
 */
export async function readPublicKey(pem: string): Promise<PublicKey> {
  if (pem.length > PUBLIC_KEY_MAX_CHARS)
    throw new UnfitKey(`must have at most ${PUBLIC_KEY_MAX_CHARS} characters`);
  // The database stores no other text exactly.
  if (pem.includes('\0') || !pem.isWellFormed())
    throw new UnfitKey('must be well-formed Unicode without NUL');
  const { label, base64 } = pemIn(pem);
  const refused = refusedLabel(label);
  if (refused) throw new UnfitKey(refused);
  checkKind(label, base64);
  const key = await importKey(label, base64);
  const jwk = await exportJWK(key);
  checkNumbers(jwk.n ?? '', jwk.e ?? '');
  return { key, thumbprint: await calculateJwkThumbprint(jwk) };
}

const labelOf: Readonly<Record<Exclude<Kind, 'private' | 'request'>, string>> = {
  spki: 'PUBLIC KEY',
  pkcs1: 'RSA PUBLIC KEY',
  certificate: 'CERTIFICATE',
};

/** @throws UnfitKey for what is certainly no RSA public key of this label. */
function checkKind(label: string, base64: string): void {
  const { kind, algorithm } = kindIn(base64) ?? {};
  if (!kind) return;
  if (kind === 'private') throw privateKey();
  if (kind === 'request') throw new UnfitKey(CERTIFICATE_REQUEST);
  const right = labelOf[kind];
  if (right !== label)
    throw new UnfitKey(`is labelled ${label}, and holds what belongs under the label ${right}`);
  if (algorithm && algorithm !== 'RSA') {
    const what = `is a ${kind === 'certificate' ? 'certificate of a ' : ''}key for ${algorithm}`;
    throw new UnfitKey(`${what}: send an RSA public key (rsaEncryption), since tokens are signed with RS256`);
  }
}

async function importKey(label: string, base64: string): Promise<CryptoKey> {
  const pem = (name: string, content: string) => `-----BEGIN ${name}-----\n${content}\n-----END ${name}-----`;
  const options = { extractable: true };
  try {
    if (label === 'CERTIFICATE') return await importX509(pem(label, base64), 'RS256', options);
    const spki = label === 'RSA PUBLIC KEY' ? spkiOf(base64) : base64;
    return await importSPKI(pem('PUBLIC KEY', spki), 'RS256', options);
  } catch {
    throw new UnfitKey('must contain an RSA public key in base64, whole and undamaged');
  }
}

/** Wraps a PKCS#1 key in the SubjectPublicKeyInfo that WebCrypto imports (RFC 8017 A.1.1, RFC 5280 4.1). */
function spkiOf(pkcs1: string): string {
  const rsaEncryption = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
  ];
  const bitString = der(0x03, [0, ...bytesOf(pkcs1)]);
  return base64Of(der(0x30, [...rsaEncryption, ...bitString]));
}

function der(tag: number, content: number[]): number[] {
  const { length } = content;
  if (length < 0x80) return [tag, length, ...content];
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return [tag, 0x80 | bytes.length, ...bytes, ...content];
}

/** FIPS 186-5 section 5.1 limits the exponent, and BoringSSL refuses one of more than 33 bits. */
function checkNumbers(n: string, e: string): void {
  const modulus = base64url.decode(n);
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < RSA_MIN_BITS) throw new UnfitKey(`must have a modulus of at least ${RSA_MIN_BITS} bits`);
  if (bits > RSA_MAX_BITS) throw new UnfitKey(`must have a modulus of at most ${RSA_MAX_BITS} bits`);
  if ((modulus.at(-1) ?? 0) % 2 === 0) throw new UnfitKey('has an even modulus, so it is not an RSA key');
  const exponent = base64url.decode(e).reduce((sum, byte) => sum * 256 + byte, 0);
  if (exponent < RSA_EXPONENT_MIN || exponent >= 2 ** RSA_EXPONENT_MAX_BITS || exponent % 2 === 0) {
    throw new UnfitKey(
      `must have an odd public exponent from ${RSA_EXPONENT_MIN} to 2^${RSA_EXPONENT_MAX_BITS}`,
    );
  }
}

const imported = new BoundedMap<string, Promise<PublicKey>>(1000);

/** Imports the key of a stored PEM, once in each isolate. `readPublicKey` checked it before it was stored. */
export async function importStoredKey(pem: string): Promise<CryptoKey> {
  const known = imported.get(pem) ?? readPublicKey(pem);
  if (!imported.has(pem)) imported.set(pem, known);
  return (await known).key;
}
