/** Gives each test file empty databases with the schema that src/migrations build. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { clear } from './database.ts';

// The files that ran before had the same ones. (`reset` of cloudflare:test would do, but it was seen to leave them full.)
await Promise.all([env.DB, env.DB_EU, env.DB_US, env.COPY].map(clear));
await Promise.all([env.DB, env.DB_EU, env.DB_US].map((db) => applyD1Migrations(db, env.MIGRATIONS)));
