/** An operation is data: the schemas of its input, and a function from a scope and that input to a plan. */
import type * as v from 'valibot';
import type { IdempotentRequest } from './db/idempotency-store.ts';
import type { Scope } from './db/scope.ts';
import type { Shard } from './db/shards.ts';
import type { Query, Sql } from './db/sql.ts';
import type { Env } from './env.ts';
import type { Plan, Versioned, WithEtag } from './plan.ts';
import type { NamedPermission } from './sdk/types.ts';
import type { ParamName } from './validation/params.ts';

type Schema = v.GenericSchema | undefined;
type OutputOf<S extends Schema> = S extends v.GenericSchema ? v.InferOutput<S> : undefined;

/** The validated input of a request. */
export interface ParsedInput<P extends ParamName = ParamName, Q = unknown, B = unknown> {
  /** The parameters of the path. */
  readonly params: Readonly<Record<P, string>>;
  readonly query: Q;
  readonly body: B;
  /** The body of an operation that takes text; else empty. */
  readonly text: string;
  /** The caller's API key, in clear; null for other callers. */
  readonly apiKey: string | null;
  /** The id of the user whose token the caller sent; null for other callers. */
  readonly tokenUser: string | null;
  /** Milliseconds since the epoch: the only clock of an operation. */
  readonly now: number;
  /** The scheme and the host that the request was sent to, such as `https://example.com`. */
  readonly origin: string;
  readonly env: Env;
}

/** A body of text: its media type, and its most bytes. */
export interface TextBody {
  readonly type: 'text/calendar';
  readonly maxBytes: number;
}

/** A request after parsing: its input, and the conditions in its headers. */
export interface ParsedRequest {
  readonly input: ParsedInput;
  /** The members of the body that were ignored. */
  readonly ignored: readonly string[];
  /** The versions that `If-Match` names; null where any will do. */
  readonly versions: number[] | null;
  /** null without an `Idempotency-Key`. */
  readonly idempotency: IdempotentRequest | null;
}

/** What an operation plans with. */
export interface Input<P extends ParamName = ParamName, Q = unknown, B = unknown>
  extends ParsedInput<P, Q, B> {
  /** The shard of the account; for a new account, the shard that will hold it. */
  readonly shard: Shard;
  /** Requires more permissions than the route needs. @throws Problem `policy-denied` */
  requires(needs: readonly NamedPermission[]): void;
}

interface Definition<A, P extends ParamName, Q extends Schema, B extends Schema, S extends Sql> {
  /** The parameters that every path to this operation has. */
  readonly params?: readonly P[];
  /** Without a schema, the query is not read; likewise the body. */
  readonly query?: Q;
  readonly body?: B;
  /** Takes a body of text, in place of JSON. */
  readonly text?: TextBody;
  /** Selects the resource that a write is about to change: `If-Match` compares the version in its row. */
  target?(scope: Scope, input: Pick<Input<P>, 'params' | 'now'>): Query<Versioned>;
  /** For an answer that holds a secret: what seals the stored answer. The caller has it and the database does not. */
  sealedWith?(input: ParsedInput<P, OutputOf<Q>, OutputOf<B>>): string;
  /**
   * Of a creation whose replay answers the resource as it is now: SQL for that answer, as the JSON of `[body, version]`, in a
   * query of the record, whose column `answer` is the first answer; NULL where the resource is gone.
   */
  current?(scope: Scope): Sql;
  /** Plans the operation. It runs once for each scope that the caller's credential takes. */
  run(scope: Scope, input: Input<P, OutputOf<Q>, OutputOf<B>>): Plan<A, S> | Promise<Plan<A, S>>;
}

/** `A` is the type of the answer. */
export interface Operation<
  A = unknown,
  P extends ParamName = ParamName,
  Q extends Schema = Schema,
  B extends Schema = Schema,
  S extends Sql = Sql,
> extends Definition<A, P, Q, B, S> {
  readonly writes: boolean;
  /** A read whose cost the caller does not decide. It runs only for a caller whose signature is already verified. */
  readonly unbounded?: boolean;
  /** Streams its answer in parts. The primary answers all of them, so that they fit together, and a part may write. */
  readonly streams?: true;
  /** The answer holds secrets. Only the primary gives it, since a replica may not know of a removed API key yet. */
  readonly discloses?: true;
  /** The answer is one resource and has an entity tag. An operation that is idempotent or has a target has one anyway. */
  readonly hasEtag?: true;
  /** Of a creation whose stored answer lacks what SQL cannot compute: completes it for a replay. */
  revived?(answer: never): unknown;
  /** Creates a resource or rolls a secret, and takes an `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Tells the client what to check before a retry, when the outcome of this write is unknown. */
  readonly retryAdvice?: string;
}

/** Defines an operation that changes nothing. */
export const read = <
  A,
  const P extends ParamName = never,
  Q extends Schema = undefined,
  B extends Schema = undefined,
>(
  definition: Definition<A, P, Q, B, Query> &
    Pick<Operation, 'unbounded' | 'hasEtag' | 'streams' | 'discloses'>,
): Operation<A, P, Q, B, Query> & { writes: false } => ({ ...definition, writes: false });

/** Defines an operation that changes something. */
export const write = <
  A,
  const P extends ParamName = never,
  Q extends Schema = undefined,
  B extends Schema = undefined,
>(
  definition: Definition<A, P, Q, B, Sql> & Pick<Operation, 'retryAdvice' | 'idempotent' | 'revived'>,
): Operation<A, P, Q, B> & { writes: true } => ({ ...definition, writes: true });

/** The type of an operation's answer. */
export type AnswerOf<O extends AnyOperation> = Exclude<
  Awaited<ReturnType<Awaited<ReturnType<O['run']>>['answer']>>,
  Plan | WithEtag
>;

/** Whether the answer has an entity tag. */
export const hasEtag = ({ hasEtag, idempotent, target }: AnyOperation): boolean =>
  Boolean(hasEtag || idempotent || target);

/** Any operation: only its own schemas know the types of its input. */
export interface AnyOperation extends Omit<Operation, 'run' | 'target' | 'sealedWith'> {
  sealedWith?(input: never): string;
  target?(scope: Scope, input: never): Query<Versioned>;
  run(scope: Scope, input: never): Plan | Promise<Plan>;
}
