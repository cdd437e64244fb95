/**
 * Whoever knows the secret address of a calendar's feed. The address is all that a calendar app keeps, so it stands for the
 * credential: the database has only its hash, and the plan's own statements look it up.
 */
import { hashOf, newSecret } from '../crypto/hash.ts';
import { removed } from '../db/removed.ts';
import { guardedBy } from '../db/scope.ts';
import { raw, sql } from '../db/sql.ts';
import { suspended } from '../db/suspended.ts';
import { Problem } from '../problem.ts';
import type { Caller, RequestContext } from './credential.ts';

/** The form of a secret. Anything else is refused without a lookup. The number is the feed's shard: see db/shard-ids.ts. */
const SECRET = /^feed_(?:([1-9]\d{0,3})-)?[\w-]{32}$/;

/** A secret for the path of a feed, which names its shard. */
export const newFeedSecret = (shard: number): string => newSecret(shard === 0 ? 'feed_' : `feed_${shard}-`);

const isSuspended = raw(suspended('feeds.account_id'));
const lives = raw(`NOT ${removed('feeds.account_id', 'feeds.account_id')}`);

/** The account that has the feed with this secret, as one who reads without another credential. @throws Problem `not-found` */
export async function feedCaller({ secret }: RequestContext): Promise<Caller> {
  const [match, shard = '0'] = SECRET.exec(secret ?? '') ?? [];
  if (match === undefined) throw new Problem('not-found');
  const hash = await hashOf(match);
  const account = sql`(SELECT account_id FROM feeds WHERE hash = ${hash} AND ${lives} AND NOT ${isSuspended})`;
  return {
    token: null,
    known: false,
    shard: Number(shard),
    // Counted by its address.
    anonymous: true,
    namedAccount: null,
    userId: null,
    credential: {
      scope: guardedBy(account, account, null),
      proof: sql`(SELECT json_array(account_id, ${isSuspended}) FROM feeds WHERE hash = ${hash} AND ${lives})`,
      verify(proof) {
        const [account, isSuspended] = JSON.parse(String(proof ?? '[]')) as [string?, number?];
        if (account === undefined) throw new Problem('not-found');
        if (isSuspended === 1) throw new Problem('account-suspended');
        return { account, readsReplica: false, actor: { caller: 'anonymous' } };
      },
    },
  };
}
