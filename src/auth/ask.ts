/** Two questions in one round trip: who is asking, and what they ask for. */

import { batch, type Sql, sql } from '../db/sql.ts';
import type { Plan } from '../operation.ts';

/**
 * Runs a plan beside the statement that identifies its caller. What is a mere lookup is joined to that statement,
 * for a second one in a batch costs about as much again as the first.
 *
 * @returns the rows of `identity`, and those of each statement of the plan.
 */
export async function ask<Who extends object>(
  db: D1Database,
  identity: Sql<Who>,
  { statements, lookup }: Plan,
): Promise<{ who: Who[]; results: unknown[][] }> {
  if (!lookup) {
    const [who, ...results] = await batch(db, [identity, ...statements]);
    return { who, results };
  }
  const [who] = await batch(db, [
    sql<Who & { row_found: 1 | null }>`
    SELECT * FROM (${identity}) LEFT JOIN (SELECT 1 AS row_found, * FROM (${lookup})) ON true`,
  ]);
  return { who, results: [who.filter((row) => row.row_found).slice(0, 1)] };
}
