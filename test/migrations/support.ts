/** A database as it was at each step of src/migrations, made anew in the D1 of the test file. */
import { env } from 'cloudflare:workers';

/** The statements of a step, or of all of them, one after the other. */
export const stepNames = (): string[] => env.MIGRATIONS.map(({ name }) => name);

export async function run(statements: readonly string[]): Promise<void> {
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)));
}

export const runStep = (name: string): Promise<void> =>
  run(env.MIGRATIONS.find((step) => step.name === name)?.queries ?? []);

/** What is in the database, by name: each object as it was written, without comments and without its spaces. */
export async function schema(): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare(
    `SELECT type || ' ' || name AS name, sql FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND name <> 'd1_migrations'`,
  ).all<{ name: string; sql: string }>();
  const plain = (sql: string) =>
    sql
      .replace(/--.*$/gm, '')
      .replace(/\s+/g, ' ')
      .replace(/ ?([(),;]) ?/g, '$1')
      .trim();
  return Object.fromEntries(results.map(({ name, sql }) => [name, plain(sql)]).sort());
}

/** All rows of the tables that are there now, but for what is made at random. */
export async function content(): Promise<Record<string, unknown[]>> {
  const { results: tables } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' ORDER BY name`,
  ).all<{ name: string }>();
  const rows = await env.DB.batch(tables.map(({ name }) => env.DB.prepare(`SELECT * FROM ${name}`)));
  return Object.fromEntries(tables.map(({ name }, i) => [name, rows[i]?.results ?? []]));
}
