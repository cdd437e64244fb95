/** Reads everything that is stored of an account. */
import { env } from 'cloudflare:workers';
import { COUNTED_TWICE } from '../support/usage.ts';
import type { Row, Rows } from './state.ts';

let texts: Record<string, string> | undefined;

/** The statements that read the rows of an account, by table: of each table that has an `account_id`, in a fixed order. */
async function textsFor(db: D1Database): Promise<Record<string, string>> {
  const { results } = await db
    .prepare(
      `SELECT name, sql LIKE '%seq INTEGER PRIMARY KEY%' AS has_seq FROM sqlite_schema
       WHERE type = 'table' AND sql LIKE '%account_id TEXT%' AND name NOT GLOB '_cf_*' ORDER BY name`,
    )
    .all<{ name: string; has_seq: number }>();
  return Object.fromEntries([
    ['counted', COUNTED_TWICE],
    ['accounts', 'SELECT * FROM accounts WHERE id = ?'],
    ...results.map(({ name, has_seq }) => [
      name,
      `SELECT * FROM "${name}" WHERE account_id = ?${has_seq ? ' ORDER BY seq' : ''}`,
    ]),
  ]);
}

/** All rows of an account, in one round trip, and `usage` counted twice as `counted`. */
export async function rowsOf(account: string, db: D1Database = env.DB): Promise<Rows> {
  texts ??= await textsFor(db);
  const results = await db.batch<Row>(Object.values(texts).map((text) => db.prepare(text).bind(account)));
  return Object.fromEntries(Object.keys(texts).map((name, i) => [name, results[i]?.results ?? []]));
}
