/** Jobs and exports leave the database to others between their steps. Most tests need not wait for that. */
import { afterAll, beforeEach, vi } from 'vitest';

/** Nothing waits in the tests of this file. */
export function withoutPauses(): void {
  beforeEach(() => {
    vi.spyOn(scheduler, 'wait').mockResolvedValue();
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
}
