/**
 * Signs notifications by Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks, spec): HMAC-SHA256,
 * `v1`.
 */
import { base64Of, bytesOf } from '../crypto/base64.ts';

const PREFIX = 'whsec_';
const utf8 = new TextEncoder();

/** A new secret: 24 random bytes in base64, behind the prefix. The specification allows 24 to 64 bytes. */
export const newWebhookSecret = (): string => PREFIX + base64Of(crypto.getRandomValues(new Uint8Array(24)));

/**
 * Signs one attempt.
 *
 * @param id the notification's id.
 * @param seconds the time of the attempt, in seconds since the epoch.
 * @param body the exact body of the request.
 * @returns the header `webhook-signature`: one signature for each secret, with spaces between them.
 */
export type Sign = (id: string, seconds: number, body: string) => Promise<string>;

/** Makes the function that signs with each of these secrets. */
export async function signer(secrets: readonly string[]): Promise<Sign> {
  const keys = await Promise.all(secrets.map(keyOf));
  return async (id, seconds, body) => {
    const content = utf8.encode(`${id}.${seconds}.${body}`);
    const signatures = keys.map(async (key) => {
      const signature = await crypto.subtle.sign('HMAC', key, content);
      return `v1,${base64Of(new Uint8Array(signature))}`;
    });
    return (await Promise.all(signatures)).join(' ');
  };
}

const keyOf = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey(
    'raw',
    bytesOf(secret.slice(PREFIX.length)),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
