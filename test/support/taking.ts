/** A clock that only the database moves, to see how long background work leaves it to others. */
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { through } from './database.ts';

/** Stops the clock and the waits. `vi.restoreAllMocks()` starts them again. */
export function stoppedClock() {
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  const wait = vi.spyOn(scheduler, 'wait').mockResolvedValue();
  return {
    /** A database each of whose batches takes this long, in milliseconds. */
    taking: (ms: number, db: D1Database = env.DB) =>
      through((run) => {
        now += ms;
        return run();
      }, db),
    /** The waits so far, in milliseconds. */
    waits: () => wait.mock.calls.map(([ms]) => ms),
  };
}
