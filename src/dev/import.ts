/**
 * npm run import -- FILE [--binding DB] [--remote] [--persist-to FOLDER]: puts the copy of an account into a database of
 * wrangler.toml, as often as you like: what is there already stays as it is.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { D1Database } from '@cloudflare/workers-types';
import { getPlatformProxy, unstable_readConfig as readConfig } from 'wrangler';
import { importCopy } from '../copy/import.ts';
import { rehomed } from '../copy/rehome.ts';
import type { Declared } from '../db/databases.ts';
import { readCopy } from './import-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const { compatibility_date, d1_databases, vars } = readConfig({ config: join(root, 'wrangler.toml') });

/** The number of the place whose database has this binding. */
function placeOf(binding: string): number {
  if (binding === 'DB') return 0;
  const places = Object.entries((vars.PLACES ?? {}) as Record<string, Declared>);
  const [number] = places.find(([, place]) => place.binding === binding) ?? [];
  if (number === undefined) throw new Error(`PLACES in wrangler.toml gives ${binding} no number`);
  return Number(number);
}

/** Does something with a database of wrangler.toml: the one on this machine, or the real one, with wrangler's login. */
async function withDatabase<T>(
  binding: string,
  { remote, persistTo }: { remote: boolean; persistTo: string },
  work: (db: D1Database) => Promise<T>,
): Promise<T> {
  const database = (d1_databases as { binding: string; database_name: string; database_id: string }[]).find(
    (database) => database.binding === binding,
  );
  if (!database) throw new Error(`wrangler.toml binds no D1 database as ${binding}`);
  const folder = mkdtempSync(join(tmpdir(), 'nettu-import-'));
  const configPath = join(folder, 'wrangler.json');
  const { database_name, database_id } = database;
  const bound = { binding, database_name, database_id, remote };
  writeFileSync(configPath, JSON.stringify({ name: 'import', compatibility_date, d1_databases: [bound] }));
  const proxy = await getPlatformProxy<Record<string, D1Database>>({
    configPath,
    persist: { path: join(persistTo, 'v3') },
    remoteBindings: remote,
  });
  try {
    return await work(proxy.env[binding] as D1Database);
  } finally {
    await proxy.dispose();
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      binding: { type: 'string', default: 'DB' },
      remote: { type: 'boolean', default: false },
      'persist-to': { type: 'string', default: join(root, '.wrangler/state') },
    },
  });
  const [file] = positionals;
  if (!file) throw new Error('Name the file: npm run import -- FILE [--binding DB] [--remote]');
  const { binding } = values;
  const { copy, apiKey } = await rehomed(await readCopy(file), placeOf(binding), Date.now());
  const where = { remote: values.remote, persistTo: values['persist-to'] };
  const made = await withDatabase(binding, where, (db) => importCopy(db, copy));
  const rows = Object.values(copy.counts).reduce((sum, count) => sum + count, 0);
  if (!made) return `The account ${copy.account} is in ${binding} already. Nothing was changed.`;
  const done = `The account ${copy.account} is in ${binding}: ${rows} rows.`;
  if (!apiKey) return done;
  return `${done}\nIt has a new id there, and in the place of its API keys this one, which is shown once: ${apiKey}`;
}

try {
  console.log(await main());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
