/** From a request to the input of its operation, validated part by part. */
import * as v from 'valibot';
import type { Env } from '../env.ts';
import type { Sent } from '../operation.ts';
import { Problem } from '../problem.ts';
import type { Route } from '../route.ts';
import { type ParamName, params } from '../validation/params.ts';
import { invalid, isRecord, validate } from '../validation/schemas.ts';
import { readJson } from './body.ts';

/** The parameters of a path as they stand in it, percent-encoded. */
export type Encoded = Readonly<Partial<Record<ParamName, string>>>;

/**
 * What the operation of a route takes.
 *
 * @throws Problem for what is not valid; a part that the operation does not name is not read.
 */
export async function inputOf(
  request: Request,
  { route: { does }, params }: { route: Route; params: Encoded },
  env: Env,
  now: number,
): Promise<Sent> {
  return {
    params: paramsOf(params),
    query: does.query && validate(does.query, queryOf(request)),
    body: does.body && validate(does.body, await readJson(request)),
    apiKey: request.headers.get('x-api-key'),
    now,
    env,
  };
}

/** An id that cannot be one is the id of nothing. */
function paramsOf(encoded: Encoded): Sent['params'] {
  const decoded = Object.entries(encoded).map(([name, value]) => {
    const text = attempt(() => decodeURIComponent(value));
    if (!v.is(params[name as ParamName], text)) throw new Problem('not-found');
    return [name, text];
  });
  return Object.fromEntries(decoded) as Sent['params'];
}

/**
 * The query as an object: `metadata[color]=red` is the member `color` of `metadata`. A name that is repeated gets null,
 * which no schema takes. Bytes that are not UTF-8 are refused, for the platform would put U+FFFD in their place.
 */
function queryOf(request: Request): Record<string, unknown> {
  const { search, searchParams } = new URL(request.url);
  if (attempt(() => decodeURIComponent(search)) === undefined) {
    throw invalid([{ path: 'query', reason: 'is not percent-encoded UTF-8' }]);
  }
  const query: Record<string, unknown> = Object.create(null);
  for (const [name, value] of searchParams) {
    const [, whole = name, key] = /^(\w+)\[(.*)\]$/s.exec(name) ?? [];
    if (key === undefined) {
      query[name] = name in query ? null : value;
      continue;
    }
    query[whole] ??= Object.create(null);
    const members = query[whole];
    if (isRecord(members)) members[key] = key in members ? null : value;
    else query[whole] = null;
  }
  return query;
}

function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
