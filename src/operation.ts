/** The words that routes and operations share. An operation is data: its input as schemas, and what it plans to do. */
import type * as v from 'valibot';
import type { Scope } from './db/scope.ts';
import type { Query, Results, Sql } from './db/sql.ts';
import type { Env } from './env.ts';
import { Problem } from './problem.ts';
import type { ParamName } from './resources/params.ts';

/** What the rows of a plan come to: an answer, or, where they only decide what is to be done, the plan of that. */
export type Outcome<A, S extends Sql = Sql> = A | Plan<A, S>;

/** Statements for one batch, all or none of which take effect, and what their rows mean. */
export class Plan<A = unknown, S extends Sql = Sql> {
  readonly statements: readonly S[];
  /** The one statement, where it is a query of at most one row: it can be asked together with who is asking. */
  readonly lookup: Query | undefined;
  /** @throws Problem when the rows say so, e.g. `not-found`. */
  readonly answer: (results: readonly unknown[][]) => Outcome<A, S> | Promise<Outcome<A, S>>;

  constructor(statements: readonly S[], answer: Plan<A, S>['answer'], lookup?: Query) {
    this.statements = statements;
    this.answer = answer;
    this.lookup = lookup;
  }
}

/** A plan: `answer` gets the rows of each statement, in their order. */
export const plan = <const S extends readonly Sql[], A, Next extends Sql = never>(
  statements: S,
  answer: (...rows: Results<S>) => Outcome<A, Next> | Promise<Outcome<A, Next>>,
): Plan<A, S[number] | Next> => new Plan(statements, (results) => answer(...(results as Results<S>)));

/** The plan of one query that yields a row at most: what that row says, or `not-found`. */
export const lookup = <Row, A>(query: Query<Row>, answer: (row: Row) => A): Plan<A, Query> =>
  new Plan<A, Query>([query], ([rows]) => answer(found(rows as Row[])), query);

/** The plan of one change that yields the row that it changed: what that row says, or `not-found`. */
export const change = <Row, A>(statement: Sql<Row>, answer: (row: Row) => A): Plan<A> =>
  plan([statement], (rows) => answer(found(rows)));

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
export interface Input<P extends ParamName = ParamName, Q = unknown, B = unknown> {
  /** What stands in the path. */
  readonly params: Readonly<Record<P, string>>;
  readonly query: Q;
  readonly body: B;
  /** Milliseconds since the epoch; the only clock that an operation has. */
  readonly now: number;
  readonly env: Env;
}

interface Definition<A, P extends ParamName, Q extends Schema, B extends Schema, S extends Sql> {
  /** The parameters that every path to it must have. */
  readonly params?: readonly P[];
  /** A part without a schema is not even read. */
  readonly query?: Q;
  readonly body?: B;
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
  definition: Definition<A, P, Q, B, Query> & Pick<Operation, 'heavy'>,
): Operation<A, P, Q, B, Query> & { writes: false } => ({ ...definition, writes: false });

/** An operation that changes something. */
export const write = <
  A,
  const P extends ParamName = never,
  Q extends Schema = undefined,
  B extends Schema = undefined,
>(
  definition: Definition<A, P, Q, B, Sql> & Pick<Operation, 'unsure'>,
): Operation<A, P, Q, B> & { writes: true } => ({ ...definition, writes: true });

/** Any operation: what it takes is known to its schemas alone. */
export interface AnyOperation extends Omit<Operation, 'run'> {
  run(scope: Scope, input: never): Plan | Promise<Plan>;
}
