/**
 * Stands in front of a Worker, and between it and its databases: it puts each database at a distance (DELAY_MS for
 * each round trip), and tells in the header `x-cost` what the request did there, as D1 reports it, and in `x-in-turn` how
 * many of its round trips waited for one another.
 */
import type { D1Database, D1DatabaseSession, D1PreparedStatement, D1Result } from '@cloudflare/workers-types';
import worker from 'worker-under-test';

/** What a request asked of the database. */
export interface Tally {
  trips: number;
  rowsRead: number;
  rowsWritten: number;
}

/** The databases are those whose bindings begin with `DB`. */
interface Env {
  DELAY_MS: number;
  /** Where a replica may answer, in place of DELAY_MS. */
  NEAR_MS?: number;
}

export default {
  async fetch(request: Request, env: Env, context: object): Promise<Response> {
    const tally: Tally = { trips: 0, rowsRead: 0, rowsWritten: 0 };
    const turns = { open: 0, inTurn: 0 };
    const databases = Object.entries(env as object).filter(([name]) => name.startsWith('DB'));
    const watched = {
      ...env,
      ...Object.fromEntries(databases.map(([name, db]) => [name, observed(db, env, tally, turns)])),
    };
    const cron = request.headers.get('x-cron');
    const response = cron
      ? await runCron(cron, request.headers.has('x-queue') ? { ...watched, DELIVERIES: sink } : watched)
      : await worker.fetch(request, watched, context);
    // Not a new response around the same body: that leaves as a stream, in a packet of its own, which Nagle's
    // algorithm holds back for as long as the client delays its acknowledgement.
    response.headers.set('x-cost', JSON.stringify(tally));
    response.headers.set('x-in-turn', String(turns.inTurn));
    return response;
  },
};

/** A queue that takes all and delivers nothing. */
const sink = { sendBatch: async () => {} };

/** What the header `x-cron` asks for in place of a request: that the Worker does what it does at such a time. */
async function runCron(cron: string, env: object): Promise<Response> {
  await worker.scheduled({ cron, scheduledTime: Date.now() }, env);
  return new Response();
}

/** What is open at once is one turn. */
interface Turns {
  open: number;
  inTurn: number;
}

/** The part of D1's interface that asks the database something. */
function observed(DB: D1Database, { DELAY_MS, NEAR_MS = DELAY_MS }: Env, tally: Tally, turns: Turns): object {
  const originals = new WeakMap<object, D1PreparedStatement>();

  async function trip<T>(ask: () => Promise<D1Result<T>[]>, ms = DELAY_MS): Promise<D1Result<T>[]> {
    tally.trips++;
    if (turns.open++ === 0) turns.inTurn++;
    if (ms) await new Promise((resolve) => setTimeout(resolve, ms));
    const results = await ask().finally(() => turns.open--);
    for (const { meta } of results) {
      tally.rowsRead += meta.rows_read;
      tally.rowsWritten += meta.rows_written;
    }
    return results;
  }

  function statement(original: D1PreparedStatement): object {
    const all = async () => (await trip(async () => [await original.all<Record<string, unknown>>()]))[0];
    const watched = {
      bind: (...values: unknown[]) => statement(original.bind(...values)),
      all,
      run: all,
      first: async (column?: string) => {
        const row = (await all())?.results[0];
        return row === undefined ? null : column === undefined ? row : row[column];
      },
      raw: async () => (await all())?.results.map((row) => Object.values(row)),
    };
    originals.set(watched, original);
    return watched;
  }

  const asking = (to: D1Database | D1DatabaseSession, ms = DELAY_MS) => ({
    prepare: (query: string) => statement(to.prepare(query)),
    batch: (statements: object[]) =>
      trip(
        () =>
          to.batch(statements.map((watched) => originals.get(watched) ?? (watched as D1PreparedStatement))),
        ms,
      ),
  });
  return {
    ...asking(DB),
    withSession(from?: string) {
      const session = DB.withSession(from);
      return {
        ...asking(session, from === 'first-primary' ? DELAY_MS : NEAR_MS),
        getBookmark: () => session.getBookmark(),
      };
    },
  };
}
