/** The one place that calls D1 and knows its errors. */
import { isQuery, type Results, type Sql } from './sql.ts';

/** How long an answer is waited for, in milliseconds. */
export const DEADLINE = 10_000;

/** D1 gave no answer. `changed` says what is known of the statements: that they changed nothing, or not even that. */
export class Outage extends Error {
  readonly changed: 'nothing' | 'unknown';

  constructor(changed: Outage['changed'], cause: unknown) {
    super('D1 is out of reach', { cause });
    this.changed = changed;
  }
}

/** A statement said that the batch must not take effect: see `refused` in schema.sql. Nothing was changed. */
export class Refused extends Error {}

/**
 * Runs statements as one transaction, in one round trip: D1 rolls all of them back when one fails
 * (developers.cloudflare.com/d1/worker-api/d1-database/#batch). Without a D1 session it goes to the primary
 * database, never to a replica, so a revocation is seen by the very next request, wherever that is answered.
 *
 * @param read is told how many rows the database read.
 * @throws Refused; Outage when D1 is out of reach, or answers nothing within the deadline; any other failure is a defect of
 *   ours. A write that got no answer may have been committed: D1 never retries one, and we cannot know.
 */
export async function batch<const S extends readonly Sql[]>(
  db: D1Database,
  statements: S,
  read: (rows: number) => void = () => {},
): Promise<Results<S>> {
  try {
    const results = await withinDeadline(
      db.batch(statements.map(({ text, params }) => db.prepare(text).bind(...params))),
    );
    read(results.reduce((sum, { meta }) => sum + meta.rows_read, 0));
    return results.map(({ results }) => results) as Results<S>;
  } catch (error) {
    if (messageOf(error).includes('precondition_failed')) throw new Refused();
    if (isDefect(error)) throw error;
    throw new Outage(statements.every(isQuery) || wasNotRun(error) ? 'nothing' : 'unknown', error);
  }
}

async function withinDeadline<T>(answer: Promise<T>): Promise<T> {
  let timer = 0;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** SQLite gave up, and rolled back. */
const GAVE_UP = /SQLITE_(BUSY|LOCKED|NOMEM|INTERRUPT|IOERR|FULL|CANTOPEN|READONLY)/;
/** D1 turned the batch away before it ran (developers.cloudflare.com/d1/observability/debug-d1/#error-list). */
const TURNED_AWAY = /D1 DB is overloaded|Cannot resolve D1 DB/;

/** SQLite's verdicts on a statement carry its result code; what D1 says of itself (overloaded, reset, lost) does not. */
function isDefect(error: unknown): boolean {
  const message = messageOf(error);
  return /SQLITE_|D1_TYPE_ERROR/.test(message) && !GAVE_UP.test(message);
}

function wasNotRun(error: unknown): boolean {
  const message = messageOf(error);
  return GAVE_UP.test(message) || TURNED_AWAY.test(message);
}
