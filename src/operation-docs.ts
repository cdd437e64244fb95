/** The public sentences of an operation, for docs.ts in the operation's folder. Only openapi/ imports those files. */
import type { ProblemCode } from './sdk/types.ts';

/** `answer`, `body` and `query` are names of the SDK's types: test/openapi/should-compile.ts checks that they fit. */
export interface OperationDocs {
  /** The group in the reference: a key of `tags` in a docs.ts. `npm run check:openapi` checks it. */
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /**
   * The call of the SDK, such as `calendar.update(calendarId, body)`: its arguments are the path's parameters by name,
   * `query` and `body`, and members of the two.
   */
  readonly sdk: string;
  /** The call of the user's client, where it differs by more than the owner, which a token names. */
  readonly userSdk?: string;
  readonly answer: string;
  /** The answer is JSON Lines, and `answer` is the type of a line. */
  readonly lines?: true;
  /** The media type of an answer that is text. */
  readonly media?: 'text/calendar';
  readonly body?: string;
  readonly query?: string;
  /** The problem codes that do not follow from the route itself. */
  readonly codes?: readonly ProblemCode[];
}

/** The description of every list. */
export const LISTED =
  'Sorted by time of creation. Pass `nextCursor` as `cursor` to get the next page. If a resource is created or deleted between two pages, every other resource still appears exactly once.';

/** The description of every search by metadata. */
export const FOUND_BY_METADATA =
  'Returns the resources whose metadata has exactly this value under this key, sorted by time of creation.';
