/** What a failure means: for the person at the page, for the page's developer, and whether a retry helps. */
import { NettuNetworkError, NettuProblem } from '@nettu/scheduler-sdk';
import type { Words } from './english.ts';

/** The page uses the element wrongly. The message is for its developer. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The page's token function failed, with the `cause`. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

const LOST_SLOT = ['slot-taken', 'slot-unavailable', 'booking-cancelled'];

/** Whether the slot is no longer available, so that a retry does not help. */
export const lostSlot = (error: unknown): boolean =>
  error instanceof NettuProblem && LOST_SLOT.includes(error.code);

/** Whether the request may have been carried out, so that it must be repeated as it was. */
export const outcomeUnknown = (error: unknown): boolean =>
  error instanceof NettuProblem ? error.status >= 500 || error.status === 429 : true;

/** Whether the same request may succeed later. */
export const retryHelps = (error: unknown, words: Words): boolean =>
  ![words.misconfigured, words.unknown, words.denied].includes(messageOf(error, words));

/** The message of an error, for the person at the page. */
export function messageOf(error: unknown, words: Words): string {
  const { cause } = error as Error;
  // `fetch` throws a TypeError when the token function cannot reach the page's own server.
  if (error instanceof NettuNetworkError || (error instanceof TokenError && cause instanceof TypeError))
    return navigator.onLine ? words.unreachable : words.offline;
  if (error instanceof TokenError) return words.signIn;
  if (!(error instanceof NettuProblem)) return words.misconfigured;
  const { code, status } = error;
  switch (code) {
    case 'slot-taken':
      return words.taken;
    case 'slot-unavailable':
    case 'booking-cancelled':
      return words.unavailable;
    case 'policy-denied':
      return words.denied;
    case 'not-found':
      return words.unknown;
    case 'rate-limited':
      return words.tooMany;
    case 'quota-exceeded':
      return words.misconfigured;
    default:
      if (/^(token|key|user)-/.test(code)) return words.signIn;
      return status < 500 && status !== 409 ? words.misconfigured : words.failed;
  }
}

/** The sentence of an error for the developer of the page. The SDK's names the request, the problem and the fields. */
export const sentenceOf = ({ message, cause }: Error): string => (cause ? `${message} (${cause})` : message);
