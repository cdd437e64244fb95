/** The straight line of a request: who is calling, may they, is the input valid, one batch, the answer. */
import type { Caller } from '../auth/credential.ts';
import { doors } from '../auth/doors.ts';
import { decide } from '../auth/policy.ts';
import { Connection, DEADLINE } from '../db/connection.ts';
import type { Scope } from '../db/scope.ts';
import { type Place, placeOf } from '../db/shards.ts';
import type { Env } from '../env.ts';
import { Part, Tagged } from '../operation.ts';
import { Problem } from '../problem.ts';
import type { Door, Route } from '../route.ts';
import type { Trace } from '../trace.ts';
import { type Asked, ask, planOf, toldLater } from './asked.ts';
import { bookmarkOf, nearFrom } from './bookmark.ts';
import { failure } from './failure.ts';
import type { Encoded } from './input.ts';
import { linesOf } from './json-lines.ts';
import { told } from './outage.ts';
import { entityTag, isKnown } from './preconditions.ts';
import { slowDown } from './rate-limit.ts';
import type { Reply } from './respond.ts';
import { perform } from './run-plan.ts';

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
export async function answer(matched: Matched, exchange: Exchange): Promise<Reply> {
  const { route, door, params } = matched;
  const { writes, heavy = false, settle, parts = false } = route.does;
  const { request, env, now, trace } = exchange;
  const { headers } = request;
  const owner = (route.owner && params[route.owner]) ?? null;
  const caller = await doors[door](headers, { owner, writes, heavy, opens: route.opens, now });
  trace.account = caller.names;
  if (route.limited || !caller.known) await slowDown(headers, env);

  let asked: Promise<Asked> | undefined;
  const askOnce = () => {
    asked ??= ask(matched, caller, exchange);
    return asked;
  };
  try {
    const ends = Date.now() + DEADLINE;
    const home = settle ? await settle((await askOnce()) as never, ends) : placeOf(env, caller.place);
    const planFor = async (scope: Scope) => {
      try {
        permit(caller, route);
        return await planOf(route.does, scope, await askOnce(), home);
      } catch (problem) {
        return toldLater(problem);
      }
    };
    const near = route.method === 'GET' && !parts ? nearFrom(headers, home, caller.open) : null;
    const connection = new Connection(home.db, { near, ends, tally: trace });
    const { outcome, nearest } = await perform(connection, trace, caller, planFor);
    const reply =
      outcome instanceof Part
        ? inParts(outcome, { matched, exchange, caller, home })
        : replyOf(outcome, route, headers);
    return { ...reply, headers: { ...reply.headers, ...bookmarkOf(connection, home, nearest) } };
  } catch (error) {
    throw told(error, route, headers);
  }
}

interface Course {
  matched: Matched;
  exchange: Exchange;
  caller: Caller;
  home: Place;
}

/** Each part proves the caller anew, and has as long as a request. */
function inParts(first: Part, { matched: { route }, exchange, caller, home }: Course): Reply {
  const { request, trace } = exchange;
  return linesOf(first, {
    request,
    trace,
    async perform(next) {
      const connection = new Connection(home.db, { tally: trace });
      return (await perform(connection, trace, caller, async (scope) => next(scope))).outcome;
    },
    fail: (error) => failure(told(error, route, request.headers), trace).body,
  });
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
