/** Logs the failure of a job. Nobody waits for an answer, and the next minute tries again. */
export function reportFailure(job: string, error: unknown): void {
  const cause = error instanceof Error && error.cause ? ` (${String(error.cause)})` : '';
  console.error(JSON.stringify({ code: 'job-failed', job, cause: `${String(error)}${cause}` }));
}
