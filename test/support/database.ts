/** Reads the database directly, and wraps its binding to observe or disturb it. */
import { env } from 'cloudflare:workers';
import { finishRemovals } from './removals.ts';

/** All rows by table: a rejected request must not change them. */
export async function snapshot(db: D1Database = env.DB): Promise<Record<string, Record<string, unknown>[]>> {
  const tables = await db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'
     ORDER BY name`,
    )
    .all<{ name: string }>();
  const names = tables.results.map(({ name }) => name);
  const rows = await db.batch<Record<string, unknown>>(
    names.map((name) => db.prepare(`SELECT * FROM "${name}"`)),
  );
  return Object.fromEntries(names.map((name, i) => [name, rows[i]?.results ?? []]));
}

/** Drops everything, newest first, because newer tables refer to older ones. */
export async function clear(db: D1Database = env.DB): Promise<void> {
  const { results } = await db
    .prepare(
      `SELECT type, name FROM sqlite_schema
       WHERE type IN ('table', 'trigger', 'view') AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'
       ORDER BY type DESC, rowid DESC`,
    )
    .all<{ type: string; name: string }>();
  if (results.length) await db.batch(results.map(({ type, name }) => db.prepare(`DROP ${type} ${name}`)));
}

/** The number of rows of a table that belong to an account, once what is removed is deleted. */
export async function countOf(table: string, account: string): Promise<number> {
  await finishRemovals();
  const row = await env.DB.prepare(`SELECT count(*) AS n FROM "${table}" WHERE account_id = ?`)
    .bind(account)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** A binding that sends every batch through `step`. */
export function through(
  step: (run: () => Promise<D1Result[]>, count: number) => Promise<D1Result[]>,
  db: D1Database = env.DB,
): D1Database {
  let count = 0;
  const stepping = (target: Pick<D1Database, 'prepare' | 'batch'>) => ({
    prepare: (text: string) => target.prepare(text),
    batch: (statements: D1PreparedStatement[]) => {
      count++;
      return step(() => target.batch(statements), count);
    },
  });
  return {
    ...stepping(db),
    withSession(from?: string) {
      const session = db.withSession(from);
      return { ...stepping(session), getBookmark: () => session.getBookmark() };
    },
  } as unknown as D1Database;
}

/** A binding that awaits `interfere` before its nth batch, or before each one. */
export function interrupted(interfere: () => Promise<unknown>, nth: number | 'each' = 1): D1Database {
  return through(async (run, count) => {
    if (nth === 'each' || count === nth) await interfere();
    return run();
  });
}

/** A binding whose every batch fails. */
export const failing = (error: Error): D1Database => through(() => Promise.reject(error));

/** A binding that counts the rows that the database read. */
export const reading = () => totalling('rows_read');

/** A binding that counts the rows that the database wrote, index entries included. */
export const writing = () => totalling('rows_written');

function totalling(count: 'rows_read' | 'rows_written'): { db: D1Database; rows: () => number } {
  let rows = 0;
  const db = through(async (run) => {
    const results = await run();
    for (const { meta } of results) rows += meta[count];
    return results;
  });
  return { db, rows: () => rows };
}

/** A binding that counts the rows that the database read and wrote. */
export function costing(): { db: D1Database; rows: () => { read: number; written: number } } {
  const rows = { read: 0, written: 0 };
  const db = through(async (run) => {
    const results = await run();
    for (const { meta } of results) {
      rows.read += meta.rows_read;
      rows.written += meta.rows_written;
    }
    return results;
  });
  return { db, rows: () => rows };
}
