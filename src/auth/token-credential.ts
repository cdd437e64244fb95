/**
 * A user with a token, as a claim. What a token says is first checked without the database; what remains is which
 * key signed it, whether that key is accepted, and whether the user still is one.
 *
 * - A **read** goes out on the mere claim: the rows are only looked at once the keys beside them have proven it.
 * - A **heavy** read, whose size the caller does not decide, goes out only with a signature that was verified.
 * - A **write** takes effect only while the key that verified the signature is accepted from that user: its SQL is
 *   its own guard. Where it is not, nothing was written, and the keys that came back decide.
 */

import { claimed, guardedBy } from '../db/scope.ts';
import { placeOfAccount } from '../db/shard-ids.ts';
import { sql } from '../db/sql.ts';
import { Problem } from '../problem.ts';
import { BoundedMap } from './bounded-map.ts';
import {
  accountWhileAccepted,
  type CandidateKey,
  type Candidates,
  readCandidates,
  selectCandidates,
} from './candidate-keys.ts';
import type { Caller, Claim, Errand } from './credential.ts';
import { accountIn } from './headers.ts';
import { checkTimes, decode, readToken, type Token } from './token.ts';
import { judge, keyThatVerifies } from './verify-token.ts';

/** The accepted keys of the accounts that this isolate has met: only ever a guess at which one signed a token. */
const met = new BoundedMap<string, readonly CandidateKey[]>(200);

/** The tokens that this isolate has verified for an account, each with its key. They are judged anew each time. */
const verified = new BoundedMap<string, { token: Token; signer: CandidateKey }>(1000);

interface Bearer extends Errand {
  account: string;
  token: Token;
}

/**
 * The user whose token stands in `authorization`, of the account in `nettu-account`.
 *
 * @throws Problem for a token that is bad by itself.
 */
export async function userCaller(headers: Headers, errand: Errand): Promise<Caller> {
  const jws = bearerIn(headers);
  const account = accountIn(headers);
  const recalled = verified.get(account + jws);
  const token = recalled?.token ?? readToken(jws, decode(jws));
  checkTimes(token, errand.now);
  const signer = recalled?.signer ?? (await keyThatVerifies(token, met.get(account) ?? []));

  const bearer = { ...errand, account, token };
  const carriesAlong = !errand.writes && (signer || !errand.heavy);
  const claim = carriesAlong ? readClaim(bearer) : signer ? writeClaim(bearer, signer) : bareClaim(bearer);
  return {
    limits: { policy: token.policy },
    known: signer !== null,
    place: placeOfAccount(account),
    open: false,
    names: account,
    subject: token.user,
    claim,
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

/** The user whom the path names, where any user of the account may ask about any other; else the token's own. */
const userOf = ({ owner, token }: Bearer): string => owner ?? token.user;

function readClaim(bearer: Bearer): Claim {
  const { account, token, now } = bearer;
  const scope = claimed(account, userOf(bearer));
  return {
    scope,
    evidence: selectCandidates(scope.account, token, now),
    async prove(evidence) {
      const signer = await prove(bearer, readCandidates(evidence));
      return { account, nearest: signer.nearest === 1 };
    },
  };
}

function writeClaim(bearer: Bearer, { seq, kid }: CandidateKey): Claim {
  const { account, token, now } = bearer;
  const guard = accountWhileAccepted(account, token, { seq, kid }, now);
  return {
    scope: guardedBy(guard, sql`${account}`, userOf(bearer)),
    evidence: selectCandidates(sql`${account}`, token, now, guard),
    async prove(evidence) {
      const candidates = readCandidates(evidence);
      if (!candidates.held) return writeClaim(bearer, await prove(bearer, candidates));
      return { account, nearest: candidates.keys.some(({ nearest }) => nearest === 1) };
    },
  };
}

/** Asks for the keys alone. All of them travel: the isolate is to meet them. */
function bareClaim(bearer: Bearer): Claim {
  const { account, token, now, writes } = bearer;
  return {
    scope: null,
    evidence: selectCandidates(sql`${account}`, { ...token, verifiedBy: new Map() }, now),
    async prove(evidence) {
      const signer = await prove(bearer, readCandidates(evidence));
      return writes ? writeClaim(bearer, signer) : readClaim(bearer);
    },
  };
}

/** @throws Problem when the token is refused by these keys, which are the account's of this moment. */
async function prove({ account, token }: Bearer, candidates: Candidates): Promise<CandidateKey> {
  const { signer, refusal } = await judge(token, candidates);
  if (refusal) {
    // What is refused is no longer known: it is slowed down, and carries no heavy read along.
    verified.delete(account + token.jws);
    if (signer && !signer.accepted) met.delete(account);
    throw refusal;
  }
  verified.set(account + token.jws, { token, signer });
  const accepted = candidates.keys.filter((key) => key.accepted);
  if (accepted.every(({ pem }) => pem !== null)) met.set(account, accepted);
  return signer;
}
