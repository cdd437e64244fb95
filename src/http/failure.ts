/** What a failure is told as, whichever it is; and what of it stands in the log. */
import { Problem } from '../problem.ts';
import type { Trace } from '../trace.ts';
import { problemReply } from './problem-reply.ts';
import type { Reply } from './respond.ts';

export function failure(error: unknown, trace: Trace): Reply {
  if (error instanceof Problem) {
    trace.code = error.code;
    if (error.extra.cause !== undefined) trace.cause = String(error.extra.cause);
    return problemReply(error);
  }
  trace.code = 'internal';
  trace.cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const report = `Please report it with this id: ${trace.id}.`;
  return problemReply(new Problem('internal', report), trace.id);
}
