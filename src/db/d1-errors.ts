/** What D1's errors mean. They are told apart by their words alone (developers.cloudflare.com/d1/observability/debug-d1/#error-list). */

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** SQLite gave up, and rolled back. */
const GAVE_UP = /SQLITE_(BUSY|LOCKED|NOMEM|INTERRUPT|IOERR|FULL|CANTOPEN|READONLY)/;

/** D1 turned the batch away before it ran. */
const TURNED_AWAY = /D1 DB is overloaded|Cannot resolve D1 DB/;

/**
 * What passes by itself, and D1 advises to try again. Not so an overload, which more requests make worse, nor a batch that
 * took too long or too much.
 */
const TRANSIENT =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|Cannot resolve D1 DB due to transient issue|Can't read from request stream/;

/** SQLite's verdicts on a statement carry its result code; what D1 says of itself (overloaded, reset, lost) does not. */
export function isDefect(error: unknown): boolean {
  const message = messageOf(error);
  return /SQLITE_|D1_TYPE_ERROR/.test(message) && !GAVE_UP.test(message);
}

export function wasNotRun(error: unknown): boolean {
  const message = messageOf(error);
  return GAVE_UP.test(message) || TURNED_AWAY.test(message);
}

export const isTransient = (error: unknown): boolean => TRANSIENT.test(messageOf(error));

/** A statement of ours failed on purpose: see `refused` in schema.sql. */
export const isRefusal = (error: unknown): boolean => messageOf(error).includes('precondition_failed');
