/**
 * Bounds what one background job may do in one run, so that no job keeps another from running. Between two batches the
 * database is free for three times as long as the batch before took: a job has at most a quarter of its time.
 */
import { batch } from './connection.ts';
import type { Results, Sql } from './sql.ts';

const PAUSE_TIMES = 3;

export class RunBudget {
  readonly #endsMs: number;
  #statementsLeft: number;
  #pauseMs = 0;

  /**
   * @param statements the most statements: a run may make a thousand (developers.cloudflare.com/d1/platform/limits).
   * @param ms the most milliseconds, from now on. The last batch may end later.
   */
  constructor(statements: number, ms: number) {
    this.#statementsLeft = statements;
    this.#endsMs = Date.now() + ms;
  }

  get spent(): boolean {
    return this.#statementsLeft <= 0 || Date.now() >= this.#endsMs;
  }

  /**
   * Runs one batch, after a pause, and counts its statements.
   *
   * @throws Outage
   */
  async batch<const S extends readonly Sql[]>(db: D1Database, statements: S): Promise<Results<S>> {
    this.#statementsLeft -= statements.length;
    if (this.#pauseMs > 0) await scheduler.wait(this.#pauseMs);
    const startedAt = Date.now();
    try {
      return await batch(db, statements);
    } finally {
      this.#pauseMs = PAUSE_TIMES * (Date.now() - startedAt);
    }
  }
}
