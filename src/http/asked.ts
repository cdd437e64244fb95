/** What a request asks of its operation: the input, and the conditions under which that is to take place. */
import type { Caller } from '../auth/credential.ts';
import type { Scope } from '../db/scope.ts';
import type { Place } from '../db/shards.ts';
import { type AnyOperation, type Plan, refusal, type Sent } from '../operation.ts';
import { Problem } from '../problem.ts';
import { idempotencyKey, memoOf, once, type SealedMemo } from './idempotency.ts';
import { inputOf } from './input.ts';
import { onlyInVersions, versionsToMatch } from './preconditions.ts';
import type { Exchange, Matched } from './request.ts';

export interface Asked {
  input: Sent;
  versions: number[] | null;
  memo: SealedMemo | null;
}

/** @throws Problem for what is not valid. */
export async function ask(
  matched: Matched,
  { subject }: Caller,
  { request, env, now }: Exchange,
): Promise<Asked> {
  const { creates, target, sealedWith } = matched.route.does;
  const key = creates ? idempotencyKey(request.headers) : null;
  const versions = target ? versionsToMatch(request.headers) : null;
  const input = await inputOf(request, matched, env, now);
  if (key === null) return { input, versions, memo: null };
  const secret = sealedWith?.(input as never) ?? null;
  const memo = await memoOf(request, input.body, { key, caller: subject ?? '', secret });
  return { input, versions, memo };
}

/** What an operation plans, under the conditions of the request. */
export async function planOf(does: AnyOperation, scope: Scope, asked: Asked, home: Place): Promise<Plan> {
  const { versions, memo } = asked;
  const input = { ...asked.input, home };
  const run = async (scope: Scope) => {
    try {
      return await does.run(scope, input as never);
    } catch (problem) {
      // An answer that was given stands, whatever is wrong with the request today; but a 401 comes before it.
      if (problem instanceof Problem && problem.status === 401) throw problem;
      return toldLater(problem);
    }
  };
  if (memo) return once(memo, scope, input.now, run);
  const plan = await run(scope);
  return does.target && versions ? onlyInVersions(plan, does.target(scope, input as never), versions) : plan;
}

/** A problem is told as what a plan comes to: after the credentials. */
export function toldLater(problem: unknown): Plan {
  if (problem instanceof Problem) return refusal(problem);
  throw problem;
}
