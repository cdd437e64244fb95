/** The only module that calls D1. */
import {
  isDefect,
  isReadOnly,
  isRefusal,
  isTransient,
  type PlanLimit,
  planLimitIn,
  type QuotaExceeded,
  quotaExceededIn,
  wasNotRun,
} from './d1-errors.ts';
import { isQuery, type Results, type Sql } from './sql.ts';

/** How long a request waits for the database in all, retries included. */
export const DEADLINE_MS = 10_000;

/** How long a replica has to answer. A replica is close, so the primary answers in place of a slow one. */
const REPLICA_DEADLINE_MS = 2000;

/** The tries of a batch. */
const TRIES_MAX = 5;
/** Half the longest wait before the first retry. The longest wait doubles with each retry. */
const BACKOFF_MS = 100;

/** D1 gave no answer. `changed` is what is known of the statements: that they changed nothing, or not even that. */
export class Outage extends Error {
  readonly changed: 'nothing' | 'unknown';
  /** The limit of the operator's plan that D1 names as the cause; else null. */
  readonly limit: PlanLimit | null;

  constructor(changed: Outage['changed'], cause: unknown) {
    super('D1 is out of reach', { cause });
    this.changed = changed;
    this.limit = planLimitIn(cause);
  }
}

/** A statement refused the batch on purpose (see `refused` and "Quotas" in schema.sql), so nothing changed. */
export class Refused extends Error {
  /** The quota that the batch would have passed; null where it is refused for something else. */
  readonly quota: QuotaExceeded | null;
  /** Whether the batch would have written events of a subscription. */
  readonly readOnly: boolean;

  constructor(quota: QuotaExceeded | null, readOnly: boolean) {
    super();
    this.quota = quota;
    this.readOnly = readOnly;
  }
}

export interface BatchOptions {
  /** Whether a second run of this write has no further effect. */
  repeatable?: boolean;
}

interface ConnectionOptions {
  /** Lets a replica answer, from this bookmark on or from `first-unconstrained`; null: only the primary answers. */
  replicaFrom?: string | null;
  /** When the request gives up, in milliseconds since the epoch. */
  endsMs?: number;
  /** Adds up the rows that the database read, and those that it wrote. */
  tally?: Tally;
}

interface Tally {
  rowsRead: number;
  rowsWritten: number;
}

/** One caller's connection to one database, for one request. */
export class Connection {
  /** The bookmark of the latest answer: a read from it sees everything up to that answer, in any location. */
  bookmark: string | null = null;
  /** The size of the database, by the latest answer. */
  bytes = 0;
  readonly #db: D1Database;
  readonly #endsMs: number;
  readonly #tally: Tally;
  #replicaFrom: string | null;

  constructor(
    db: D1Database,
    {
      replicaFrom = null,
      endsMs = Date.now() + DEADLINE_MS,
      tally = { rowsRead: 0, rowsWritten: 0 },
    }: ConnectionOptions = {},
  ) {
    this.#db = db;
    this.#replicaFrom = replicaFrom;
    this.#endsMs = endsMs;
    this.#tally = tally;
  }

  /** Whether the last answer came from a replica, or the next one may. */
  get onReplica(): boolean {
    return this.#replicaFrom !== null;
  }

  /** From now on, only the primary answers. */
  usePrimary(): void {
    this.#replicaFrom = null;
  }

  /**
   * Runs statements as one transaction in one round trip: D1 rolls all of them back when one fails
   * (developers.cloudflare.com/d1/worker-api/d1-database/#batch). The batch goes to the primary, so that the very next
   * request sees a revocation, in any location. Where a replica may answer and nothing changes, the batch goes to a
   * replica, and on any trouble to the primary.
   *
   * A transient error is retried with full jitter, as D1 recommends (developers.cloudflare.com/d1/best-practices/retry-queries),
   * beyond what D1 retries by itself for reads: queries, batches that did not run, and repeatable ones. A write without an
   * answer may have been committed.
   *
   * @throws Refused; Outage where D1 is out of reach or does not answer in time; any other error is a defect of ours.
   */
  async batch<const S extends readonly Sql[]>(
    statements: S,
    { repeatable }: BatchOptions = {},
  ): Promise<Results<S>> {
    const reads = statements.every(isQuery);
    if (this.#replicaFrom !== null && reads) {
      try {
        const timeoutMs = Math.min(REPLICA_DEADLINE_MS, this.#endsMs - Date.now());
        const results = await this.#send(statements, this.#replicaFrom, timeoutMs);
        this.#replicaFrom = this.bookmark ?? this.#replicaFrom;
        return results;
      } catch {
        // Any failure, a bookmark that D1 does not accept included: the primary answers instead.
      }
    }
    this.usePrimary();
    let changed: Outage['changed'] = 'nothing';
    for (let tries = 1; ; tries++) {
      try {
        return await this.#send(statements, 'first-primary', this.#endsMs - Date.now());
      } catch (error) {
        const quota = quotaExceededIn(error);
        const readOnly = isReadOnly(error);
        if (quota || readOnly || isRefusal(error)) throw new Refused(quota, readOnly);
        if (isDefect(error)) throw error;
        const harmless = reads || wasNotRun(error);
        if (!harmless) changed = 'unknown';
        const waitMs = Math.random() * BACKOFF_MS * 2 ** tries;
        const retries = isTransient(error) && (harmless || repeatable) && tries < TRIES_MAX;
        if (!retries || Date.now() + waitMs >= this.#endsMs) throw new Outage(changed, error);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async #send<const S extends readonly Sql[]>(
    statements: S,
    from: string,
    timeoutMs: number,
  ): Promise<Results<S>> {
    const session = this.#db.withSession(from);
    const prepared = statements.map(({ text, params }) => session.prepare(text).bind(...params));
    const results = await within(timeoutMs, session.batch(prepared));
    for (const { meta } of results) {
      this.#tally.rowsRead += meta.rows_read;
      this.#tally.rowsWritten += meta.rows_written;
      this.bytes = meta.size_after;
    }
    this.bookmark = session.getBookmark();
    return results.map(({ results }) => results) as Results<S>;
  }
}

/** Runs one batch on a connection of its own. */
export const batch = <const S extends readonly Sql[]>(db: D1Database, statements: S): Promise<Results<S>> =>
  new Connection(db).batch(statements);

async function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([answer, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}
