/** The words that routes and operations share. An operation is data: its input as schemas, and what it plans to do. */
import type * as v from 'valibot';
import type { Proven } from './auth/credential.ts';
import type { Memo } from './db/idempotency-store.ts';
import type { Scope } from './db/scope.ts';
import type { Place } from './db/shards.ts';
import type { Query, Results, Sql } from './db/sql.ts';
import type { Env } from './env.ts';
import { Problem } from './problem.ts';
import type { ParamName } from './validation/params.ts';

/** An answer that is one resource, in a version of it: what its entity tag is made of. */
export class Tagged<A = unknown> {
  readonly body: A;
  readonly version: number;
  /** Whether it was given before, to a request with the same Idempotency-Key. */
  readonly replayed: boolean;

  constructor(body: A, version: number, replayed = false) {
    this.body = body;
    this.version = version;
    this.replayed = replayed;
  }
}

/** What is stored of a resource. */
export interface Versioned {
  version: number;
}

/** A part of an answer that comes in parts, as lines. */
export class Part<Line = unknown> {
  readonly lines: string;
  /** What each of them is: for the type checker alone. */
  readonly line?: Line;
  /** Plans the next part; null: there is none. */
  readonly next: ((scope: Scope) => Plan) | null;

  constructor(lines: string, next: Part['next']) {
    this.lines = lines;
    this.next = next;
  }
}

export const tagged = <A>(body: A, { version }: Versioned): Tagged<A> => new Tagged(body, version);

/** The version in which a resource begins: at random, in 52 bits, for what was there before may have had any other. */
export function firstVersion(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 12) * 2 ** 32 + low;
}

/** What the rows of a plan come to: an answer, or, where they only decide what is to be done, the plan of that. */
export type Outcome<A, S extends Sql = Sql> = A | Tagged<A> | Plan<A, S>;

/** What a creation answers once it has taken place: known before, so that it can be remembered in the same transaction. */
export interface Promised<A = unknown> {
  readonly answer: Tagged<A>;
  /** A condition: whether it has taken place. */
  readonly made: Sql;
}

/** Statements for one batch, all or none of which take effect, and what their rows mean. */
export class Plan<A = unknown, S extends Sql = Sql> {
  readonly statements: readonly S[];
  /** @throws Problem when the rows say so, e.g. `not-found`. */
  readonly answer: (results: readonly unknown[][], caller: Proven) => Outcome<A, S> | Promise<Outcome<A, S>>;
  /** The one statement, where it is a query of at most one row: it can be asked together with who is asking. */
  readonly lookup: Query | undefined;
  readonly promised: Promised | undefined;
  /** Whether to carry it out twice comes to the same as once, though it changes something. */
  readonly repeatable: boolean;

  constructor(
    statements: readonly S[],
    answer: Plan<A, S>['answer'],
    {
      lookup,
      promised,
      repeatable = false,
    }: { lookup?: Query; promised?: Promised; repeatable?: boolean } = {},
  ) {
    this.statements = statements;
    this.answer = answer;
    this.lookup = lookup;
    this.promised = promised;
    this.repeatable = repeatable;
  }
}

/** A plan: `answer` gets the rows of each statement, in their order. */
export const plan = <const S extends readonly Sql[], A, Next extends Sql = never>(
  statements: S,
  answer: (...rows: Results<S>) => Outcome<A, Next> | Promise<Outcome<A, Next>>,
): Plan<A, S[number] | Next> => new Plan(statements, (results) => answer(...(results as Results<S>)));

/** The plan of one query that yields a row at most: what that row says, or `not-found`. */
export const lookup = <Row, A>(query: Query<Row>, answer: (row: Row) => A | Tagged<A>): Plan<A, Query> =>
  new Plan<A, Query>([query], ([rows]) => answer(found(rows as Row[])), { lookup: query });

/** The plan of one change that yields the row that it changed: what that row says, or `not-found`. */
export const change = <Row, A>(statement: Sql<Row>, answer: (row: Row) => A | Tagged<A>): Plan<A> =>
  plan([statement], (rows) => answer(found(rows)));

/**
 * The plan of a creation.
 *
 * @param otherwise finds in the rows why it did not take place, and throws that or goes on with another plan; it yields
 *   nothing where it did. By default the first statement's row tells.
 */
export const creation = <const S extends readonly Sql[], A>(
  promised: Promised<A>,
  statements: S,
  otherwise: (...rows: Results<S>) => Plan<A> | undefined = (...[rows = []]) => void found(rows),
): Plan<A> =>
  new Plan<A>(statements, (results) => otherwise(...(results as Results<S>)) ?? promised.answer, {
    promised,
  });

/** The plan that changes nothing and ends in a problem. */
export const refusal = (problem: Problem): Plan<never, Query> =>
  plan([], () => {
    throw problem;
  });

