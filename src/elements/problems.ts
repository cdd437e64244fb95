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

/** The words for the problems that a person can understand. */
const WORDS: Partial<
  Record<NettuProblem['code'], 'taken' | 'unavailable' | 'denied' | 'unknown' | 'tooMany' | 'misconfigured'>
> = {
  'slot-taken': 'taken',
  'slot-unavailable': 'unavailable',
  'booking-cancelled': 'unavailable',
  'policy-denied': 'denied',
  'not-found': 'unknown',
  'rate-limited': 'tooMany',
  'quota-exceeded': 'misconfigured',
};

const problemWords = (error: unknown) => error instanceof NettuProblem && WORDS[error.code];

/** Whether the slot is no longer available, so that a retry does not help. */
export const lostSlot = (error: unknown): boolean =>
  ['taken', 'unavailable'].includes(String(problemWords(error)));

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
  const known = WORDS[code];
  if (known) return words[known];
  if (/^(token|key|user)-/.test(code)) return words.signIn;
  return status < 500 && status !== 409 ? words.misconfigured : words.failed;
}

/** The sentence of an error for the developer of the page. The SDK's names the request, the problem and the fields. */
export const sentenceOf = ({ message, cause }: Error): string => (cause ? `${message} (${cause})` : message);
