/** The one loop between a plan and D1: a plan and the proof of its caller, in as few round trips as they take. */
import { batch } from '../db/batch.ts';
import type { Scope } from '../db/scope.ts';
import { type Query, query, type Sql } from '../db/sql.ts';
import { Plan } from '../operation.ts';
import { Problem } from '../problem.ts';
import type { Trace } from '../trace.ts';
import type { Claim } from './claim.ts';

/** How often a claim may be replaced, e.g. since the account changed its keys while this was tried. */
const MAX_CLAIMS = 4;

/**
 * Carries out the plan that `planFor` makes for the caller's scope, and what that plan goes on to. Where a claim is
 * replaced nothing has taken effect, and the plan is made anew.
 *
 * @param trace is told what is found out on the way: whose request it is, and the rows that were read for it.
 * @returns what the last plan answers.
 * @throws Problem, Outage, Refused
 */
export async function perform(
  db: D1Database,
  trace: Trace,
  first: Claim,
  planFor: (scope: Scope) => Promise<Plan>,
): Promise<unknown> {
  const ask = asker(db, trace);
  let claim = first;
  let plan: Plan | null = null;
  for (let claims = 1; claims <= MAX_CLAIMS; ) {
    plan ??= claim.scope && (await planFor(claim.scope));
    const { evidence, results } = await ask(claim.evidence, plan);
    const verdict = await claim.prove(evidence);
    if ('prove' in verdict) {
      claim = verdict;
      claims += 1;
      plan = null;
    } else {
      trace.account = verdict.account;
      const outcome: unknown = await plan?.answer(results, verdict);
      if (!(outcome instanceof Plan)) return outcome;
      plan = outcome;
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
  (db: D1Database, trace: Trace) =>
  async (
    evidence: Sql | null,
    plan: Plan | null,
  ): Promise<{ evidence: unknown; results: readonly unknown[][] }> => {
    const run = <const S extends readonly Sql[]>(statements: S) =>
      batch(db, statements, (rows) => {
        trace.rowsRead += rows;
      });
    const statements = plan?.statements ?? [];
    if (evidence && plan?.lookup) {
      const [[row = {}]] = await run([joined(plan.lookup, evidence)]);
      const { [EVIDENCE]: proof, [FOUND]: found, ...columns } = row;
      return { evidence: proof, results: [found ? [columns] : []] };
    }
    if (!evidence) return { evidence: null, results: statements.length ? await run(statements) : [] };
    const question = query<Record<string, unknown>>`SELECT ${evidence} AS "@evidence"`;
    const [[row] = [], ...results] = await run([question, ...statements]);
    return { evidence: row?.[EVIDENCE], results };
  };

/** One row in any case. */
const joined = (lookup: Query, evidence: Sql) => query<Record<string, unknown>>`
  SELECT looked_up.*, ${evidence} AS "@evidence"
  FROM (SELECT 1) LEFT JOIN (SELECT 1 AS "@found", * FROM (${lookup})) looked_up ON true`;