/** The one row that an id leads to. */
export function found<Row>([row]: readonly Row[]): Row {
  if (!row) throw new Problem('not-found');
  return row;
}

type Schema = v.GenericSchema | undefined;
type OutputOf<S extends Schema> = S extends v.GenericSchema ? v.InferOutput<S> : undefined;

/** What a request brings besides its caller, validated. */
export interface Sent<P extends ParamName = ParamName, Q = unknown, B = unknown> {
  /** What stands in the path. */
  readonly params: Readonly<Record<P, string>>;
  readonly query: Q;
  readonly body: B;
  /** The API key that the caller came with, if any. */
  readonly apiKey: string | null;
  /** Milliseconds since the epoch; the only clock that an operation has. */
  readonly now: number;
  readonly env: Env;
}

export interface Input<P extends ParamName = ParamName, Q = unknown, B = unknown> extends Sent<P, Q, B> {
  /** Where the account lives; of a new one, where it is to live. */
  readonly home: Place;
}

interface Definition<A, P extends ParamName, Q extends Schema, B extends Schema, S extends Sql> {
  /** The parameters that every path to it must have. */
  readonly params?: readonly P[];
  /** A part without a schema is not even read. */
  readonly query?: Q;
  readonly body?: B;
  /** What a change is about to change: the one whose version `If-Match` must name. */
  target?(scope: Scope, input: Pick<Input<P>, 'params' | 'now'>): Query<Versioned>;
  /** For an answer with a secret: what to seal it with where it is remembered. The caller has it, the database has not. */
  sealedWith?(input: Sent<P, OutputOf<Q>, OutputOf<B>>): string;
  /**
   * For what makes an account: decides where that is to live, on whatever that takes, and before `ends`, in milliseconds
   * since the epoch. @throws Problem, Outage
   */
  settle?(
    asked: { input: Sent<P, OutputOf<Q>, OutputOf<B>>; memo: Memo | null },
    ends: number,
  ): Promise<Place>;
  /** Plans for a scope, as often as it takes. */
  run(scope: Scope, input: Input<P, OutputOf<Q>, OutputOf<B>>): Plan<A, S> | Promise<Plan<A, S>>;
}

/** `A` is what it answers with. */
export interface Operation<
  A = unknown,
  P extends ParamName = ParamName,
  Q extends Schema = Schema,
  B extends Schema = Schema,
  S extends Sql = Sql,
> extends Definition<A, P, Q, B, S> {
  readonly writes: boolean;
  /** A read whose size is not the caller's to decide. A stranger must not make the database do it. */
  readonly heavy?: boolean;
  /** Answers in parts: of the primary alone, so that they fit together. */
  readonly parts?: true;
  /** Answers with one resource, which has an entity tag. What creates or has a target does so anyway. */
  readonly tagged?: true;
  /** Makes a resource: it can be sent again with the same Idempotency-Key, to the same effect. */
  readonly creates?: true;
  /** Told where it is not known whether this took place: what to look at before it is sent again. */
  readonly unsure?: string;
}

/** An operation that changes nothing. */
export const read = <
  A,
  const P extends ParamName = never,
  Q extends Schema = undefined,
  B extends Schema = undefined,
>(
  definition: Definition<A, P, Q, B, Query> & Pick<Operation, 'heavy' | 'tagged' | 'parts'>,
): Operation<A, P, Q, B, Query> & { writes: false } => ({ ...definition, writes: false });

/** An operation that changes something. */
export const write = <
  A,
  const P extends ParamName = never,
  Q extends Schema = undefined,
  B extends Schema = undefined,
>(
  definition: Definition<A, P, Q, B, Sql> & Pick<Operation, 'unsure' | 'creates'>,
): Operation<A, P, Q, B> & { writes: true } => ({ ...definition, writes: true });

/** What an operation answers with, as the compiler knows it; of one that comes in parts, what each line is. */
export type AnswerOf<O extends AnyOperation> = Whole<
  Exclude<Awaited<ReturnType<Awaited<ReturnType<O['run']>>['answer']>>, Plan | Tagged>
>;
type Whole<A> = A extends Part<infer Line> ? Line : A;

/** Whether its answer has an entity tag. */
export const isTagged = ({ tagged, creates, target }: AnyOperation): boolean =>
  Boolean(tagged || creates || target);

/** Any operation: what it takes is known to its schemas alone. */
export interface AnyOperation extends Omit<Operation, 'run' | 'target' | 'sealedWith' | 'settle'> {
  sealedWith?(input: never): string;
  settle?(asked: never, ends: number): Promise<Place>;
  target?(scope: Scope, input: never): Query<Versioned>;
  run(scope: Scope, input: never): Plan | Promise<Plan>;
}
