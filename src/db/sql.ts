/** A SQL statement is a value: fragments nest, parameters travel with their text, and nothing runs before `batch`. */

export type Param = string | number | null;

/** A statement, or a part of one. `Row` is what it returns and exists for the type checker alone. */
export interface Sql<Row = unknown> {
  readonly text: string;
  readonly params: readonly Param[];
  readonly row?: Row;
}

/** A statement that changes nothing: the only kind that may run before its caller is proven. */
export interface Query<Row = unknown> extends Sql<Row> {
  readonly changes: false;
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

/** A name or a number of our own, as it stands: never what somebody sent. */
export const raw = (text: string): Sql => ({ text, params: [] });

/** The same tag for a whole SELECT, also one that begins WITH. */
export const query = <Row = unknown>(
  strings: TemplateStringsArray,
  ...values: (Param | Sql)[]
): Query<Row> => ({
  ...sql<Row>(strings, ...values),
  changes: false,
});

export const isQuery = (statement: Sql): statement is Query => 'changes' in statement;

/** `a = ?, b = ?` of those columns that have a value; undefined leaves a column alone, so that it is not written. */
export function assign(columns: Record<string, Param | Sql | undefined>): Sql {
  const set = Object.entries(columns).flatMap(([name, value]) =>
    value === undefined ? [] : [sql`${raw(name)} = ${value}`],
  );
  return set.reduce((all, one) => sql`${all}, ${one}`);
}
