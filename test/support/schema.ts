/** Gives each test file empty databases with the schema that src/migrations builds. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { clear } from './database.ts';

// Earlier test files used the same databases. (`reset` of cloudflare:test was seen to leave rows in them.)
await Promise.all([env.DB, env.DB_EU, env.DB_US, env.COPY].map(clear));
await Promise.all([env.DB, env.DB_EU, env.DB_US].map((db) => applyD1Migrations(db, env.MIGRATIONS)));
