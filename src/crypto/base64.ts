/** Bytes as base64 with padding (RFC 4648 section 4). For base64url there is jose. */

export const base64Of = (bytes: Iterable<number>): string => btoa(String.fromCharCode(...bytes));

/** @throws DOMException for text that is not base64. */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
