/** Verifies, with WebCrypto, that the service sent a webhook request (Standard Webhooks 1.0). */
import type { Notification } from './types.ts';
import { webCrypto } from './web-crypto.ts';

/** How far the clocks of the sender and the receiver may differ. */
const TOLERANCE_SECONDS = 300;

/**
 * Verifies a webhook request, and returns its notification.
 *
 * @param body the body as it arrived. JSON that was parsed and serialized again may differ.
 * @param headers the headers of the request, as `Headers` or as Node's `request.headers`.
 * @param secret `account.settings.webhook.secret`.
 * @throws Error with the reason: a missing header, a timestamp more than five minutes off, or a wrong signature. Respond
 *   with 400, and ignore the request.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: Headers | Record<string, string | string[] | undefined>,
  secret: string,
): Promise<Notification> {
  const header = (name: string): string => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    if (!value) throw new Error(`The header ${name} is missing`);
    return String(value);
  };
  const id = header('webhook-id');
  const timestamp = header('webhook-timestamp');
  const signatures = header('webhook-signature');
  // Also true for NaN.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS))
    throw new Error('webhook-timestamp is more than five minutes off');

  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const content = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const { subtle } = webCrypto('verifyWebhook');
  const key = await subtle.importKey('raw', bytes(secret.replace(/^whsec_/, '')), hmac, false, ['verify']);
  for (const signature of signatures.split(' ')) {
    const [version, value = ''] = signature.split(',');
    // `verify` compares in constant time.
    if (version === 'v1' && (await subtle.verify('HMAC', key, bytes(value), content)))
      return JSON.parse(text);
  }
  throw new Error('webhook-signature does not fit: another secret, or another body');
}

function bytes(base64: string) {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
