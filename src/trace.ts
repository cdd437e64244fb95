import type { ProblemCode } from './sdk/types.ts';

/** What becomes known of a request on its way. The log has one line of it, which holds no token, no key and no body. */
export class Trace {
  /** Stands in the answer, too, as `x-request-id`. */
  readonly id: string = crypto.randomUUID();
  /** The path of the row of the table that took it, as that has it. */
  route: string | null = null;
  /** The account that it names, and once that is proven, whose it is. */
  account: string | null = null;
  /** By the database. */
  rowsRead = 0;
  /** Of the problem that it ended in, and what is behind that, if there is more to say. */
  code: ProblemCode | undefined;
  cause: string | undefined;
  /** Of an answer that is a stream: has something done when that is over. */
  whenOver: ((done: () => void) => void) | undefined;
}
