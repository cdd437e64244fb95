/** A user with a token: how a read and a write are each proven within the round trip that they take anyway. */
import { BoundedMap } from '../bounded-map.ts';
import type { Scope } from '../db/scope.ts';
import { batch, isRead, sql } from '../db/sql.ts';
import { Problem } from '../http/problem.ts';
import type { Plan } from '../operation.ts';
import { ask } from './ask.ts';
import { accountIn, type Caller } from './caller.ts';
import { accountWhileAccepted, judge, recall, type Signer, signerOf, signersOf } from './signers.ts';
import { checkTimes, decode, readToken, type Token } from './token.ts';

/**
 * The user whose token stands in `authorization`, of the account in `nettu-account`.
 *
 * @param user whom the path names, where any user of the account may ask about any other.
 */
export function userCaller(headers: Headers, user: string | null, now: number): Caller {
  const authorization = headers.get('authorization') ?? '';
  const bearer = authorization.slice('Bearer '.length).trim();
  if (!/^bearer /i.test(authorization) || bearer === '' || bearer.includes(' ')) {
    throw new Problem(
      'credentials-missing',
      "This path takes a user's token, in the header authorization: Bearer <token>.",
    );
  }
  const account = accountIn(headers);
  const token = recall(bearer) ?? readToken(bearer, decode(bearer));
  checkTimes(token, now);
  const self = { account, token, user: user ?? token.user, now };
  return {
    limits: { policy: token.policy },
    perform: (db, planFor, writes) => (writes ? write : read)(db, self, planFor),
  };
}

/** The keys of the accounts this isolate has met: only ever a guess at which key a token was signed with. */
const met = new BoundedMap<string, readonly Signer[]>(200);

interface Bearer {
  account: string;
  token: Token;
  user: string;
  now: number;
}

type PlanFor = (scope: Scope) => Promise<Plan>;

/**
 * A read travels with the question who may ask: both answers come back together, and the rows are only looked at
 * once the token is proven by the keys beside them.
 */
async function read(db: D1Database, bearer: Bearer, planFor: PlanFor): Promise<unknown> {
  const { account, token, user, now } = bearer;
  const claimed = sql`${account}`;
  const plan = await planFor({ account: claimed, user });
  if (!plan.statements.every(isRead)) throw new Error('a GET may only SELECT: its caller is not proven yet');
  const { who, results } = await ask(db, signersOf(claimed, token, now), plan);
  await prove(bearer, who);
  return plan.answer(results);
}

/**
 * A write goes out with a key already proven to have signed the token, and takes effect only while that key is
 * accepted from that user, in its own transaction. Where it is not, nothing was written, and the keys that came
 * back decide: refuse, or try again with the right one.
 */
async function write(db: D1Database, bearer: Bearer, planFor: PlanFor): Promise<unknown> {
  const { account, token, user, now } = bearer;
  let signer = await signerOf(token, met.get(account) ?? []);
  signer ??= await prove(bearer, (await batch(db, [signersOf(sql`${account}`, unverified(token), now)]))[0]);
  for (let tries = 0; tries < 3; tries++) {
    const guard = accountWhileAccepted(account, token, signer, now);
    const plan = await planFor({ account: guard, user });
    const { who, results } = await ask(db, signersOf(sql`${account}`, token, now, guard), plan);
    if (who[0]?.held) return plan.answer(results);
    signer = await prove(bearer, who);
  }
  throw new Problem('database-unavailable', "The account's keys changed while this was tried. Try again.");
}

/** The same token, of which every key must travel: the isolate is to meet them. */
const unverified = (token: Token): Token => ({ ...token, verifiedBy: new Set() });

/** @throws Problem when the token is refused by these keys, which are the account's of this moment. */
async function prove({ account, token }: Bearer, signers: readonly Signer[]): Promise<Signer> {
  const { signer, refusal } = await judge(token, signers);
  if (refusal) throw refusal;
  if (signers.every(({ pem }) => pem !== null)) met.set(account, signers);
  return signer;
}
