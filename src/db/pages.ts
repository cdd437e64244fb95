/**
 * Pages of a list in SQL, in the order of creation. A page reads its own rows and no more, however deep in the list it
 * is, since every index that it uses ends in `seq`.
 */
import { FILTERED_ROWS_MAX, SEEKS_MAX } from '../limits.ts';
import type { Metadata } from '../sdk/types.ts';
import type { Scope } from './scope.ts';
import { pageLimit, type Sized, upTo, within } from './sizes.ts';
import { type Query, type Sql, sql } from './sql.ts';

/** A list: its rows, and the SQL that reads them. */
export interface Listed {
  table: Sql;
  columns: Sql;
  /** The bytes of a row, which count towards the limit of a page. */
  size: Sql;
  /** The table of the metadata entries. */
  entries: Sql;
  /** The condition that a row is in the list. An index of the table starts with its columns. */
  within: Sql;
  /** Hides rows. A page reads and counts the hidden rows too, so it costs the same however many there are. */
  where?: Sql;
}

export interface PageQuery {
  /** The most rows of the page. */
  limit: number;
  order: 'asc' | 'desc';
  /** Only rows that have all of these entries. */
  metadata: Metadata;
  /** The `seq` after which the page starts; null: the first page. */
  after: number | null;
}

/** A row of a page, or the position at which a search stopped. */
export interface PageRow extends Sized {
  seq: number;
  /** 1 where `seq` is of a row in the list. */
  hit: number;
  /** 1 where the search stopped here, though there may be more. */
  cut: number;
  /** 0 where `Listed.where` hides the row. */
  shown: number;
}

/**
 * At most one row more than the limit, in order, as far as `pageLimit` has room. The additional row shows that there is
 * another page.
 */
export const selectPage = <Row>(scope: Scope, listed: Listed, page: PageQuery): Query<Row & PageRow> =>
  upTo<Row & PageRow>(
    pageLimit,
    Object.keys(page.metadata).length ? searched(scope, listed, page) : plain(listed, page),
  );

const plain = (
  { table, columns, size, within, where }: Listed,
  { limit, order, after }: PageQuery,
): Sql => sql`
  SELECT ${columns}, seq, ${size} AS size, ${where ?? sql`1`} AS shown, 1 AS hit, 0 AS cut FROM ${table}
  WHERE ${within} ${after === null ? sql`` : sql`AND seq ${order === 'asc' ? sql`>` : sql`<`} ${after}`}
  ORDER BY seq ${direction(order)} LIMIT ${limit + 1}`;

const direction = (order: PageQuery['order']): Sql => (order === 'asc' ? sql`ASC` : sql`DESC`);

/**
 * Finds the rows that have all metadata entries with a leapfrog search. Each entry is a sorted list of `seq`s; for a
 * user, so are the user's own rows. From a position, each list seeks its next `seq`. Where all lists return the same
 * one, it is a hit; otherwise the search continues from the farthest. So the shortest list sets the cost, whichever it
 * is.
 *
 * A step of the recursion can select only one number, so `at` holds twice the position, plus 1 for a hit. `LIMIT -1`
 * keeps SQLite from flattening the subquery, which would seek each list once for every use of its result, and from
 * dropping the order of the whole, which a join around it would allow.
 */
