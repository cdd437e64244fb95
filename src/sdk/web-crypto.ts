/** Web Crypto, and the base64 of what it makes. */

/**
 * Returns Web Crypto, which Node 18 and React Native do not have as a global.
 *
 * @param caller the function that needs it, for the message.
 * @throws Error that says what to do.
 */
export function webCrypto(caller: string): Crypto {
  if (typeof crypto === 'object' && crypto.subtle) return crypto;
  throw new Error(
    `${caller} needs Web Crypto: HTTPS in a page; in Node 18, set globalThis.crypto to the webcrypto of node:crypto`,
  );
}

/** @throws an error for a text that is not base64. */
export const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

export const base64Of = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
