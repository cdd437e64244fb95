/**
 * The OpenAPI 3.1 description of the Worker, made at build time. Nothing in it is a second list: paths and doors come from
 * the table of routes, input from the schemas that validate it, answers from the SDK's types, problems from their one
 * table, and the sentences from the docs.ts of each operation.
 */
import type * as v from 'valibot';
import { doorNames } from '../auth/doors.ts';
import { type AnyOperation, hasEtag } from '../operation.ts';
import type { OperationDocs } from '../operation-docs.ts';
import { kinds } from '../problem.ts';
import type { Door, Route } from '../route.ts';
import { BASE_PATH } from '../route.ts';
import { routes } from '../routes.ts';
import sdk from '../sdk/package.json' with { type: 'json' };
import type { ProblemCode } from '../sdk/types.ts';
import { type ParamName, paramSchema } from '../validation/params.ts';
import { headers, headersOf, parameterRef, parameters } from './headers.ts';
import { overview } from './overview.ts';
import { problemsOf, usesDatabase } from './problems.ts';
import { explained, inputOf, queryOf, resolved, type Schema } from './schema.ts';
import { security, securitySchemes } from './security.ts';
import { tags, words } from './words.ts';

/** @param types the SDK's types as JSON Schema, by name. */
export function describe(types: Readonly<Record<string, Schema>>) {
  const schemas: Record<string, Schema> = {};
  const responses: Record<string, object> = {};

  const typeNamed = (name: string): Schema => {
    const type = types[name];
    if (!type) throw new Error(`The SDK has no type ${name}, which a docs.ts names.`);
    return type;
  };

  /** Adds a type, and the types that it refers to, to the document. */
  function answer(name: string): Schema {
    if (!schemas[name]) {
      schemas[name] = typeNamed(name);
      for (const [, inner = ''] of JSON.stringify(schemas[name]).matchAll(/schemas\/(\w+)"/g)) answer(inner);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function body(schema: v.GenericSchema, name: string): Schema {
    schemas[name] = explained(inputOf(schema), typeNamed(name), types);
    return { $ref: `#/components/schemas/${name}` };
  }

  function problem(status: number, codes: readonly ProblemCode[], door: Door): object {
    const denied = codes.includes('policy-denied') ? 'OrDenied' : '';
    const many = `${status === 401 ? 'Refused' : `Refused${status}`}${pascal(door)}${denied}`;
    const name = codes.length > 3 ? many : codes.map(pascal).join('Or');
    const narrowed = { properties: { status: { const: status }, code: { enum: codes } } };
    responses[name] = {
      description: codes.map((code) => `- \`${code}\`: ${kinds[code][1]}`).join('\n'),
      headers: headersOf(status),
      content: { 'application/problem+json': { schema: { allOf: [answer('Problem'), narrowed] } } },
    };
    return { $ref: `#/components/responses/${name}` };
  }

  function operation(name: string, route: Route, door: Door, words: OperationDocs) {
    const { method, does, status = 200 } = route;
    const { query, body: input, target, idempotent }: AnyOperation = does;
    const withEtag = hasEtag(does);
    const conditional = withEtag && method === 'GET';
    const answerHeaders = headersOf(status, [
      ...(withEtag ? (['etag'] as const) : []),
      ...(idempotent ? (['idempotency-replayed'] as const) : []),
      ...(input ? (['nettu-ignored'] as const) : []),
      ...(usesDatabase(door, route) ? (['nettu-bookmark'] as const) : []),
      ...(does.writes && door !== 'public' ? (['ratelimit-policy'] as const) : []),
    ]);
    return {
      operationId: name,
      tags: [words.tag],
      summary: words.summary,
      description: [words.description, needed(route, door)].filter(Boolean).join('\n\n') || undefined,
      security: security[door],
      parameters: [
        ...paramsIn(route[door] ?? ''),
        ...(query ? queryParameters(query, resolved(typeNamed(words.query ?? ''), types)) : []),
        ...(conditional ? [parameterRef('ifNoneMatch')] : []),
        ...(target ? [parameterRef('ifMatch')] : []),
        ...(idempotent ? [parameterRef('idempotencyKey')] : []),
        ...(method === 'GET' && usesDatabase(door, route) ? [parameterRef('bookmark')] : []),
      ],
      requestBody: input && { content: { 'application/json': { schema: body(input, words.body ?? '') } } },
      responses: {
        [status]: {
          description: successes[status],
          headers: answerHeaders,
          content: {
            [words.lines ? 'application/jsonl' : 'application/json']: { schema: answer(words.answer) },
          },
        },
        ...(conditional && {
          304: {
            description: 'Not modified: the resource still has the `etag` in `if-none-match`.',
            headers: answerHeaders,
          },
        }),
        ...Object.fromEntries(
          problemsOf(route, door, words.codes).map(([status, codes]) => [
            status,
            problem(status, codes, door),
          ]),
        ),
      },
    };
  }

  const paths: Record<string, Record<string, object>> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    for (const door of doorNames) {
      const path = route[door]?.replace(/:(\w+)/g, '{$1}');
      if (!path) continue;
      const id = door === 'admin' && route.user ? `${name}AsAccount` : name;
      const described = operation(id, route, door, words[name as keyof typeof words]);
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: described };
    }
  }

  return {
    openapi: '3.1.0',
    info: {
      title: 'Nettu Scheduler',
      version: sdk.version,
      description: overview,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: BASE_PATH }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: { securitySchemes, parameters, headers, schemas, responses },
  };
}

const successes: Record<number, string> = { 200: 'Success.', 201: 'Created.' };

const pascal = (word: string): string => word.replace(/(?:^|-)(\w)/g, (_, first) => first.toUpperCase());

function needed({ needs, opens }: Route, door: Door): string | undefined {
  if (opens)
    return `While the account's setting \`${opens}\` is on, a request needs no API key or token, only the account's id; a credential that does not hold is ignored.`;
  if (door === 'admin' || needs.length === 0) return undefined;
  return `A token needs the permission ${needs.map((name) => `\`${name}\``).join(', ')}.`;
}

const paramsIn = (path: string) =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: inputOf(paramSchema(name as ParamName)),
  }));

/** A query writes a list as `name=a,b` and a map as `name[key]=value`. */
const queryParameters = (schema: v.GenericSchema, type: Schema) =>
  queryOf(schema).map(({ name, required, schema }) => {
    const { description, ...known } = type.properties?.[name] ?? {};
    return {
      name,
      in: 'query',
      required,
      description,
      schema,
      ...(known.type === 'array' && { schema: known, style: 'form', explode: false }),
      ...(schema.type === 'object' && { style: 'deepObject', explode: true }),
    };
  });
