/**
 * A SQL statement is a value: fragments nest, parameters travel with their text, and nothing runs before
 * `batch`, the one place that calls D1 and knows its errors.
 */
import { Problem } from '../http/problem.ts';

export type Param = string | number | null;

/** A statement, or a part of one. `Row` is what it returns and exists for the type checker alone. */
export interface Sql<Row = unknown> {
  readonly text: string;
  readonly params: readonly Param[];
  readonly row?: Row;
}

/** The rows of each statement, in the order of the statements. */
export type Results<S extends readonly Sql[]> = {
  [K in keyof S]: S[K] extends Sql<infer Row> ? Row[] : never;
};

/** A template tag: a value becomes a bound parameter, a nested `Sql` is spliced in with its own. */
export function sql<Row = unknown>(strings: TemplateStringsArray, ...values: (Param | Sql)[]): Sql<Row> {
  let text = strings[0] ?? '';
  const params: Param[] = [];
  values.forEach((value, i) => {
    if (value !== null && typeof value === 'object') {
      text += value.text;
      params.push(...value.params);
    } else {
      text += '?';
      params.push(value);
    }
    text += strings[i + 1];
  });
  return { text, params };
}

/**
 * Runs statements as one transaction, in one round trip: D1 rolls all of them back when one fails
 * (developers.cloudflare.com/d1/worker-api/d1-database/#batch). Without a D1 session it goes to the primary
 * database, never to a replica, so a revocation is seen by the very next request, wherever that is answered.
 *
 * @throws Problem `database-unavailable` when D1 is out of reach; any other failure is a defect of ours.
 */
export async function batch<const S extends readonly Sql[]>(
  db: D1Database,
  statements: S,
): Promise<Results<S>> {
  try {
    const results = await db.batch(statements.map(({ text, params }) => db.prepare(text).bind(...params)));
    return results.map(({ results }) => results) as Results<S>;
  } catch (error) {
    throw isDefect(error) ? error : new Problem('database-unavailable', undefined, { cause: error });
  }
}

/** Whether a statement changes nothing. */
export const isRead = ({ text }: Sql): boolean => /^\s*SELECT\b/.test(text);

/** SQLite's verdicts on a statement carry its result code; what D1 says of itself (overloaded, reset, lost) does not. */
function isDefect(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  const transient = /SQLITE_(BUSY|LOCKED|NOMEM|INTERRUPT|IOERR|FULL|CANTOPEN|READONLY)/;
  return /SQLITE_|D1_TYPE_ERROR/.test(message) && !transient.test(message);
}
