/**
 * A page of a list, in SQL: what comes after a place in the order of creation. It reads the rows of the page and no more,
 * however deep in the list that is, for each of the indexes that it goes by ends in `seq`.
 */
import type { Metadata } from '../sdk/types.ts';
import type { Scope } from './scope.ts';
import { type Query, query, type Sql, sql } from './sql.ts';

/** What is listed. */
export interface Listed {
  table: Sql;
  columns: Sql;
  /** The table of its metadata entries. */
  entries: Sql;
  /** The condition of whose it is, by which an index of the table begins. */
  within: Sql;
  /** Leaves some out of a page, which are read all the same: so however many they are, a page costs no more. */
  where?: Sql;
}

export interface PageQuery {
  limit: number;
  order: 'asc' | 'desc';
  /** Only what carries all of these entries. */
  metadata: Metadata;
  /** The `seq` that the page before ended with; null: the first page. */
  after: number | null;
}

/** A row of a page, or the place at which a search was given up. */
export interface PageRow {
  seq: number;
  /** 1 when `seq` is in the list. */
  hit: number;
  /** 1 when the search went no further, though there may be more. */
  cut: number;
  /** 0 where it is left out of the page, though its place was looked at. */
  shown: number;
}

/** How many entries a search by metadata looks at before it gives up, until the next page. */
const SEEKS_MAX = 10_000;

/** At most one row more than the limit, in order; the one more tells that there is another page. */
export const selectPage = <Row>(scope: Scope, listed: Listed, page: PageQuery): Query<Row & PageRow> =>
  Object.keys(page.metadata).length ? searched(scope, listed, page) : plain(listed, page);

const plain = <Row>(
  { table, columns, within, where }: Listed,
  { limit, order, after }: PageQuery,
): Query<Row & PageRow> => query<Row & PageRow>`
  SELECT ${columns}, seq, ${where ?? sql`1`} AS shown, 1 AS hit, 0 AS cut FROM ${table}
  WHERE ${within} ${after === null ? sql`` : sql`AND seq ${order === 'asc' ? sql`>` : sql`<`} ${after}`}
  ORDER BY seq ${direction(order)} LIMIT ${limit + 1}`;

const direction = (order: PageQuery['order']): Sql => (order === 'asc' ? sql`ASC` : sql`DESC`);

/**
 * What is in several sorted lists at once: the entries of each pair, and what is `within`. From a place on, each list is
 * asked for its next; where all say the same it is found, and else the search goes on from the furthest. So the shortest
 * list sets the price, whichever that is. A place and whether it is found are one number, `at`: twice the place, plus one
 * where it is, for the recursion is to ask for both at once. (The LIMIT that is none keeps SQLite from asking each list
 * once for every mention of its answer.)
 */
function searched<Row>(
  { account, user }: Scope,
  { table, columns, entries, within, where }: Listed,
  { limit, order, metadata, after }: PageQuery,
): Query<Row & PageRow> {
  const ascends = order === 'asc';
  const pairs = JSON.stringify(Object.entries(metadata));
  const steps = Math.floor(SEEKS_MAX / (Object.keys(metadata).length + 1));
  const start = after === null ? (ascends ? 0 : Number.MAX_SAFE_INTEGER) : after + (ascends ? 1 : -1);
  // at = 2 × place + (1 where it is found): the recursion can ask for one number only.
  const [place, isHit] = [sql`(at >> 1)`, sql`(at & 1)`];
  const from = ascends ? sql`seq >= ${place} + ${isHit}` : sql`seq <= ${place} - ${isHit}`;
  const next = (list: Sql) =>
    sql`(SELECT seq FROM ${list} AND ${from} ORDER BY seq ${direction(order)} LIMIT 1)`;
  const ofPair = sql`${entries} WHERE account_id = ${account} AND key = pair.value ->> 0 AND value = pair.value ->> 1`;
  // The entries are those of the account: where the list is, too, it says nothing that they do not.
  const ofOwner = user === null ? sql`` : sql`UNION ALL SELECT ${next(sql`${table} WHERE ${within}`)}`;
  return query<Row & PageRow>`
    WITH RECURSIVE walk (at, steps, hits) AS (
      SELECT ${2 * start}, 0, 0
      UNION ALL
      SELECT (
        SELECT CASE WHEN count(place) = count(*) THEN 2 * ${ascends ? sql`max` : sql`min`}(place) + (min(place) = max(place)) END
        FROM (SELECT ${next(ofPair)} AS place FROM json_each(${pairs}) pair ${ofOwner} LIMIT -1)
      ), steps + 1, hits + ${isHit}
      FROM walk WHERE at IS NOT NULL AND steps < ${steps} AND hits + ${isHit} <= ${limit}
    )
    SELECT ${columns}, ${table}.seq IS NOT NULL AS shown, ${place} AS seq, ${isHit} AS hit, steps = ${steps} AS cut
    FROM walk LEFT JOIN ${table} ON ${table}.seq = ${place} AND ${isHit} AND ${within} ${where ? sql`AND ${where}` : sql``}
    WHERE ${isHit} OR (at IS NOT NULL AND steps = ${steps}) ORDER BY steps`;
}

/** The items of a page, and after which place the next one begins; null: there is none. */
export function pageOf<Row extends PageRow>(
  rows: readonly Row[],
  { limit, order }: Pick<PageQuery, 'limit' | 'order'>,
): { items: Row[]; after: number | null } {
  const hits = rows.filter(({ hit }) => hit);
  const page = hits.slice(0, limit);
  const items = page.filter(({ shown }) => shown);
  const end = rows.at(-1);
  if (hits.length > limit) return { items, after: page.at(-1)?.seq ?? null };
  if (!end?.cut) return { items, after: null };
  return { items, after: end.hit ? end.seq : end.seq + (order === 'asc' ? -1 : 1) };
}
