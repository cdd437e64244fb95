/** A row of the table of routes, and what the compiler asks of it. */
import type { AnyOperation } from './operation.ts';
import type { NamedPermission } from './sdk/types.ts';
import type { ParamName } from './validation/params.ts';

/** Which credentials a path takes: an API key, a user's token, either, none, or any of them, down to an account's mere id. */
export type Door = 'admin' | 'user' | 'both' | 'public' | 'anyone';

/** One operation, the paths that lead to it, and the permission that a token needs. */
export type Route = Readonly<Partial<Record<Door, `/${string}`>>> & {
  readonly needs: readonly NamedPermission[];
  readonly status?: 201;
  /** The parameter of the path that names whose it is; through the user's door that is the caller. */
  readonly owner?: 'userId';
  /** The setting that opens the path to whoever knows the account's id. */
  readonly opens?: 'publicFreebusy' | 'publicBooking';
  /** Counted by the rate limiter, whoever asks. */
  readonly limited?: true;
} & (
    | { readonly method: 'GET'; readonly does: AnyOperation & { readonly writes: false } }
    | { readonly method: 'POST' | 'PUT' | 'DELETE'; readonly does: AnyOperation }
  );

export type Method = Route['method'];

type ParamsIn<Path> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamsIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** What the operation reads from the path; the owner stands in it where the token does not say who that is. */
type Reads<R, D extends Door> =
  | (R extends { does: { params?: readonly (infer P extends ParamName)[] } } ? P : never)
  | (D extends 'user' ? never : R extends { owner: infer Owner extends ParamName } ? Owner : never);

type FaultOf<R> = {
  [D in Door]: R extends Readonly<Record<D, infer Path extends string>>
    ?
        | `${Path} lacks :${Exclude<Reads<R, D>, ParamsIn<Path>>}`
        | `${Path} has :${Exclude<ParamsIn<Path>, Reads<R, D>>}, which is not read`
    : never;
}[Door];

/** Says what is wrong with the paths of a table; `never` when each has just the parameters that are read from it. */
export type FaultsOf<Table> = { [Name in keyof Table]: FaultOf<Table[Name]> }[keyof Table];
