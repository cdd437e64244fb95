/** The type of a row of the table of routes, and the check that the compiler makes of its paths. */
import type { Shard } from './db/shards.ts';
import type { AnyOperation, ParsedRequest } from './operation.ts';
import type { NamedPermission } from './sdk/types.ts';
import type { ParamName } from './validation/params.ts';

/** The path under which every route stands. */
export const BASE_PATH = '/api/v1';

/**
 * The credentials that a path takes: an API key, a user's token, either, none, any of them down to a bare account id, or the
 * secret in the path itself.
 */
export type Door = 'admin' | 'user' | 'both' | 'public' | 'anyone' | 'feed';

/** One operation, the paths that lead to it, and the permissions that a token needs. */
export type Route = Readonly<Partial<Record<Door, `/${string}`>>> & {
  readonly needs: readonly NamedPermission[];
  /** The permissions of a request that has this parameter in its query, in place of `needs`. */
  readonly needsWith?: Readonly<Record<string, readonly NamedPermission[]>>;
  readonly status?: 201;
  /** The path parameter that names the owner; through the `user` door the owner is the caller. */
  readonly owner?: 'userId';
  /** The setting that opens the path to anyone who knows the account's id. */
  readonly opens?: 'publicFreebusy' | 'publicBooking';
  /** The rate limiter counts every request, known callers included. */
  readonly limited?: true;
  /** Chooses the shard where no credential names one; it gives up at `endsMs`, milliseconds since the epoch. */
  readonly shardFor?: (request: ParsedRequest, endsMs: number) => Promise<Shard>;
} & (
    | { readonly method: 'GET'; readonly does: AnyOperation & { readonly writes: false } }
    | { readonly method: 'POST' | 'PUT' | 'DELETE'; readonly does: AnyOperation }
  );

export type Method = Route['method'];

type ParamsIn<Path> = Path extends `${infer Before}.ics`
  ? ParamsIn<Before>
  : Path extends `${string}:${infer Name}/${infer Rest}`
    ? Name | ParamsIn<`/${Rest}`>
    : Path extends `${string}:${infer Name}`
      ? Name
      : never;

/** The parameters that the operation reads from the path, and the owner's where no token names the owner. */
type Reads<R, D extends Door> =
  | (R extends { does: { params?: readonly (infer P extends ParamName)[] } } ? P : never)
  | (D extends 'user' ? never : R extends { owner: infer Owner extends ParamName } ? Owner : never);

type RouteErrorOf<R> = {
  [D in Door]: R extends Readonly<Record<D, infer Path extends string>>
    ?
        | `${Path} lacks :${Exclude<Reads<R, D>, ParamsIn<Path>>}`
        | `${Path} has :${Exclude<ParamsIn<Path>, Reads<R, D>>}, which is not read`
    : never;
}[Door];

/** What is wrong with the paths of a table; `never` where each path has exactly the parameters that are read from it. */
export type RouteErrorsOf<Table> = { [Name in keyof Table]: RouteErrorOf<Table[Name]> }[keyof Table];
