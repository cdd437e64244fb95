/** The schedule of retries: nine delays, so that a delivery has ten attempts in about three days. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time/units.ts';

/** The delay after the first attempt, after the second, and so on. After the last of these, a delivery fails for good. */
const DELAYS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  4 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  24 * HOUR_MS,
];

/**
 * The largest random addition, as a share of the delay, so that deliveries that failed together do not retry together.
 */
const JITTER_MAX = 0.2;

/**
 * The delay before the next attempt.
 *
 * @param attempts the attempts so far, at least one.
 * @param random 0 … 1, the share of the random addition.
 * @returns milliseconds; null after the last attempt.
 */
export function delayAfter(attempts: number, random: number): number | null {
  const delayMs = DELAYS_MS[attempts - 1];
  return delayMs === undefined ? null : Math.round(delayMs * (1 + JITTER_MAX * random));
}
