/**
 * Who is calling. A caller knows how to carry out a plan in as few round trips as its credentials can be proven
 * in; nothing is written, and nothing answered, on credentials that do not hold in that same transaction.
 */

import type { Scope } from '../db/scope.ts';
import { batch, sql } from '../db/sql.ts';
import { Problem } from '../http/problem.ts';
import type { Plan } from '../operation.ts';
import { isUuid } from '../resources/schemas.ts';
import type { SchedulerPolicy } from '../sdk/types.ts';
import { accountOfKey, apiKeyOf, hashOf, KEY } from './api-key.ts';
import { ask } from './ask.ts';

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
 * Anyone who names an account, in `nettu-account`, whose free/busy is public. An account that has closed it, and one
 * that does not exist, are the same to them.
 *
 * @param user the user whom the path names.
 */
export function visitor(headers: Headers, user: string | null): Caller {
  const id = accountIn(headers);
  const account = sql`(SELECT id FROM accounts WHERE id = ${id} AND public_freebusy = 1)`;
  return {
    limits: null,
    async perform(db, planFor) {
      const plan = await planFor({ account, user });
      const { who, results } = await ask(db, sql<object>`SELECT 1 FROM accounts WHERE id = ${account}`, plan);
      if (who.length === 0)
        throw new Problem(
          'credentials-missing',
          "This account's free/busy is not public: send a token, or the API key.",
        );
      return plan.answer(results);
    },
  };
}

/** The account that a user or a visitor names. */
export function accountIn(headers: Headers): string {
  const account = headers.get('nettu-account') ?? '';
  if (isUuid(account)) return account;
  throw new Problem('credentials-missing', "Send the account's id, a UUID, in the header nettu-account.");
}

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
      const {
        who: [key],
        results,
      } = await ask(db, apiKeyOf(hash, now), plan);
      if (!key) throw unknownKey();
      if (key.expired) {
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
