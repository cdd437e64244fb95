/** Finds rows by a metadata entry, in the tables of search entries that triggers of schema.sql maintain. */
import type { MetadataQuery } from '../sdk/types.ts';
import type { Listed } from './pages.ts';
import type { Scope } from './scope.ts';
import { pageLimit, type Sized, upTo } from './sizes.ts';
import { type Query, sql } from './sql.ts';

export interface MetadataPage extends MetadataQuery {
  skip: number;
  limit: number;
}

/**
 * A page of the account's rows that have this metadata entry, in the order of creation, as far as `pageLimit` has room. It
 * skips the rows before the page in the index, and reads no other row.
 */
export const selectByMetadata = <Row>(
  { account }: Scope,
  { columns, table, size, entries, where }: Listed,
  { key, value, skip, limit }: MetadataPage,
): Query<Row & Sized> =>
  upTo<Row>(
    pageLimit,
    sql`
  SELECT ${columns}, ${size} AS size FROM ${table} WHERE seq IN (
    SELECT seq FROM ${entries} WHERE account_id = ${account} AND key = ${key} AND value = ${value}
    ORDER BY seq LIMIT ${limit} OFFSET ${skip}) ${where ? sql`AND ${where}` : sql``}
  ORDER BY seq LIMIT ${limit}`,
  );
