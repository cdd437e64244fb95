/** Streams an answer that comes in parts, as JSON Lines: it fetches the next part when there is room for it, not before. */
import type { Caller } from '../auth/credential.ts';
import { Connection } from '../db/connection.ts';
import type { Shard } from '../db/shards.ts';
import { Part } from '../export/part.ts';
import { failure, problemOf } from './errors.ts';
import type { Exchange, Match } from './exchange.ts';
import { LINES, type Reply } from './respond.ts';
import { runPlan } from './run-plan.ts';

interface Streaming {
  match: Match;
  exchange: Exchange;
  caller: Caller;
  shard: Shard;
}

/** How many times as long as its last part took an export leaves the database to others. */
const PAUSE_TIMES = 7;

/**
 * The reply that streams a part and those after it; undefined where the outcome is no part. Each part proves the caller
 * again, and has the deadline of a request. An export pauses between two parts, so that it has at most an eighth of the
 * database's time. The status is sent before a later part can fail, so a failure is the last line. The log line is written
 * when the stream ends, read to its end or not.
 */
export function streamed(outcome: unknown, streaming: Streaming): Reply | undefined {
  if (!(outcome instanceof Part)) return undefined;
  const { request, trace } = streaming.exchange;
  if (request.method === 'HEAD') return { status: 200, headers: { 'content-type': LINES } };
  let ended = () => {};
  trace.whenOver = (done) => {
    ended = done;
  };
  const utf8 = new TextEncoder();
  let part: Part = outcome;
  let begun = false;
  let pauseMs = 0;
  const lines = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (begun && part.next) {
            if (pauseMs > 0) await scheduler.wait(pauseMs);
            const startedAt = Date.now();
            part = await nextPart(part.next, streaming);
            pauseMs = PAUSE_TIMES * (Date.now() - startedAt);
          }
          begun = true;
          controller.enqueue(utf8.encode(part.lines));
        } catch (error) {
          const problem = failure(
            problemOf(error, streaming.match.route, request.headers, streaming.exchange.now),
            trace,
          ).body;
          controller.enqueue(utf8.encode(`${JSON.stringify({ type: 'problem', problem })}\n`));
          part = { ...part, next: null };
        }
        if (part.next) return;
        controller.close();
        ended();
      },
      cancel: () => ended(),
    },
    { highWaterMark: 0 },
  );
  return { status: 200, lines };
}

async function nextPart(
  next: NonNullable<Part['next']>,
  { exchange: { trace }, caller, shard }: Streaming,
): Promise<Part> {
  const connection = new Connection(shard.db, { tally: trace });
  const { outcome } = await runPlan(connection, trace, caller, async (scope) => next(scope));
  return outcome as Part;
}
