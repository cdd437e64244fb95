/** What every method of a client resolves with, whatever the status. */
import { type AnswerProblem, NettuProblem } from './problem.ts';

interface Answered {
  /** The HTTP status. */
  status: number;
  /** The response itself, for its headers; its body has been read. */
  res: Response;
}

/** `data` is what was asked for; where there is none, `error` says why. `unwrap` answers the one or throws the other. */
export type Answer<T> = Answered &
  ({ data: T; error?: undefined } | { data?: undefined; error: NettuProblem });

/** `request` names the request in the text of a problem; `body` is what has been read of `res`. */
export function toAnswer<T>(request: string, res: Response, body: string): Answer<T> {
  const { status } = res;
  const content = parse(body);
  if (res.ok && content) return { status, data: content as T, res };
  return { status, error: toProblem(request, res, content), res };
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
  content?: Record<string, unknown>,
): NettuProblem {
  if (!ok && typeof content?.code === 'string') {
    const problem = content as unknown as AnswerProblem;
    const fields = problem.errors?.map(({ path, reason }) => `\n  ${path}: ${reason}`) ?? [];
    const message = `${request} was refused: ${status} ${problem.code}. ${problem.detail}${fields.join('')}`;
    return new NettuProblem(message, { ...problem, status });
  }
  const type = headers.get('content-type') ?? 'no content type';
  const detail = `${request} was answered with status ${status} and ${type}, but not by the scheduler. Is the base URL right, and is a proxy or a redirect in between?`;
  const code = 'unexpected-answer';
  return new NettuProblem(`${detail} (${code})`, {
    type: 'about:blank',
    title: 'Unexpected answer',
    status,
    detail,
    code,
  });
}
