/**
 * A user, calling with a token. The token itself is checked without the database; what remains is which key signed it,
 * whether the account accepts that key, and whether the user still exists.
 *
 * - A **read** travels with an unverified scope: its rows are used only after the keys beside them have verified the token.
 * - An **unbounded read**, whose cost the caller does not decide, travels only with a signature that is already verified.
 * - A **write** takes effect only while the account accepts the key that verified the signature: the SQL is its own
 *   guard. Where the guard does not hold, nothing is written, and the keys that came back decide.
 */

import { BoundedMap } from '../bounded-map.ts';
import { guardedBy, unverified } from '../db/scope.ts';
import { shardOfAccount } from '../db/shard-ids.ts';
import { sql } from '../db/sql.ts';
import type { Actor } from '../plan.ts';
import { Problem } from '../problem.ts';
import {
  accountWhileAccepted,
  type CandidateKey,
  type Candidates,
  readCandidates,
  selectCandidates,
} from './candidate-keys.ts';
import { accountIn, type Caller, type Credential, type RequestContext } from './credential.ts';
import { checkTimes, decode, readToken, type Token } from './token.ts';
import { keyThatVerifies, verifyToken } from './verify-token.ts';

/** The accepted keys of each account that this isolate has served: only ever a guess at which key signed a token. */
const keyCache = new BoundedMap<string, readonly CandidateKey[]>(200);

/** The tokens that this isolate has verified for an account, each with its key. Every request verifies them again. */
const tokenCache = new BoundedMap<string, { token: Token; signer: CandidateKey }>(1000);

interface Bearer extends RequestContext {
  account: string;
  token: Token;
}

/**
 * Reads the token in `authorization`, for the account in `nettu-account`.
 *
 * @throws Problem for a token that is bad by itself.
 */
export async function tokenCaller(headers: Headers, context: RequestContext): Promise<Caller> {
  const jws = bearerIn(headers);
  const account = accountIn(headers);
  const cached = tokenCache.get(account + jws);
  const token = cached?.token ?? readToken(jws, decode(jws));
  checkTimes(token, context.now);
  const signer = cached?.signer ?? (await keyThatVerifies(token, keyCache.get(account) ?? []));

  const bearer = { ...context, account, token };
  const readsAtOnce = !context.writes && (signer || !context.unbounded);
  const credential = readsAtOnce
    ? readCredential(bearer)
    : signer
      ? writeCredential(bearer, signer)
      : keysOnlyCredential(bearer);
  return {
    token: { policy: token.policy },
    known: signer !== null,
    shard: shardOfAccount(account),
    anonymous: false,
    namedAccount: account,
    userId: token.user,
    credential,
  };
}

function bearerIn(headers: Headers): string {
  const authorization = headers.get('authorization') ?? '';
  const bearer = authorization.slice('Bearer '.length).trim();
  if (/^bearer /i.test(authorization) && bearer !== '' && !bearer.includes(' ')) return bearer;
  throw new Problem(
    'credentials-missing',
    "This path takes a user's token, in the header authorization: Bearer <token>.",
  );
}

/** The user whom the path names, on routes where any user of the account may read another's data; else the token's own. */
const userOf = ({ owner, token }: Bearer): string => owner ?? token.user;

const actorOf = ({ user }: Token, kid: string): Actor => ({ caller: 'user', user, kid });

function readCredential(bearer: Bearer): Credential {
  const { account, token, now } = bearer;
  const scope = unverified(account, userOf(bearer));
  return {
    scope,
    proof: selectCandidates(scope.account, token, now),
    async verify(proof) {
      const { kid, reads_replica } = await signerOf(bearer, readCandidates(proof));
      return { account, readsReplica: reads_replica === 1, actor: actorOf(token, kid) };
    },
  };
}

function writeCredential(bearer: Bearer, { seq, kid }: CandidateKey): Credential {
  const { account, token, now } = bearer;
  const guard = accountWhileAccepted(account, token, { seq, kid }, now);
  return {
    scope: guardedBy(guard, sql`${account}`, userOf(bearer)),
    proof: selectCandidates(sql`${account}`, token, now, guard),
    async verify(proof) {
      const candidates = readCandidates(proof);
      if (!candidates.held) return writeCredential(bearer, await signerOf(bearer, candidates));
      const readsReplica = candidates.keys.some(({ reads_replica }) => reads_replica === 1);
      return { account, readsReplica, actor: actorOf(token, kid) };
    },
  };
}

/** Fetches the account's keys alone, with every PEM, so that the key cache holds them afterwards. */
function keysOnlyCredential(bearer: Bearer): Credential {
  const { account, token, now, writes } = bearer;
  return {
    scope: null,
    proof: selectCandidates(sql`${account}`, { ...token, verifiedBy: new Map() }, now),
    async verify(proof) {
      const signer = await signerOf(bearer, readCandidates(proof));
      return writes ? writeCredential(bearer, signer) : readCredential(bearer);
    },
  };
}

/**
 * The key that signed the token, judged by the account's keys of this moment; fills or clears the caches.
 *
 * @throws Problem where these keys refuse the token, or the account is suspended.
 */
async function signerOf({ account, token }: Bearer, candidates: Candidates): Promise<CandidateKey> {
  const { signer, refusal } = await verifyToken(token, candidates);
  if (refusal) {
    // A refused token is no longer known: the rate limiter counts it, and no unbounded read travels with it.
    tokenCache.delete(account + token.jws);
    // Likewise a key that verified it, and that the account has revoked or removed since.
    const known = keyCache.get(account)?.some(({ seq }) => token.verifiedBy.get(seq));
    if (signer ? !signer.accepted : known) keyCache.delete(account);
    throw refusal;
  }
  tokenCache.set(account + token.jws, { token, signer });
  const accepted = candidates.keys.filter((key) => key.accepted);
  if (accepted.every(({ pem }) => pem !== null)) keyCache.set(account, accepted);
  if (candidates.suspended) throw new Problem('account-suspended');
  return signer;
}
