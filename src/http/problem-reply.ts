/** From a problem to its answer. */
import type { Problem } from '../problem.ts';
import type { Problem as ProblemDocument } from '../sdk/types.ts';
import type { Reply } from './respond.ts';

/** Seconds, by status. */
const retryAfter: Record<number, string> = { 429: '60', 503: '5' };

/**
 * The problem document of RFC 9457.
 *
 * @param id names an unexpected defect, here and in the log.
 */
export function problemReply(problem: Problem, id?: string): Reply {
  const { code, title, detail, status, extra } = problem;
  const body: ProblemDocument = {
    type: `urn:nettu:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(extra.errors && { errors: extra.errors }),
    ...(id && { id }),
  };
  return {
    status,
    body,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 401 && { 'www-authenticate': challenge(problem) }),
      ...(retryAfter[status] && { 'retry-after': retryAfter[status] }),
      ...extra.headers,
    },
  };
}

/** RFC 6750 section 3: a bare challenge where no token was sent, else the error and why. */
function challenge({ code, detail }: Problem): string {
  if (code.startsWith('api-key') || code.startsWith('account-')) return 'ApiKey realm="nettu"';
  if (code === 'credentials-missing') return 'Bearer realm="nettu", ApiKey realm="nettu"';
  const error = code === 'policy-denied' ? 'insufficient_scope' : 'invalid_token';
  // error_description takes printable ASCII without " and \.
  const description = `${code}: ${detail}`.replace(/[^\x20-\x7e]|["\\]/g, "'");
  return `Bearer realm="nettu", error="${error}", error_description="${description}"`;
}
