/**
 * The header `nettu-bookmark` says how far the database had come when it answered. A client that sends it with its next
 * request reads at least that, so also its own writes, from whichever replica is close. The bookmark names its shard,
 * since it means nothing to another database, and ends in `.n` where the account lets replicas answer its own reads.
 */
import type { Caller } from '../auth/credential.ts';
import type { Connection } from '../db/connection.ts';
import type { Shard } from '../db/shards.ts';
import type { Principal } from '../plan.ts';
import type { Route } from '../route.ts';
import type { Reply } from './respond.ts';

const HEADER = 'nettu-bookmark';

const MAX_CHARS = 200;

/** D1's bookmarks are hexadecimal numbers joined by dashes, so none of them is a keyword of `withSession`. */
const FORM = /^(0|[1-9]\d{0,3})\.([0-9a-f]+(?:-[0-9a-f]+)*)(\.n)?$/;

/**
 * From where a replica may answer a read; null: only the primary may. A replica answers a caller with a credential only
 * from a bookmark, so that the caller never reads less than it wrote; anyone else reads what is open to anyone. A
 * bookmark may be forged: it guards nothing.
 */
export function replicaFrom(
  { headers }: Request,
  { method, does }: Route,
  shard: Shard,
  { anonymous }: Caller,
): string | null {
  if (method !== 'GET' || does.streams || does.discloses) return null;
  const text = headers.get(HEADER);
  if (text === null) return anonymous ? 'first-unconstrained' : null;
  const [, number, bookmark = null, replica] = (text.length <= MAX_CHARS && FORM.exec(text)) || [];
  return number === String(shard.number) && (anonymous || replica) ? bookmark : null;
}

/** The reply with the bookmark of its answer. */
export function withBookmark(
  reply: Reply,
  { bookmark }: Connection,
  shard: Shard,
  { readsReplica }: Principal,
): Reply {
  if (bookmark === null) return reply;
  const value = `${shard.number}.${bookmark}${readsReplica ? '.n' : ''}`;
  return { ...reply, headers: { ...reply.headers, [HEADER]: value } };
}
