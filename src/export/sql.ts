/** The reads of an export, in the order of `seq`, which every index by account contains. */
import type { Scope } from '../db/scope.ts';
import { type Query, query, raw, type Sql, sql } from '../db/sql.ts';
import { live, seen, type Table } from '../db/table.ts';
import { columnsOf, tables } from './tables.ts';

/** The account's rows of a table, as the end of a SELECT. */
const within = ({ name }: Table, { account }: Scope): Sql =>
  sql`${raw(name)} WHERE ${name === 'accounts' ? sql`id` : sql`account_id`} = ${account}`;

const seqOf = ({ single }: Table): Sql => (single ? sql`1` : sql`seq`);

/**
 * The highest `seq` of each table, as a JSON array; 0 where the account has no rows in it. An export leaves out the rows
 * above it, so no row that it exports refers to a newer one.
 */
export const selectBounds = (scope: Scope): Query<{ bounds: string }> => {
  const highest = tables.map((table) => {
    const last = table.single ? sql`1` : sql`(SELECT max(seq) FROM ${raw(table.name)})`;
    return sql`CASE WHEN EXISTS (SELECT 1 FROM ${within(table, scope)}) THEN ${last} ELSE 0 END`;
  });
  const all = highest.reduce((before, one) => sql`${before}, ${one}`);
  return query<{ bounds: string }>`SELECT json_array(${all}) AS bounds`;
};

/** The `seq`s of the account's next rows, as a JSON array. The query scans the account's entries in one index. */
export const selectSeqs = (
  scope: Scope,
  table: Table,
  { after, until, limit }: Record<'after' | 'until' | 'limit', number>,
): Query<{ seqs: string }> => query<{ seqs: string }>`
  SELECT json_group_array(seq) AS seqs FROM (
    SELECT ${seqOf(table)} AS seq FROM ${within(table, scope)} AND ${seqOf(table)} > ${after} AND ${seqOf(table)} <= ${until}
    ORDER BY 1 LIMIT ${limit})`;

/**
 * The first of these rows, up to the one with which their JSON exceeds `maxBytes`. SQLite stores the length of a text
 * beside it, so the query measures the other rows without reading them.
 */
export function selectRows(
  scope: Scope,
  table: Table,
  seqs: readonly number[],
  maxBytes: number,
): Query<Record<string, unknown> & { seq: number }> {
  const all = columnsOf(table);
  const columns = raw(all.map(([name]) => `${seen(table, name)} AS ${name}`).join(', '));
  const sizes = raw(
    ['0', ...all.flatMap(([name, { json }]) => (json ? `coalesce(octet_length(${name}), 0)` : []))].join(
      ' + ',
    ),
  );
  const amongSeqs = sql`${within(table, scope)} AND ${seqOf(table)} IN`;
  return query<Record<string, unknown> & { seq: number }>`
    SELECT ${seqOf(table)} AS seq, ${columns} FROM ${amongSeqs} (
      SELECT seq FROM (
        SELECT seq, sum(size) OVER (ORDER BY seq) - size AS before FROM (
          SELECT ${seqOf(table)} AS seq, ${sizes} AS size FROM ${amongSeqs} (
            SELECT value FROM json_each(${JSON.stringify(seqs)})) AND ${live(table)}))
      WHERE before <= ${maxBytes})
    ORDER BY seq`;
}