function searched(
  { account, user }: Scope,
  { table, columns, size, entries, within, where }: Listed,
  { limit, order, metadata, after }: PageQuery,
): Sql {
  const ascends = order === 'asc';
  const pairs = JSON.stringify(Object.entries(metadata));
  const steps = Math.floor(SEEKS_MAX / (Object.keys(metadata).length + 1));
  const start = after === null ? (ascends ? 0 : Number.MAX_SAFE_INTEGER) : after + (ascends ? 1 : -1);
  const [position, isHit] = [sql`(at >> 1)`, sql`(at & 1)`];
  const from = ascends ? sql`seq >= ${position} + ${isHit}` : sql`seq <= ${position} - ${isHit}`;
  const next = (list: Sql) =>
    sql`(SELECT seq FROM ${list} AND ${from} ORDER BY seq ${direction(order)} LIMIT 1)`;
  const ofPair = sql`${entries} WHERE account_id = ${account} AND key = pair.value ->> 0 AND value = pair.value ->> 1`;
  // The entries are the account's already, so a list of the whole account adds nothing.
  const ofOwner = user === null ? sql`` : sql`UNION ALL SELECT ${next(sql`${table} WHERE ${within}`)}`;
  return sql`
    WITH RECURSIVE walk (at, steps, hits) AS (
      SELECT ${2 * start}, 0, 0
      UNION ALL
      SELECT (
        SELECT CASE WHEN count(position) = count(*) THEN 2 * ${ascends ? sql`max` : sql`min`}(position) + (min(position) = max(position)) END
        FROM (SELECT ${next(ofPair)} AS position FROM json_each(${pairs}) pair ${ofOwner} LIMIT -1)
      ), steps + 1, hits + ${isHit}
      FROM walk WHERE at IS NOT NULL AND steps < ${steps} AND hits + ${isHit} <= ${limit}
    )
    SELECT ${columns}, ${size} AS size, ${table}.seq IS NOT NULL AS shown, ${position} AS seq, ${isHit} AS hit, steps = ${steps} AS cut
    FROM walk LEFT JOIN ${table} ON ${table}.seq = ${position} AND ${isHit} AND ${within} ${where ? sql`AND ${where}` : sql``}
    WHERE ${isHit} OR (at IS NOT NULL AND steps = ${steps}) ORDER BY steps LIMIT -1`;
}

/**
 * Splits the rows of a page into its items and the end of the page.
 *
 * @returns `last`: the row that the next page goes on from; null: this is the last page.
 */
export function pageOf<Row extends PageRow>(
  rows: readonly Row[],
  limit: number,
): { items: Row[]; last: Row | null } {
  const fitting = rows.slice(0, Math.max(1, within(rows, pageLimit)));
  const hits = fitting.filter(({ hit }) => hit);
  const page = hits.slice(0, limit);
  const items = page.filter(({ shown }) => shown);
  const end = fitting.at(-1) ?? null;
  if (hits.length > limit) return { items, last: page.at(-1) ?? null };
  return { items, last: fitting.length < rows.length || end?.cut ? end : null };
}

/** The `seq` after which the page after a row starts. A search that stopped at a row without a hit has yet to read it. */
export const seqAfter = ({ hit, seq }: PageRow, order: PageQuery['order']): number =>
  hit ? seq : seq + (order === 'asc' ? -1 : 1);

/** A list in the order of an index, whose filter no index holds. */
export interface Filtered {
  table: Sql;
  columns: Sql;
  size: Sql;
  /** The query that selects these columns of the rows to read, in their order. */
  reads(selected: Sql): Sql;
  /** The condition that a row is in the page. */
  filter: Sql;
}

/**
 * A page of such a list. It ends early where it has read `FILTERED_ROWS_MAX` rows: the second part of the UNION looks for
 * the last of them, and SQLite runs it only where the first part has not filled the page.
 */
export const selectFiltered = <Row>(
  { table, columns, size, reads, filter }: Filtered,
  limit: number,
): Query<Row & PageRow> =>
  upTo<Row & PageRow>(
    pageLimit,
    sql`
    SELECT *, 1 AS shown FROM (
      SELECT * FROM (${reads(sql`${columns}, seq, ${size} AS size, (${filter}) AS hit, 0 AS cut`)} LIMIT ${FILTERED_ROWS_MAX})
      WHERE hit
      UNION ALL
      SELECT ${columns}, seq, 0, 0, 1 FROM ${table}
      WHERE seq = (${reads(sql`seq`)} LIMIT 1 OFFSET ${FILTERED_ROWS_MAX - 1})
    ) LIMIT ${limit + 1}`,
  );
