/**
 * A plan is a value: the statements of one batch, and a function from their rows to the answer. An operation returns a
 * plan; http/run-plan.ts runs it together with the proof of the caller's credential.
 */
import type { Scope } from './db/scope.ts';
import type { Query, Results, Sql } from './db/sql.ts';
import { Problem } from './problem.ts';

/** Who acts, for the log: ids, and no secret. */
export interface Actor {
  readonly caller: 'account' | 'user' | 'anonymous';
  /** The id of the account's API key. */
  readonly apiKey?: string;
  /** The user, and the `kid` of the key that signed the token. */
  readonly user?: string;
  readonly kid?: string;
}

/** Who the caller turned out to be, once the database has verified the credential. */
export interface Principal {
  /** The account's id; null on a route that takes no credential. */
  readonly account: string | null;
  /** Whether the account lets a replica answer this caller's reads. */
  readonly readsReplica: boolean;
  /** null on a route that takes no credential. */
  readonly actor: Actor | null;
}

/** A stored resource carries its version. */
export interface Versioned {
  version: number;
}

/** An answer that is one resource at one version. The entity tag is made of the version. */
export class WithEtag<A = unknown> {
  readonly body: A;
  readonly version: number;
  /** Whether an idempotency record gave this answer. */
  readonly replayed: boolean;

  constructor(body: A, version: number, replayed = false) {
    this.body = body;
    this.version = version;
    this.replayed = replayed;
  }
}

/** An answer that is text, which is written piece by piece while it is sent. It has an entity tag like a resource. */
export class TextDocument {
  /** Its media type. */
  readonly type: string;
  readonly pieces: Iterable<string>;
  /** The same number stands for the same text. */
  readonly version: number;
  /** When its newest part changed, in milliseconds since the epoch. */
  readonly modifiedAt: number;

  constructor(type: string, pieces: Iterable<string>, version: number, modifiedAt: number) {
    this.type = type;
    this.pieces = pieces;
    this.version = version;
    this.modifiedAt = modifiedAt;
  }
}

export const withEtag = <A>(body: A, { version }: Versioned): WithEtag<A> => new WithEtag(body, version);

/** A new resource's version: 52 random bits, so that it never repeats the entity tag of a deleted predecessor. */
export function firstVersion(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 12) * 2 ** 32 + low;
}

/** What the rows of a plan lead to: the answer, or another plan where the rows only decide what to do next. */
export type Outcome<A, S extends Sql = Sql> = A | WithEtag<A> | Plan<A, S>;

/** The answer of a creation, so that the same transaction can store it for a replay. */
export interface ExpectedAnswer<A = unknown> {
  /** The answer where it is known before the batch runs; otherwise SQL that yields it, as the JSON of `[body, version]`. */
  readonly answer: A;
  /** A SQL condition: the creation took effect. */
  readonly created: Sql;
}

interface PlanOptions {
  lookup?: Query;
  expected?: ExpectedAnswer<WithEtag | Sql>;
  repeatable?: boolean;
}

/** Statements that take effect together or not at all, and the answer that their rows give. */
export class Plan<A = unknown, S extends Sql = Sql> {
  readonly statements: readonly S[];
  /** @throws Problem where the rows call for one, such as `not-found`. */
  readonly answer: (
    results: readonly unknown[][],
    principal: Principal,
  ) => Outcome<A, S> | Promise<Outcome<A, S>>;
  /** The plan's one statement, where it is a query of at most one row: it then joins the proof in a single statement. */
  readonly lookup: Query | undefined;
  readonly expected: ExpectedAnswer<WithEtag | Sql> | undefined;
  /** Whether a second run of this write has no further effect. */
  readonly repeatable: boolean;

  constructor(
    statements: readonly S[],
    answer: Plan<A, S>['answer'],
    { lookup, expected, repeatable = false }: PlanOptions = {},
  ) {
    this.statements = statements;
    this.answer = answer;
    this.lookup = lookup;
    this.expected = expected;
    this.repeatable = repeatable;
  }
}

/** A plan from a scope: the scope changes when the credential has to be verified another way. */
export type Planner = (scope: Scope) => Promise<Plan>;

/** Builds a plan. `answer` takes the rows of each statement, in the order of the statements. */
export const plan = <const S extends readonly Sql[], A, Next extends Sql = never>(
  statements: S,
  answer: (...rows: Results<S>) => Outcome<A, Next> | Promise<Outcome<A, Next>>,
  options: PlanOptions = {},
): Plan<A, S[number] | Next> =>
  new Plan(statements, (results) => answer(...(results as Results<S>)), options);

/** Builds the plan of one query of at most one row. Without a row it throws `not-found`. */
export const lookup = <Row, A>(query: Query<Row>, answer: (row: Row) => A | WithEtag<A>): Plan<A, Query> =>
  new Plan<A, Query>([query], ([rows]) => answer(found(rows as Row[])), { lookup: query });

/** Builds the plan of one write that returns the row that it changed. Without a row it throws `not-found`. */
export const change = <Row, A>(statement: Sql<Row>, answer: (row: Row) => A | WithEtag<A>): Plan<A> =>
  plan([statement], (rows) => answer(found(rows)));

/**
 * Builds the plan of a creation.
 *
 * @param otherwise reads from the rows why the creation took no effect, and throws the reason or returns another plan;
 *   it returns undefined where the creation took effect. By default a missing row of the first statement is `not-found`.
 */
export const creation = <const S extends readonly Sql[], A>(
  expected: ExpectedAnswer<WithEtag<A>>,
  statements: S,
  otherwise: (...rows: Results<S>) => Plan<A> | Promise<Plan<A>> | undefined = (...[rows = []]) =>
    void found(rows),
): Plan<A> =>
  new Plan<A>(statements, (results) => otherwise(...(results as Results<S>)) ?? expected.answer, {
    expected,
  });

/** Builds the plan that changes nothing and throws a problem, once the caller is verified. */
export const refusal = (problem: Problem): Plan<never, Query> =>
  plan([], () => {
    throw problem;
  });

/**
 * The one row that an id leads to.
 *
 * @throws Problem `not-found`
 */
export function found<Row>([row]: readonly Row[]): Row {
  if (!row) throw new Problem('not-found');
  return row;
}
