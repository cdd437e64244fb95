/** Writes what was decided on rows that an earlier batch read. */
import type { Plan } from '../plan.ts';
import { Problem } from '../problem.ts';

/** How long a write may go on to be decided again, before the answer is `contended`. */
const TRIES_MAX_MS = 2000;
/** The longest wait before the second of these tries, the first of which is at once. It doubles with each. */
const WAIT_MS = 20;

/**
 * Decides again until a decision is written. Nothing but a change of what was decided on makes it decide again, which is
 * most often another booking of the same time: the second decision then says so. Later ones wait for a random time (full
 * jitter), so that requests at once do not meet again.
 *
 * @throws Problem `contended` after `TRIES_MAX_MS`.
 */
export function untilWritten<A>(attempt: (again: () => Promise<Plan<A>>) => Plan<A>): Plan<A> {
  const startedAt = Date.now();
  let tries = 1;
  const again = async (): Promise<Plan<A>> => {
    if (Date.now() - startedAt > TRIES_MAX_MS) {
      throw new Problem(
        'contended',
        'Other requests keep changing what this one depends on. Nothing changed; try again.',
      );
    }
    if (tries > 1) {
      const waitMs = Math.random() * WAIT_MS * 2 ** Math.min(tries, 5);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    tries += 1;
    return attempt(again);
  };
  return attempt(again);
}
