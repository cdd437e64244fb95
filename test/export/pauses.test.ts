/** An export leaves the database to others for half of its time. */
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { newAccount } from '../support/client.ts';
import { stoppedClock } from '../support/taking.ts';
import { answerOf } from './support.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('waits between two parts for as long as the one before took', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  await user.newCalendar();
  const { taking, waits } = stoppedClock();
  const answer = await answerOf(account.apiKey, { db: taking(20, env.DB) });
  const text = await answer.text();
  expect(text).toContain('"type":"end"');
  const parts = text.split('\n').filter((line) => line.includes('"type":"cursor"')).length;
  expect(parts).toBeGreaterThan(1);
  // The end is a part of its own.
  expect(waits().length).toBe(parts);
  for (const ms of waits()) expect(ms).toBeGreaterThanOrEqual(20);
});
