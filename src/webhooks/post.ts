/** Posts one attempt to a webhook, and turns whatever the other side does into an outcome. */
import type { Env } from '../env.ts';
import { WEBHOOK_BODY_MAX_BYTES, WEBHOOK_TIMEOUT_MS } from '../limits.ts';
import { allowsPrivate, refusalOf } from './address.ts';
import { type Sign, signer } from './sign.ts';

/** A webhook: its URL, and the secrets by which it recognises us. */
export interface WebhookRow {
  url: string;
  key: string;
  secret: string;
  old_secret: string | null;
  old_secret_until: number | null;
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
}

/**
 * Makes the function that posts to a webhook. The function never throws, and reads nothing of an answer but its status.
 *
 * @param now the clock, in milliseconds since the epoch.
 * @param timeoutMs how long the webhook has to answer.
 */
export async function poster(
  { url, key, secret, old_secret, old_secret_until }: WebhookRow,
  { ALLOW_PRIVATE_WEBHOOKS }: Pick<Env, 'ALLOW_PRIVATE_WEBHOOKS'>,
  now: () => number,
  timeoutMs = WEBHOOK_TIMEOUT_MS,
): Promise<(message: WebhookMessage) => Promise<AttemptOutcome>> {
  const refusal = refusalOf(url, allowsPrivate(url, ALLOW_PRIVATE_WEBHOOKS));
  if (refusal) return async () => failed(null, `The URL ${refusal}.`);
  const rolled = old_secret !== null && (old_secret_until ?? 0) > now();
  const sign = await signer(rolled ? [secret, old_secret] : [secret]).catch(() => null);
  if (!sign) return async () => failed(null, 'The secret is not base64: roll it.');
  return async (message) => {
    if (new TextEncoder().encode(message.body).length > WEBHOOK_BODY_MAX_BYTES) {
      return failed(null, `The body has more than ${WEBHOOK_BODY_MAX_BYTES} bytes.`);
    }
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: await headersOf(message, key, sign, now()),
        body: message.body,
        redirect: 'manual',
        signal,
      });
      // Not awaited: only the status counts.
      response.body?.cancel().catch(() => {});
      return outcomeOf(response.status);
    } catch {
      return failed(
        null,
        signal.aborted ? `There was no answer within ${timeoutMs / 1000} seconds.` : 'The connection failed.',
      );
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

function outcomeOf(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return { status, error: null };
  return failed(
    status,
    status >= 300 && status < 400
      ? `It answered ${status}: redirects are not followed.`
      : `It answered ${status}.`,
  );
}

/** An attempt that failed. */
export const failed = (status: number | null, error: string): AttemptOutcome => ({ status, error });
