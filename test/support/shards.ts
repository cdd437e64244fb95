/** Three databases as the shards 0, 1 and 2, with counters of their round trips. */
import { env } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';
import { type Account, counting, keys, newAccount } from './client.ts';
import { through } from './database.ts';

export const SHARDS: Env['SHARDS'] = {
  0: { binding: 'DB', region: 'home' },
  1: { binding: 'DB_EU', region: 'eu' },
  2: { binding: 'DB_US', region: 'us' },
};

export const regions = ['home', 'eu', 'us'] as const;
export type Region = (typeof regions)[number];

export interface Databases {
  DB: D1Database;
  DB_EU: D1Database;
  DB_US: D1Database;
}

export const databases: Databases = { DB: env.DB, DB_EU: env.DB_EU, DB_US: env.DB_US };

/** The bindings and variables of a Worker with three shards, of which some can be replaced. */
export const deployed = (instead: Partial<Databases> = {}): Partial<Env> => ({
  ...databases,
  ...instead,
  SHARDS,
});

/** The same, with the number of round trips to each shard. */
export function counted(): { env: Partial<Env>; trips: () => number[] } {
  const counters = [env.DB, env.DB_EU, env.DB_US].map((db) => counting(db));
  const [DB, DB_EU, DB_US] = counters.map(({ db }) => db) as [D1Database, D1Database, D1Database];
  return { env: deployed({ DB, DB_EU, DB_US }), trips: () => counters.map(({ trips }) => trips()) };
}

export const accountIn = (region: Region): Promise<Account> =>
  newAccount(keys.pem, { region, env: deployed() });

/** A database that reports this size. */
export const filled = (db: D1Database, bytes: number): D1Database =>
  through(async (run) => {
    const results = await run();
    return results.map((result) => ({ ...result, meta: { ...result.meta, size_after: bytes } }));
  }, db);
