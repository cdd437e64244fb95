/** RSA public keys in DER (RFC 8017 A.1.1, RFC 5280 4.1), valid or not, from a modulus and an exponent. */

export function der(tag: number, content: ArrayLike<number>): Uint8Array {
  const { length } = content;
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return new Uint8Array([tag, ...(length < 0x80 ? [length] : bytes), ...Array.from(content)]);
}

/** A positive INTEGER: a leading zero if the first bit would be the sign. */
export function integer(magnitude: Uint8Array): Uint8Array {
  const first = magnitude[0] ?? 0;
  return der(0x02, first >= 0x80 ? [0, ...magnitude] : magnitude);
}

export const pkcs1 = (modulus: Uint8Array, exponent: Uint8Array): Uint8Array =>
  der(0x30, [...integer(modulus), ...integer(exponent)]);

const rsaEncryption = [
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

export const spki = (modulus: Uint8Array, exponent: Uint8Array): Uint8Array =>
  der(0x30, [...rsaEncryption, ...der(0x03, [0, ...pkcs1(modulus, exponent)])]);

/** A copy with one byte changed; index -1 is the last. */
export const withByte = (bytes: Uint8Array, at: number, value: number): Uint8Array => bytes.with(at, value);
