/** Gives each test file's own D1 the schema of schema.sql, twice: it must be possible to apply it again. */
import { env } from 'cloudflare:workers';

for (let times = 0; times < 2; times++) {
  await env.DB.batch(env.SCHEMA.map((statement) => env.DB.prepare(statement)));
}
