/** The answer that every method of a client resolves with, whatever the status, and `unwrap`, which throws its error. */
import { type AnswerProblem, NettuProblem } from './problem.ts';

interface Answered {
  /** The HTTP status. */
  status: number;
  /** The version of the resource, for `ifMatch`. Only an answer with a single resource has one. */
  etag: string | undefined;
  /** The id of this request in the service's log. */
  requestId: string | undefined;
  /** The response itself, for its headers; its body has been read. */
  res: Response;
}

/** A success has `data`, a refusal has `error`. `unwrap` returns the one or throws the other. */
export type Answer<T> = Answered &
  ({ data: T; error?: undefined } | { data?: undefined; error: NettuProblem });

/**
 * The data of an answer, or of a promise of one: `await unwrap(client.user.me())`.
 *
 * @throws {NettuProblem} the answer's error, if it has one.
 */
export function unwrap<T>(answer: Answer<T>): T;
export function unwrap<T>(answer: Promise<Answer<T>>): Promise<T>;
export function unwrap<T>(answer: Answer<T> | Promise<Answer<T>>): T | Promise<T> {
  if ('then' in answer) return answer.then((answered) => unwrap(answered));
  if (answer.error) throw answer.error;
  return answer.data;
}

/**
 * @param request names the request in the text of a problem.
 * @param body the text of the response.
 * @param kept the data that the caller already has: the answer if the status is 304.
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
