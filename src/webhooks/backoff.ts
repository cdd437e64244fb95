/** When a delivery that failed is tried again. */

import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time/units.ts';

/** After the first attempt, the second, and so on; after the last of them there is none. */
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

/** The part of a delay that chance adds to it at most, so that what failed together is not tried again together. */
const JITTER = 0.2;

/**
 * How long to wait for the next attempt, in milliseconds; null: there is no other.
 *
 * @param attempts how many were made, at least one.
 * @param chance 0 … 1.
 */
export function delayAfter(attempts: number, chance: number): number | null {
  const delay = DELAYS_MS[attempts - 1];
  return delay === undefined ? null : Math.round(delay * (1 + JITTER * chance));
}
