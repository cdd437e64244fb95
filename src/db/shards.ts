/** The shards that the operator has bound: see wrangler.toml. */
import type { Env, ShardConfig } from '../env.ts';
import { SHARD_NUMBER_MAX } from './shard-ids.ts';

export interface Shard {
  number: number;
  db: D1Database;
  region: string | null;
}

/** An isolate has one environment, so it reads the shards once. */
const cache = new WeakMap<Env, readonly Shard[]>();

/**
 * Every shard, shard 0 first.
 *
 * @throws Error that says what to correct, where SHARDS does not fit the bindings.
 */
export function shardsOf(env: Env): readonly Shard[] {
  const shards = cache.get(env) ?? readShards(env);
  cache.set(env, shards);
  return shards;
}

/**
 * A shard by its number. A number without a shard leads to shard 0, which has no such account and no such key, so the
 * caller gets the answer for an unknown account, in the same time.
 */
export function shardOf(env: Env, number: number): Shard {
  const shards = shardsOf(env);
  return shards.find((shard) => shard.number === number) ?? (shards[0] as Shard);
}

/** The database of a shard. */
export const databaseOf = (env: Env, number: number): D1Database => shardOf(env, number).db;

function readShards(env: Env): Shard[] {
  const { 0: first, ...others } = env.SHARDS ?? env.PLACES ?? {};
  if (first && first.binding !== 'DB') throw wrong('shard 0 is the database that is bound as DB');
  const shards = [
    readShard(env, '0', { ...first, binding: 'DB' }),
    ...Object.entries(others).map(([number, config]) => readShard(env, number, config)),
  ];
  for (const { number, db } of shards) {
    const twin = shards.find((other) => other.number < number && other.db === db);
    if (twin) throw wrong(`the shards ${twin.number} and ${number} are the same database`);
  }
  return shards;
}

function readShard(env: Env, number: string, { binding, region }: ShardConfig): Shard {
  if (!/^(0|[1-9]\d{0,3})$/.test(number) || Number(number) > SHARD_NUMBER_MAX) {
    throw wrong(`${number} is not the number of a shard, which is from 0 to ${SHARD_NUMBER_MAX}`);
  }
  const db = (env as unknown as Record<string, unknown>)[binding];
  if (!isDatabase(db)) {
    throw wrong(`shard ${number} names the binding ${binding}, which no D1 database has (d1_databases)`);
  }
  if (region !== undefined && !/^[a-z0-9-]{1,32}$/.test(region)) {
    throw wrong(`the region of shard ${number} must be 1 to 32 characters of a-z, 0-9 and -`);
  }
  return { number: Number(number), db, region: region ?? null };
}

const isDatabase = (value: unknown): value is D1Database =>
  typeof value === 'object' && value !== null && 'prepare' in value;

const wrong = (reason: string) => new Error(`SHARDS in wrangler.toml: ${reason}.`);
