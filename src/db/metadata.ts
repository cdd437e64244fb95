/** Finding what carries a metadata entry, by the tables that schema.sql keeps beside each resource. */

import type { MetadataQuery } from '../sdk/types.ts';
import type { Scope } from './scope.ts';
import { type Query, query, type Sql, sql } from './sql.ts';

export interface MetadataPage extends MetadataQuery {
  skip: number;
  limit: number;
}

/**
 * A page of the account's rows that carry exactly this entry, in the order of their creation. The page is cut from
 * the index: of what comes before it the entries are skipped, and nothing else is read.
 *
 * @param columns of `table`; its entries are in `entries`; `where` leaves some out of a page.
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
