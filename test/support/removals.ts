/** Runs the steps of removals to their end, as the queue does. */
import { env } from 'cloudflare:workers';
import { removeInSteps } from '../../src/removals/remove.ts';

export const finishRemovals = (db: D1Database = env.DB): Promise<number> =>
  removeInSteps(db, () => Date.now(), { statements: 1_000_000, ms: 600_000 });
