/** Reads the databases directly, without the Worker. */
import type { Service } from './service.ts';

/** The table of the idempotency records. */
export const RECORDS = 'remembered'; // words: allow

type Database = Service['db'];

/** All rows, by table. */
export async function stored(db: Database): Promise<Record<string, unknown[]>> {
  const { results } = await db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'
       ORDER BY name`,
    )
    .all<{ name: string }>();
  const rows = await db.batch(results.map(({ name }) => db.prepare(`SELECT * FROM "${name}"`)));
  return Object.fromEntries(results.map(({ name }, i) => [name, rows[i]?.results ?? []]));
}

/** The bindings of the databases that have a row with this value in a column. */
export async function whereIs(
  { databases }: Service,
  table: string,
  id: string,
  column = 'id',
): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(databases).map(async ([binding, db]) => {
      const row = await db.prepare(`SELECT 1 FROM ${table} WHERE ${column} = ?`).bind(id).first();
      return row === null ? [] : [binding];
    }),
  );
  return found.flat();
}

export async function countIn({ databases }: Service, table: string): Promise<number> {
  const counts = await Promise.all(
    Object.values(databases).map((db) => db.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>('n')),
  );
  return counts.reduce<number>((sum, n) => sum + (n ?? 0), 0);
}
