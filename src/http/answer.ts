/** The straight line of a request: who is calling, may they, is the input valid, one batch, the answer. */
import { accountCaller, type Caller, stranger, visitor } from '../auth/caller.ts';
import { decide } from '../auth/policy.ts';
import { userCaller } from '../auth/user-caller.ts';
import type { Scope } from '../db/scope.ts';
import { type Door, type Env, type Plan, type Row, refusal, type Source } from '../operation.ts';
import { invalid, isUuid } from '../resources/schemas.ts';
import { readJson } from './body.ts';
import { Problem } from './problem.ts';
import type { Reply } from './reply.ts';

/** A request that a row of the table takes. */
export interface Matched {
  row: Row;
  door: Door;
  /** As they stand in the path, still encoded. */
  params: Record<string, string>;
}

/**
 * Answers a request. Whatever is wrong with the permission or the input is told only once the credentials are
 * found to hold: a stranger gets 401, whatever else is wrong.
 *
 * @param now milliseconds since the epoch.
 * @throws Problem
 */
export async function answer(request: Request, matched: Matched, env: Env, now: number): Promise<Reply> {
  const { row } = matched;
  const caller = await callerOf(request, matched, env, now);

  let ready: ReturnType<Row['does']> | undefined;
  const planFor = async (scope: Scope): Promise<Plan> => {
    try {
      permit(caller, row);
      ready ??= row.does({
        params: paramsOf(matched),
        query: () => queryOf(request),
        body: () => readJson(request),
        now,
        env,
      });
      return await (await ready)(scope);
    } catch (problem) {
      if (problem instanceof Problem) return refusal(problem);
      throw problem;
    }
  };

  const body = await caller.perform(env.DB, planFor, row.method !== 'GET');
  return { status: row.status ?? 200, body };
}

async function callerOf(request: Request, matched: Matched, env: Env, now: number): Promise<Caller> {
  const { row, door, params } = matched;
  const { headers } = request;
  const user = params.userId ?? null;
  if (door === 'admin') return accountCaller(headers, user, now);
  if (door === 'user') return userCaller(headers, null, now);
  if (door === 'anyone' && headers.has('x-api-key')) return accountCaller(headers, user, now);
  if (door === 'public' && row.method === 'GET') return stranger;
  await slowDown(request, env);
  if (door === 'public') return stranger;
  return headers.has('authorization') ? userCaller(headers, user, now) : visitor(headers, user);
}

/** Where `wrangler dev` says that requests come from; at the edge none does. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** What asks the database on behalf of anyone: a token that is not proven yet is no better than none. */
async function slowDown(request: Request, env: Env): Promise<void> {
  const address = request.headers.get('cf-connecting-ip');
  if (!address || LOOPBACK.includes(address) || !env.RATE_LIMITER) return;
  const { success } = await env.RATE_LIMITER.limit({ key: address });
  if (!success)
    throw new Problem('rate-limited', 'Too many requests from your address. Try again in a minute.');
}

function permit({ limits }: Caller, { needs }: Row): void {
  if (!limits) return;
  const { allowed, because } = decide(limits.policy, needs);
  if (!allowed)
    throw new Problem('policy-denied', `This needs the permission ${needs.join(', ')}. ${because}`);
}

/** An id that is no UUID is the id of nothing. */
function paramsOf({ params }: Matched): Source['params'] {
  const decoded: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (name.endsWith('Id') && !isUuid(value)) throw new Problem('not-found');
    try {
      decoded[name] = decodeURIComponent(value);
    } catch {
      throw new Problem('not-found');
    }
  }
  return decoded as Source['params'];
}

/**
 * A parameter that is repeated becomes what no schema takes. URLs are decoded leniently by the platform; what would
 * be replaced by U+FFFD is refused instead.
 */
function queryOf(request: Request): Record<string, unknown> {
  const { search, searchParams } = new URL(request.url);
  try {
    decodeURIComponent(search);
  } catch {
    throw invalid([{ path: 'query', reason: 'is not percent-encoded UTF-8' }]);
  }
  const query: Record<string, unknown> = Object.create(null);
  for (const [name, value] of searchParams) query[name] = name in query ? null : value;
  return query;
}
