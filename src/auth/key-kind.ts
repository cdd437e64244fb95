/** Tells what a key in DER is, so that a refusal can say it. Only the importer decides whether a key is accepted. */

import { bytesOf } from '../crypto/base64.ts';

export type Kind = 'spki' | 'pkcs1' | 'certificate' | 'request' | 'private';

interface Element {
  tag: number;
  content: Uint8Array;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const CONTEXT_0 = 0xa0;

/** The elements in the content of a DER structure (X.690 section 8.1), as far as they are whole. */
function elementsOf(content: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at + 2 <= content.length; ) {
    const first = content[at + 1] ?? 0;
    const more = first < 0x80 ? 0 : first & 0x7f;
    const length = more
      ? content.slice(at + 2, at + 2 + more).reduce((sum, byte) => sum * 256 + byte, 0)
      : first;
    const begin = at + 2 + more;
    if (begin + length > content.length) break;
    elements.push({ tag: content[at] ?? 0, content: content.subarray(begin, begin + length) });
    at = begin + length;
  }
  return elements;
}

interface KeyKind {
  kind: Kind;
  /** The name of the key's algorithm; null where the structure does not name it, or names one that is not in the table. */
  algorithm: string | null;
}

/** What the DER in base64 is; null where the text is no base64. */
export function kindIn(base64: string): KeyKind | null {
  try {
    return kindOf(bytesOf(base64));
  } catch {
    return null;
  }
}

/** What a structure is by the tags of its parts; null for any other, or a damaged one. */
function kindOf(der: Uint8Array): KeyKind | null {
  const [whole] = elementsOf(der);
  if (whole?.tag !== SEQUENCE) return null;
  const parts = elementsOf(whole.content);
  const [a, b, c] = parts.map(({ tag }) => tag);
  if (a === INTEGER) {
    // RFC 8017 A.1.1 and A.1.2, RFC 5208 section 5, RFC 5915 section 3.
    const isPrivate = b === OCTET_STRING || b === SEQUENCE || parts.length > 2;
    return { kind: isPrivate ? 'private' : 'pkcs1', algorithm: null };
  }
  if (a !== SEQUENCE || !parts[0]) return null;
  // RFC 5208 section 6: an encrypted private key.
  if (b === OCTET_STRING) return { kind: 'private', algorithm: null };
  if (b === BIT_STRING) return { kind: 'spki', algorithm: algorithmOf(whole) };
  if (b !== SEQUENCE || c !== BIT_STRING) return null;
  const signed = elementsOf(parts[0].content);
  // RFC 2986 section 4: version, subject, key, attributes. RFC 5280 section 4.1: the key is the sixth part after the version.
  if (signed[3]?.tag === CONTEXT_0) return { kind: 'request', algorithm: null };
  const key = signed[signed[0]?.tag === CONTEXT_0 ? 6 : 5];
  return { kind: 'certificate', algorithm: key ? algorithmOf(key) : null };
}

/** The name of the algorithm in a SubjectPublicKeyInfo (RFC 5280 section 4.1); null for one that is not in the table. */
function algorithmOf({ content }: Element): string | null {
  const [algorithm] = elementsOf(content);
  const [id] = algorithm ? elementsOf(algorithm.content) : [];
  if (id?.tag !== OBJECT_IDENTIFIER) return null;
  return algorithms[[...id.content].map((byte) => byte.toString(16).padStart(2, '0')).join('')] ?? null;
}

/** By object identifier, in hexadecimal. */
const algorithms: Readonly<Record<string, string>> = {
  '2a864886f70d010101': 'RSA',
  '2a864886f70d01010a': 'RSA-PSS',
  '2a864886f70d010107': 'RSA-OAEP',
  '2a8648ce3d0201': 'EC',
  '2a8648ce380401': 'DSA',
  '2a864886f70d010301': 'Diffie-Hellman',
  '2b656e': 'X25519',
  '2b656f': 'X448',
  '2b6570': 'Ed25519',
  '2b6571': 'Ed448',
};
