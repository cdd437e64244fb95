/**
 * The order of a request, and the only file that knows it: authenticate, authorize, parse, plan, run, respond.
 *
 * A missing permission or an invalid input becomes a plan that refuses, so that a caller learns of it only once the proof
 * has held: a caller without a good credential gets 401, whatever else is wrong.
 */
import { anonymousCaller } from '../auth/anonymous.ts';
import type { Caller, RequestContext } from '../auth/credential.ts';
import { doors } from '../auth/doors.ts';
import { decide } from '../auth/policy.ts';
import { Connection, DEADLINE_MS } from '../db/connection.ts';
import type { Scope } from '../db/scope.ts';
import { type Shard, shardOf } from '../db/shards.ts';
import type { ParsedRequest } from '../operation.ts';
import { type Plan, type Planner, refusal, type WithEtag } from '../plan.ts';
import { Problem } from '../problem.ts';
import { BASE_PATH, type Route } from '../route.ts';
import type { CreateAccountResult, NamedPermission } from '../sdk/types.ts';
import { inLowerCase, isUuid } from '../validation/schemas.ts';
import { replicaFrom, withBookmark } from './bookmark.ts';
import { problemOf } from './errors.ts';
import type { Exchange, Match } from './exchange.ts';
import { idempotencyKeyIn, idempotentRequestIn, replayable } from './idempotency.ts';
import { inputOf } from './input.ts';
import { streamed } from './json-lines.ts';
import { onlyInVersions, versionsToMatch } from './preconditions.ts';
import { countWrite, limitRate, limitWrites, policiesOf, type Writer } from './rate-limit.ts';
import { type Reply, replyOf } from './respond.ts';
import { countRows, limitRows, readersOf, rowsOf } from './row-limit.ts';
import { runPlan } from './run-plan.ts';

/**
 * Answers a request that matches a route.
 *
 * @throws Problem
 */
export async function respondTo(match: Match, exchange: Exchange): Promise<Reply> {
  const endsMs = Date.now() + DEADLINE_MS;
  try {
    return await respondAs(await authenticate(match, exchange), match, exchange, endsMs);
  } catch (refusal) {
    const anonymous = withoutCredential(refusal, match, exchange);
    if (!anonymous) throw refusal;
    return respondAs(anonymous, match, exchange, endsMs);
  }
}

async function respondAs(caller: Caller, match: Match, exchange: Exchange, endsMs: number): Promise<Reply> {
  const { route } = match;
  const { request, env, trace, now } = exchange;
  trace.account = caller.namedAccount;
  if (route.limited || !caller.known)
    await limitRate(request.headers, env, !caller.known && !caller.anonymous);
  const known = writerOf(route, caller, caller.known ? caller.namedAccount : null);
  if (known) await limitWrites(known, request.headers, env);
  const readers = readersOf(caller, request.headers);
  limitRows(readers, now);
  // Of a run before this one, with a credential that was refused.
  const rowsBefore = rowsOf(trace);
  const parsed = once(() => parse(match, caller, exchange));

  try {
    const shard = route.shardFor ? await route.shardFor(await parsed(), endsMs) : shardOf(env, caller.shard);
    trace.shard = shard;
    const planner: Planner = (scope) =>
      refusing(async () => {
        authorize(caller, needsOf(route, request));
        return plan(match.route, scope, { shard, caller }, await parsed());
      });
    const replica = replicaFrom(request, route, shard, caller);
    const connection = new Connection(shard.db, { replicaFrom: replica, endsMs, tally: trace });
    const { outcome, principal } = await runPlan(connection, trace, caller, planner);
    // A new account is in the answer alone.
    if (route.shardFor) trace.account = (outcome as WithEtag<CreateAccountResult>).body.account.id;
    const reply = streamed(outcome, { match, exchange, caller, shard }) ?? replyOf(outcome, route, request);
    const writer = known ?? writerOf(route, caller, principal.account);
    if (writer && !known) await countWrite(writer, request.headers, env);
    const headers = {
      ...reply.headers,
      ...(writer && policiesOf(writer, request.headers, env)),
      ...ignoredMembers(await parsed()),
    };
    return withBookmark({ ...reply, headers }, connection, shard, principal);
  } catch (error) {
    throw problemOf(error, route, request.headers, now);
  } finally {
    countRows(readers, rowsOf(trace) - rowsBefore, now);
  }
}

