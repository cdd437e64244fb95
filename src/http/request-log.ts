/** The log: one line of JSON for each request. */
import type { Trace } from '../trace.ts';

/**
 * Logs the route, the account, who acts, the outcome, the time and the rows read and written. The path is that of the table of routes,
 * since the ids and the query of a request may be confidential.
 *
 * @param ms how long the request waited. The clock of a Worker stands still while the Worker computes.
 */
export function logRequest(
  { method }: Request,
  { status }: Response,
  { id, route, account, actor, rowsRead, rowsWritten, code, limit, cause }: Trace,
  ms: number,
): void {
  const line = JSON.stringify({
    id,
    method,
    route,
    status,
    account,
    ...actor,
    ms,
    rowsRead,
    rowsWritten,
    code,
    limit,
    cause,
  });
  if (status >= 500) console.error(line);
  else console.log(line);
}
