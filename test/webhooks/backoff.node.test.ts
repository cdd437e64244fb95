/** A delivery has ten attempts, at the times that the contract names. */
import { expect, it } from 'vitest';
import { delayAfter } from '../../src/webhooks/backoff.ts';
import { attemptOf } from '../../src/webhooks/deliver.ts';

const NOW = 1_900_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DELAYS = [5000, 30_000, 2 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, DAY];

it('waits for the named time and up to 20 % more, at random', () => {
  for (const [i, delay] of DELAYS.entries()) {
    expect(delayAfter(i + 1, 0)).toBe(delay);
    expect(delayAfter(i + 1, 1)).toBe(Math.round(delay * 1.2));
    expect(delayAfter(i + 1, 0.5)).toBe(Math.round(delay * 1.1));
  }
});

it('gives up after the tenth attempt', () => {
  expect(delayAfter(10, 0)).toBe(null);
  expect(delayAfter(11, 0)).toBe(null);
});

it('records the outcome of an attempt', () => {
  const failed = { status: 500, error: 'It answered 500.', cause: 'status' } as const;
  const down = { ...failed, retryAfterMs: null };
  const good = { status: 204, error: null, cause: null, retryAfterMs: null };
  expect(attemptOf({ id: 'a', attempts: 0 }, good, 7, NOW, 0)).toEqual({
    id: 'a',
    state: 'delivered',
    at: NOW,
    status: 204,
    error: null,
    cause: null,
    ms: 7,
    nextAt: null,
    expiresAt: NOW + 7 * DAY,
  });
  expect(attemptOf({ id: 'a', attempts: 0 }, down, 7, NOW, 0)).toEqual({
    id: 'a',
    state: 'pending',
    ...failed,
    ms: 7,
    at: NOW,
    nextAt: NOW + 5000,
    expiresAt: null,
  });
  expect(attemptOf({ id: 'a', attempts: 8 }, down, 7, NOW, 0)).toMatchObject({
    state: 'pending',
    nextAt: NOW + DAY,
  });
  expect(attemptOf({ id: 'a', attempts: 9 }, down, 7, NOW, 0)).toEqual({
    id: 'a',
    state: 'failed',
    ...failed,
    ms: 7,
    at: NOW,
    nextAt: null,
    expiresAt: NOW + 30 * DAY,
  });
  // The endpoint asks for more time, or for less than it gets anyway.
  for (const [retryAfterMs, delayMs] of [
    [60_000, 60_000],
    [1000, 5000],
  ] as const) {
    expect(attemptOf({ id: 'a', attempts: 0 }, { ...down, retryAfterMs }, 7, NOW, 0).nextAt).toBe(
      NOW + delayMs,
    );
  }
});
