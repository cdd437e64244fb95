/** The table of D1's errors: whether the batch may have been committed, and whether a retry may succeed. */
import { expect, it } from 'vitest';
import { isDefect, isRefusal, isTransient, planLimitIn, wasNotRun } from '../../src/db/d1-errors.ts';

/** `lost`: the batch may have been committed. `not run`: it did not run, or D1 rolled it back. */
type Meaning = 'lost' | 'not run' | 'defect' | 'refusal';

const errors: [message: string, meaning: Meaning, transient: boolean][] = [
  ['D1_ERROR: Network connection lost.', 'lost', true],
  ['D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.', 'lost', false],
  ['D1_ERROR: D1 DB reset because its code was updated.', 'lost', true],
  ['D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.', 'lost', true],
  ['D1_ERROR: Internal error in D1 DB storage caused object to be reset.', 'lost', true],
  ["D1_ERROR: Can't read from request stream because client disconnected.", 'lost', true],
  ["D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.", 'lost', false],
  ['D1_ERROR: D1 DB exceeded its CPU time limit and was reset.', 'lost', false],
  ['D1_ERROR: Failed to parse body as JSON, got: error code: 1031', 'lost', false],
  ['something else', 'lost', false],
  ['fetch failed', 'lost', false],
  ['D1_ERROR: D1 DB is overloaded. Too many requests queued.', 'not run', false],
  ['D1_ERROR: D1 DB is overloaded. Requests queued for too long.', 'not run', false],
  ['D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.', 'not run', true],
  ['D1_ERROR: Exceeded maximum DB size', 'not run', false],
  ['D1_ERROR: Exceeded maximum DB size.', 'not run', false],
  ["D1_ERROR: Your account has exceeded D1's maximum account storage limit", 'not run', false],
  ['D1_ERROR: database or disk is full', 'not run', false],
  ["D1_ERROR: Your account has exceeded D1's free tier daily row read limit. Upgrade", 'not run', false],
  ["D1_ERROR: Your account has exceeded D1's free tier daily row write limit. Upgrade", 'not run', false],
  ['D1_ERROR: Too many API requests by single worker invocation.', 'not run', false],
  ['Too many subrequests.', 'not run', false],
  ...['BUSY', 'LOCKED', 'NOMEM', 'INTERRUPT', 'IOERR', 'FULL', 'CANTOPEN', 'READONLY'].map(
    (code): [string, Meaning, boolean] => [`D1_ERROR: gave up: SQLITE_${code}`, 'not run', false],
  ),
  ['D1_ERROR: no such table: x: SQLITE_ERROR', 'defect', false],
  ['D1_ERROR: UNIQUE constraint failed: users.id: SQLITE_CONSTRAINT', 'defect', false],
  ["D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'", 'defect', false],
  ['D1_ERROR: CHECK constraint failed: precondition_failed: SQLITE_CONSTRAINT', 'refusal', false],
];

/** Checks in the order of a connection: a refusal before a defect. */
function meaningOf(error: unknown): Meaning {
  if (isRefusal(error)) return 'refusal';
  if (isDefect(error)) return 'defect';
  return wasNotRun(error) ? 'not run' : 'lost';
}

it.each(errors)('"%s" means: %s; transient: %s', (message, meaning, transient) => {
  const error = new Error(message);
  expect([meaningOf(error), isTransient(error)]).toEqual([meaning, transient]);
});

it.each([
  ['D1_ERROR: Exceeded maximum DB size', 'room'],
  ["D1_ERROR: Your account has exceeded D1's maximum account storage limit, please delete", 'room'],
  ['D1_ERROR: database or disk is full: SQLITE_FULL', 'room'],
  ["D1_ERROR: Your account has exceeded D1's free tier daily row read limit.", 'day'],
  ["D1_ERROR: Your account has exceeded D1's free tier daily row write limit.", 'day'],
  ['D1_ERROR: D1 DB is overloaded. Too many requests queued.', null],
  ["D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.", null],
  ['D1_ERROR: string or blob too big: SQLITE_TOOBIG', null],
])('"%s" means the limit %s of the plan', (message, limit) => {
  expect(planLimitIn(new Error(message))).toBe(limit);
});

it('treats a thrown value that is not an Error as lost', () => {
  for (const thrown of ['D1 DB is overloaded', undefined, { message: 'SQLITE_ERROR' }]) {
    expect([meaningOf(thrown), isTransient(thrown)]).toEqual(['lost', false]);
  }
});
