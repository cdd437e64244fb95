/** The straight line of a request: who is calling, may they, is the input valid, one batch, the answer. */
import type { Caller } from '../auth/claim.ts';
import { doors } from '../auth/doors.ts';
import { perform } from '../auth/perform.ts';
import { decide } from '../auth/policy.ts';
import { Connection, DEADLINE, Outage, Refused } from '../db/batch.ts';
import { readBookmark, writeBookmark } from '../db/bookmarks.ts';
import { type Place, placeOf } from '../db/databases.ts';
import type { Scope } from '../db/scope.ts';
import type { Env } from '../env.ts';
import { type AnyOperation, Part, type Plan, refusal, type Sent, Tagged } from '../operation.ts';
import { Problem } from '../problem.ts';
import type { Door, Route } from '../route.ts';
import type { Trace } from '../trace.ts';
import { failure } from './failure.ts';
import { idempotencyKey, memoOf, once } from './idempotency.ts';
import { type Encoded, inputOf } from './input.ts';
import { linesOf } from './lines.ts';
import { outageProblem } from './outage.ts';
import { entityTag, isKnown, onlyInVersions, versionsToMatch } from './preconditions.ts';
import { slowDown } from './rate-limit.ts';
import type { Reply } from './reply.ts';

/** A request that a row of the table takes. */
export interface Matched {
  route: Route;
  door: Door;
  params: Encoded;
}

/** What a request is answered with the help of. */
export interface Exchange {
  request: Request;
  env: Env;
  /** Milliseconds since the epoch: the one reading of the clock that the whole request goes by. */
  now: number;
  trace: Trace;
}

/**
 * Answers a request. Whatever is wrong with the permission or the input is told only once the credentials are
 * found to hold: a stranger gets 401, whatever else is wrong.
 *
 * @throws Problem
 */
export async function answer(matched: Matched, { request, env, now, trace }: Exchange): Promise<Reply> {
  const { route, door, params } = matched;
  const { writes, heavy = false } = route.does;
  const { headers } = request;
  const owner = (route.owner && params[route.owner]) ?? null;
  const caller = await doors[door](headers, { owner, writes, heavy, opens: route.opens, now });
  trace.account = caller.names;
  if (route.limited || !caller.known) await slowDown(headers, env);

  let asked: Promise<Asked> | undefined;
  const askOnce = () => {
    asked ??= ask(matched, caller, { request, env, now });
    return asked;
  };
  const homeOf = async (ends: number): Promise<Place> => {
    const { settle } = route.does;
    if (!settle) return placeOf(env, caller.place);
    const { input, memo } = await askOnce();
    return settle(input as never, memo, ends);
  };
  const planFor = (home: Place) => async (scope: Scope) => {
    try {
      permit(caller, route);
      return await planOf(route.does, scope, await askOnce(), home);
    } catch (problem) {
      return toldLater(problem);
    }
  };

  const carryOut = async (connection: Connection, planFor: (scope: Scope) => Promise<Plan>) => {
    try {
      return await perform(connection, trace, caller, planFor);
    } finally {
      trace.rowsRead += connection.rowsRead;
    }
  };
  const told = (error: unknown) => {
    if (error instanceof Refused) return new Problem('precondition-failed');
    return error instanceof Outage ? outageProblem(error, route, headers) : error;
  };

  try {
    const ends = Date.now() + DEADLINE;
    const home = await homeOf(ends);
    const connection = new Connection(home.db, nearFrom(caller, matched, headers, home), ends);
    const { outcome, caller: proven } = await carryOut(connection, planFor(home));
    let { near } = connection;
    const reply =
      outcome instanceof Part
        ? linesOf(outcome, {
            request,
            trace,
            perform: async (next) => {
              // Each part has as long as a request.
              const connection = new Connection(home.db, near);
              const { outcome } = await carryOut(connection, async (scope) => next(scope));
              near = connection.near;
              return outcome;
            },
            fail: (error) => failure(told(error), trace).body,
          })
        : replyOf(outcome, route, headers);
    const { bookmark: at } = connection;
    if (at === null) return reply;
    const bookmark = writeBookmark({ at, nearest: proven.nearest }, home.number);
    return { ...reply, headers: { ...reply.headers, 'nettu-bookmark': bookmark } };
  } catch (error) {
    throw told(error);
  }
}

/**
 * From where a replica may answer; null: the primary is to. Whoever comes with credentials is answered by a replica only
 * with a bookmark, and so never reads less than they wrote; who has none asks for what anyone may see.
 */
function nearFrom({ open }: Caller, { route }: Matched, headers: Headers, home: Place): string | null {
  if (route.method !== 'GET') return null;
  const text = headers.get('nettu-bookmark');
  if (text === null) return open ? 'first-unconstrained' : null;
  const bookmark = readBookmark(text, home.number);
  return bookmark && (open || bookmark.nearest) ? bookmark.at : null;
}

/** A request's input, and the conditions that it sets. */
interface Asked {
  input: Sent;
  versions: number[] | null;
  memo: Awaited<ReturnType<typeof memoOf>> | null;
}

/** @throws Problem for what is not valid. */
async function ask(
  matched: Matched,
  { subject }: Caller,
  { request, env, now }: Omit<Exchange, 'trace'>,
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
async function planOf(does: AnyOperation, scope: Scope, asked: Asked, home: Place): Promise<Plan> {
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
function toldLater(problem: unknown): Plan {
  if (problem instanceof Problem) return refusal(problem);
  throw problem;
}

function replyOf(outcome: unknown, route: Route, headers: Headers): Reply {
  const status = route.status ?? 200;
  if (!(outcome instanceof Tagged)) return { status, body: outcome };
  const { body, version, replayed } = outcome;
  const etag = entityTag(version);
  if (route.method === 'GET' && isKnown(headers, version)) return { status: 304, headers: { etag } };
  return { status, body, headers: { etag, ...(replayed && { 'idempotency-replayed': 'true' }) } };
}

function permit({ limits }: Caller, { needs }: Route): void {
  if (!limits) return;
  const { allowed, because } = decide(limits.policy, needs);
  if (!allowed)
    throw new Problem('policy-denied', `This needs the permission ${needs.join(', ')}. ${because}`);
}
