/** The public sentences of an operation, for docs.ts in the operation's folder. Only openapi/ imports those files. */
import type { ProblemCode } from './sdk/types.ts';

/** `answer`, `body` and `query` are names of the SDK's types: test/openapi/should-compile.ts checks that they fit. */
export interface OperationDocs {
  /** The group in the reference: see `tags` in docs.ts. */
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly answer: string;
  /** Whether `answer` is the type of each line, in an answer of JSON Lines. */
  readonly lines?: true;
  readonly body?: string;
  readonly query?: string;
  /** The problem codes that do not follow from the route itself. */
  readonly codes?: readonly ProblemCode[];
}

/** The description of every list. */
export const LISTED =
  'In the order of creation. `nextCursor` leads to the next page. However the list changes meanwhile, what exists throughout comes exactly once.';

/** The description of every search by metadata. */
export const FOUND_BY_METADATA = 'Finds exactly this value under exactly this key, in the order of creation.';
