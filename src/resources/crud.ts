/**
 * The six plain operations of a resource, from its table and its schemas. There are no hooks and no options: a resource
 * that differs writes the operation itself.
 */
import type * as v from 'valibot';
import { selectByMetadata } from '../db/metadata.ts';
import { exists, ownerOf, type Scope, selectOwner } from '../db/scope.ts';
import type { Param, Query } from '../db/sql.ts';
import {
  type AnyResourceTable,
  type Column,
  insertOne,
  listedIn,
  type RowOf,
  removeOne,
  selectOne,
  updateOne,
} from '../db/table.ts';
import { read, write } from '../operation.ts';
import { change, creation, firstVersion, found, lookup, plan, type Versioned, withEtag } from '../plan.ts';
import type { Page } from '../sdk/types.ts';
import type { ParamName } from '../validation/params.ts';
import { metadataQuery } from '../validation/schemas.ts';
import { page, pageQuery, whole } from './lists.ts';

/** `week_start` becomes `weekStart`. */
type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

/** The columns that the Worker itself fills. */
type Own = 'id' | 'user_id' | 'version';

/** What a creation says of a table's columns: each by its name in camel case, JSON as a value. */
type MembersOf<T extends AnyResourceTable> = {
  [Name in Exclude<keyof T['columns'], Own> & string as Camel<Name>]: T['columns'][Name] extends {
    json: true;
  }
    ? object
    : T['columns'][Name] extends Column<infer Value>
      ? Value
      : never;
};

type Changes<T extends AnyResourceTable> = { [Name in keyof MembersOf<T>]?: MembersOf<T>[Name] | undefined };

/** The name of a column in the body of a request and in an export. */
export const memberOf = (column: string): string =>
  column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

interface Resource<T extends AnyResourceTable, P extends ParamName, Creation, Update> {
  table: T;
  /** The parameter that names the resource; none where the path names the owner, who is the resource. */
  params: readonly P[];
  creation: Creation & v.GenericSchema<unknown, MembersOf<T>>;
  update: Update & v.GenericSchema<unknown, Changes<T>>;
}

/**
 * Makes `create`, `get`, `change`, `remove`, `find` (by metadata) and `list`.
 *
 * @param resource its table, the parameter that names it, and the schemas of its bodies.
 */
export function crud<
  const T extends AnyResourceTable,
  const Creation extends v.GenericSchema,
  const Update extends v.GenericSchema,
  const P extends ParamName = never,
>({ table, params, creation: creationSchema, update: updateSchema }: Resource<T, P, Creation, Update>) {
  type Whole = ReturnType<T['toResource']>;
  type Plural = { [Name in T['name']]: Whole[] };
  const { type, name, toResource, columns } = table;

  const toResult = (row: RowOf<T>) =>
    withEtag({ [type]: toResource(row) } as { [Name in T['type']]: Whole }, row as Versioned);
  const toResults = (rows: readonly RowOf<T>[]) => ({ [name]: rows.map(toResource) }) as Plural;
  const idIn = (scope: Scope, input: { params: Readonly<Partial<Record<ParamName, string>>> }): string =>
    params[0] ? (input.params[params[0]] as string) : ownerOf(scope);
  const target = (scope: Scope, input: { params: Readonly<Record<P, string>> }) =>
    selectOne(table, scope, idIn(scope, input)) as Query<RowOf<T> & Versioned>;

  /** The values of a body by column. An absent member is undefined. */
  const valuesOf = (body: object): Record<string, Param | undefined> =>
    Object.fromEntries(
      Object.entries(columns as Record<string, Column>).map(([column, { json }]) => {
        const value: unknown = body[memberOf(column) as keyof typeof body];
        return [column, json && value !== undefined ? JSON.stringify(value) : (value as Param | undefined)];
      }),
    );

  return {
    create: write({
      idempotent: true,
      body: creationSchema as Creation,
      run(scope, { body }) {
        const id = crypto.randomUUID();
        const owner = table.owner === 'user' ? { user_id: ownerOf(scope) } : {};
        const row = { ...valuesOf(body as object), id, ...owner, version: firstVersion() } as RowOf<T>;
        return creation({ answer: toResult(row), created: exists(scope, table.sql, id) }, [
          insertOne(table, scope, row),
        ]);
      },
    }),

    get: read({ hasEtag: true, params, run: (scope, input) => lookup(target(scope, input), toResult) }),

    change: write({
      params,
      body: updateSchema as Update,
      target,
      run: (scope, input) =>
        change(updateOne(table, scope, idIn(scope, input), valuesOf(input.body as object)), toResult),
    }),

    remove: write({
      params,
      target,
      run: (scope, input) =>
        plan([target(scope, input), removeOne(table, scope, idIn(scope, input))], (rows) =>
          toResult(found(rows)),
        ),
    }),

    find: read({
      query: metadataQuery,
      run: (scope, { query }) =>
        plan([selectByMetadata<RowOf<T>>(scope, listedIn(table, scope), query)], (rows) =>
          toResults(whole(rows)),
        ),
    }),

    list: read({
      unbounded: true,
      query: pageQuery,
      run: (scope, input) =>
        page(scope, input, {
          name,
          listed: listedIn(table, scope),
          ...(table.owner === 'user' && { owner: selectOwner(scope) }),
          toAnswer: (rows: RowOf<T>[], nextCursor): Plural & Page => ({ ...toResults(rows), nextCursor }),
        }),
    }),
  };
}
