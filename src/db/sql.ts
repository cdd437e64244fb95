/**
 * A SQL statement is a value: fragments nest, parameters travel with their text, and nothing runs until
 * `Connection.batch`.
 */

export type Param = string | number | null;

/** A statement, or a part of one. `Row` is the type of the rows that it returns; only the compiler uses it. */
export interface Sql<Row = unknown> {
  readonly text: string;
  readonly params: readonly Param[];
  readonly row?: Row;
}

/** A statement that changes nothing: the only kind that may run before its caller is verified. */
export interface Query<Row = unknown> extends Sql<Row> {
  readonly changes: false;
}

/** The rows of each statement, in the order of the statements. */
export type Results<S extends readonly Sql[]> = {
  [K in keyof S]: S[K] extends Sql<infer Row> ? Row[] : never;
};

/**
 * The template tag of SQL. A value becomes a bound parameter, and a nested `Sql` brings its own text and parameters. An integer
 * after LIMIT becomes text: SQLite reads a bound one when it compiles, so it would compile the statement at each run.
 */
export function sql<Row = unknown>(strings: TemplateStringsArray, ...values: (Param | Sql)[]): Sql<Row> {
  let text = strings[0] ?? '';
  const params: Param[] = [];
  values.forEach((value, i) => {
    if (value !== null && typeof value === 'object') {
      text += value.text;
      params.push(...value.params);
    } else if (Number.isSafeInteger(value) && text.endsWith('LIMIT ')) {
      text += value;
    } else {
      text += '?';
      params.push(value);
    }
    text += strings[i + 1];
  });
  return { text, params };
}

/** SQL text of our own, without parameters. Never pass it anything that a client sent. */
export const raw = (text: string): Sql => ({ text, params: [] });

/** The tag of a statement that only reads: a SELECT, or a WITH … SELECT. */
export const query = <Row = unknown>(
  strings: TemplateStringsArray,
  ...values: (Param | Sql)[]
): Query<Row> => ({
  ...sql<Row>(strings, ...values),
  changes: false,
});

/** A JSON object of columns, under their names: `a,b`, of our own. */
export const jsonOf = (columns: string): Sql => raw(`json_object(${columns.replace(/\w+/g, "'$&', $&")})`);

export const isQuery = (statement: Sql): statement is Query => 'changes' in statement;

/** The assignments `a = ?, b = ?` of an UPDATE. It omits a column whose value is undefined, so the UPDATE keeps it. */
export function assign(columns: Record<string, Param | Sql | undefined>): Sql {
  const set = Object.entries(columns).flatMap(([name, value]) =>
    value === undefined ? [] : [sql`${raw(name)} = ${value}`],
  );
  return set.reduce((all, one) => sql`${all}, ${one}`);
}
