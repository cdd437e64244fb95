/** An account's API keys: their form, and the SQL that proves one. */
import { newSecret } from '../crypto/hash.ts';
import { removed } from '../db/removed.ts';
import { raw, type Sql, sql } from '../db/sql.ts';

/** The form of a key. Anything else is refused without a lookup. The number is the key's shard: see db/shard-ids.ts. */
const KEY = /^sk_(?:([1-9]\d{0,3})\.)?[\w-]{30,128}$/;

/** The number of the shard that a key names, true or not; 0 where it names none; null where the text is no key. */
export function shardOfKey(key: string): number | null {
  const [match, shard = '0'] = KEY.exec(key) ?? [];
  return match === undefined ? null : Number(shard);
}

export const newApiKey = (shard: number): string => newSecret(shard === 0 ? 'sk_' : `sk_${shard}.`);

const expired = (now: number) => sql`(expires_at IS NOT NULL AND expires_at <= ${now})`;

/** The condition that the account of a key is not removed. */
const accountLives = raw(`NOT ${removed('api_keys.account_id', 'api_keys.account_id')}`);

/** The proof of a key: `[account, expired, readsReplica]` in JSON; NULL where no account has the key. */
export const proofOfKey = (hash: string, now: number): Sql =>
  sql`(SELECT json_array(account_id, ${expired(now)}, reads_replica) FROM api_keys WHERE hash = ${hash} AND ${accountLives})`;

interface ProvenKey {
  account: string | null;
  expired: boolean;
  /** Whether the account lets replicas answer. */
  readsReplica: boolean;
}

/** Reads the proof of a key, as `proofOfKey` selects it. */
export function readKey(proof: unknown): ProvenKey {
  const [account, expired, replica] = JSON.parse(String(proof ?? '[null, 0, 0]')) as [
    string | null,
    number,
    number,
  ];
  return { account, expired: expired === 1, readsReplica: replica === 1 };
}

/** The id of the account that has this key, while the key has not expired; else NULL. */
export const accountOfKey = (hash: string, now: number): Sql =>
  sql`(SELECT account_id FROM api_keys WHERE hash = ${hash} AND NOT ${expired(now)} AND ${accountLives})`;

/** The id of the account that has this key, expired or not; else NULL. */
export const accountOfKeyEvenExpired = (hash: string): Sql =>
  sql`(SELECT account_id FROM api_keys WHERE hash = ${hash})`;
