/** A background job leaves the database to others for three quarters of its time. */
import { afterEach, expect, it, vi } from 'vitest';
import { RunBudget } from '../../src/db/run-budget.ts';
import { query } from '../../src/db/sql.ts';
import { stoppedClock } from '../support/taking.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('waits between two batches three times as long as the batch before took, and not before the first one', async () => {
  const { taking, waits } = stoppedClock();
  const budget = new RunBudget(10, 60_000);
  const statements = [query<{ one: number }>`SELECT 1 AS one`];
  await budget.batch(taking(40), statements);
  expect(waits()).toEqual([]);
  await budget.batch(taking(7), statements);
  await budget.batch(taking(0), statements);
  await budget.batch(taking(0), statements);
  expect(waits()).toEqual([120, 21]);
});
