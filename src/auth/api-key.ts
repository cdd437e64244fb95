/** An account's API keys: their form, and the SQL that proves one. */
import { newSecret } from '../crypto/hash.ts';
import { removed } from '../db/removed.ts';
import { raw, type Sql, sql } from '../db/sql.ts';
import { suspended } from '../db/suspended.ts';

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

const accountSuspended = raw(suspended('api_keys.account_id'));

/** The proof of a key: a `ProvenKey` in JSON; NULL where no account has the key. */
export const proofOfKey = (hash: string, now: number): Sql =>
  sql`(SELECT json_object('account', account_id, 'id', id, 'expired', ${expired(now)}, 'readsReplica', reads_replica, 'suspended', ${accountSuspended})
    FROM api_keys WHERE hash = ${hash} AND ${accountLives})`;

/** What the database knows of a key. The numbers are 0 or 1. */
interface ProvenKey {
  account: string;
  /** The id of the key. */
  id: string;
  expired: number;
  /** Whether the account lets replicas answer. */
  readsReplica: number;
  /** Whether the operator has suspended the account. */
  suspended: number;
}

/** Reads the proof of a key, as `proofOfKey` selects it. */
export const readKey = (proof: unknown): ProvenKey | null => JSON.parse(String(proof ?? null));

/** The id of the account that has this key, while the key has not expired and the account is not suspended; else NULL. */
export const accountOfKey = (hash: string, now: number): Sql =>
  sql`(SELECT account_id FROM api_keys WHERE hash = ${hash} AND NOT ${expired(now)} AND ${accountLives} AND NOT ${accountSuspended})`;

/** The id of the account that has this key, expired or not; else NULL. */
export const accountOfKeyEvenExpired = (hash: string): Sql =>
  sql`(SELECT account_id FROM api_keys WHERE hash = ${hash})`;
