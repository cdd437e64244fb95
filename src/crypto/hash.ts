/** Secrets: how the Worker makes, hashes and compares them. */
import { base64url } from 'jose';

const SECRET_BYTES = 24;

/** 192 random bits, behind a prefix that names the kind of secret, so that scanners for leaked secrets recognise it. */
export function newSecret(prefix: string): string {
  return prefix + base64url.encode(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/**
 * SHA-256 in base64url: all that the database keeps of a secret. Secrets are random, so they need neither a salt nor a
 * slow hash; and a lookup by hash takes a time that says nothing about the secret.
 */
export async function hashOf(secret: string): Promise<string> {
  return base64url.encode(await sha256(secret));
}

/** Compares two secrets in constant time. */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await sha256(a), await sha256(b));
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
