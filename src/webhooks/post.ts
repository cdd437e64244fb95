/** Posts one attempt to a webhook, and turns whatever the other side does into an outcome. */
import type { Env } from '../env.ts';
import { RETRY_AFTER_MAX_MS, WEBHOOK_BODY_MAX_BYTES, WEBHOOK_TIMEOUT_MS } from '../limits.ts';
import type { DeliveryCause } from '../sdk/types.ts';
import { SECOND_MS } from '../time/units.ts';
import { allowsPrivate, refusalOf } from '../validation/address.ts';
import { type Sign, signer } from './sign.ts';

/** A webhook: its URL, and the secrets by which it recognises us. */
export interface WebhookRow {
  url: string;
  key: string;
  secret: string;
  /** JSON: the secrets that a roll replaced, each with the time until which it signs, in milliseconds since the epoch. */
  old_secrets: string;
  /** The last of them, as the release before this one writes it. */
  old_secret: string | null;
  old_secret_until: number | null;
  /** JSON: the headers that the account adds to each request. They may be secrets. */
  headers: string;
}

export interface WebhookMessage {
  id: string;
  body: string;
}

/** The outcome of one attempt. */
export interface AttemptOutcome {
  /** The HTTP status; null where no answer came. */
  status: number | null;
  /** null where the message was delivered. */
  error: string | null;
  /** The kind of the error. */
  cause: DeliveryCause | null;
  /** How long the endpoint asks to be left alone: `Retry-After` of 429 and 503, in milliseconds; null: it does not. */
  retryAfterMs: number | null;
}

/**
 * Makes the function that posts to a webhook. The function never throws, and reads nothing of an answer but its status.
 *
 * @param now the clock, in milliseconds since the epoch.
 * @param timeoutMs how long the webhook has to answer.
 */
export async function poster(
  { url, key, headers, ...secrets }: WebhookRow,
  { ALLOW_PRIVATE_WEBHOOKS }: Pick<Env, 'ALLOW_PRIVATE_WEBHOOKS'>,
  now: () => number,
  timeoutMs = WEBHOOK_TIMEOUT_MS,
): Promise<(message: WebhookMessage) => Promise<AttemptOutcome>> {
  const refusal = refusalOf(url, allowsPrivate(url, ALLOW_PRIVATE_WEBHOOKS));
  if (refusal) return async () => failed(null, `The URL ${refusal}.`, 'address');
  const sign = await signer(secretsOf(secrets, now())).catch(() => null);
  if (!sign) return async () => failed(null, 'The secret is not base64: roll it.', 'unsendable');
  const own: Record<string, string> = JSON.parse(headers);
  return async (message) => {
    if (new TextEncoder().encode(message.body).length > WEBHOOK_BODY_MAX_BYTES) {
      return failed(null, `The body has more than ${WEBHOOK_BODY_MAX_BYTES} bytes.`, 'unsendable');
    }
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...own, ...(await headersOf(message, key, sign, now())) },
        body: message.body,
        redirect: 'manual',
        signal,
      });
      // Not awaited: only the status counts.
      response.body?.cancel().catch(() => {});
      return outcomeOf(response, now());
    } catch (error) {
      if (signal.aborted)
        return failed(null, `There was no answer within ${timeoutMs / 1000} seconds.`, 'timeout');
      const cause = causeOf(String(error));
      return failed(null, sentences[cause], cause);
    }
  };
}

/** The headers of Standard Webhooks, and `nettu-scheduler-webhook-key`, which the published service sends. */
async function headersOf({ id, body }: WebhookMessage, key: string, sign: Sign, now: number) {
  const seconds = Math.floor(now / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': 'Nettu-Scheduler/1',
    'nettu-scheduler-webhook-key': key,
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': await sign(id, seconds, body),
  };
}

/** The secrets that sign now, the current one first. */
function secretsOf(
  { secret, old_secrets, old_secret, old_secret_until }: Omit<WebhookRow, 'url' | 'key' | 'headers'>,
  now: number,
): string[] {
  const old: [secret: string, until: number][] = JSON.parse(old_secrets);
  if (old_secret !== null) old.push([old_secret, old_secret_until ?? 0]);
  return [...new Set([secret, ...old.filter(([, until]) => until > now).map(([one]) => one)])];
}

/** What went wrong where no answer came, as far as the runtime tells. */
const sentences = {
  dns: 'The name of the host has no address.',
  refused: 'The host refused the connection.',
  tls: 'TLS failed: look at the certificate.',
  reset: 'The connection failed.',
} satisfies Partial<Record<DeliveryCause, string>>;

/** The runtime has only words for it, and says for most failures that the connection was lost. */
function causeOf(error: string): keyof typeof sentences {
  if (/\b(dns|getaddrinfo|enotfound|name not resolved)\b/i.test(error)) return 'dns';
  if (/refused/i.test(error)) return 'refused';
  return /\b(tls|ssl|certificate|handshake)\b/i.test(error) ? 'tls' : 'reset';
}

/**
 * What Cloudflare answers in place of a host that it does not reach
 * (developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors).
 */
const unreached: Readonly<Record<number, DeliveryCause>> = {
  521: 'refused',
  522: 'timeout',
  523: 'dns',
  524: 'timeout',
  525: 'tls',
  526: 'tls',
  530: 'dns',
};

function outcomeOf({ status, headers }: Response, now: number): AttemptOutcome {
  if (status >= 200 && status < 300) return { status, error: null, cause: null, retryAfterMs: null };
  const error =
    status >= 300 && status < 400
      ? `It answered ${status}: redirects are not followed.`
      : `It answered ${status}.`;
  const retryAfterMs = status === 429 || status === 503 ? msIn(headers.get('retry-after'), now) : null;
  return { ...failed(status, error, unreached[status] ?? 'status'), retryAfterMs };
}

/** The time that `Retry-After` names, as seconds or as a date (RFC 9110 section 10.2.3), in milliseconds from now. */
function msIn(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * SECOND_MS : Date.parse(retryAfter) - now;
  return ms > 0 ? Math.min(ms, RETRY_AFTER_MAX_MS) : null;
}

/** An attempt that failed. */
export const failed = (status: number | null, error: string, cause: DeliveryCause): AttemptOutcome => ({
  status,
  error,
  cause,
  retryAfterMs: null,
});
