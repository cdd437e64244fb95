/**
 * npm run import -- FILE [--binding DB] [--remote] [--persist-to FOLDER] [--config FILE]: imports an exported account into a
 * database of wrangler.toml. It is safe to repeat: a row that exists stays as it is.
 * npm run import -- FILE --published [...]: imports the id and the keys of an account of the published service.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { D1Database } from '@cloudflare/workers-types';
import { getPlatformProxy, unstable_readConfig as readConfig } from 'wrangler';
import type { ShardConfig } from '../env.ts';
import { movedToShard } from '../export/change-shard.ts';
import { importCopy } from '../export/import.ts';
import { readCopy } from './import-file.ts';
import { readPublishedAccount } from './published-account.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Config = ReturnType<typeof readConfig>;
type Bound = Record<'binding' | 'database_name' | 'database_id', string>;

/** The database that wrangler.toml binds under this name, and the number of its shard. */
function databaseOf({ d1_databases, vars }: Config, binding: string) {
  const database = (d1_databases as Bound[]).find((database) => database.binding === binding);
  if (!database)
    throw new Error(
      `wrangler.toml binds no D1 database as ${binding}. Add it to d1_databases, or name another.`,
    );
  const shards = Object.entries((vars.SHARDS ?? vars.PLACES ?? {}) as Record<string, ShardConfig>);
  const number = binding === 'DB' ? '0' : shards.find(([, shard]) => shard.binding === binding)?.[0];
  if (number === undefined)
    throw new Error(
      `SHARDS in wrangler.toml gives ${binding} no number. Add a shard with this binding first.`,
    );
  const { database_name, database_id } = database;
  return { bound: { binding, database_name, database_id }, shard: Number(number) };
}

/** Runs `work` on the local database, or on the remote one with wrangler's login. */
async function withDatabase<T>(
  bound: Bound,
  { compatibility_date, remote, persistTo }: Pick<Config, 'compatibility_date'> & Location,
  work: (db: D1Database) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nettu-import-'));
  const configPath = join(folder, 'wrangler.json');
  const config = { name: 'import', compatibility_date, d1_databases: [{ ...bound, remote }] };
  writeFileSync(configPath, JSON.stringify(config));
  const proxy = await getPlatformProxy<Record<string, D1Database>>({
    configPath,
    persist: { path: join(persistTo, 'v3') },
    remoteBindings: remote,
  });
  try {
    return await work(proxy.env[bound.binding] as D1Database);
  } finally {
    await proxy.dispose();
    rmSync(folder, { recursive: true });
  }
}

interface Location {
  remote: boolean;
  /** The folder of the local database. */
  persistTo: string;
}

/**
 * Imports the account of an export file.
 *
 * @param args the arguments of the command line.
 * @returns the sentence for the operator.
 * @throws Error with the reason. The import is safe to repeat.
 */
export async function importAccount(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      binding: { type: 'string', default: 'DB' },
      published: { type: 'boolean', default: false },
      remote: { type: 'boolean', default: false },
      'persist-to': { type: 'string', default: join(root, '.wrangler/state') },
      config: { type: 'string', default: 'wrangler.toml' },
    },
  });
  const [file] = positionals;
  if (!file) throw new Error('Name the export file: npm run import -- FILE [--binding DB] [--remote]');
  const { binding, remote, 'persist-to': persistTo } = values;
  const config = readConfig({ config: resolve(root, values.config) });
  const { bound, shard } = databaseOf(config, binding);
  const now = Date.now();
  if (values.published && shard !== 0)
    throw new Error(
      'An account of the published service keeps its id and its API key only in DB, which is shard 0.',
    );
  const read = values.published ? await readPublishedAccount(file, now) : await readCopy(file);
  const { copy, apiKey } = await movedToShard(read, shard, now);
  const location = { ...config, remote, persistTo };
  const imported = await withDatabase(bound, location, (db) => importCopy(db, copy)).catch((error: Error) => {
    // D1 may have committed the last batch although its answer was lost, and the API key is nowhere else.
    throw apiKey
      ? new Error(
          `${error.message}\nRun the import again. If it finds the account in ${binding}, the API key is ${apiKey}`,
        )
      : error;
  });
  const rows = Object.values(copy.counts).reduce((sum, count) => sum + count, 0);
  if (!imported) return `The account ${copy.account} is in ${binding} already. Nothing changed.`;
  const done = `Imported the account ${copy.account} into ${binding}: ${rows} rows.`;
  if (!apiKey) return done;
  return `${done}\nThe account has a new id in this shard, and one new API key, shown only once: ${apiKey}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await importAccount(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
