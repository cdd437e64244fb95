/** Verifies, with WebCrypto, that the service sent a webhook request (Standard Webhooks 1.0). */
import type { Notification } from './types.ts';
import { bytesOf, NO_WEB_CRYPTO } from './web-crypto.ts';

/** How far the clocks of the sender and the receiver may differ. */
const TOLERANCE_SECONDS = 300;

/**
 * The headers of a request: `Headers` of any realm, Node's `request.headers`, a Map, or a list of pairs; with names in any
 * case.
 */
export type WebhookHeaders =
  | Iterable<readonly [string, string]>
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * What is wrong with a request: a `header-missing` or a `timestamp` or `signature` that does not fit: respond with 400. Or
 * with the call: what it passes as `body`, `headers` or `secret`, or a `runtime` without WebCrypto.
 */
export type WebhookFault =
  | 'header-missing'
  | 'timestamp'
  | 'signature'
  | 'body'
  | 'headers'
  | 'secret'
  | 'runtime';

/** Why `verifyWebhook` refuses a request; the message says what to do. */
export class NettuWebhookError extends Error {
  readonly code: WebhookFault;

  constructor(code: WebhookFault, message: string) {
    super(message);
    this.name = 'NettuWebhookError';
    this.code = code;
  }
}

/**
 * Verifies a webhook request, and returns its notification.
 *
 * @param body the body as it arrived, as text or bytes. JSON that was parsed and serialized again may differ.
 * @param headers the headers of the request.
 * @param secret `account.settings.webhook.secret`.
 * @throws NettuWebhookError with a `code`. Respond with 400, and ignore the request.
 */
export async function verifyWebhook(
  body: string | ArrayBuffer | ArrayBufferView,
  headers: WebhookHeaders,
  secret: string,
): Promise<Notification> {
  const text = textOf(body);
  const header = readerOf(headers);
  const [id, timestamp, signatures] = [
    header('webhook-id'),
    header('webhook-timestamp'),
    header('webhook-signature'),
  ];
  // Also true for NaN.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS))
    throw new NettuWebhookError(
      'timestamp',
      'webhook-timestamp is more than five minutes off: compare the clock of this machine',
    );

  const key = await keyOf(secret);
  const content = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  for (const signature of signatures.split(' ')) {
    const [version, value = ''] = signature.split(',');
    // `verify` compares in constant time.
    if (
      version === 'v1' &&
      (await crypto.subtle.verify('HMAC', key, bytesOf(value) ?? new Uint8Array(), content))
    )
      return JSON.parse(text);
  }
  throw new NettuWebhookError(
    'signature',
    'webhook-signature does not fit: it is of another secret, or the body is not as it arrived',
  );
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (ArrayBuffer.isView(body) || Object.prototype.toString.call(body) === '[object ArrayBuffer]')
    return new TextDecoder().decode(body as ArrayBuffer);
  throw new NettuWebhookError(
    'body',
    isPromise(body)
      ? 'The body is a Promise: await it, as in `await request.text()`'
      : 'The body is neither text nor bytes: pass it as it arrived, before anything parses it, such as `await request.text()` or what express.raw() leaves',
  );
}

/** The function that reads a header, whatever holds it. */
function readerOf(headers: unknown): (name: string) => string {
  const wrong = (reason: string) => new NettuWebhookError('headers', `The headers are ${reason}`);
  if (isPromise(headers)) throw wrong('a Promise: await them');
  if (typeof headers !== 'object' || headers === null) throw wrong('missing: pass request.headers');
  if (typeof (headers as { headers?: unknown }).headers === 'object')
    throw wrong('a whole request: pass request.headers');
  const { get, entries } = headers as { get?: unknown; entries?: () => Iterable<[string, unknown]> };
  const pairs: Iterable<[string, unknown]> | null =
    Symbol.iterator in headers
      ? (headers as Iterable<[string, unknown]>)
      : typeof entries === 'function'
        ? entries.call(headers)
        : typeof get === 'function'
          ? null
          : Object.entries(headers);
  const values = pairs && new Map([...pairs].map(([name, value]) => [String(name).toLowerCase(), value]));
  return (name) => {
    const value = values ? values.get(name) : (headers as { get(name: string): unknown }).get(name);
    if (value) return Array.isArray(value) ? value.join(' ') : String(value);
    throw new NettuWebhookError('header-missing', `The header ${name} is missing`);
  };
}

async function keyOf(secret: unknown): Promise<CryptoKey> {
  const wrong = (reason: string) =>
    new NettuWebhookError('secret', `The secret ${reason}. Pass account.settings.webhook.secret`);
  if (isPromise(secret)) throw wrong('is a Promise: await it');
  if (typeof secret !== 'string' || !secret) throw wrong('is missing');
  if (secret.startsWith('whk_')) throw wrong('is the key of the webhook');
  const raw = bytesOf(secret.replace(/^whsec_/, ''));
  if (!raw?.length) throw wrong('is not base64');
  if (typeof crypto === 'undefined' || !crypto.subtle) throw new NettuWebhookError('runtime', NO_WEB_CRYPTO);
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

const isPromise = (value: unknown): boolean => typeof (value as { then?: unknown })?.then === 'function';