/** Whose write the limiters count; null for a read, and while no credential has been verified for an account. */
const writerOf = ({ does }: Route, { userId: user }: Caller, account: string | null): Writer | null =>
  does.writes && account !== null ? { account, user } : null;

/** Who is calling, by the credential that the door takes. @throws Problem where the credential is bad by itself. */
const authenticate = (match: Match, exchange: Exchange) =>
  doors[match.door](exchange.request.headers, contextOf(match, exchange));

function contextOf({ route, params }: Match, { now }: Exchange): RequestContext {
  const { writes, unbounded = false } = route.does;
  const owner = (route.owner && params[route.owner]) ?? null;
  const secret = params.secret ?? null;
  return { owner: owner && inLowerCase(owner), secret, writes, unbounded, opens: route.opens, now };
}

/**
 * The caller of a route that is open to anyone, after its credential was refused: the route does not need one. null where
 * the request names no account, and for any other refusal. Where the account has closed the route, the caller gets the
 * refusal of its credential.
 */
function withoutCredential(refusal: unknown, match: Match, exchange: Exchange): Caller | null {
  const { headers } = exchange.request;
  const refused = match.door === 'anyone' && refusal instanceof Problem && refusal.status === 401;
  if (!refused || !(headers.has('x-api-key') || headers.has('authorization'))) return null;
  return isUuid(headers.get('nettu-account') ?? '')
    ? anonymousCaller(headers, contextOf(match, exchange), refusal)
    : null;
}

/** @throws Problem `policy-denied` */
function authorize({ token }: Caller, needs: readonly NamedPermission[]): void {
  if (!token) return;
  const { allowed, because } = decide(token.policy, needs);
  if (!allowed)
    throw new Problem('policy-denied', `This needs the permission ${needs.join(', ')}. ${because}`);
}

function needsOf({ needs, needsWith = {} }: Route, { url }: Request): readonly NamedPermission[] {
  const { searchParams } = new URL(url);
  return Object.entries(needsWith).find(([name]) => searchParams.has(name))?.[1] ?? needs;
}

/** The validated input, and the conditions in the headers. @throws Problem for anything invalid. */
async function parse(
  match: Match,
  { userId }: Caller,
  { request, env, now }: Exchange,
): Promise<ParsedRequest> {
  const { does } = match.route;
  const key = idempotencyKeyIn(request, does);
  const versions = does.target ? versionsToMatch(request.headers) : null;
  const { input: read, ignored } = await inputOf(request, match, env, now);
  const input = { ...read, tokenUser: userId };
  const path = pathOf(match, input.params);
  const idempotency = await idempotentRequestIn(request, path, key, does, input);
  return { input, ignored, versions, idempotency };
}

/** The path with its ids as they are stored, and without a slash at its end. */
const pathOf = ({ route, door }: Match, params: Readonly<Record<string, string>>): string =>
  BASE_PATH + (route[door] ?? '').replace(/:(\w+)/g, (_, name) => params[name] ?? '');

const ignoredMembers = ({ ignored }: ParsedRequest) =>
  ignored.length ? { 'nettu-ignored': ignored.join(', ') } : {};

/** The operation's plan, under the conditions of the request. */
async function plan(
  { does }: Route,
  scope: Scope,
  { shard, caller }: { shard: Shard; caller: Caller },
  { input, versions, idempotency }: ParsedRequest,
): Promise<Plan> {
  const requires = (needs: readonly NamedPermission[]) => authorize(caller, needs);
  const planned = { ...input, shard, requires } as never;
  if (idempotency) {
    // A stored answer stands, whatever is wrong with the request today.
    const planner: Planner = (scope) => refusing(async () => does.run(scope, planned));
    return replayable(idempotency, scope, input.now, planner, does);
  }
  const inner = await does.run(scope, planned);
  return does.target && versions ? onlyInVersions(inner, does.target(scope, planned), versions) : inner;
}

/** The plan, or the plan that throws its problem once the caller is verified. */
async function refusing(planned: () => Promise<Plan>): Promise<Plan> {
  try {
    return await planned();
  } catch (problem) {
    if (problem instanceof Problem) return refusal(problem);
    throw problem;
  }
}

/** A function that runs at most once, on the first call. */
function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= run();
    return result;
  };
}
