/** Parses and validates the input of a request, part by part. */
import * as v from 'valibot';
import type { Env } from '../env.ts';
import type { ParsedInput } from '../operation.ts';
import { Problem } from '../problem.ts';
import type { Route } from '../route.ts';
import { type ParamName, paramSchema } from '../validation/params.ts';
import { invalid, isRecord, validate } from '../validation/schemas.ts';
import { unknownMembers } from '../validation/unknown-members.ts';
import { readJson, readText } from './body.ts';

/** The parameters of a path, still percent-encoded. */
export type EncodedParams = Readonly<Record<string, string>>;

interface ReadInput {
  input: Omit<ParsedInput, 'tokenUser'>;
  /** The members of the body that no schema has. */
  ignored: string[];
}

/**
 * The input of the operation of a route. A part that the operation has no schema for is not read.
 *
 * @throws Problem for anything invalid.
 */
export async function inputOf(
  request: Request,
  { route: { does }, params }: { route: Route; params: EncodedParams },
  env: Env,
  now: number,
): Promise<ReadInput> {
  const input = {
    params: paramsOf(params),
    query: does.query && validate(does.query, queryOf(request)),
    apiKey: request.headers.get('x-api-key'),
    now,
    text: does.text ? await readText(request, does.text) : '',
    origin: new URL(request.url).origin,
    env,
  };
  if (!does.body) return { input: { ...input, body: undefined }, ignored: [] };
  const json = await readJson(request);
  const body = validate(does.body, json);
  return { input: { ...input, body }, ignored: unknownMembers(does.body, json) };
}

/** A malformed id is the id of nothing. */
function paramsOf(encoded: EncodedParams): ParsedInput['params'] {
  const decoded = Object.entries(encoded).map(([name, value]) => {
    const text = attempt(() => decodeURIComponent(value));
    const parsed = v.safeParse(paramSchema(name as ParamName), text);
    if (!parsed.success) throw new Problem('not-found');
    return [name, parsed.output];
  });
  return Object.fromEntries(decoded) as ParsedInput['params'];
}

/**
 * The query as an object: `metadata[color]=red` is the member `color` of `metadata`. A repeated name gets null, which no
 * schema takes. Bytes that are not UTF-8 are refused, since the platform would replace them with U+FFFD.
 */
function queryOf(request: Request): Record<string, unknown> {
  const { search, searchParams } = new URL(request.url);
  if (attempt(() => decodeURIComponent(search)) === undefined) {
    throw invalid([{ path: 'query', reason: 'must be percent-encoded UTF-8' }]);
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
