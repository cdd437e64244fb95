/**
 * Moves an exported account to another shard. The id of an account, its API keys and the addresses of its feeds contain the
 * shard's number, so a moved account gets a new id and one new API key, and no feed. Everything else stays, including the
 * users and their signing keys.
 */
import { newApiKey } from '../auth/api-key.ts';
import { hashOf } from '../crypto/hash.ts';
import { accountIdIn, shardOfAccount } from '../db/shard-ids.ts';
import { newApiKeyRow, toApiKey } from '../resources/api-keys/sql.ts';
import type { Copy, Line } from './import.ts';

export interface MovedCopy {
  copy: Copy;
  /** The new API key, in clear; null where the account stays in its shard and keeps its keys. */
  apiKey: string | null;
}

/**
 * The copy for another shard.
 *
 * @param shard the number of the shard that the account moves to.
 * @param now milliseconds since the epoch.
 */
export async function movedToShard(copy: Copy, shard: number, now: number): Promise<MovedCopy> {
  if (shardOfAccount(copy.account) === shard) return { copy, apiKey: null };
  const account = accountIdIn(copy.account, shard);
  const apiKey = newApiKey(shard);
  const row = newApiKeyRow(apiKey, { name: 'moved', expiresAt: null }, now);
  const key: Line = { type: 'apiKey', ...toApiKey(row), hash: await hashOf(apiKey) };
  const linesOf: Copy['linesOf'] = async function* (type) {
    if (type === 'apiKey') yield key;
    else if (type !== 'feed')
      for await (const line of copy.linesOf(type)) yield type === 'account' ? { ...line, id: account } : line;
  };
  return { copy: { account, counts: { ...copy.counts, apiKey: 1, feed: 0 }, linesOf }, apiKey };
}
