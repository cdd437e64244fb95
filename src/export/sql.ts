/** The reads of an export, in the order of `seq`, which every index by account contains. */
import { ofAccount, onlyWhile, type Scope } from '../db/scope.ts';
import { type Sized, type SizeLimit, upTo } from '../db/sizes.ts';
import { type Query, query, raw, type Sql, sql } from '../db/sql.ts';
import { commas, live, seen, type Table } from '../db/table.ts';
import { EXPORT_PART_MAX, EXPORT_PART_MAX_BYTES, EXPORT_PAUSE_PER_THOUSAND_ROWS_MS } from '../limits.ts';
import { columnsOf, tables } from './tables.ts';

/** The account's rows of a table, as the end of a SELECT. */
const within = ({ name }: Table, { account }: Scope): Sql =>
  sql`${raw(name)} WHERE ${name === 'accounts' ? sql`id` : sql`account_id`} = ${account}`;

const seqOf = ({ single }: Table): Sql => (single ? sql`1` : sql`seq`);

const NOW_MS = sql`CAST(unixepoch('subsec') * 1000 AS INTEGER)`;

/**
 * How long the account, a row of `usage`, has to wait for its next export, in milliseconds; at most 0: not at all. So an
 * export that is begun again and again keeps the database from nobody: to look through a million rows takes it 0.8 s. A
 * beginning in the future is from before the clock was set back.
 */
const WAIT_MS = sql`CASE WHEN latest_export_at <= ${NOW_MS} THEN latest_export_at - ${NOW_MS}
  + (users + calendars + events + schedules + services + bookings) * ${EXPORT_PAUSE_PER_THOUSAND_ROWS_MS} / 1000 ELSE 0 END`;

export interface BoundsRow {
  /** JSON: the highest `seq` of each table; 0 where the account has no rows in it. */
  bounds: string;
  /** Milliseconds until the account may begin another export; null or at most 0: it may. */
  wait_ms: number | null;
}

/** The bounds of an export. It leaves out the rows above them, so no row that it exports refers to a newer one. */
export const selectBounds = (scope: Scope): Query<BoundsRow> => {
  const highest = tables.map((table) => {
    const last = table.single ? sql`1` : sql`(SELECT max(seq) FROM ${raw(table.name)})`;
    return sql`CASE WHEN EXISTS (SELECT 1 FROM ${within(table, scope)}) THEN ${last} ELSE 0 END`;
  });
  const all = highest.reduce((before, one) => sql`${before}, ${one}`);
  return query<BoundsRow>`
    SELECT json_array(${all}) AS bounds, (SELECT ${WAIT_MS} FROM usage WHERE ${ofAccount(scope)}) AS wait_ms`;
};

/** The condition that no newer export of the account has begun. */
const isLatest = ({ named }: Scope, id: string): Sql =>
  sql`EXISTS (SELECT 1 FROM usage WHERE account_id = ${named} AND latest_export = ${id})`;

/** Makes an answer the latest export of the account, and so ends an older one. No row comes back where it has to wait. */
export const takeTurn = (scope: Scope, id: string): Sql => sql`
  UPDATE usage SET latest_export = ${id}, latest_export_at = ${NOW_MS}
  WHERE ${ofAccount(scope)} AND (latest_export = ${id} OR ${WAIT_MS} <= 0) RETURNING 1`;

/** A row if the answer is still the latest export of the account. */
export const selectTurn = (scope: Scope, id: string): Query => query`SELECT 1 WHERE ${isLatest(scope, id)}`;

/** The same scope, while the answer is the latest export: so an older one reads nothing more. */
export const whileLatest = (scope: Scope, id: string): Scope => onlyWhile(isLatest(scope, id), scope);

/** The `seq`s of one statement: some tens of milliseconds of the database, and less than the 2 MB of a value in D1. */
export const SEQS_MAX = 100_000;

/** The columns that follow the account's in an index of the table. */
const keyOf = ({ columns, name }: Table): readonly string[] =>
  name === 'service_users' ? ['service_id', 'user_id'] : 'id' in columns ? ['id'] : ['seq'];

export interface SeqsRow {
  /** JSON: `seq`s in no order. */
  seqs: string;
  /** How many they are. */
  n: number;
  /** JSON: where the next statement goes on; null where there is none. */
  last: string | null;
}

/**
 * The next `seq`s of rows of the account that are left. The query reads the account's entries in one index, so that the
 * export does so once for each of its answers.
 *
 * @param position the `last` of the statement before; null: the first one.
 */
export const selectSeqs = (
  scope: Scope,
  table: Table,
  { after, until }: Record<'after' | 'until', number>,
  position: string | null,
): Query<SeqsRow> => {
  const seq = seqOf(table);
  if (table.single)
    return query<SeqsRow>`SELECT json_group_array(1) AS seqs, count(*) AS n, NULL AS last FROM ${within(table, scope)} AND ${after} < 1`;
  const keys = commas(keyOf(table).map(raw));
  const from = commas(keyOf(table).map((_, i) => sql`${position} ->> ${raw(String(i))}`));
  return query<SeqsRow>`
    SELECT json_group_array(seq) AS seqs, count(*) AS n, max(json_array(${keys})) AS last FROM (
      SELECT ${seq} AS seq, ${keys} FROM ${within(table, scope)} ${position === null ? sql`` : sql`AND (${keys}) > (${from})`}
        AND seq > ${after} AND seq <= ${until} ORDER BY ${keys} LIMIT ${SEQS_MAX})`;
};

/** The limit of a part: a row with as many bytes counts as two, and so on. */
export const partLimit: SizeLimit = {
  rows: EXPORT_PART_MAX,
  bytesPerRow: EXPORT_PART_MAX_BYTES / EXPORT_PART_MAX,
};

/**
 * The first of these rows, up to the one that exceeds the limit of a part. The join keeps its order: by another one, SQLite
 * reads all of the account's rows for each part.
 */
export function selectRows(
  scope: Scope,
  table: Table,
  seqs: readonly number[],
): Query<Record<string, unknown> & Sized & { seq: number }> {
  const { single } = table;
  const all = columnsOf(table);
  const columns = raw(all.map(([name]) => `${seen(table, name)} AS ${name}`).join(', '));
  const size = raw(
    ['0', ...all.flatMap(([name, { json }]) => (json ? `coalesce(octet_length(${name}), 0)` : []))].join(
      ' + ',
    ),
  );
  return upTo(
    partLimit,
    sql`
    SELECT ${seqOf(table)} AS seq, ${columns}, ${size} AS size
    FROM ${single ? within(table, scope) : inRanges(table, scope, seqs)} AND ${live(table)}`,
  );
}

/** The account's rows with these `seq`s. NOT INDEXED leaves SQLite the `seq` alone, of which neighbours are one range. */
const inRanges = ({ name }: Table, { account }: Scope, seqs: readonly number[]): Sql => sql`
  (SELECT value ->> 0 AS first, value ->> 1 AS last FROM json_each(${JSON.stringify(rangesOf(seqs))})) wanted
  CROSS JOIN ${raw(name)} NOT INDEXED
  WHERE account_id = ${account} AND seq BETWEEN wanted.first AND wanted.last`;

/** Ascending numbers as ranges, first and last included. */
function rangesOf(seqs: readonly number[]): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const seq of seqs) {
    const range = ranges.at(-1);
    if (range && range[1] === seq - 1) range[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}
