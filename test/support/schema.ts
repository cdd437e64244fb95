/** Gives each test file empty databases with the schema: schema.sql, which is what src/migrations builds, in one batch. */
import { env } from 'cloudflare:workers';
import { clear, snapshot } from './database.ts';

/** What the databases hold once they have the schema, by their names. Few files use more than one of them. */
const shared = globalThis as { made?: Map<string, string> };
shared.made ??= new Map();
const { made } = shared;

const contentOf = async (db: D1Database) =>
  JSON.stringify([
    (await db.prepare('SELECT name, sql FROM sqlite_schema').all()).results,
    await snapshot(db),
  ]);

/** Empties a database that an earlier file has changed. (`reset` of cloudflare:test was seen to leave rows in them.) */
async function prepare(name: string, db: D1Database): Promise<void> {
  const used = await db
    .prepare('SELECT 1 FROM accounts LIMIT 1')
    .first()
    .catch(() => true);
  if (!used && (await contentOf(db)) === made.get(name)) return;
  await clear(db);
  await db.batch(env.SCHEMA.map((text) => db.prepare(text)));
  made.set(name, await contentOf(db));
}

await clear(env.COPY);
for (const name of ['DB', 'DB_EU', 'DB_US'] as const) await prepare(name, env[name]);
