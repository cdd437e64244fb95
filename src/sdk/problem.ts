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
  declare readonly type: string;
  declare readonly title: string;
  declare readonly status: number;
  declare readonly detail: string;
  declare readonly code: AnswerProblem['code'];
  declare readonly errors?: { path: string; reason: string }[];
  declare readonly id?: string;
  declare readonly requestId?: string;

  constructor(message: string, problem: AnswerProblem) {
    super(message);
    Object.assign(this, membersOf(problem));
  }

  toJSON(): AnswerProblem {
    return membersOf(this);
  }
}

/** Those there are. */
const membersOf = ({
  type,
  title,
  status,
  detail,
  code,
  errors,
  id,
  requestId,
}: AnswerProblem): AnswerProblem => ({
  type,
  title,
  status,
  detail,
  code,
  ...(errors && { errors }),
  ...(id && { id }),
  ...(requestId && { requestId }),
});

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
