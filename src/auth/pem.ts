/**
 * Finds the one PEM block (RFC 7468) in a text, in the spellings that environment files, secret stores and tools make of
 * it. Where there is none, it says what the text is instead.
 */

import { kindIn } from './key-kind.ts';

/** The reason why a text is not an accepted public key. The message repeats nothing of the text. */
export class UnfitKey extends Error {}

/** The refusal of any private key, whatever its form. */
export const privateKey = () =>
  new UnfitKey(
    'is a private key, which must never leave your server; the service did not store it. Create a new key pair, and send its public key',
  );

const BLOCK = /-----BEGIN ([A-Z0-9. ]+)-----([^-]*)-----END ([A-Z0-9. ]+)-----/g;

/**
 * @param text the block, with or without text around it (RFC 7468 section 2); its line breaks may be missing or written
 *   as `\n`, and all of it may be in quotes or in base64.
 * @returns the label, and the base64 without white space.
 * @throws UnfitKey
 */
export function pemIn(text: string): { label: string; base64: string } {
  const pem = decoded(unescaped(text));
  if (/PRIVATE KEY-----/.test(pem)) throw privateKey();
  const [block, ...others] = [...pem.matchAll(BLOCK)];
  if (!block) throw new UnfitKey(otherThanPem(pem.trim()));
  const [, label = '', base64 = '', end = ''] = block;
  const begins = pem.split('-----BEGIN ').length - 1;
  if (others.length > 0 || begins > 1) throw new UnfitKey(several(label, begins));
  if (label !== end) throw new UnfitKey('has a line BEGIN and a line END that name different things');
  return { label: label.replace(/^X\.?509 (?=CERTIFICATE$)/, ''), base64: base64.replace(/\s/g, '') };
}

/** The text without quotes around it, and with line breaks in place of `\n`; JSON may also write a slash as `\/`. */
const unescaped = (text: string): string =>
  text
    .trim()
    .replace(/^(["'])([\s\S]*)\1[,;]?$/, '$2')
    .replace(/\\r\\n|\\[rn]/g, '\n')
    .replaceAll('\\/', '/');

/** The text that a text is the base64 of, where that has a PEM block. */
function decoded(text: string): string {
  const base64 = text.replace(/\s/g, '');
  if (!BASE64.test(base64)) return text;
  try {
    const inner = atob(base64);
    return inner.includes('-----BEGIN') ? unescaped(inner) : text;
  } catch {
    return text;
  }
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const several = (label: string, count: number): string =>
  label.endsWith('CERTIFICATE')
    ? `holds ${count} certificates or keys: send the certificate of the signing key alone, without its chain`
    : `holds ${count} keys or certificates: send one, and add each other key with POST /account/keys`;

const SSH =
  'is a key in the form of SSH: convert it to PEM (ssh-keygen -e -m PKCS8 -f key.pub), and send the PEM';

/** What a text without a PEM block is. */
function otherThanPem(text: string): string {
  if (text === '') return 'is empty: send an RSA public key in PEM, or null to remove the key';
  if (/^(?:ssh-|ecdsa-sha2-|sk-ssh-)\S+ AAAA|---- BEGIN SSH2/.test(text)) return SSH;
  if (/^PuTTY-User-Key-File|<RSAKeyValue>[\s\S]*<D>/.test(text)) throw privateKey();
  if (text.startsWith('{')) return otherThanPemInJson(text);
  if (/^(?:<\?xml.*\?>\s*)?<RSAKeyValue>/.test(text))
    return 'is a key in XML: convert it to PEM, and send the PEM';
  if (/^https?:\/\//.test(text)) return 'is a URL: send the key itself, in PEM';
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text))
    return 'is a token: send the public key that verifies it, in PEM';
  if (text.includes('-----BEGIN'))
    return 'is cut short or damaged: between the line BEGIN and its line END, it must hold base64 alone';
  const base64 = text.replace(/\s/g, '');
  if (BASE64.test(base64)) return otherThanPemInBase64(base64);
  return 'must be one PEM block: PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE';
}

function otherThanPemInBase64(base64: string): string {
  if (kindIn(base64)?.kind === 'private') throw privateKey();
  return 'is base64 alone: send it between the lines -----BEGIN PUBLIC KEY----- and -----END PUBLIC KEY-----';
}

function otherThanPemInJson(text: string): string {
  // The members of a private JWK: RFC 7518 sections 6.2.2, 6.3.2 and 6.4.
  if (/"(?:d|k)"\s*:/.test(text)) throw privateKey();
  return 'is JSON, such as a JWK: convert the key to PEM, and send the PEM';
}

/** Why a block with this label cannot hold the key; null where it can. */
export function refusedLabel(label: string): string | null {
  if (['PUBLIC KEY', 'RSA PUBLIC KEY', 'CERTIFICATE'].includes(label)) return null;
  return refusals.get(label) ?? 'must be a PEM block labelled PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE';
}

/** The reason for a certificate request, whatever its label. */
export const CERTIFICATE_REQUEST =
  'is a certificate request: send the certificate, or the public key in it (openssl req -pubkey -noout)';

/** By label. */
const refusals: ReadonlyMap<string, string> = new Map([
  ['CERTIFICATE REQUEST', CERTIFICATE_REQUEST],
  ['NEW CERTIFICATE REQUEST', CERTIFICATE_REQUEST],
  ['SSH2 PUBLIC KEY', SSH],
  [
    'TRUSTED CERTIFICATE',
    'is a certificate that only OpenSSL reads: convert it (openssl x509 -in trusted.pem -out cert.pem), and send that',
  ],
  ['PGP PUBLIC KEY BLOCK', 'is a PGP key: send an RSA public key in PEM'],
  ['X509 CRL', 'is a list of revoked certificates: send the certificate of the signing key'],
  ['PKCS7', 'is a PKCS #7 file: send the certificate of the signing key alone (openssl pkcs7 -print_certs)'],
  ['EC PARAMETERS', 'is the parameters of an EC key: send an RSA public key in PEM'],
  ['DSA PUBLIC KEY', 'is a DSA key: send an RSA public key, since tokens are signed with RS256'],
  ['EC PUBLIC KEY', 'is an EC key: send an RSA public key, since tokens are signed with RS256'],
]);
