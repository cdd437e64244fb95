/** Retries failed requests where that is safe. */
import type { Answer } from './answer.ts';
import { NettuNetworkError } from './network-error.ts';

/** The longest wait before the first retry. It doubles before each further one. */
const BACKOFF_MS = 500;

/** The longest `retry-after` to wait for, a minute, as `rate-limited` has. For a longer one the call returns the error. */
const RETRY_AFTER_MAX_MS = 60_000;

/** The statuses after which a repeatable request is sent again; those above 511 are a CDN's words for a lost answer. */
const RETRIED = /429|50[2-4]|52[0-4]/;

/** The codes of errors after which nothing has changed, so that any request is safe to retry. */
const CHANGED_NOTHING = ['rate-limited', 'contended'];

export interface RetryOptions {
  /** How many attempts at most after the first one. */
  retries: number;
  /** Whether the request may be carried out twice: it reads, or it has an Idempotency-Key. */
  repeatable: boolean;
  /** When the call times out, in milliseconds since the epoch. There is no retry after it. */
  deadline: number;
  /** Ends the wait, and the call. */
  signal: AbortSignal;
}

/**
 * Calls `send`, and calls it again after a lost answer or a status of RETRIED, where that is safe. It resolves or rejects as the
 * last attempt does.
 *
 * PUT and DELETE are idempotent (RFC 9110, 9.2.2), and yet a retry after a lost answer is not safe: it could undo a change
 * that somebody else made meanwhile, or get 404 or 412 because the first attempt succeeded. They are retried only when
 * nothing has changed.
 */
export async function retrying<T>(
  send: () => Promise<Answer<T>>,
  { retries, repeatable, deadline, signal }: RetryOptions,
): Promise<Answer<T>> {
  for (let retry = 0; ; retry++) {
    const outcome = await send().catch((error: unknown) => {
      if (error instanceof NettuNetworkError) return error;
      throw error;
    });
    const afterMs = outcome instanceof Error ? 0 : retryAfter(outcome.res.headers);
    // Full jitter, so that clients that failed together do not retry together.
    const waitMs = afterMs + Math.random() * BACKOFF_MS * 2 ** retry;
    const again = retry < retries && (outcome instanceof Error ? repeatable : isSafe(outcome, repeatable));
    if (!again || signal.aborted || afterMs > RETRY_AFTER_MAX_MS || Date.now() + waitMs >= deadline) {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    }
    await pause(waitMs, signal);
  }
}

const isSafe = ({ status, error }: Answer<unknown>, repeatable: boolean): boolean =>
  (repeatable && RETRIED.test(String(status))) || CHANGED_NOTHING.includes(error?.code ?? '');

/** The `retry-after` header in milliseconds; it has seconds or a date (RFC 9110, 10.2.3). 0 without the header. */
function retryAfter(headers: Headers): number {
  const value = headers.get('retry-after') ?? 0;
  const ms = Number.isNaN(Number(value)) ? Date.parse(String(value)) - Date.now() : Number(value) * 1000;
  return Math.max(ms, 0) || 0;
}

/** Waits. After an abort it never resolves, since the call has ended already. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
