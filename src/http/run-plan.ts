/** The one loop between a plan and D1: it runs a plan together with the proof of its caller, in as few round trips as possible. */
import type { Caller } from '../auth/credential.ts';
import type { Connection } from '../db/connection.ts';
import { type Query, query, type Sql } from '../db/sql.ts';
import { Plan, type Planner, type Principal } from '../plan.ts';
import { Problem } from '../problem.ts';
import type { Trace } from '../trace.ts';

/** How often one credential may replace another, for instance because the account changes its keys meanwhile. */
const CREDENTIALS_MAX = 4;

interface PlanResult {
  /** The answer of the last plan. */
  outcome: unknown;
  principal: Principal;
}

/**
 * Runs the plan that `planner` makes for the caller's scope, and the plans that it leads to. When another credential
 * replaces the first, nothing has taken effect, and the planner makes the plan again.
 *
 * A replica may only confirm, and only where the account lets it: it may lag behind a key, a user or a resource that
 * already exists. Whatever a replica would refuse, the primary answers from the beginning.
 *
 * @param trace gets the account's id and the actor once they are verified.
 * @throws Problem, Outage, Refused
 */
export async function runPlan(
  connection: Connection,
  trace: Trace,
  { credential: first }: Caller,
  planner: Planner,
): Promise<PlanResult> {
  let credential = first;
  let plan: Plan | null = null;
  const restartOnPrimary = () => {
    connection.usePrimary();
    credential = first;
    plan = null;
  };
  for (let credentials = 1; credentials <= CREDENTIALS_MAX; ) {
    plan ??= credential.scope && (await planner(credential.scope));
    const current: Plan | null = plan;
    const { proof, results } = await sendWithProof(connection, credential.proof, current);
    try {
      const verified = await credential.verify(proof);
      if ('verify' in verified) {
        credential = verified;
        credentials += 1;
        plan = null;
      } else if (connection.onReplica && !verified.readsReplica) {
        restartOnPrimary();
      } else {
        trace.account = verified.account;
        trace.actor = verified.actor;
        const outcome: unknown = await current?.answer(results, verified);
        if (!(outcome instanceof Plan)) return { outcome, principal: verified };
        plan = outcome;
      }
    } catch (problem) {
      if (!connection.onReplica || !(problem instanceof Problem)) throw problem;
      // Invalid or too large is the same on the primary.
      if (problem.status === 400) throw problem;
      restartOnPrimary();
    }
  }
  throw new Problem('database-unavailable', "The account's keys changed during this request. Try again.");
}

/** Names that no column of ours can have: SQL takes them only in quotes. */
const PROOF = '@proof';
const FOUND = '@found';

/**
 * Sends the proof and the plan in one round trip. A lookup joins the proof in one statement, as a second statement in a
 * batch costs about as much again as the first.
 */
async function sendWithProof(
  connection: Connection,
  proof: Sql | null,
  plan: Plan | null,
): Promise<{ proof: unknown; results: readonly unknown[][] }> {
  const { statements = [], lookup, repeatable = false } = plan ?? {};
  if (proof && lookup) {
    const [[row = {}]] = await connection.batch([joined(lookup, proof)]);
    const { [PROOF]: proved, [FOUND]: found, ...columns } = row;
    return { proof: proved, results: [found ? [columns] : []] };
  }
  if (!proof) {
    const results = statements.length ? await connection.batch(statements, { repeatable }) : [];
    return { proof: null, results };
  }
  const selectProof = query<Record<string, unknown>>`SELECT ${proof} AS "@proof"`;
  const [[row] = [], ...results] = await connection.batch([selectProof, ...statements], { repeatable });
  return { proof: row?.[PROOF], results };
}

/** Yields one row in any case. */
const joined = (lookup: Query, proof: Sql) => query<Record<string, unknown>>`
  SELECT looked_up.*, ${proof} AS "@proof"
  FROM (SELECT 1) LEFT JOIN (SELECT 1 AS "@found", * FROM (${lookup})) looked_up ON true`;
