/** Signs a webhook request as the service does (Standard Webhooks 1.0), for the tests of a receiver. */
import { base64Of, bytesOf, webCrypto } from './web-crypto.ts';

export interface SignWebhookOptions {
  /** The header `webhook-id`; by default a random one. */
  id?: string | undefined;
  /** The time of the request, in milliseconds since the epoch; by default now. */
  nowMs?: number | undefined;
}

/**
 * Signs the body of a webhook request: `verifyWebhook` accepts a request with the returned body and headers.
 *
 * @param body a notification, or the text of one.
 * @param secret `account.settings.webhook.secret`, or any other `whsec_…`.
 * @returns the text of the body, to be sent unchanged, and the headers of the request.
 * @throws TypeError for a secret that is not `whsec_` and base64; Error without WebCrypto.
 */
export async function signWebhook(
  body: string | object,
  secret: string,
  { id, nowMs = Date.now() }: SignWebhookOptions = {},
): Promise<{ body: string; headers: Record<string, string> }> {
  const crypto = webCrypto();
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const webhookId = id ?? `msg_${base64Of(crypto.getRandomValues(new Uint8Array(12))).replace(/\W/g, '0')}`;
  const seconds = Math.floor(nowMs / 1000);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secretOf(secret), hmac, false, ['sign']);
  const content = new TextEncoder().encode(`${webhookId}.${seconds}.${text}`);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, content));
  const headers = {
    'content-type': 'application/json',
    'webhook-id': webhookId,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${base64Of(signature)}`,
  };
  return { body: text, headers };
}

function secretOf(secret: string) {
  const bytes = bytesOf(secret.replace(/^whsec_/, ''));
  if (bytes?.length) return bytes;
  // Without the text, which is secret.
  throw new TypeError('The secret must be whsec_ and base64');
}
