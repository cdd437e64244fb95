/** Who brings no credentials: nobody in particular, or someone who knows an account's id. */

import { guardedBy, nobody } from '../db/scope.ts';
import { placeOfAccount } from '../db/shard-ids.ts';
import { sql } from '../db/sql.ts';
import { Problem } from '../problem.ts';
import type { Caller, Errand } from './credential.ts';
import { accountIn } from './headers.ts';

/** Nobody in particular: no account is in scope, and there is nothing to prove. */
export const stranger: Caller = {
  limits: null,
  known: true,
  place: 0,
  open: false,
  names: null,
  subject: null,
  claim: { scope: nobody, evidence: null, prove: () => ({ account: null, nearest: false }) },
};

/** The columns of the settings that let anyone in. */
const settings = {
  publicFreebusy: sql`public_freebusy`,
  publicBooking: sql`public_booking`,
} satisfies Record<NonNullable<Errand['opens']>, unknown>;

/**
 * Anyone who names an account, in `nettu-account`, that has opened what they ask for. An account that has closed it,
 * and one that does not exist, are the same to them.
 */
export function visitor(headers: Headers, { owner, opens }: Errand): Caller {
  const id = accountIn(headers);
  const open = opens ? settings[opens] : sql`0`;
  const account = sql`(SELECT id FROM accounts WHERE id = ${id} AND ${open} = 1)`;
  return {
    limits: null,
    known: false,
    place: placeOfAccount(id),
    open: true,
    names: id,
    subject: null,
    claim: {
      scope: guardedBy(account, sql`${id}`, owner),
      evidence: account,
      prove(found) {
        if (found !== null) return { account: id, nearest: true };
        throw new Problem(
          'credentials-missing',
          'This is not public in this account: send a token, or the API key.',
        );
      },
    },
  };
}
