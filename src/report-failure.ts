import { Outage } from './db/connection.ts';

/**
 * Logs the failure of a job, with the limit of the operator's plan where that is the cause. Nobody waits for an answer, and
 * the next minute tries again.
 */
export function reportFailure(job: string, error: unknown): void {
  const cause = error instanceof Error && error.cause ? ` (${String(error.cause)})` : '';
  const limit = error instanceof Outage && error.limit ? error.limit : undefined;
  console.error(JSON.stringify({ code: 'job-failed', job, limit, cause: `${String(error)}${cause}` }));
}
