import type { Shard } from './db/shards.ts';
import type { Actor } from './plan.ts';
import type { ProblemCode } from './sdk/types.ts';

/** What the log says of a request. It holds no token, no key and no body. */
export class Trace {
  /** The answer carries it too, as `x-request-id`. */
  readonly id: string = crypto.randomUUID();
  /** The path in the table of routes. */
  route: string | null = null;
  /** The account that the request names; once verified, the account of the caller. */
  account: string | null = null;
  /** Who acts; null while the credential is not verified. */
  actor: Actor | null = null;
  /** The shard that the request runs on; null while none is known. */
  shard: Shard | null = null;
  /** The rows that the database read, and those that it wrote, index entries included. */
  rowsRead = 0;
  rowsWritten = 0;
  /** The code of the problem in the answer, and what caused it where there is more to say. */
  code: ProblemCode | undefined;
  cause: string | undefined;
  /** The limit of the operator's plan that the database has used up. */
  limit: 'room' | 'day' | undefined;
  /** Calls back when a streamed answer has ended. */
  whenOver: ((done: () => void) => void) | undefined;
}
