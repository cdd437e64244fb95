/** The words that routes, callers and operations share. */
import type * as v from 'valibot';
import type { Scope } from './db/scope.ts';
import { isRead, type Results, type Sql } from './db/sql.ts';
import { Problem } from './http/problem.ts';
import { validate } from './resources/schemas.ts';
import type { NamedPermission } from './sdk/types.ts';

export interface Env {
  DB: D1Database;
  /** Whoever knows it may create accounts. Without it nobody may. */
  CREATE_ACCOUNT_SECRET_CODE?: string;
  /** Slows down what needs no credentials. */
  RATE_LIMITER?: RateLimit;
}

/** The statements of an operation, for one batch, and what their rows mean. */
export interface Plan {
  readonly statements: readonly Sql[];
  /** The one statement, where it is a SELECT of at most one row. None of its columns is named like a caller's. */
  readonly lookup?: Sql;
  /** @throws Problem when the rows say so, e.g. `not-found`. */
  answer(results: readonly unknown[][]): unknown;
}

/** A plan: `answer` gets the rows of each statement, in their order. */
export function plan<const S extends readonly Sql[], A>(
  statements: S,
  answer: (...rows: Results<S>) => A,
): Plan {
  return { statements, answer: (results) => answer(...(results as Results<S>)) };
}

/** The plan of one statement that yields a row at most: what that row says, or `not-found`. */
export function single<Row, A>(statement: Sql<Row>, answer: (row: Row) => A): Plan {
  const one = plan([statement], (rows) => answer(found(rows)));
  return isRead(statement) ? { ...one, lookup: statement } : one;
}

/** The plan that changes nothing and ends in a problem. */
export function refusal(problem: Problem): Plan {
  return plan([], () => {
    throw problem;
  });
}

/** The one row that an id leads to. */
export function found<Row>([row]: readonly Row[]): Row {
  if (!row) throw new Problem('not-found');
  return row;
}

type ParamName = 'calendarId' | 'eventId' | 'kid' | 'apiKeyId';

/** What a request brings besides its caller. */
export interface Source {
  /** What stands in the path under these names; a row's paths hold those that its operation needs. */
  readonly params: Readonly<Record<ParamName, string>>;
  /** Reads the query string; its faults are Problems. */
  readonly query: () => unknown;
  /** Reads the body; its faults are Problems. */
  readonly body: () => Promise<unknown>;
  /** Milliseconds since the epoch; the only clock that an operation has. */
  readonly now: number;
  readonly env: Env;
}

interface Input<Query, Body> extends Omit<Source, 'query' | 'body'> {
  readonly query: Query;
  readonly body: Body;
}

/** Validates the input, once; then plans for a scope, as often as it takes. */
export type Operation = (source: Source) => Promise<(scope: Scope) => Plan | Promise<Plan>>;

/** An operation from the schemas of its input and its plan. A part without a schema is not even read. */
export function operation<Query = undefined, Body = undefined>(definition: {
  query?: v.GenericSchema<unknown, Query>;
  body?: v.GenericSchema<unknown, Body>;
  run(scope: Scope, input: Input<Query, Body>): Plan | Promise<Plan>;
}): Operation {
  return async (source) => {
    const query = (definition.query && validate(definition.query, source.query())) as Query;
    const body = (definition.body && validate(definition.body, await source.body())) as Body;
    const input = { ...source, query, body };
    return (scope) => definition.run(scope, input);
  };
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Which credentials a path takes: an API key, a user's token, none, or any of them, down to an account's mere id. */
export type Door = 'admin' | 'user' | 'public' | 'anyone';

/** A row of the table of routes: one operation, the paths that lead to it, and the permission a token needs. */
export interface Row extends Partial<Record<Door, `/${string}`>> {
  readonly method: Method;
  readonly needs: readonly NamedPermission[];
  readonly status?: 201;
  readonly does: Operation;
}
