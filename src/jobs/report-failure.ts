/** What a job says of a failure: to the log alone, for nobody waits for an answer. The next minute tries again. */
export function reportFailure(job: string, error: unknown): void {
  const cause = error instanceof Error && error.cause ? ` (${String(error.cause)})` : '';
  console.error(JSON.stringify({ code: 'job-failed', job, cause: `${String(error)}${cause}` }));
}
