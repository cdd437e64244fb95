/**
 * npm run migrate [-- --remote] [--persist-to FOLDER] [--config FILE]: applies the new migrations of src/migrations to every
 * D1 database that wrangler.toml binds, one after the other. It is safe to repeat.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unstable_readConfig as readConfig } from 'wrangler';
import { migrations, sqlOf } from './migrations.ts';
import { rowsOf, run } from './wrangler-d1.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DIRECTORY = 'src/migrations';

/**
 * Brings every database to the newest schema.
 *
 * @param flags the flags that wrangler needs to find the databases.
 * @param log receives one line for each database.
 * @throws Error with wrangler's output, for the first database where a migration fails. D1 rolls that migration back.
 */
export function migrate(flags: string[], log: (line: string) => void = () => {}): void {
  const { values } = parseArgs({ args: flags, strict: false, options: { config: { type: 'string' } } });
  const config = resolve(root, String(values.config ?? 'wrangler.toml'));
  for (const { binding, migrations_dir: directory } of readConfig({ config }).d1_databases) {
    if (!directory || resolve(dirname(config), directory) !== join(root, DIRECTORY))
      throw new Error(
        `The binding ${binding} needs migrations_dir = "${DIRECTORY}". Add it to d1_databases in ${config}`,
      );
    let applied = run(['migrations', 'apply', binding], flags);
    if (/duplicate column name/.test(applied.output)) {
      adopt(binding, flags);
      applied = run(['migrations', 'apply', binding], flags);
    }
    if (applied.failed)
      throw new Error(
        `wrangler could not migrate ${binding}. Fix the cause, and run this again.\n${applied.output}`,
      );
    log(`${binding} has the schema of ${migrations().at(-1)}.`);
  }
}

/**
 * Adopts a database that a schema.sql created before there were migrations. It has some of the columns that the failed
 * migration adds, so this runs the migration without them; its other statements are safe to repeat. The last such schema
 * had dropped two columns that later migrations need, so this adds them again.
 */
function adopt(binding: string, flags: string[]): void {
  const rows = <Row>(sql: string): Row[] => rowsOf<Row>(binding, sql, flags);
  const applied = rows<{ name: string }>('SELECT name FROM d1_migrations').map(({ name }) => name);
  const failed = migrations().find((name) => !applied.includes(name));
  if (!failed) return;
  const columns = rows<{ name: string }>(
    `SELECT m.name || '.' || c.name AS name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT GLOB '_cf_*'`,
  ).map(({ name }) => name);
  const remaining = sqlOf(failed).replace(
    /^ALTER TABLE (\w+) ADD COLUMN (\w+)[^;]*;$/gm,
    (text, table, column) => (columns.includes(`${table}.${column}`) ? '' : text),
  );
  const dropped = ['webhook_url', 'webhook_key'].filter((column) => !columns.includes(`accounts.${column}`));
  const restored = dropped.map((column) => `ALTER TABLE accounts ADD COLUMN ${column} TEXT;\n`).join('');
  const folder = mkdtempSync(join(tmpdir(), 'nettu-adopt-'));
  try {
    const file = join(folder, failed);
    const record = `INSERT INTO d1_migrations (name) VALUES ('${failed}');\n`;
    writeFileSync(file, `${restored}${remaining}\n${record}`);
    const result = run(['execute', binding, '--yes', '--file', file], flags);
    if (result.failed) throw new Error(result.output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    migrate(process.argv.slice(2), console.log);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
