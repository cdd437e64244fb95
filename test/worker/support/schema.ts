/** Gives each test file empty databases with the schema that src/migrations build. */
import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

// The files that ran before it had the same ones.
await reset();
await Promise.all([env.DB, env.DB_EU, env.DB_US].map((db) => applyD1Migrations(db, env.MIGRATIONS)));
