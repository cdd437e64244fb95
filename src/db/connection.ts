/** The one place that calls D1. */
import { isDefect, isRefusal, isTransient, wasNotRun } from './d1-errors.ts';
import { isQuery, type Results, type Sql } from './sql.ts';

/** How long the answers that a request needs are waited for in all, tries included, in milliseconds. */
export const DEADLINE = 10_000;

/** How long of that a replica may take. It is near: one that takes longer is asked no more. */
const NEAR_DEADLINE = 2000;

/** How often a batch is tried, and the longest wait before the first try again; before each further one it doubles. */
const MAX_TRIES = 5;
const BACKOFF = 100;

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

export interface Manner {
  /** Whether to run it twice comes to the same as once, though it changes something. */
  repeatable?: boolean;
}

interface Way {
  /** From where a replica may answer: a bookmark, or `first-unconstrained`; null: the primary alone. */
  near?: string | null;
  /** When it is given up, in milliseconds since the epoch. */
  ends?: number;
  /** Where the rows that were read are added up. */
  tally?: { rowsRead: number };
}

/** One caller's way to one database, for as long as one request takes. */
export class Connection {
  /** Of the latest answer: what is read by it sees all that was done up to then, in whatever location. */
  bookmark: string | null = null;
  /** How large the database is, as the latest answer has it. */
  bytes = 0;
  readonly #db: D1Database;
  readonly #ends: number;
  readonly #tally: { rowsRead: number };
  #near: string | null;

  constructor(
    db: D1Database,
    { near = null, ends = Date.now() + DEADLINE, tally = { rowsRead: 0 } }: Way = {},
  ) {
    this.#db = db;
    this.#near = near;
    this.#ends = ends;
    this.#tally = tally;
  }

  /** From where a replica may answer next; null where the primary is to, or has. */
  get near(): string | null {
    return this.#near;
  }

  /** From now on the primary alone is asked. */
  leaveReplica(): void {
    this.#near = null;
  }

  /**
   * Runs statements as one transaction, in one round trip: D1 rolls all of them back when one fails
   * (developers.cloudflare.com/d1/worker-api/d1-database/#batch). It goes to the primary database, so that a revocation
   * is seen by the very next request, wherever that is answered; or, where this connection is near and nothing changes,
   * to a replica, and to the primary when that has any trouble.
   *
   * A transient fault is tried again with full jitter, as D1 advises (developers.cloudflare.com/d1/best-practices/retry-queries)
   * on top of what D1 does of itself for reads: a query, what did not run, and what is repeatable. A write that got no
   * answer may have been committed, and we cannot know.
   *
   * @throws Refused; Outage when D1 is out of reach, or does not answer in time; any other failure is a defect of ours.
   */
  async batch<const S extends readonly Sql[]>(
    statements: S,
    { repeatable }: Manner = {},
  ): Promise<Results<S>> {
    const reads = statements.every(isQuery);
    if (this.#near !== null && reads) {
      try {
        const patience = Math.min(NEAR_DEADLINE, this.#ends - Date.now());
        const results = await this.#ask(statements, this.#near, patience);
        this.#near = this.bookmark ?? this.#near;
        return results;
      } catch {
        // Whatever it was, a bookmark that D1 does not take among it: the primary knows better.
      }
    }
    this.leaveReplica();
    let changed: Outage['changed'] = 'nothing';
    for (let tries = 1; ; tries++) {
      try {
        return await this.#ask(statements, 'first-primary', this.#ends - Date.now());
      } catch (error) {
        if (isRefusal(error)) throw new Refused();
        if (isDefect(error)) throw error;
        const harmless = reads || wasNotRun(error);
        if (!harmless) changed = 'unknown';
        const wait = Math.random() * BACKOFF * 2 ** tries;
        const again = isTransient(error) && (harmless || repeatable) && tries < MAX_TRIES;
        if (!again || Date.now() + wait >= this.#ends) throw new Outage(changed, error);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  async #ask<const S extends readonly Sql[]>(
    statements: S,
    from: string,
    patience: number,
  ): Promise<Results<S>> {
    const session = this.#db.withSession(from);
    const prepared = statements.map(({ text, params }) => session.prepare(text).bind(...params));
    const results = await within(patience, session.batch(prepared));
    for (const { meta } of results) {
      this.#tally.rowsRead += meta.rows_read;
      this.bytes = meta.size_after;
    }
    this.bookmark = session.getBookmark();
    return results.map(({ results }) => results) as Results<S>;
  }
}

/** The same for one batch by itself. */
export const batch = <const S extends readonly Sql[]>(db: D1Database, statements: S): Promise<Results<S>> =>
  new Connection(db).batch(statements);

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([answer, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}
