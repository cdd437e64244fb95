/** What a copy reads, in SQL. It goes by `seq`, the order of creation, of which the indexes by account hold all. */
import type { Scope } from '../db/scope.ts';
import { type Query, query, raw, type Sql, sql } from '../db/sql.ts';
import type { Table } from '../db/table.ts';
import { columnsOf, tables } from './tables.ts';

const within = ({ name }: Table, { account }: Scope): Sql =>
  sql`${raw(name)} WHERE ${name === 'accounts' ? sql`id` : sql`account_id`} = ${account}`;

const seqOf = ({ single }: Table): Sql => (single ? sql`1` : sql`seq`);

/**
 * The highest `seq` of each table: what is made later is not in the copy, nor what refers to it. 0 where the account has
 * nothing in it.
 */
export const selectBounds = (scope: Scope): Query<{ bounds: string }> => {
  const highest = tables.map((table) => {
    const last = table.single ? sql`1` : sql`(SELECT max(seq) FROM ${raw(table.name)})`;
    return sql`CASE WHEN EXISTS (SELECT 1 FROM ${within(table, scope)}) THEN ${last} ELSE 0 END`;
  });
  const all = highest.reduce((before, one) => sql`${before}, ${one}`);
  return query<{ bounds: string }>`SELECT json_array(${all}) AS bounds`;
};

/** The next of the account's rows, by their `seq`s. That takes a walk through its entries of one index. */
export const selectSeqs = (
  scope: Scope,
  table: Table,
  { after, until, limit }: Record<'after' | 'until' | 'limit', number>,
): Query<{ seqs: string }> => query<{ seqs: string }>`
  SELECT json_group_array(seq) AS seqs FROM (
    SELECT ${seqOf(table)} AS seq FROM ${within(table, scope)} AND ${seqOf(table)} > ${after} AND ${seqOf(table)} <= ${until}
    ORDER BY 1 LIMIT ${limit})`;

/**
 * Of these rows the first ones that come to so many bytes of JSON: one at least, where there is any. What is not to come
 * is measured without being read: SQLite has the length of a text beside it.
 */
export function selectRows(
  scope: Scope,
  table: Table,
  seqs: readonly number[],
  size: number,
): Query<Record<string, unknown> & { seq: number }> {
  const all = columnsOf(table);
  const columns = raw(all.map(([name]) => name).join(', '));
  const sizes = raw(
    ['0', ...all.flatMap(([name, { json }]) => (json ? `coalesce(octet_length(${name}), 0)` : []))].join(
      ' + ',
    ),
  );
  const ofThem = sql`${within(table, scope)} AND ${seqOf(table)} IN`;
  return query<Record<string, unknown> & { seq: number }>`
    SELECT ${seqOf(table)} AS seq, ${columns} FROM ${ofThem} (
      SELECT seq FROM (
        SELECT seq, sum(size) OVER (ORDER BY seq) - size AS before FROM (
          SELECT ${seqOf(table)} AS seq, ${sizes} AS size FROM ${ofThem} (
            SELECT value FROM json_each(${JSON.stringify(seqs)}))))
      WHERE before <= ${size})
    ORDER BY seq`;
}
