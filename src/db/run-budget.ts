/** Bounds what one background job may do in one run, so that no job keeps another from running. */
import { batch } from './connection.ts';
import type { Results, Sql } from './sql.ts';

export class RunBudget {
  readonly #endsMs: number;
  #statementsLeft: number;

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
   * Runs one batch and counts its statements.
   *
   * @throws Outage
   */
  batch<const S extends readonly Sql[]>(db: D1Database, statements: S): Promise<Results<S>> {
    this.#statementsLeft -= statements.length;
    return batch(db, statements);
  }
}
