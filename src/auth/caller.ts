/**
 * Who is calling. A caller knows how to carry out a plan in as few round trips as its credentials can be proven
 * in; nothing is written, and nothing answered, on credentials that do not hold in that same transaction.
 */
import { LruMap } from '../lru-map.ts';
import type { Plan } from '../operation.ts';
import { Problem } from '../problem.ts';
import { isUuid } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import type { SchedulerPolicy } from '../sdk/types.ts';
import { batch, type Sql, sql } from '../sql.ts';
import { accountOfKey, apiKeyOf, hashOf, KEY } from './api-key.ts';
import { accountWhileAccepted, judge, type Signer, signerOf, signersOf } from './signers.ts';
import { decode, readToken, type Token } from './token.ts';

export interface Caller {
  /** Whether a policy limits it; an account's server has none. */
  readonly limits: { policy: SchedulerPolicy | undefined } | null;
  /** Carries out the plan that `planFor` makes for this caller's scope. */
  perform(db: D1Database, planFor: (scope: Scope) => Promise<Plan>, writes: boolean): Promise<unknown>;
}

/** Nobody in particular: no account is in scope. */
export const stranger: Caller = {
  limits: null,
  async perform(db, planFor) {
    const plan = await planFor({ account: sql`NULL`, user: null });
    return plan.answer(plan.statements.length ? await batch(db, plan.statements) : []);
  },
};

/**
 * The account whose API key stands in `x-api-key`. One round trip: the key is looked up by the statements that
 * use it.
 *
 * @param user the user whom the path names.
 */
export async function accountCaller(headers: Headers, user: string | null, now: number): Promise<Caller> {
  const key = headers.get('x-api-key');
  if (key === null)
    throw new Problem('credentials-missing', 'This path takes an API key, in the header x-api-key.');
  if (!KEY.test(key)) throw unknownKey();
  const hash = await hashOf(key);
  return {
    limits: null,
    async perform(db, planFor) {
      const plan = await planFor({ account: accountOfKey(hash, now), user });
      const [[found], ...results] = await batch(db, [apiKeyOf(hash, now), ...plan.statements]);
      if (!found) throw unknownKey();
      if (found.expired) {
        throw new Problem(
          'api-key-expired',
          'The API key has reached its expiresAt. Use another one of the account.',
        );
      }
      return plan.answer(results);
    },
  };
}

const unknownKey = () =>
  new Problem(
    'api-key-unknown',
    'The API key in x-api-key is not known. Check that it is whole, and not removed.',
  );

/** The user whose token stands in `authorization`, of the account in `nettu-account`. */
export function userCaller(headers: Headers, now: number): Caller {
  const account = headers.get('nettu-account');
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (!bearer || !account) {
    const missing = bearer ? "nettu-account: <the account's id>" : 'authorization: Bearer <token>';
    throw new Problem('credentials-missing', `This path takes a user's token. Send the header ${missing}.`);
  }
  if (!isUuid(account))
    throw new Problem('credentials-missing', 'The header nettu-account is not an account id, a UUID.');
  const token = readToken(bearer, decode(bearer), now);
  return {
    limits: { policy: token.policy },
    perform: (db, planFor, writes) => performAsUser(db, { account, token, now }, planFor, writes),
  };
}

/** The keys of the accounts this isolate has met: only ever a guess at which key a token was signed with. */
const met = new LruMap<string, readonly Signer[]>(1000);

/**
 * A read travels with the question who may ask: both answers come back together, and the rows are only looked at
 * once the token is proven by the keys beside them. A write goes out with a key already proven to have signed the
 * token, and takes effect only if that key is still accepted from that user in its own transaction. Where it is
 * not, nothing was written, and the keys that came back decide: refuse, or try again with the right one.
 */
async function performAsUser(
  db: D1Database,
  { account, token, now }: { account: string; token: Token; now: number },
  planFor: (scope: Scope) => Promise<Plan>,
  writes: boolean,
): Promise<unknown> {
  const identity = signersOf(sql`${account}`, token, now);
  const prove = async (signers: Signer[]): Promise<Signer> => {
    met.set(account, signers);
    const { signer, refusal } = await judge(token, signers);
    if (refusal) throw refusal;
    return signer as Signer;
  };

  let signer = writes ? await signerOf(token, met.get(account) ?? []) : null;
  if (writes && !signer) signer = await prove((await batch(db, [identity]))[0]);
  for (let tries = 0; tries < 3; tries++) {
    const proven: Sql = signer ? accountWhileAccepted(account, token, signer.seq, now) : sql`${account}`;
    const plan = await planFor({ account: proven, user: token.user });
    if (!signer) onlyReads(plan);
    const [signers, ...results] = await batch(db, [identity, ...plan.statements]);
    const current = await prove(signers);
    if (!signer || signer.seq === current.seq || plan.statements.length === 0) return plan.answer(results);
    signer = current;
  }
  throw new Problem('database-unavailable', "The account's keys changed while this was tried. Try again.");
}

/** A read's scope is only claimed when it is sent, so a statement that changes anything must never be in one. */
function onlyReads({ statements }: Plan): void {
  if (!statements.every(({ text }) => /^\s*SELECT\b/.test(text))) throw new Error('a GET may only SELECT');
}
