/** Gives each test file empty databases with the schema: schema.sql, which is what src/migrations builds, in one batch. */
import { env } from 'cloudflare:workers';
import { clear } from './database.ts';

// Earlier test files used the same databases. (`reset` of cloudflare:test was seen to leave rows in them.)
await Promise.all([env.DB, env.DB_EU, env.DB_US, env.COPY].map(clear));
for (const db of [env.DB, env.DB_EU, env.DB_US]) await db.batch(env.SCHEMA.map((text) => db.prepare(text)));
