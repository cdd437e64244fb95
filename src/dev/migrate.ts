/**
 * npm run migrate [-- --remote] [--persist-to FOLDER] [--config FILE]: applies what is new in src/migrations to every D1
 * database that wrangler.toml binds, one after the other; as often as you like.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unstable_readConfig as readConfig } from 'wrangler';
import { migrations, sqlOf } from './migrations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DIRECTORY = 'src/migrations';

/** No look at the network that is not needed. */
const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' };

/**
 * @param flags of wrangler, which say where the databases are.
 * @param says is told what was done.
 * @throws Error with wrangler's own words, for the first database where a step fails; that step has changed nothing.
 */
export function migrate(flags: string[], says: (text: string) => void = () => {}): void {
  const { values } = parseArgs({ args: flags, strict: false, options: { config: { type: 'string' } } });
  const config = resolve(root, String(values.config ?? 'wrangler.toml'));
  for (const { binding, migrations_dir: directory } of readConfig({ config }).d1_databases) {
    if (!directory || resolve(dirname(config), directory) !== join(root, DIRECTORY))
      throw new Error(`${config}: the binding ${binding} needs migrations_dir = "${DIRECTORY}"`);
    let applied = run(['migrations', 'apply', binding], flags);
    if (/duplicate column name/.test(applied.output)) {
      adopt(binding, flags);
      applied = run(['migrations', 'apply', binding], flags);
    }
    if (applied.failed) throw new Error(`The schema of ${binding} could not be changed.\n${applied.output}`);
    says(`${binding} has the schema of ${migrations().at(-1)}.`);
  }
}

/** Not asked for a confirmation: without a terminal wrangler goes on by itself. */
function run(command: string[], flags: string[]) {
  const where = flags.includes('--remote') ? flags : ['--local', ...flags];
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [wrangler, 'd1', ...command, ...where], {
    cwd: root,
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { failed: status !== 0, output: `${stdout}${stderr}`, stdout };
}

/**
 * Takes over a database that was made by a schema.sql newer than the first, before there were migrations: it has some of
 * the columns that the first step that failed adds. That step is done without those, for all else in it may be repeated.
 * The last such schema had dropped two columns of the first, which later steps go on from.
 */
function adopt(binding: string, flags: string[]): void {
  const rows = <Row>(sql: string): Row[] => {
    const { failed, output, stdout } = run(['execute', binding, '--json', '--command', sql], flags);
    if (failed) throw new Error(output);
    return (JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ results: Row[] }])[0].results;
  };
  const done = rows<{ name: string }>('SELECT name FROM d1_migrations').map(({ name }) => name);
  const step = migrations().find((name) => !done.includes(name));
  if (!step) return;
  const columns = rows<{ name: string }>(
    `SELECT m.name || '.' || c.name AS name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT GLOB '_cf_*'`,
  ).map(({ name }) => name);
  const rest = sqlOf(step).replace(/^ALTER TABLE (\w+) ADD COLUMN (\w+)[^;]*;$/gm, (text, table, column) =>
    columns.includes(`${table}.${column}`) ? '' : text,
  );
  const dropped = ['webhook_url', 'webhook_key'].filter((column) => !columns.includes(`accounts.${column}`));
  const restored = dropped.map((column) => `ALTER TABLE accounts ADD COLUMN ${column} TEXT;\n`).join('');
  const folder = mkdtempSync(join(tmpdir(), 'nettu-adopt-'));
  try {
    const file = join(folder, step);
    writeFileSync(file, `${restored}${rest}\nINSERT INTO d1_migrations (name) VALUES ('${step}');\n`);
    const { failed, output } = run(['execute', binding, '--yes', '--file', file], flags);
    if (failed) throw new Error(output);
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
