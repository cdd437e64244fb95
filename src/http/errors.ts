/** From any error to the problem document that the client gets, and to the words for the log. */
import { Outage, Refused } from '../db/connection.ts';
import type { PlanLimit, QuotaExceeded } from '../db/d1-errors.ts';
import { Problem } from '../problem.ts';
import { quotaNouns } from '../quotas.ts';
import type { Route } from '../route.ts';
import type { Problem as ProblemDocument, QuotaName } from '../sdk/types.ts';
import { DAY_MS, SECOND_MS } from '../time/units.ts';
import type { Trace } from '../trace.ts';
import type { Reply } from './respond.ts';

/** Seconds, by status. */
const RETRY_AFTER_SECONDS: Record<number, string> = { 429: '60', 503: '5' };

/**
 * An error of the database, as a Problem where the client may learn of it; any other error as it is.
 *
 * @param now milliseconds since the epoch.
 */
export function problemOf(error: unknown, route: Route, headers: Headers, now: number): unknown {
  if (error instanceof Refused) {
    if (error.quota) return quotaExceeded(error.quota);
    return new Problem(error.readOnly ? 'calendar-read-only' : 'precondition-failed');
  }
  if (!(error instanceof Outage)) return error;
  return error.limit
    ? planLimitProblem(error, error.limit, route, now)
    : outageProblem(error, route, headers);
}

/** A batch that passes a quota writes nothing, and only a caller whose credential holds writes at all. */
const quotaExceeded = (exceeded: QuotaExceeded): Problem =>
  new Problem(
    'quota-exceeded',
    `The account may have ${exceeded.limit} ${quotaNouns[exceeded.quota as QuotaName]}, and has ${exceeded.use}. ` +
      'Nothing was written. Remove some, or have the operator raise the quota.',
    { exceeded: { ...exceeded, quota: exceeded.quota as QuotaName } },
  );

/** D1 refused the batch for a limit of the operator's plan, so nothing changed, and trying again soon does not help. */
function planLimitProblem({ cause }: Outage, limit: PlanLimit, { method }: Route, now: number): Problem {
  if (limit === 'day') {
    const retryAfter = String(Math.ceil((DAY_MS - (now % DAY_MS)) / SECOND_MS));
    return new Problem(
      'database-unavailable',
      'The database has used up the rows that its plan has for a day, and nothing changed. It answers again after midnight UTC.',
      { cause, limit, headers: { 'retry-after': retryAfter } },
    );
  }
  const advice =
    method === 'DELETE'
      ? 'Try again in some minutes: the service keeps removing what has expired, and that makes room.'
      : 'Deleting makes room; so can the operator.';
  return new Problem('no-room', `The database is full, and nothing changed. ${advice}`, { cause, limit });
}

/**
 * A read changed nothing, and nor did a write that D1 turned away. Of any other write the outcome is unknown: PUT and
 * DELETE are safe to repeat (RFC 9110 section 9.2.2), and a second POST may create a second resource.
 */
function outageProblem({ changed, cause }: Outage, { method, does }: Route, headers: Headers): Problem {
  if (changed === 'nothing') return new Problem('database-unavailable', undefined, { cause });
  const detail = 'The database did not answer, so this request may or may not have taken effect.';
  if (method === 'POST' && does.idempotent && headers.has('idempotency-key')) {
    const advice =
      'Send it again with the same Idempotency-Key: it takes effect once, and you get its answer.';
    return new Problem('outcome-unknown', `${detail} ${advice}`, { cause });
  }
  if (method === 'POST') {
    const { retryAdvice = 'Check whether it did before you send it again.' } = does;
    return new Problem('outcome-unknown', `${detail} ${retryAdvice}`, { cause });
  }
  const advice =
    method === 'DELETE'
      ? 'It is safe to send again; a 404 then means that the first request took effect.'
      : 'It is safe to send again.';
  return new Problem('database-unavailable', `${detail} ${advice}`, { cause });
}

/** The reply of any error. A Problem becomes its document; anything else is a defect of ours, whose cause goes to the log. */
export function failure(error: unknown, trace: Trace): Reply {
  if (error instanceof Problem) {
    trace.code = error.code;
    if (error.extra.cause !== undefined) trace.cause = String(error.extra.cause);
    trace.limit = error.extra.limit;
    return problemReply(error);
  }
  trace.code = 'internal';
  trace.cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const report = `Please report it with this id: ${trace.id}.`;
  return problemReply(new Problem('internal', report), trace.id);
}

/**
 * The problem document (RFC 9457).
 *
 * @param id names an unexpected defect, here and in the log.
 */
function problemReply(problem: Problem, id?: string): Reply {
  const { code, title, detail, status, extra } = problem;
  const body: ProblemDocument = {
    type: `urn:nettu:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(extra.errors && { errors: extra.errors }),
    ...extra.exceeded,
    ...(extra.shards && { shards: extra.shards }),
    ...(id && { id }),
  };
  const retryAfter = RETRY_AFTER_SECONDS[status];
  return {
    status,
    body,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 401 && { 'www-authenticate': challenge(problem) }),
      ...(retryAfter && { 'retry-after': retryAfter }),
      ...extra.headers,
    },
  };
}

/** RFC 6750 section 3: a bare challenge where the request has no token, else the error and its reason. */
function challenge({ code, detail }: Problem): string {
  if (code.startsWith('api-key') || code.startsWith('account-')) return 'ApiKey realm="nettu"';
  if (code === 'credentials-missing') return 'Bearer realm="nettu", ApiKey realm="nettu"';
  const error = code === 'policy-denied' ? 'insufficient_scope' : 'invalid_token';
  // error_description takes printable ASCII without " and \.
  const description = `${code}: ${detail}`.replace(/[^\x20-\x7e]|["\\]/g, "'");
  return `Bearer realm="nettu", error="${error}", error_description="${description}"`;
}
