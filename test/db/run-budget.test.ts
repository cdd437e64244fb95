/** A background job leaves the database to others for half of its time. */
import { expect, it, vi } from 'vitest';
import { RunBudget } from '../../src/db/run-budget.ts';
import { query } from '../../src/db/sql.ts';
import { through } from '../support/database.ts';

it('waits between two batches for as long as the batch before took, and not before the first one', async () => {
  let now = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  const wait = vi.spyOn(scheduler, 'wait').mockResolvedValue();
  try {
    const budget = new RunBudget(10, 60_000);
    const taking = (ms: number) =>
      through(async (run) => {
        now += ms;
        return run();
      });
    const statements = [query<{ one: number }>`SELECT 1 AS one`];
    await budget.batch(taking(40), statements);
    expect(wait).not.toHaveBeenCalled();
    await budget.batch(taking(7), statements);
    await budget.batch(taking(0), statements);
    await budget.batch(taking(0), statements);
    expect(wait.mock.calls).toEqual([[40], [7]]);
  } finally {
    vi.restoreAllMocks();
  }
});
