/**
 * A table declares its columns once. Rows, statements, the export, the notifications and the list of change types derive
 * from the declaration.
 */
import type { ChangedResource } from '../sdk/types.ts';
import type { Listed } from './pages.ts';
import { type RemovalKind, removed } from './removed.ts';
import { ofAccount, ofUser, type Scope } from './scope.ts';
import { assign, type Param, type Query, query, raw, type Sql, sql } from './sql.ts';

/** What a column holds. JSON columns are text in a row, and a value in the body of a request and in an export. */
export interface Column<Value extends Param = Param> {
  readonly json: boolean;
  /** Its name in an export, where that is not the column's in camel case. */
  readonly member?: string;
  /** Whether it came after format 1: an export without it imports with the column's default. */
  readonly added?: true;
  /** The type of the value in a row; only the compiler uses it. */
  readonly value?: Value;
}

const plain = <Value extends Param>(): Column<Value> & { json: false } => ({ json: false });

export const text = plain<string>();
/** Text that is one of a few words. */
export const oneOf = <Word extends string>() => plain<Word>();
export const integer = plain<number>();
export const nullableText = plain<string | null>();
export const nullableInteger = plain<number | null>();
export const json: Column<string> & { json: true } = { json: true };
export const nullableJson: Column<string | null> & { json: true } = { json: true };

type Columns = Readonly<Record<string, Column>>;

export type RowOf<T extends { columns: Columns }> = {
  -readonly [Name in keyof T['columns']]: T['columns'][Name] extends Column<infer Value> ? Value : never;
};

/** A table of an account, as an export copies it. */
export interface Table {
  /** The type of its lines in an export; of a resource also the first word of its change types. */
  readonly type: string;
  /** Its name in SQL. */
  readonly name: string;
  /** The columns of the resource that clients see. */
  readonly columns: Columns;
  /** Columns that clients do not see and an export copies. */
  readonly internal?: Columns;
  /** The table of which each of these columns names a row by its id. The row goes with that row. */
  readonly belongs?: Readonly<Record<string, string>>;
  /** Its rows are removed: a deletion is a mark, and they go later (see removed.ts). */
  readonly removable?: RemovalKind;
  /** One more condition that a row exists, in SQL, for a name of the table. */
  readonly lives?: (name: string) => string;
  /** The value of a column that other tables decide, in SQL, for a name of the table. Clients and exports see it. */
  readonly derived?: Readonly<Record<string, (name: string) => string>>;
  /**
   * Columns of another table that a row of this one comes with where it is selected, in SQL: a write and an export leave them
   * to that table.
   */
  readonly joined?: Readonly<Record<string, string>>;
  /** One row an account, without a `seq`. */
  readonly single?: true;
  /**
   * Columns that an import computes: SQL, by column. In it, `value` is the row in JSON, and `?2` the id of the account.
   */
  readonly computed?: Readonly<Record<string, string>>;
}

/** A table of resources, which have an id and a version. */
export interface ResourceTable<C extends Columns = Columns, Resource = unknown> extends Table {
  readonly columns: C;
  /** Whose its rows are: an account's, or a user's. */
  readonly owner: 'account' | 'user';
  /** The resource that clients see. */
  toResource(row: RowOf<{ columns: C }>): Resource;
}

/** A declared table, with what its statements need ready in SQL. */
type Declared<T extends Table> = T & {
  readonly sql: Sql;
  /** The columns of a row, each with the table's name before it. */
  readonly selected: Sql;
  /** The condition that a row exists: neither it nor what it belongs to is removed. */
  readonly live: Sql;
  /** The bytes of a row's JSON columns. */
  readonly size: Sql;
};

/** The condition that a row exists, for any name of the table in the statement. */
export function live({ name: own, removable, belongs = {}, lives }: Table, name = own): Sql {
  const ids = [...(removable ? ['id'] : []), ...Object.keys(belongs)].map((column) => `${name}.${column}`);
  return raw(
    [
      ...(ids.length ? [`NOT ${removed(`${name}.account_id`, ...ids)}`] : []),
      ...(lives ? [lives(name)] : []),
    ].join(' AND ') || '1',
  );
}

/** A column as clients see it, for any name of the table in the statement. */
export const seen = ({ name: own, derived }: Table, column: string, name = own): string =>
  derived?.[column]?.(name) ?? `${name}.${column}`;

