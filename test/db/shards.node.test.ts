import { expect, it } from 'vitest';
import { newApiKey, shardOfKey } from '../../src/auth/api-key.ts';
import { newAccountId, SHARD_NUMBER_MAX, shardOfAccount } from '../../src/db/shard-ids.ts';
import { shardOf, shardsOf } from '../../src/db/shards.ts';
import type { Env } from '../../src/env.ts';

const numbers = [0, 1, 2, 15, 16, 255, 256, 999, 1000, 4094, SHARD_NUMBER_MAX];

it('an account id and an API key contain the number of their shard', () => {
  for (const number of numbers) {
    const id = newAccountId(number);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[48][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(shardOfAccount(id)).toBe(number);
    expect(shardOfKey(newApiKey(number))).toBe(number);
  }
});

it('ids of one shard are unique, and all their other bits are random', () => {
  const ids = Array.from({ length: 2000 }, () => newAccountId(7));
  expect(new Set(ids).size).toBe(ids.length);
  const digits = Array.from({ length: 36 }, (_, i) => new Set(ids.map((id) => id[i])).size);
  const fixed = digits.flatMap((kinds, i) => (kinds === 1 ? [i] : []));
  expect(fixed).toEqual([8, 13, 14, 15, 16, 17, 18, 23]);
  expect(digits[19]).toBe(4);
});

it('a UUID of another version or variant belongs to shard 0', () => {
  for (const id of [
    '00000000-0000-4123-8000-000000000000',
    '00000000-0000-7123-8000-000000000000',
    '00000000-0000-8123-7000-000000000000',
    '00000000-0000-8123-c000-000000000000',
    '00000000-0000-8000-8000-000000000000',
  ]) {
    expect(shardOfAccount(id)).toBe(0);
  }
});

it('a key without a number belongs to shard 0, and a malformed number is rejected', () => {
  for (const secret of ['1'.repeat(32), `1_${'a'.repeat(30)}`, `-${'9'.repeat(31)}`, 'a'.repeat(128)]) {
    expect(shardOfKey(`sk_${secret}`)).toBe(0);
  }
  const secret = 'a'.repeat(32);
  const none = ['', '0.', '01.', '10000.', '1.1.', '.', '1,', 'x.', '-1.', ' 1.'].map(
    (tag) => `sk_${tag}${secret}`,
  );
  expect(none.map(shardOfKey)).toEqual([0, ...none.slice(1).map(() => null)]);
});

const db = (name: string) => ({ name, prepare: () => {} }) as unknown as D1Database;
const DB = db('DB');
const DB_EU = db('DB_EU');
const envOf = (SHARDS?: unknown) => ({ DB, DB_EU, TEXT: 'text', SHARDS }) as unknown as Env;

it('without SHARDS, DB is the only shard', () => {
  expect(shardsOf(envOf())).toEqual([{ number: 0, db: DB, region: null }]);
  expect(shardsOf(envOf({}))).toEqual([{ number: 0, db: DB, region: null }]);
});

it('DB is shard 0 beside other shards, and may have a region', () => {
  const eu = { binding: 'DB_EU', region: 'eu' };
  const second = { number: 4095, db: DB_EU, region: 'eu' };
  expect(shardsOf(envOf({ 4095: eu }))).toEqual([{ number: 0, db: DB, region: null }, second]);
  const home = { binding: 'DB', region: 'us-east-1' };
  expect(shardsOf(envOf({ 0: home, 4095: eu }))).toEqual([
    { number: 0, db: DB, region: 'us-east-1' },
    second,
  ]);
});

it('reads PLACES, the former name of SHARDS', () => {
  const env = { DB, DB_EU, PLACES: { 1: { binding: 'DB_EU' } } } as unknown as Env;
  expect(shardOf(env, 1).db).toBe(DB_EU);
});

it('an unknown number leads to shard 0', () => {
  const env = envOf({ 3: { binding: 'DB_EU' } });
  expect(shardOf(env, 3).db).toBe(DB_EU);
  for (const number of [0, 1, 4, 4095, 9999]) expect(shardOf(env, number).db).toBe(DB);
});

it.each([
  [{ 1: { binding: 'DB_US' } }, /shard 1 names the binding DB_US, which no D1 database has/],
  [{ 1: { binding: 'TEXT' } }, /which no D1 database has/],
  [{ 1: {} }, /which no D1 database has/],
  [{ 0: { binding: 'DB_EU' } }, /shard 0 is the database that is bound as DB/],
  [{ 1: { binding: 'DB' } }, /the shards 0 and 1 are the same database/],
  [{ 1: { binding: 'DB_EU' }, 2: { binding: 'DB_EU' } }, /the shards 1 and 2 are the same database/],
  [{ 4096: { binding: 'DB_EU' } }, /4096 is not the number of a shard, which is from 0 to 4095/],
  [{ '01': { binding: 'DB_EU' } }, /01 is not the number of a shard/],
  [{ eu: { binding: 'DB_EU' } }, /eu is not the number of a shard/],
  [{ 1: { binding: 'DB_EU', region: 'The EU' } }, /the region of shard 1 must be/],
  [{ 1: { binding: 'DB_EU', region: '' } }, /the region of shard 1 must be/],
])('rejects %j, with the reason', (SHARDS, words) => {
  expect(() => shardsOf(envOf(SHARDS))).toThrow(words);
  expect(() => shardsOf(envOf(SHARDS))).toThrow(/^SHARDS in wrangler.toml: /);
});
