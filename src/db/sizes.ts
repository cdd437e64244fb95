/**
 * Answers with a limit of rows and bytes. SQLite has no running sum that is cheap: a window function over the sizes would
 * read three rows for each one. LIMIT counts rows, so a join repeats a long row, once for each `bytesPerRow` in it.
 */
import { PAGE_MAX, PAGE_MAX_BYTES } from '../limits.ts';
import { type Query, query, type Sql } from './sql.ts';

export interface SizeLimit {
  rows: number;
  /** A row with as many bytes counts as two, and so on. */
  bytesPerRow: number;
}

/** A row with the size of its JSON. */
export interface Sized {
  /** Bytes; null counts as none. */
  size: number | null;
}

/** The JSON of a resource beside its JSON columns: ids, times and names of members. */
export const RESOURCE_BYTES = 330;

/** The limit of a page: a full page has room for as many rows again, which the long ones take. */
export const pageLimit: SizeLimit = {
  rows: 2 * PAGE_MAX,
  bytesPerRow: (PAGE_MAX_BYTES - PAGE_MAX * RESOURCE_BYTES) / (2 * PAGE_MAX),
};

/** @param rows selects rows with a `size`. The query returns the first ones, up to the one that exceeds the limit. */
export const upTo = <Row>({ rows: max, bytesPerRow }: SizeLimit, rows: Sql): Query<Row & Sized> => query<
  Row & Sized
>`
  SELECT * FROM (
    SELECT sized.*, part.key AS part FROM (${rows}) sized
    LEFT JOIN json_each(CASE WHEN size >= ${bytesPerRow}
      THEN '[' || replace(hex(zeroblob(size / CAST(${bytesPerRow} AS INTEGER))), '00', '0,') || '0]' END) part
    LIMIT ${max + 1}
  ) WHERE coalesce(part, 0) = 0`;

/** How many of the rows of `upTo` are within the limit. */
export function within(rows: readonly Sized[], { rows: max, bytesPerRow }: SizeLimit): number {
  let used = 0;
  const end = rows.findIndex(({ size }) => {
    used += 1 + Math.floor((size ?? 0) / bytesPerRow);
    return used > max;
  });
  return end < 0 ? rows.length : end;
}
