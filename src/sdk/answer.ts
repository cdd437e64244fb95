/** What every method of a client resolves with, whatever the status. */
import { type AnswerProblem, NettuProblem } from './problem.ts';

interface Answered {
  /** The HTTP status. */
  status: number;
  /** Which state of the resource this is, for `ifMatch`. Answers that are not one resource have none. */
  etag: string | undefined;
  /** What the service's log calls this request. */
  requestId: string | undefined;
  /** The response itself, for its headers; its body has been read. */
  res: Response;
}

/** `data` is what was asked for; where there is none, `error` says why. `unwrap` answers the one or throws the other. */
export type Answer<T> = Answered &
  ({ data: T; error?: undefined } | { data?: undefined; error: NettuProblem });

/**
 * @param request names the request in the text of a problem.
 * @param body is what has been read of `res`.
 * @param kept is what the caller has, which is the answer when the service says that it is still so (304).
 */
export function toAnswer<T>(request: string, res: Response, body: string, kept?: T): Answer<T> {
  const { ok, status, headers } = res;
  const etag = headers.get('etag') ?? undefined;
  const requestId = headers.get('x-request-id') ?? undefined;
  const answered = { status, etag, requestId, res };
  if (status === 304 && kept !== undefined) return { ...answered, data: kept };
  const content = parse(body);
  if (ok && content) return { ...answered, data: content as T };
  return { ...answered, error: toProblem(request, res, content, requestId) };
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
  const log = requestId ? `\n  request ${requestId}` : '';
  const named = requestId && { requestId };
  if (!ok && typeof content?.code === 'string') {
    const problem = content as unknown as AnswerProblem;
    const fields = problem.errors?.map(({ path, reason }) => `\n  ${path}: ${reason}`) ?? [];
    const message = `${request} was refused: ${status} ${problem.code}. ${problem.detail}${fields.join('')}${log}`;
    return new NettuProblem(message, { ...problem, status, ...named });
  }
  const type = headers.get('content-type') ?? 'no content type';
  const detail = `${request} was answered with status ${status} and ${type}, but not by the scheduler. Is the base URL right, and is a proxy or a redirect in between?`;
  const code = 'unexpected-answer';
  return new NettuProblem(`${detail} (${code})${log}`, {
    type: 'about:blank',
    title: 'Unexpected answer',
    status,
    detail,
    code,
    ...named,
  });
}
