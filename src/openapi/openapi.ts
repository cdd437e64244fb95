/**
 * The OpenAPI 3.1 description of the Worker, made at build time. Nothing in it is a second list: paths and doors come from
 * the table of routes, input from the schemas that validate it, answers from the SDK's types, problems from their one
 * table, and the sentences from the docs.ts of each operation.
 */
import * as v from 'valibot';
import { doorNames } from '../auth/doors.ts';
import { type AnyOperation, hasEtag } from '../operation.ts';
import type { OperationDocs } from '../operation-docs.ts';
import { kinds } from '../problem.ts';
import type { Door, Route } from '../route.ts';
import { routes } from '../routes.ts';
import sdk from '../sdk/package.json' with { type: 'json' };
import type { ProblemCode } from '../sdk/types.ts';
import { type ParamName, paramSchema } from '../validation/params.ts';
import { type Example, examples, sampleParams } from './examples.ts';
import { headers, headersOf, parameterRef, parameters } from './headers.ts';
import { overview, topics } from './overview.ts';
import { problemExample } from './problem-examples.ts';
import { problemsOf, usesDatabase } from './problems.ts';
import { samplesOf } from './samples.ts';
import { explained, generatable, inputOf, queryOf, resolved, type Schema, sized } from './schema.ts';
import { security, securitySchemes } from './security.ts';
import { servers } from './server.ts';
import { deliveryHeaders, webhooksOf } from './webhooks.ts';
import { tags, words } from './words.ts';

/**
 * @param types the SDK's types as JSON Schema, by name.
 * @param catalogue every problem as Markdown.
 */
