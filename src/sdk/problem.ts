/** The error of a failed request. */
import type { Problem, ProblemCode, QuotaName } from './types.ts';

/** The service's problem document. For an answer that is not from the service, the client makes one. */
export interface AnswerProblem extends Omit<Problem, 'code'> {
  code: ProblemCode | 'unexpected-answer';
  /** The id of the request in the service's log, also in the `requestId` of the answer. */
  requestId?: string;
}

/**
 * The problem document of a failed request, as an `Error`.
 *
 * The message names the request without its query, and the reason. The stack leads to the line that made the call. As
 * JSON it is the problem document with the `requestId`.
 */
export class NettuProblem extends Error implements AnswerProblem {
  override readonly name = 'NettuProblem';
  declare readonly type: string;
  declare readonly title: string;
  declare readonly status: number;
  declare readonly detail: string;
  declare readonly code: AnswerProblem['code'];
  declare readonly errors?: { path: string; reason: string }[];
  declare readonly quota?: QuotaName;
  declare readonly limit?: number;
  declare readonly use?: number;
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

/** Only the members that are present. */
const membersOf = ({
  type,
  title,
  status,
  detail,
  code,
  errors,
  quota,
  limit,
  use,
  id,
  requestId,
}: AnswerProblem): AnswerProblem => ({
  type,
  title,
  status,
  detail,
  code,
  ...(errors && { errors }),
  ...(quota && { quota, limit, use }),
  ...(id && { id }),
  ...(requestId && { requestId }),
});
