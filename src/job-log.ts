/** The log of the jobs: one line of JSON for each run in each shard, also where it found nothing to do. */
import { reportFailure } from './report-failure.ts';

/** What one run did. */
export class JobLog {
  readonly #did: Record<string, number> = {};
  #failures = 0;

  /** Counts what a step did; a step that did nothing is not in the line. */
  count(step: string, done: number): void {
    if (done > 0) this.#did[step] = (this.#did[step] ?? 0) + done;
  }

  /** Counts a failure, and logs it in a line of its own. */
  fail(step: string, error: unknown): void {
    this.#failures += 1;
    reportFailure(step, error);
  }

  /** The run itself failed; the error is logged elsewhere. */
  stopped(): void {
    this.#failures = Math.max(this.#failures, 1);
  }

  /** @param ms how long the run took. */
  write(job: string, shard: number, ms: number): void {
    console.log(JSON.stringify({ job, shard, ms, did: this.#did, failures: this.#failures }));
  }
}
