/** A refusal as an error that can be thrown, and the way to have it thrown. */
import type { Answer } from './answer.ts';
import type { Problem, ProblemCode } from './types.ts';

/** The service's problem document, or this package's own for an answer that cannot have come from the service. */
export interface AnswerProblem extends Omit<Problem, 'code'> {
  code: ProblemCode | 'unexpected-answer';
  /** What the service's log calls the request: the `requestId` of the answer. */
  requestId?: string;
}

/**
 * Why a request was refused: the members of the problem document, as an `Error`.
 *
 * The message says what was asked, without its query, and why that was refused. The stack leads to the line of yours
 * that asked. As JSON it is the problem document, with the `requestId`.
 */
export class NettuProblem extends Error implements AnswerProblem {
  override readonly name = 'NettuProblem';
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: AnswerProblem['code'];
  declare readonly errors?: { path: string; reason: string }[];
  declare readonly id?: string;
  declare readonly requestId?: string;

  constructor(message: string, problem: AnswerProblem) {
    const { type, title, status, detail, code, errors, id, requestId } = problem;
    super(message);
    this.type = type;
    this.title = title;
    this.status = status;
    this.detail = detail;
    this.code = code;
    if (errors) this.errors = errors;
    if (id) this.id = id;
    if (requestId) this.requestId = requestId;
  }

  toJSON(): AnswerProblem {
    const { type, title, status, detail, code, errors, id, requestId } = this;
    return {
      type,
      title,
      status,
      detail,
      code,
      ...(errors && { errors }),
      ...(id && { id }),
      ...(requestId && { requestId }),
    };
  }
}

/**
 * What was asked for, out of an answer or out of the promise of one: `await unwrap(client.user.me())`.
 *
 * @throws {NettuProblem} the answer's error, where there is one.
 */
export function unwrap<T>(answer: Answer<T>): T;
export function unwrap<T>(answer: Promise<Answer<T>>): Promise<T>;
export function unwrap<T>(answer: Answer<T> | Promise<Answer<T>>): T | Promise<T> {
  if ('then' in answer) return answer.then((answered) => unwrap(answered));
  if (answer.error) throw answer.error;
  return answer.data;
}
