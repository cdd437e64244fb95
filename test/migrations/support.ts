/** Applies single steps of src/migrations and reads the database that they leave. */
import { env } from 'cloudflare:workers';

export const stepNames = (): string[] => env.MIGRATIONS.map(({ name }) => name);

export async function run(statements: readonly string[]): Promise<void> {
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)));
}

export const runStep = (name: string): Promise<void> =>
  run(env.MIGRATIONS.find((step) => step.name === name)?.queries ?? []);

/** The SQL of each database object by type and name, without comments and with single spaces. */
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

/** The trigger names of each table, oldest first. */
export async function triggers(): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare(
    "SELECT tbl_name, group_concat(name, ' ' ORDER BY rowid) AS names FROM sqlite_schema WHERE type = 'trigger' GROUP BY tbl_name",
  ).all<{ tbl_name: string; names: string }>();
  return Object.fromEntries(results.map(({ tbl_name, names }) => [tbl_name, names]));
}

type Row = Record<string, unknown>;

/** All rows, by table. */
export async function content(): Promise<Record<string, Row[]>> {
  const { results: tables } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' ORDER BY name`,
  ).all<{ name: string }>();
  const rows = await env.DB.batch<Row>(tables.map(({ name }) => env.DB.prepare(`SELECT * FROM ${name}`)));
  return Object.fromEntries(tables.map(({ name }, i) => [name, rows[i]?.results ?? []]));
}
