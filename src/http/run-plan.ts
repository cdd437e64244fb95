/** The one loop between a plan and D1: a plan and the proof of its caller, in as few round trips as they take. */

import type { Caller, Proven } from '../auth/credential.ts';
import type { Connection } from '../db/connection.ts';
import type { Scope } from '../db/scope.ts';
import { type Query, query, type Sql } from '../db/sql.ts';
import { Plan } from '../operation.ts';
import { Problem } from '../problem.ts';
import type { Trace } from '../trace.ts';

/** How often a claim may be replaced, e.g. since the account changed its keys while this was tried. */
const MAX_CLAIMS = 4;

export interface Performed extends Pick<Proven, 'nearest'> {
  /** What the last plan answers. */
  outcome: unknown;
}

/**
 * Carries out the plan that `planFor` makes for the caller's scope, and what that plan goes on to. Where a claim is
 * replaced nothing has taken effect, and the plan is made anew.
 *
 * A replica may only say yes, and only where the account lets it: what it knows may be of the past, in which a key, a
 * user or what is asked for was not there yet. Anything else is asked of the primary, from the beginning.
 *
 * @param trace is told whose request it is once that is proven.
 * @throws Problem, Outage, Refused
 */
export async function perform(
  connection: Connection,
  trace: Trace,
  { claim: first, open }: Caller,
  planFor: (scope: Scope) => Promise<Plan>,
): Promise<Performed> {
  const ask = asker(connection);
  let claim = first;
  let plan: Plan | null = null;
  const startAnew = () => {
    connection.leaveReplica();
    claim = first;
    plan = null;
  };
  for (let claims = 1; claims <= MAX_CLAIMS; ) {
    plan ??= claim.scope && (await planFor(claim.scope));
    const current: Plan | null = plan;
    const { evidence, results } = await ask(claim.evidence, current);
    try {
      const verdict = await claim.prove(evidence);
      if ('prove' in verdict) {
        claim = verdict;
        claims += 1;
        plan = null;
      } else if (connection.near && !verdict.nearest) {
        startAnew();
      } else {
        trace.account = verdict.account;
        const outcome: unknown = await current?.answer(results, verdict);
        if (!(outcome instanceof Plan)) return { outcome, nearest: verdict.nearest };
        plan = outcome;
      }
    } catch (problem) {
      if (!connection.near || !(problem instanceof Problem)) throw problem;
      // What is not valid, or too much, is so to the primary as well. And what an account has open it opens seldom.
      if (problem.status === 400 || (open && problem.status === 401)) throw problem;
      startAnew();
    }
  }
  throw new Problem('database-unavailable', "The account's keys changed while this was tried. Try again.");
}

/** Names that no column of ours can have: SQL takes them in quotes alone. */
const EVIDENCE = '@evidence';
const FOUND = '@found';

/**
 * Two questions in one round trip: who is asking, and what they ask for. A mere lookup is joined to the evidence, for
 * a second statement in a batch costs about as much again as the first.
 */
const asker =
  (connection: Connection) =>
  async (
    evidence: Sql | null,
    plan: Plan | null,
  ): Promise<{ evidence: unknown; results: readonly unknown[][] }> => {
    const { statements = [], lookup, repeatable = false } = plan ?? {};
    if (evidence && lookup) {
      const [[row = {}]] = await connection.batch([joined(lookup, evidence)]);
      const { [EVIDENCE]: proof, [FOUND]: found, ...columns } = row;
      return { evidence: proof, results: [found ? [columns] : []] };
    }
    if (!evidence) {
      const results = statements.length ? await connection.batch(statements, { repeatable }) : [];
      return { evidence: null, results };
    }
    const question = query<Record<string, unknown>>`SELECT ${evidence} AS "@evidence"`;
    const [[row] = [], ...results] = await connection.batch([question, ...statements], { repeatable });
    return { evidence: row?.[EVIDENCE], results };
  };

/** One row in any case. */
const joined = (lookup: Query, evidence: Sql) => query<Record<string, unknown>>`
  SELECT looked_up.*, ${evidence} AS "@evidence"
  FROM (SELECT 1) LEFT JOIN (SELECT 1 AS "@found", * FROM (${lookup})) looked_up ON true`;
