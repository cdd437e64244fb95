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
  const down = { status: 500, error: 'It answered 500.' };
  expect(attemptOf({ id: 'a', attempts: 0 }, { status: 204, error: null }, NOW, 0)).toEqual({
    id: 'a',
    state: 'delivered',
    at: NOW,
    status: 204,
    error: null,
    nextAt: null,
    expiresAt: NOW + 7 * DAY,
  });
  expect(attemptOf({ id: 'a', attempts: 0 }, down, NOW, 0)).toEqual({
    id: 'a',
    state: 'pending',
    ...down,
    at: NOW,
    nextAt: NOW + 5000,
    expiresAt: null,
  });
  expect(attemptOf({ id: 'a', attempts: 8 }, down, NOW, 0)).toMatchObject({
    state: 'pending',
    nextAt: NOW + DAY,
  });
  expect(attemptOf({ id: 'a', attempts: 9 }, down, NOW, 0)).toEqual({
    id: 'a',
    state: 'failed',
    ...down,
    at: NOW,
    nextAt: null,
    expiresAt: NOW + 30 * DAY,
  });
});
