/** A problem as an error that can be thrown. */
import type { Problem, ProblemCode } from './types.ts';

/** The service's problem document, or this package's own for an answer that cannot have come from the service. */
export interface AnswerProblem extends Omit<Problem, 'code'> {
  code: ProblemCode | 'unexpected-answer';
  /** The id of the request in the service's log: the `requestId` of the answer. */
  requestId?: string;
}

/**
 * Why the service refused a request: the members of the problem document, as an `Error`.
 *
 * The message names the request, without its query, and the reason. The stack leads to the line that made the call. As
 * JSON, it is the problem document with the `requestId`.
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

/** The members that the problem has. */
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
