/** The steps of src/migrations, for a database at hand; `npm run migrate` is for those of wrangler.toml. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../migrations/', import.meta.url);

/** Their names, in their order. */
export const migrations = (): string[] => readdirSync(folder).sort();

export const sqlOf = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** A D1 of Miniflare, which takes many statements in one text. */
interface LocalDatabase {
  prepare(text: string): { run(): Promise<unknown> };
}

/** Makes an empty database what the newest Worker expects. */
export async function build(db: LocalDatabase): Promise<void> {
  for (const name of migrations()) await db.prepare(sqlOf(name)).run();
}
