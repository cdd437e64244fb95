/** The answer that every method of a client resolves with, and how a response becomes one. */
import { type AnswerProblem, NettuProblem } from './problem.ts';

interface AnswerMeta {
  /** The HTTP status. */
  status: number;
  /** The entity tag of the resource, for `ifMatch` and `ifNoneMatch`; undefined where the answer is not one resource. */
  etag: string | undefined;
  /** The id of the request in the service's log. */
  requestId: string | undefined;
  /** The response, for its headers. The client has read its body. */
  res: Response;
}

/** The result of a call: `data` when the request succeeded, else `error`. `unwrap` returns the one or throws the other. */
export type Answer<T> = AnswerMeta &
  ({ data: T; error?: undefined } | { data?: undefined; error: NettuProblem });

/**
 * The answer that a response makes.
 *
 * @param request the method and URL, for the message of an error.
 * @param body the text of the response.
 * @param earlier the data that the caller has, which is still current when the status is 304.
 */
export function toAnswer<T>(request: string, res: Response, body: string, earlier?: T): Answer<T> {
  const { ok, status, headers } = res;
  const etag = headers.get('etag') ?? undefined;
  const requestId = headers.get('x-request-id') ?? undefined;
  const meta = { status, etag, requestId, res };
  if (status === 304 && earlier !== undefined) return { ...meta, data: earlier };
  const content = parse(body);
  if (ok && content) return { ...meta, data: content as T };
  return { ...meta, error: toProblem(request, res, content, requestId) };
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(body);
    return content instanceof Object ? (content as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function toProblem(
  request: string,
  { ok, status, headers }: Response,
  content: Record<string, unknown> | undefined,
  requestId: string | undefined,
): NettuProblem {
  const idLine = requestId ? `\n  request ${requestId}` : '';
  const idMember = requestId && { requestId };
  if (!ok && typeof content?.code === 'string') {
    const problem = content as unknown as AnswerProblem;
    const fields = problem.errors?.map(({ path, reason }) => `\n  ${path}: ${reason}`) ?? [];
    const message = `${request} failed: ${status} ${problem.code}. ${problem.detail}${fields.join('')}${idLine}`;
    return new NettuProblem(message, { ...problem, status, ...idMember });
  }
  const type = headers.get('content-type') ?? 'no content type';
  const detail = `${request} returned status ${status} with ${type}, which is not from the scheduler. Check the base URL, and any proxy or redirect on the way.`;
  const code = 'unexpected-answer';
  return new NettuProblem(`${detail} (${code})${idLine}`, {
    type: 'about:blank',
    title: 'Unexpected answer',
    status,
    detail,
    code,
    ...idMember,
  });
}
