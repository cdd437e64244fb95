/** When a delivery that failed is tried again. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first attempt, the second, and so on; after the last of them there is none. */
const DELAYS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  15 * MINUTE,
  HOUR,
  4 * HOUR,
  12 * HOUR,
  24 * HOUR,
  24 * HOUR,
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
  const delay = DELAYS[attempts - 1];
  return delay === undefined ? null : Math.round(delay * (1 + JITTER * chance));
}
