/** Tells a receiver of webhooks that what has arrived was sent by the service: Standard Webhooks 1.0, by WebCrypto. */
import type { Notification } from './types.ts';

/** How far the clocks of sender and receiver may be apart, in seconds. */
const TOLERANCE = 300;

/**
 * The notification in the body of a request. Give the body as it arrived: what was parsed and written again may differ.
 *
 * @param headers of the request, as `Headers` or as Node has them.
 * @param secret `account.settings.webhook.secret`.
 * @throws Error that says what is wrong: a header that is missing, a time more than five minutes off, a signature that
 *   does not fit. Answer with 400, and do nothing.
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
  // Also when it is no number.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE))
    throw new Error('webhook-timestamp is more than five minutes off');

  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const content = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes(secret.replace(/^whsec_/, '')), hmac, false, [
    'verify',
  ]);
  for (const signature of signatures.split(' ')) {
    const [version, value = ''] = signature.split(',');
    // `verify` compares in constant time.
    if (version === 'v1' && (await crypto.subtle.verify('HMAC', key, bytes(value), content)))
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
