/** Callers without a credential: on a public route, or with a bare account id on a route that the account has opened. */
import { removed } from '../db/removed.ts';
import { guardedBy, nobody } from '../db/scope.ts';
import { shardOfAccount } from '../db/shard-ids.ts';
import { raw, sql } from '../db/sql.ts';
import { suspended } from '../db/suspended.ts';
import { Problem } from '../problem.ts';
import { accountIn, type Caller, type RequestContext } from './credential.ts';

/** The caller of a public route: no account is in scope, and there is nothing to prove. */
export const unauthenticated: Caller = {
  token: null,
  known: true,
  shard: 0,
  anonymous: false,
  namedAccount: null,
  userId: null,
  credential: {
    scope: nobody,
    proof: null,
    verify: () => ({ account: null, readsReplica: false, actor: null }),
  },
};

/** The column of each setting that opens routes to anyone. */
const settings = {
  publicFreebusy: sql`public_freebusy`,
  publicBooking: sql`public_booking`,
} satisfies Record<NonNullable<RequestContext['opens']>, unknown>;

/**
 * Anyone who names an account in `nettu-account`, where that account has opened the route. An account that has closed the
 * route and an account that does not exist look the same to the caller; one that is suspended says so where it is open.
 *
 * @param refusal what the caller gets where the account has closed the route: that of its credential, if it sent one.
 * @throws Problem `credentials-missing` where the header holds no UUID.
 */
export function anonymousCaller(
  headers: Headers,
  { owner, opens }: RequestContext,
  refusal = new Problem(
    'credentials-missing',
    'This account does not allow anonymous requests to this route. Send a token or an API key.',
  ),
): Caller {
  const id = accountIn(headers);
  const open = opens ? settings[opens] : sql`0`;
  const isSuspended = raw(suspended('accounts.id'));
  const opened = sql`FROM accounts WHERE id = ${id} AND ${open} = 1 AND NOT ${raw(removed('accounts.id', 'accounts.id'))}`;
  const account = sql`(SELECT id ${opened} AND NOT ${isSuspended})`;
  return {
    token: null,
    known: false,
    shard: shardOfAccount(id),
    anonymous: true,
    namedAccount: id,
    userId: null,
    credential: {
      scope: guardedBy(account, sql`${id}`, owner),
      proof: sql`(SELECT ${isSuspended} ${opened})`,
      verify(found) {
        if (found === 1) throw new Problem('account-suspended');
        if (found === 0) return { account: id, readsReplica: true, actor: { caller: 'anonymous' } };
        throw refusal;
      },
    },
  };
}
