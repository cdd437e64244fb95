/** WebCrypto, and base64. */

/** What to do without WebCrypto, which Node 18 and React Native do not have as a global, and a page only over HTTPS. */
export const NO_WEB_CRYPTO =
  'This runtime has no WebCrypto. Start Node 18 with --experimental-global-webcrypto';

/** @throws Error that says what to do without WebCrypto. */
export function webCrypto(): Crypto {
  if (typeof crypto === 'object' && crypto.subtle) return crypto;
  throw new Error(NO_WEB_CRYPTO);
}

/** The bytes of base64; null where it is none. */
export function bytesOf(base64: string) {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

export const base64Of = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
