/**
 * Who is calling, as a claim: what may be planned on the strength of it, and what proves it. The proof is asked for
 * in the very transaction of the plan, so nothing is written, and nothing answered, on credentials that do not hold.
 */
import type { Scope } from '../db/scope.ts';
import type { Sql } from '../db/sql.ts';
import type { Route } from '../route.ts';
import type { SchedulerPolicy } from '../sdk/types.ts';

export interface Claim {
  /** Whose data may be touched on the strength of it. null: nobody's, before another claim has taken its place. */
  readonly scope: Scope | null;
  /**
   * A SQL expression of one value, by which the claim is judged; null: there is nothing to prove. One value, in JSON
   * where it says much, so that it cannot be mixed with the columns of what was asked for.
   */
  readonly evidence: Sql | null;
  /**
   * @returns whose it is, where the evidence bears the claim out; else the claim to go on with, for nothing has taken
   *   effect.
   * @throws Problem where the caller is refused.
   */
  prove(evidence: unknown): Promise<Proven | Claim> | Proven | Claim;
}

/** The account that a claim was proven for; null: it takes none. */
export interface Proven {
  readonly account: string | null;
  /** Whether the account lets a replica answer this caller. */
  readonly nearest: boolean;
}

export interface Caller {
  /** Whether a policy limits it; an account's server has none. */
  readonly limits: { policy: SchedulerPolicy | undefined } | null;
  /** Whether this isolate has seen proof of these credentials before. They are proven again all the same. */
  readonly known: boolean;
  /** Where the credentials say that their account lives, true or not. */
  readonly place: number;
  /** Whether this is open to anyone who asks: a replica may answer. */
  readonly open: boolean;
  /** The account that the request names itself, true or not: for the log. */
  readonly names: string | null;
  /** The token's user; null: the account's server, or nobody. */
  readonly subject: string | null;
  readonly claim: Claim;
}

/** What a caller needs to know of the request that it comes with. */
export interface Errand {
  /** The user whom the path names. */
  readonly owner: string | null;
  readonly writes: boolean;
  /** See `Operation.heavy`. */
  readonly heavy: boolean;
  /** The setting of the account that lets anyone in. */
  readonly opens: Route['opens'];
  /** Milliseconds since the epoch. */
  readonly now: number;
}