export function describe(types: Readonly<Record<string, Schema>>, catalogue: string) {
  const schemas: Record<string, Schema> = {};
  const responses: Record<string, object> = {};
  /** The lists of codes that share the name of a response. */
  const codesOf = new Map<string, string[]>();
  const recorded: Record<string, object> = {};

  const typeNamed = (name: string): Schema => {
    const type = types[name];
    if (!type) throw new Error(`The SDK has no type ${name}, which a docs.ts names.`);
    return type;
  };

  /** Adds a type, and the types that it refers to, to the document. */
  const answer = (name: string): Schema => component(name, schemas[name] ?? typeNamed(name));

  function component(name: string, schema: Schema): Schema {
    if (!schemas[name]) {
      schemas[name] = schema;
      for (const [, inner = ''] of JSON.stringify(schema).matchAll(/schemas\/(\w+)"/g)) answer(inner);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  const body = (schema: v.GenericSchema, name: string): Schema =>
    component(name, sized(generatable(explained(inputOf(schema), typeNamed(name), types))));

  /** The recorded example, under the name that both paths of an operation refer to. */
  function example(name: string, value: unknown): object {
    if (value === undefined) return {};
    recorded[name] = { value };
    return { examples: { [name]: { $ref: `#/components/examples/${name}` } } };
  }

  function problemExampleOf(code: ProblemCode): object {
    const name = `problem-${code}`;
    recorded[name] = { summary: kinds[code][1], value: problemExample(code) };
    return { $ref: `#/components/examples/${name}` };
  }

  /** JSON Lines are text to OpenAPI 3.1: only 3.2 has `itemSchema`. JSON Schema says what the text holds. */
  const lines = (name: string): Schema => ({
    type: 'string',
    contentMediaType: 'application/jsonl',
    contentSchema: { type: 'array', items: answer(name) },
  });

  /** The name of a response, with a number where another one with other codes has it. */
  function numbered(many: string, codes: readonly ProblemCode[]): string {
    const lists = codesOf.get(many) ?? [];
    codesOf.set(many, lists);
    const list = codes.join();
    if (!lists.includes(list)) lists.push(list);
    const number = lists.indexOf(list) + 1;
    return number === 1 ? many : `${many}${number}`;
  }

  function problem(status: number, codes: readonly ProblemCode[], door: Door): object {
    const denied = codes.includes('policy-denied') ? 'OrDenied' : '';
    const many = `${status === 401 ? 'Refused' : `Refused${status}`}${pascal(door)}${denied}`;
    const name = codes.length > 3 ? numbered(many, codes) : codes.map(pascal).join('Or');
    const narrowed = { properties: { status: { const: status }, code: { enum: codes } } };
    responses[name] = {
      description: codes.map((code) => `- \`${code}\`: ${kinds[code][1]}`).join('\n'),
      headers: headersOf(status),
      content: {
        'application/problem+json': {
          schema: { allOf: [answer('Problem'), narrowed] },
          examples: Object.fromEntries(codes.map((code) => [code, problemExampleOf(code)])),
        },
      },
    };
    return { $ref: `#/components/responses/${name}` };
  }

  function operation(name: string, route: Route, door: Door, words: OperationDocs) {
    const twin = otherDoor(route, door);
    const sample: Example | undefined = examples.operations[name];
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
      operationId: idOf(name, route, door),
      tags: [words.tag],
      summary: isTwin(route, door) ? `${words.summary}, with the API key` : words.summary,
      description: [words.description, needed(route, door), bothCallers(name, route, door)]
        .filter(Boolean)
        .join('\n\n'),
      // Scalar shows an operation once: the path for tokens, whose samples and text have the other one, too.
      ...(isTwin(route, door) && { 'x-scalar-ignore': true }),
      'x-codeSamples': sample && [
        ...samplesOf(route, door, words, sample),
        ...(door === 'user' && twin ? samplesOf(route, twin, words, sample) : []),
      ],
      security: security[door],
      parameters: [
        ...paramsIn(route[door] ?? ''),
        ...(query ? queryParameters(query, resolved(typeNamed(words.query ?? ''), types)) : []),
        ...(conditional ? [parameterRef('ifNoneMatch')] : []),
        ...(target ? [parameterRef('ifMatch')] : []),
        ...(idempotent ? [parameterRef('idempotencyKey')] : []),
        ...(method === 'GET' && usesDatabase(door, route) ? [parameterRef('bookmark')] : []),
      ],
      requestBody: does.text
        ? {
            required: true,
            content: {
              [does.text.type]: {
                schema: answer('ICalendarText'),
                ...example(`${name}Request`, sample?.body),
              },
            },
          }
        : input && {
            required: !v.safeParse(input, {}).success,
            content: {
              'application/json': {
                schema: body(input, words.body ?? ''),
                ...example(`${name}Request`, sample?.body),
              },
            },
          },
      responses: {
        [status]: {
          description: successes[status],
          headers: answerHeaders,
          content: {
            [words.media ?? (words.lines ? 'application/jsonl' : 'application/json')]: {
              schema: words.lines ? lines(words.answer) : answer(words.answer),
              ...example(`${name}Answer`, sample?.answer),
            },
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
      const path = bracketed(route[door] ?? '');
      if (!path) continue;
      const described = operation(name, route, door, words[name as keyof typeof words]);
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: described };
    }
  }

  const webhooks = webhooksOf(types, component);
  const guides = { ...topics, 'Error codes': catalogue };

  return {
    openapi: '3.1.0',
    info: {
      title: 'Nettu Scheduler',
      version: sdk.version,
      description: overview,
      contact: { name: 'The operator of your deployment' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers,
    tags: Object.entries({ ...guides, ...tags }).map(([name, description]) => ({ name, description })),
    'x-tagGroups': [
      { name: 'Guides', tags: Object.keys(guides) },
      { name: 'Operations', tags: Object.keys(tags) },
    ],
    paths,
    webhooks,
    components: {
      securitySchemes,
      parameters: { ...parameters, ...deliveryHeaders },
      headers,
      schemas,
      responses,
      examples: recorded,
    },
  };
}

const successes: Record<number, string> = { 200: 'Success.', 201: 'Created.' };

/** An operation with a path for each of two callers is described once for each: the one for the API key is the twin. */
const isTwin = (route: Route, door: Door): boolean => door === 'admin' && route.user !== undefined;

const otherDoor = ({ admin, user }: Route, door: Door): Door | undefined =>
  admin && user ? (door === 'user' ? 'admin' : 'user') : undefined;

const idOf = (name: string, route: Route, door: Door): string =>
  isTwin(route, door) ? `${name}AsAccount` : name;

/** Names the path for the other caller. */
function bothCallers(name: string, route: Route, door: Door): string | undefined {
  const other = otherDoor(route, door);
  if (!other) return undefined;
  const request = `\`${route.method} ${bracketed(route[other] ?? '')}\` (\`${idOf(name, route, other)}\`)`;
  return other === 'admin'
    ? `Your backend does the same with the API key: ${request}.`
    : `A user does the same with a token: ${request}.`;
}

const bracketed = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

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
    description: described[name] ?? `The id of the ${nounOf(name)}.`,
    schema: inputOf(paramSchema(name as ParamName)),
    example: sampleParams[name],
  }));

const described: Readonly<Record<string, string>> = {
  kid: 'The `kid` of the signing key.',
  secret: 'The secret of the feed, from the address that creating it returned.',
};

/** `apiKeyId` names an API key, and `userId` a user. */
const nounOf = (param: string): string => param.replace(/Id$/, '').replace('apiKey', 'API key');

/** A query writes a list as `name=a,b` and a map as `name[key]=value`. */
const queryParameters = (schema: v.GenericSchema, type: Schema) =>
  queryOf(schema).map(({ name, required, schema: { description: own, ...schema } }) => {
    const { description = own, ...known } = type.properties?.[name] ?? {};
    return {
      name,
      in: 'query',
      required,
      description,
      schema: sized(schema, description),
      ...(known.type === 'array' && { schema: known, style: 'form', explode: false }),
      ...(schema.type === 'object' && { style: 'deepObject', explode: true }),
    };
  });
