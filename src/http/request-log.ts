/** One line of JSON for each request. */
import type { Trace } from '../trace.ts';

/**
 * What an operator looks for: which route, whose, how it ended, how long it took and what it read. Paths are told as
 * the table of routes has them, for an id or a query may be nobody else's business.
 *
 * @param ms that it took; the clock of a Worker stands still while that computes, so they are those of its waiting.
 */
export function log(
  { method }: Request,
  { status }: Response,
  { id, route, account, rowsRead, code, cause }: Trace,
  ms: number,
): void {
  const line = JSON.stringify({ id, method, route, status, account, ms, rowsRead, code, cause });
  if (status >= 500) console.error(line);
  else console.log(line);
}
