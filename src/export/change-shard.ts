/**
 * A copy as it is to be in another place. An account's id and its API keys say where it lives, so they cannot be what they
 * were; everything else stays, the users and their signing keys among it.
 */
import { newApiKey } from '../auth/api-key.ts';
import { hashOf } from '../crypto/hash.ts';
import { accountIdIn, shardOfAccount } from '../db/shard-ids.ts';
import { newApiKeyRow, toApiKey } from '../resources/api-keys/sql.ts';
import type { Copy, Line } from './import.ts';

export interface MovedCopy {
  copy: Copy;
  /** The one key that it has there; null: the account stays in its place, and has the keys that it had. */
  apiKey: string | null;
}

/**
 * @param place the number of the place that it is to live in.
 * @param now milliseconds since the epoch.
 */
export async function movedToShard(copy: Copy, place: number, now: number): Promise<MovedCopy> {
  if (shardOfAccount(copy.account) === place) return { copy, apiKey: null };
  const account = accountIdIn(copy.account, place);
  const apiKey = newApiKey(place);
  const row = newApiKeyRow(apiKey, { name: 'moved', expiresAt: null }, now);
  const key: Line = { type: 'apiKey', ...toApiKey(row), hash: await hashOf(apiKey) };
  const linesOf: Copy['linesOf'] = async function* (type) {
    if (type === 'apiKey') yield key;
    else
      for await (const line of copy.linesOf(type)) yield type === 'account' ? { ...line, id: account } : line;
  };
  return { copy: { account, counts: { ...copy.counts, apiKey: 1 }, linesOf }, apiKey };
}
