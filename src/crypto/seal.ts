/** Seals text, so that only the holder of the key can read or forge it: AES-256-GCM (NIST SP 800-38D), by WebCrypto. */
import { base64url } from 'jose';

const NONCE_BYTES = 12;
const utf8 = new TextEncoder();

/** Derives a key for one purpose from a secret with enough entropy: HKDF (RFC 5869). */
export async function sealingKey(secret: string, purpose: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', utf8.encode(secret), 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8.encode(purpose) };
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
}

/** @param context the owner or purpose of the text. It is not in the result, and `unseal` needs the same one. */
export async function seal(key: CryptoKey, context: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const algorithm = { name: 'AES-GCM', iv, additionalData: utf8.encode(context) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, utf8.encode(text)));
  return base64url.encode(new Uint8Array([...iv, ...sealed]));
}

/** The text; null if it is damaged, or was sealed with another key or context. */
export async function unseal(key: CryptoKey, context: string, sealed: string): Promise<string | null> {
  try {
    const bytes = base64url.decode(sealed);
    const iv = bytes.subarray(0, NONCE_BYTES);
    const algorithm = { name: 'AES-GCM', iv, additionalData: utf8.encode(context) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, bytes.subarray(NONCE_BYTES)));
  } catch {
    return null;
  }
}
