/**
 * A credential is what a caller shows and how the database proves it. The proof travels in the same transaction as the
 * plan, so nothing is written, and nothing is answered, on a credential that does not hold.
 */
import type { Scope } from '../db/scope.ts';
import type { Sql } from '../db/sql.ts';
import type { Principal } from '../plan.ts';
import { Problem } from '../problem.ts';
import type { Route } from '../route.ts';
import type { SchedulerPolicy } from '../sdk/types.ts';
import { inLowerCase, isUuid } from '../validation/schemas.ts';

export interface Credential {
  /** The data that a plan may touch under this credential; null until another credential has replaced this one. */
  readonly scope: Scope | null;
  /**
   * A SQL expression that proves the credential; null where there is nothing to prove. It is a single value, in JSON where
   * it says much, so that it never mixes with the columns of the plan's own rows.
   */
  readonly proof: Sql | null;
  /**
   * Verifies the proof that the database returned.
   *
   * @returns the principal where the proof holds; else the credential to try next, as nothing took effect.
   * @throws Problem where the caller is refused.
   */
  verify(proof: unknown): Promise<Principal | Credential> | Principal | Credential;
}

/** Who is calling, as far as the request alone tells. */
export interface Caller {
  /** The token's policy, under which every permission is decided; null for callers without a token. */
  readonly token: { policy: SchedulerPolicy | undefined } | null;
  /** Whether this isolate has verified the credential before. It verifies it again all the same. */
  readonly known: boolean;
  /** The number of the shard that the credential names, true or not. */
  readonly shard: number;
  /** Whether the caller shows no credential, on a route that is open to anyone: a replica may answer. */
  readonly anonymous: boolean;
  /** The account that the request itself names, true or not: for the log. */
  readonly namedAccount: string | null;
  /** The token's user; null for every other caller. */
  readonly userId: string | null;
  readonly credential: Credential;
}

/** What a credential needs to know of the request that it comes with. */
export interface RequestContext {
  /** The user that the path names. */
  readonly owner: string | null;
  /** The secret that the path names; null where it names none. */
  readonly secret: string | null;
  readonly writes: boolean;
  /** See `Operation.unbounded`. */
  readonly unbounded: boolean;
  /** The account setting that opens the route to anyone. */
  readonly opens: Route['opens'];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The account id in the header `nettu-account`, in lower case.
 *
 * @throws Problem `credentials-missing` where the header holds no UUID.
 */
export function accountIn(headers: Headers): string {
  const account = headers.get('nettu-account') ?? '';
  if (isUuid(account)) return inLowerCase(account);
  throw new Problem('credentials-missing', "Send the account's id, a UUID, in the header nettu-account.");
}
