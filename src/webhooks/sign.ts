/** Signatures as in Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks, spec): HMAC-SHA256, `v1`. */

const PREFIX = 'whsec_';
const utf8 = new TextEncoder();

/** 192 random bits: the specification asks for 24 to 64 bytes, in base64 behind a prefix. */
export const newWebhookSecret = (): string => PREFIX + toBase64(crypto.getRandomValues(new Uint8Array(24)));

/** Signs what is sent with each of the secrets that hold now. */
export type Sign = (id: string, seconds: number, body: string) => Promise<string>;

/** @returns what makes the header `webhook-signature`: one signature for each secret, with spaces between. */
export async function signer(secrets: readonly string[]): Promise<Sign> {
  const keys = await Promise.all(secrets.map(keyOf));
  return async (id, seconds, body) => {
    const content = utf8.encode(`${id}.${seconds}.${body}`);
    const signatures = keys.map(async (key) => {
      const signature = await crypto.subtle.sign('HMAC', key, content);
      return `v1,${toBase64(new Uint8Array(signature))}`;
    });
    return (await Promise.all(signatures)).join(' ');
  };
}

const keyOf = (secret: string): Promise<CryptoKey> => {
  const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (char) => char.charCodeAt(0));
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
};

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
