/** The straight line of a request: who is calling, may they, is the input valid, one batch, the answer. */
import type { Caller } from '../auth/claim.ts';
import { doors } from '../auth/doors.ts';
import { perform } from '../auth/perform.ts';
import { decide } from '../auth/policy.ts';
import { Outage } from '../db/batch.ts';
import type { Scope } from '../db/scope.ts';
import type { Env } from '../env.ts';
import { type Input, type Plan, refusal } from '../operation.ts';
import { Problem } from '../problem.ts';
import type { Door, Route } from '../route.ts';
import { type Encoded, inputOf } from './input.ts';
import { outageProblem } from './outage.ts';
import { slowDown } from './rate-limit.ts';
import type { Reply } from './reply.ts';

/** A request that a row of the table takes. */
export interface Matched {
  route: Route;
  door: Door;
  params: Encoded;
}

/**
 * Answers a request. Whatever is wrong with the permission or the input is told only once the credentials are
 * found to hold: a stranger gets 401, whatever else is wrong.
 *
 * @param now milliseconds since the epoch.
 * @throws Problem
 */
export async function answer(request: Request, matched: Matched, env: Env, now: number): Promise<Reply> {
  const { route, door, params } = matched;
  const { writes, heavy = false } = route.does;
  const owner = (route.owner && params[route.owner]) ?? null;
  const caller = await doors[door](request.headers, { owner, writes, heavy, opens: route.opens, now });
  if (route.limited || !caller.known) await slowDown(request.headers, env);

  let input: Promise<Input> | undefined;
  const planFor = async (scope: Scope): Promise<Plan> => {
    try {
      permit(caller, route);
      input ??= inputOf(request, matched, env, now);
      return await route.does.run(scope, (await input) as never);
    } catch (problem) {
      if (problem instanceof Problem) return refusal(problem);
      throw problem;
    }
  };

  try {
    const body = await perform(env.DB, caller.claim, planFor);
    return { status: route.status ?? 200, body };
  } catch (error) {
    throw error instanceof Outage ? outageProblem(error, route) : error;
  }
}

function permit({ limits }: Caller, { needs }: Route): void {
  if (!limits) return;
  const { allowed, because } = decide(limits.policy, needs);
  if (!allowed)
    throw new Problem('policy-denied', `This needs the permission ${needs.join(', ')}. ${because}`);
}
