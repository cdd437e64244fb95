/** One attempt to deliver: a POST to an account's webhook, and what came of it. */

import type { Env } from '../env.ts';
import { WEBHOOK_BODY_MAX_BYTES, WEBHOOK_TIMEOUT_MS } from '../limits.ts';
import { refusalOf } from './address.ts';
import { type Sign, signer } from './sign.ts';

/** Where to, and what proves that it comes from here. */
export interface WebhookRow {
  url: string;
  key: string;
  secret: string;
  old_secret: string | null;
  old_secret_until: number | null;
}

export interface Message {
  id: string;
  body: string;
}

/** `error` is null where it was delivered. */
export interface Outcome {
  /** null: there was no answer. */
  status: number | null;
  error: string | null;
}

/**
 * What posts to a webhook. It never throws: whatever the other side does is an outcome. Nothing of an answer is read
 * but its status.
 *
 * @param now milliseconds since the epoch.
 * @param timeoutMs see `WEBHOOK_TIMEOUT_MS`.
 */
export async function poster(
  { url, key, secret, old_secret, old_secret_until }: WebhookRow,
  { ALLOW_PRIVATE_WEBHOOKS }: Pick<Env, 'ALLOW_PRIVATE_WEBHOOKS'>,
  now: () => number,
  timeoutMs = WEBHOOK_TIMEOUT_MS,
): Promise<(message: Message) => Promise<Outcome>> {
  const refusal = refusalOf(url, Boolean(ALLOW_PRIVATE_WEBHOOKS));
  if (refusal) return async () => failed(null, `The URL ${refusal}.`);
  const rolled = old_secret !== null && (old_secret_until ?? 0) > now();
  const sign = await signer(rolled ? [secret, old_secret] : [secret]);
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
      // Not awaited, and no failure: the status has said it all.
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

/** As in Standard Webhooks, and the one header of the published service. */
async function headersOf({ id, body }: Message, key: string, sign: Sign, now: number) {
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

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return { status, error: null };
  return failed(
    status,
    status >= 300 && status < 400
      ? `It answered ${status}: redirects are not followed.`
      : `It answered ${status}.`,
  );
}

const failed = (status: number | null, error: string): Outcome => ({ status, error });