/** Declares a table. */
export const table = <const T extends Table>(declared: T): Declared<T> => ({
  ...declared,
  sql: raw(declared.name),
  selected: raw(
    Object.keys(declared.columns)
      .map((column) => [column, seen(declared, column)])
      .concat(Object.entries(declared.joined ?? {}))
      .map(([column, value]) => `${value} AS ${column}`)
      .join(', '),
  ),
  live: live(declared),
  size: raw(
    Object.entries<Column>(declared.columns)
      .filter(([, { json }]) => json)
      .map(([name, column]) => [`octet_length(${declared.name}.${name})`, column] as const)
      .map(([bytes, column]) => (column === nullableJson ? `coalesce(${bytes}, 0)` : bytes))
      .join(' + ') || '0',
  ),
});

/** Declares a table of resources, whose changes notify the webhook: the SDK's types name each of them. */
export const resourceTable = <
  const Type extends ChangedResource,
  const Name extends string,
  C extends Columns,
  Resource,
>(
  declared: ResourceTable<C, Resource> & { readonly type: Type; readonly name: Name },
) => table(declared);

/** Any declared table of resources. */
// biome-ignore lint/suspicious/noExplicitAny: toResource takes the rows of its own table, which only that table knows
export type AnyResourceTable = Declared<ResourceTable<any, any>>;

/** A list of SQL, joined by commas. */
export const commas = (all: readonly Sql[]): Sql => all.reduce((before, one) => sql`${before}, ${one}`);

/** The condition that a row is the scope's. */
const within = ({ owner }: AnyResourceTable, scope: Scope): Sql =>
  owner === 'user' ? ofUser(scope) : ofAccount(scope);

export const selectOne = <T extends AnyResourceTable>(table: T, scope: Scope, id: string): Query<RowOf<T>> =>
  query<RowOf<T>>`SELECT ${table.selected} FROM ${table.sql} WHERE ${within(table, scope)} AND id = ${id}
    AND ${table.live}`;

/**
 * Inserts a row for its owner. No row comes back where the owner does not exist, the credential does not hold, or `where` is
 * false.
 */
export function insertOne<T extends AnyResourceTable>(
  { sql: into, owner, columns }: T,
  { account }: Scope,
  row: RowOf<T>,
  where = sql``,
): Sql {
  const values = commas(Object.keys(columns).map((column) => sql`${row[column] as Param}`));
  const from =
    owner === 'user'
      ? sql`SELECT account_id, ${values} FROM users
          WHERE account_id = ${account} AND id = ${row.user_id as string} AND NOT ${raw(removed('users.account_id', 'users.id'))}`
      : sql`SELECT id, ${values} FROM accounts WHERE id = ${account}`;
  return sql`INSERT INTO ${into} (account_id, ${raw(Object.keys(columns).join(', '))}) ${from} ${where} RETURNING 1`;
}

/** Updates the columns that have a value and raises the version. No row comes back where there is none to update, or `where` is false. */
export const updateOne = <T extends AnyResourceTable>(
  table: T,
  scope: Scope,
  id: string,
  changes: Readonly<Record<string, Param | undefined>>,
  where = sql``,
): Sql<RowOf<T>> => sql<RowOf<T>>`
  UPDATE ${table.sql} SET ${assign({ ...changes, version: sql`version + 1` })}
  WHERE ${within(table, scope)} AND id = ${id} AND ${table.live} ${where} RETURNING ${table.selected}`;

/**
 * Removes a row, and with it whatever belongs to it: from here on, none of it exists for any caller. The trigger
 * `removal_insert_takes_effect` notifies, and src/removals deletes the rows in steps.
 */
export const removeOne = (table: AnyResourceTable, scope: Scope, id: string): Sql => sql`
  INSERT INTO removals (account_id, id, kind) SELECT account_id, id, ${table.removable ?? null} FROM ${table.sql}
  WHERE ${within(table, scope)} AND id = ${id} AND ${table.live}`;

/** What a page of a list reads. `where` leaves rows out of a page, which the page reads all the same. */
export const listedIn = (table: AnyResourceTable, scope: Scope, where?: Sql): Listed => ({
  table: table.sql,
  columns: table.selected,
  size: table.size,
  entries: raw(`${table.type}_metadata`),
  within: within(table, scope),
  where: where ? sql`${table.live} AND ${where}` : table.live,
});
