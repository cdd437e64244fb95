/** Finding what carries a metadata entry, by the tables that schema.sql keeps beside each resource. */

import type { MetadataQuery } from '../sdk/types.ts';
import type { Scope } from './scope.ts';
import { type Query, query, type Sql } from './sql.ts';

export interface MetadataPage extends MetadataQuery {
  skip: number;
  limit: number;
}

/**
 * A page of the account's rows that carry exactly this entry, in the order of their creation. The page is cut from
 * the index: of what comes before it the entries are skipped, and nothing else is read.
 *
 * @param columns of `table`; its entries are in `entries`.
 */
export const selectByMetadata = <Row>(
  { account }: Scope,
  { columns, table, entries }: Record<'columns' | 'table' | 'entries', Sql>,
  { key, value, skip, limit }: MetadataPage,
): Query<Row> => query<Row>`
  SELECT ${columns} FROM ${table} WHERE seq IN (
    SELECT seq FROM ${entries} WHERE account_id = ${account} AND key = ${key} AND value = ${value}
    ORDER BY seq LIMIT ${limit} OFFSET ${skip})
  ORDER BY seq`;
