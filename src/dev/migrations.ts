/** Reads src/migrations and applies them to a database of Miniflare. `npm run migrate` migrates those of wrangler.toml. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../migrations/', import.meta.url);

/** The file names of the migrations, in the order in which they run. */
export const migrations = (): string[] => readdirSync(folder).sort();

export const sqlOf = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** A D1 database of Miniflare, which accepts several statements in one text. */
interface LocalDatabase {
  prepare(text: string): { run(): Promise<unknown> };
}

/** Gives an empty database the newest schema. */
export async function build(db: LocalDatabase): Promise<void> {
  for (const name of migrations()) await db.prepare(sqlOf(name)).run();
}
