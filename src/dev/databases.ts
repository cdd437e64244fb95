/** The D1 databases that wrangler.toml binds, here or, with wrangler's login, in production. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { D1Database } from '@cloudflare/workers-types';
import { getPlatformProxy, unstable_readConfig } from 'wrangler';
import { type Shard, shardsOf } from '../db/shards.ts';
import type { Env, ShardConfig } from '../env.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export type Config = ReturnType<typeof unstable_readConfig>;
type Bound = Record<'binding' | 'database_name' | 'database_id', string>;

/** The options of every command that opens a database. */
export const databaseOptions = {
  remote: { type: 'boolean', default: false },
  'persist-to': { type: 'string', default: join(root, '.wrangler/state') },
  config: { type: 'string', default: 'wrangler.toml' },
} as const;

export interface Location {
  remote: boolean;
  /** The folder of the local database. */
  persistTo: string;
}

/** @param file absolute, or relative to the root of the project. */
export const readConfig = (file = 'wrangler.toml'): Config =>
  unstable_readConfig({ config: resolve(root, file) });

const shardsIn = ({ vars }: Config) => (vars.SHARDS ?? vars.PLACES ?? {}) as Record<string, ShardConfig>;

/**
 * Checks SHARDS by the rules of the Worker, which would not start.
 *
 * @throws Error that says what to correct.
 */
export function checkShards(config: Config): void {
  const bindings = (config.d1_databases as Bound[]).map(({ binding }) => [binding, { prepare: null }]);
  shardsOf({ ...Object.fromEntries(bindings), ...config.vars } as unknown as Env);
}

/**
 * The database that wrangler.toml binds under this name, and the number of its shard.
 *
 * @throws Error that says what to correct.
 */
export function databaseOf(config: Config, binding: string) {
  const database = (config.d1_databases as Bound[]).find((database) => database.binding === binding);
  if (!database)
    throw new Error(
      `wrangler.toml binds no D1 database as ${binding}. Add it to d1_databases, or name another.`,
    );
  const number =
    binding === 'DB' ? '0' : Object.entries(shardsIn(config)).find(([, one]) => one.binding === binding)?.[0];
  if (number === undefined)
    throw new Error(
      `SHARDS in wrangler.toml gives ${binding} no number. Add a shard with this binding first.`,
    );
  const { database_name, database_id } = database;
  return { bound: { binding, database_name, database_id }, shard: Number(number) };
}

/** The bindings of all shards, shard 0 first. */
export const bindingsOf = (config: Config): string[] => [
  ...new Set(['DB', ...Object.values(shardsIn(config)).map(({ binding }) => binding)]),
];

/** The binding of a shard's database. @throws Error where SHARDS has no such shard. */
export function bindingOf(config: Config, shard: Shard['number']): string {
  const binding = shard === 0 ? 'DB' : shardsIn(config)[shard]?.binding;
  if (binding) return binding;
  throw new Error(`SHARDS in wrangler.toml has no shard ${shard}, which this account's id names.`);
}

/** Runs `work` on the local database, or on the remote one with wrangler's login. */
export async function withDatabase<T>(
  bound: Bound,
  { compatibility_date, remote, persistTo }: Pick<Config, 'compatibility_date'> & Location,
  work: (db: D1Database) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nettu-database-'));
  const configPath = join(folder, 'wrangler.json');
  const config = { name: 'operator', compatibility_date, d1_databases: [{ ...bound, remote }] };
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
