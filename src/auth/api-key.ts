/** An account's API keys: how one is made, what is kept of it, and whose it is. */
import { base64url } from 'jose';
import { type Sql, sql } from '../db/sql.ts';

/** What a key looks like; anything else is refused before it is looked up. The number is its place: see db/places.ts. */
const KEY = /^sk_(?:([1-9]\d{0,3})\.)?[\w-]{30,128}$/;

/** The place that a key names, true or not; null: it is no key. One that names none is of place 0. */
export function placeOfKey(key: string): number | null {
  const [match, place = '0'] = KEY.exec(key) ?? [];
  return match === undefined ? null : Number(place);
}

export const newApiKey = (place: number): string => newSecret(place === 0 ? 'sk_' : `sk_${place}.`);

/** 192 random bits behind a prefix that tells what it is, e.g. to a scanner for leaked secrets. */
export function newSecret(prefix: string): string {
  return prefix + base64url.encode(crypto.getRandomValues(new Uint8Array(24)));
}

/**
 * SHA-256 in base64url, all that is kept of a key. A key is random, so it needs neither salt nor a slow hash; and
 * as it is looked up by its hash, the time that takes tells nothing of the key.
 */
export async function hashOf(secret: string): Promise<string> {
  return base64url.encode(await sha256(secret));
}

/** Whether two secrets are equal, in a time that tells nothing of either. */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await sha256(a), await sha256(b));
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

export const expired = (now: number) => sql`(expires_at IS NOT NULL AND expires_at <= ${now})`;

/** Evidence of a key: `[account, expired, nearest]` in JSON; NULL where there is no such key. */
export const evidenceOfKey = (hash: string, now: number): Sql =>
  sql`(SELECT json_array(account_id, ${expired(now)}, nearest) FROM api_keys WHERE hash = ${hash})`;

interface KnownKey {
  account: string | null;
  expired: boolean;
  /** Whether its account lets replicas answer. */
  nearest: boolean;
}

export function readKey(evidence: unknown): KnownKey {
  const found = JSON.parse(String(evidence ?? '[null, 0, 0]')) as [string | null, number, number];
  const [account, expired, nearest] = found;
  return { account, expired: expired === 1, nearest: nearest === 1 };
}

/** The id of the account whose key this is while it has not expired, else NULL. */
export const accountOfKey = (hash: string, now: number): Sql =>
  sql`(SELECT account_id FROM api_keys WHERE hash = ${hash} AND NOT ${expired(now)})`;

/** The same, expired or not. */
export const accountEverOf = (hash: string): Sql =>
  sql`(SELECT account_id FROM api_keys WHERE hash = ${hash})`;
