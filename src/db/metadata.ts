/** Finds rows by a metadata entry, in the tables of search entries that triggers of schema.sql maintain. */
import type { MetadataQuery } from '../sdk/types.ts';
import type { Scope } from './scope.ts';
import { type Query, query, type Sql, sql } from './sql.ts';

export interface MetadataPage extends MetadataQuery {
  skip: number;
  limit: number;
}

/**
 * A page of the account's rows that have this metadata entry, in the order of creation. It skips the rows before the
 * page in the index, and reads no other row. `entries` is the table of the search entries, and `where` hides rows of
 * the page.
 */
export const selectByMetadata = <Row>(
  { account }: Scope,
  { columns, table, entries, where }: Record<'columns' | 'table' | 'entries', Sql> & { where?: Sql },
  { key, value, skip, limit }: MetadataPage,
): Query<Row> => query<Row>`
  SELECT ${columns} FROM ${table} WHERE seq IN (
    SELECT seq FROM ${entries} WHERE account_id = ${account} AND key = ${key} AND value = ${value}
    ORDER BY seq LIMIT ${limit} OFFSET ${skip}) ${where ? sql`AND ${where}` : sql``}
  ORDER BY seq`;
