/** Which requests are sent again when they fail, and after how long. */
import type { Answer } from './answer.ts';
import { NettuNetworkError } from './network-error.ts';

/** The longest wait before the first retry, if the service names none; before each further one it doubles. */
const BACKOFF_MS = 500;

/** A service that wants a longer wait gets it from the caller: more than the minute that ours asks for is an outage. */
const LONGEST_WAIT_MS = 60_000;

/** The refusals by which nothing was changed, whatever was asked. */
const CHANGED_NOTHING = ['rate-limited', 'contended'];

export interface Retrying {
  /** How many at most, after the first try. */
  retries: number;
  /** Whether to have it carried out twice is as good as once: it reads, or it has an Idempotency-Key. */
  repeatable: boolean;
  /** When the call is over, in ms since the epoch: what cannot be sent before it is not waited for. */
  deadline: number;
  /** Ends the wait, and what would come after it. */
  signal: AbortSignal;
}

/**
 * Does `send`, and does it again while that is safe and may help: after a lost answer, a 429 and a 503. It ends with
 * what the last try came to, an answer or a rejection.
 *
 * A PUT or DELETE is idempotent (RFC 9110, 9.2.2), but not this: after a lost answer it would undo what somebody else
 * changed meanwhile, or be told 404 or 412 of its own success. It is sent again only when nothing was changed.
 */
export async function retrying<T>(
  send: () => Promise<Answer<T>>,
  { retries, repeatable, deadline, signal }: Retrying,
): Promise<Answer<T>> {
  for (let retry = 0; ; retry++) {
    const outcome = await send().catch((error: unknown) => {
      if (error instanceof NettuNetworkError) return error;
      throw error;
    });
    const asked = outcome instanceof Error ? 0 : retryAfter(outcome.res.headers);
    // Full jitter, so that those who failed together do not come back together.
    const wait = asked + Math.random() * BACKOFF_MS * 2 ** retry;
    const again = retry < retries && (outcome instanceof Error ? repeatable : helps(outcome, repeatable));
    if (!again || signal.aborted || asked > LONGEST_WAIT_MS || Date.now() + wait >= deadline) {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    }
    await pause(wait, signal);
  }
}

const helps = ({ status, error }: Answer<unknown>, repeatable: boolean): boolean =>
  (repeatable && (status === 429 || status === 503)) || CHANGED_NOTHING.includes(error?.code ?? '');

/** What the service asks for, in ms: seconds or a date (RFC 9110, 10.2.3), or nothing. */
function retryAfter(headers: Headers): number {
  const value = headers.get('retry-after') ?? 0;
  const ms = Number.isNaN(Number(value)) ? Date.parse(String(value)) - Date.now() : Number(value) * 1000;
  return Math.max(ms, 0) || 0;
}

/** Never comes back once the signal is aborted, for then nobody waits for it. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
