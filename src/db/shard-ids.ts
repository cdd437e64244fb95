/**
 * An account lives in one shard, whole, and its id names that shard, so there is no directory to look it up in. A shard
 * is a D1 database with a small number; 0 is the database that is bound as `DB`.
 */

/** The largest number of a shard: an account's id has twelve bits for it. */
export const SHARD_NUMBER_MAX = 0xfff;

/** A UUID of version 8 (RFC 9562 section 5.8). The field `custom_b` is the shard; the other 110 bits are random. */
const SHARD_ID = /^.{14}8([0-9a-f]{3})-[89ab]/;

/** The number of the shard that an account's id names, true or not; 0 for a UUID of any other version. */
export const shardOfAccount = (id: string): number => Number.parseInt(SHARD_ID.exec(id)?.[1] ?? '0', 16);

export const newAccountId = (shard: number): string =>
  shard === 0 ? crypto.randomUUID() : accountIdIn(crypto.randomUUID(), shard);

/** The id that an account gets when it moves to another shard: the same id for every try. */
export const accountIdIn = (id: string, shard: number): string =>
  `${id.slice(0, 14)}8${shard.toString(16).padStart(3, '0')}${id.slice(18)}`;
