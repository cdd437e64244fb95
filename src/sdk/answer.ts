/** What every method of a client resolves with, whatever the status. */
import type { Problem, ProblemCode } from './types.ts';

interface Answered {
  /** The HTTP status. */
  status: number;
  /** The response itself, for its headers; its body has been read. */
  res: Response;
}

/** `data` is what was asked for; where there is none, `error` says why. */
export type Answer<T> = Answered &
  ({ data: T; error?: undefined } | { data?: undefined; error: AnswerProblem });

/** The service's problem document, or this package's own for an answer that cannot have come from the service. */
export interface AnswerProblem extends Omit<Problem, 'code'> {
  code: ProblemCode | 'unexpected-answer';
}

/** `request` names the request in the text of a problem; `body` is what has been read of `res`. */
export function toAnswer<T>(request: string, res: Response, body: string): Answer<T> {
  const { status } = res;
  const content = parse(body);
  if (res.ok && content) return { status, data: content as T, res };
  if (!res.ok && typeof content?.code === 'string')
    return { status, error: content as unknown as Problem, res };
  return { status, error: unexpected(request, res), res };
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(body);
    return content instanceof Object ? (content as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function unexpected(request: string, { status, headers }: Response): AnswerProblem {
  const type = headers.get('content-type') ?? 'no content type';
  return {
    type: 'about:blank',
    title: 'Unexpected answer',
    status,
    detail: `${request} was answered with status ${status} and ${type}, but not by the scheduler. Is the base URL right, and is a proxy or a redirect in between?`,
    code: 'unexpected-answer',
  };
}
