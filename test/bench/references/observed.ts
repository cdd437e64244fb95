/**
 * Wraps a Worker and its databases. It delays each round trip to a database by DELAY_MS, and adds two headers to the
 * answer: `x-cost` has the round trips, and the rows that D1 reports; `x-in-turn` has the round trips in sequence. A request
 * with `x-drain` gets a `Drained` in place of the answer's body.
 */
import type { D1Database, D1DatabaseSession, D1PreparedStatement, D1Result } from '@cloudflare/workers-types';
import worker from 'worker-under-test';

/** The cost of a request. */
export interface Tally {
  trips: number;
  rowsRead: number;
  rowsWritten: number;
}

/** An answer that the Worker read to its end, and what its statements cost; the headers would leave before the body. */
export interface Drained extends Tally {
  status: number;
  lines: number;
  bytes: number;
  /** The last line of the body. */
  last: string;
  statements: number;
  /** The time of the longest statement. */
  longestMs: number;
}

/** Every binding whose name begins with `DB` is a database. */
interface Env {
  DELAY_MS: number;
  /** The delay of a round trip that a replica may answer; by default DELAY_MS. */
  REPLICA_MS?: number;
}

export default {
  async fetch(request: Request, env: Env, context: object): Promise<Response> {
    const tally: Tally = { trips: 0, rowsRead: 0, rowsWritten: 0 };
    const turns = { open: 0, inTurn: 0, statements: 0, longestMs: 0 };
    const databases = Object.entries(env as object).filter(([name]) => name.startsWith('DB'));
    const watched = {
      ...env,
      ...Object.fromEntries(databases.map(([name, db]) => [name, observed(db, env, tally, turns)])),
    };
    const cron = request.headers.get('x-cron');
    const response = cron
      ? await runCron(cron, request.headers.has('x-queue') ? { ...watched, DELIVERIES: sink } : watched)
      : await worker.fetch(request, watched, context);
    if (request.headers.has('x-drain')) {
      const read = await drain(response);
      const { statements, longestMs } = turns;
      const drained: Drained = { ...tally, status: response.status, ...read, statements, longestMs };
      return Response.json(drained);
    }
    // A new response would stream the same body in a packet of its own, and Nagle's algorithm would delay that packet
    // until the client acknowledges the one before.
    response.headers.set('x-cost', JSON.stringify(tally));
    response.headers.set('x-in-turn', String(turns.inTurn));
    return response;
  },
};

/** A queue that accepts every message and delivers none. */
const sink = { sendBatch: async () => {} };

/** Runs the cron that the header `x-cron` names. */
async function runCron(cron: string, env: object): Promise<Response> {
  await worker.scheduled({ cron, scheduledTime: Date.now() }, env);
  return new Response();
}

/** Reads a body to its end, and keeps no more than its last line. */
async function drain({ body }: Response): Promise<Pick<Drained, 'lines' | 'bytes' | 'last'>> {
  const text = new TextDecoder();
  let [lines, bytes, last, open] = [0, 0, '', ''];
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    const parts = (open + text.decode(chunk, { stream: true })).split('\n');
    open = parts.pop() ?? '';
    last = parts.at(-1) ?? last;
    lines += parts.length;
  }
  return { lines, bytes, last: open || last };
}

/** Counts the round trips in sequence: those that overlap count once. And the statements of all of them. */
interface Turns {
  open: number;
  inTurn: number;
  statements: number;
  longestMs: number;
}

/** The database with each round trip delayed and counted. */
function observed(
  DB: D1Database,
  { DELAY_MS, REPLICA_MS = DELAY_MS }: Env,
  tally: Tally,
  turns: Turns,
): object {
  const originals = new WeakMap<object, D1PreparedStatement>();

  async function trip<T>(run: () => Promise<D1Result<T>[]>, ms = DELAY_MS): Promise<D1Result<T>[]> {
    tally.trips++;
    if (turns.open++ === 0) turns.inTurn++;
    if (ms) await new Promise((resolve) => setTimeout(resolve, ms));
    const results = await run().finally(() => turns.open--);
    for (const { meta } of results) {
      tally.rowsRead += meta.rows_read;
      tally.rowsWritten += meta.rows_written;
      turns.statements++;
      turns.longestMs = Math.max(turns.longestMs, meta.duration);
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

  const queries = (target: D1Database | D1DatabaseSession, ms = DELAY_MS) => ({
    prepare: (query: string) => statement(target.prepare(query)),
    batch: (statements: object[]) =>
      trip(
        () =>
          target.batch(
            statements.map((watched) => originals.get(watched) ?? (watched as D1PreparedStatement)),
          ),
        ms,
      ),
  });
  return {
    ...queries(DB),
    withSession(from?: string) {
      const session = DB.withSession(from);
      return {
        ...queries(session, from === 'first-primary' ? DELAY_MS : REPLICA_MS),
        getBookmark: () => session.getBookmark(),
      };
    },
  };
}
