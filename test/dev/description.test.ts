/** The description serves people and generators: everything has words, a unit and an example, and the samples do what they say. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { NettuClient, NettuUserClient, unwrap } from '@nettu/scheduler-sdk';
import { describe, expect, it } from 'vitest';
import { site } from '../../src/dev/guides/guides.ts';
import { ADDRESS } from '../../src/dev/guides/layout.ts';
import { examples } from '../../src/openapi/examples.ts';
import type { CodeSample } from '../../src/openapi/samples.ts';
import type { Schema } from '../../src/openapi/schema.ts';
import { kinds } from '../../src/problem.ts';
import { routes } from '../../src/routes.ts';

interface Media {
  schema: Schema;
  examples?: object;
  example?: unknown;
}
interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters: { $ref?: string; name?: string; in?: string; description?: string; schema?: Schema }[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, { $ref?: string; content?: Record<string, Media> }>;
  'x-codeSamples'?: CodeSample[];
  'x-scalar-ignore'?: true;
}

const root = new URL('../../', import.meta.url);
if (!process.env.NETTU_BUILT) execFileSync(process.execPath, ['src/dev/describe.ts'], { cwd: root });
const document = JSON.parse(readFileSync(new URL('dist/assets/openapi.json', root), 'utf8'));
const operations: Operation[] = Object.values<Record<string, Operation>>(document.paths).flatMap((methods) =>
  Object.values(methods),
);
const webhooks: [string, Operation][] = Object.entries<{ post: Operation }>(document.webhooks).map(
  ([type, { post }]) => [type, post],
);
const all = [...operations, ...webhooks.map(([, operation]) => operation)];
const schemas: Record<string, Schema> = document.components.schemas;

/** Every schema within a schema, with its path, and the description that holds for it. */
function* within(
  schema: Schema,
  path: string,
  unit = '',
): Generator<{ path: string; schema: Schema; description: string }> {
  const description = schema.description ?? unit;
  yield { path, schema, description };
  for (const [name, member] of Object.entries(schema.properties ?? {}))
    yield* within(member, `${path}.${name}`);
  if (schema.items) yield* within(schema.items, `${path}[]`, description);
  for (const one of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) yield* within(one, path, description);
}
const named = Object.entries(schemas).flatMap(([name, schema]) => [...within(schema, name)]);
const inQueries = operations.flatMap(({ operationId, parameters }) =>
  parameters.flatMap(({ name = '', in: where, schema, description = '' }) =>
    where === 'query' && schema ? [{ path: `${operationId}?${name}`, schema, description }] : [],
  ),
);
const integers = [...named, ...inQueries].filter(({ schema }) => [schema.type].flat().includes('integer'));
const bodies = operations.flatMap(({ operationId, requestBody }) => {
  const reference = requestBody?.content['application/json']?.schema.$ref as string | undefined;
  return reference ? [{ operationId, requestBody, name: reference.split('/').at(-1) ?? '' }] : [];
});

describe('every operation', () => {
  it('has a name of its own, a summary and a description', () => {
    const ids = all.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, summary, description } of all) {
      expect([operationId, summary, description].every(Boolean), operationId).toBe(true);
    }
  });

  it('describes each of its parameters', () => {
    const bare = all.flatMap(({ operationId, parameters }) =>
      parameters
        .filter(({ $ref, description }) => !$ref && !description)
        .map(({ name }) => `${operationId}: ${name}`),
    );
    expect(bare).toEqual([]);
  });

  it('is one entry of the menu, which names the path of the other caller', () => {
    const shown = operations.filter((operation) => !operation['x-scalar-ignore']);
    const titles = shown.map(({ tags, summary }) => `${tags}: ${summary}`);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles).toHaveLength(Object.keys(routes).length);
    const hidden = operations.filter((operation) => operation['x-scalar-ignore']);
    expect(hidden.length).toBeGreaterThan(15);
    for (const { operationId } of hidden) {
      expect(shown.filter(({ description }) => description.includes(`\`${operationId}\``))).toHaveLength(1);
    }
  });

  it('has an example of its body and of its answer', () => {
    for (const { operationId, requestBody, responses } of operations) {
      const media = [
        ...Object.values(requestBody?.content ?? {}),
        ...Object.values(responses).flatMap(({ content = {} }) => Object.values(content)),
      ];
      expect(media.length, operationId).toBeGreaterThan(0);
      for (const { examples = {} } of media) expect(Object.keys(examples), operationId).toHaveLength(1);
    }
    for (const [type, { requestBody }] of webhooks) {
      expect(requestBody?.content['application/json']?.example, type).toMatchObject({ type });
    }
    for (const [name, { content }] of Object.entries<{ content: Record<string, Media> }>(
      document.components.responses,
    )) {
      expect(content['application/problem+json']?.examples, name).toBeDefined();
    }
  });
});

describe('what generators need', () => {
  it('a body is required exactly where the Worker refuses its absence', () => {
    for (const { operationId, requestBody, name } of bodies) {
      // One of several optional members must be there.
      const oneOf = /^(changeSettings|splitEvent)/.test(operationId);
      const needs = (schemas[name]?.required ?? []).length > 0 || oneOf;
      expect(requestBody?.required, operationId).toBe(needs);
    }
  });

  it('no body has a default, and every optional member that has one says so', () => {
    expect(named.filter(({ schema }) => 'default' in schema).map(({ path }) => path)).toEqual([]);
    expect(schemas.CreateCalendar?.properties?.metadata?.description).toContain('Default: `{}`.');
    expect(schemas.CreateEvent?.properties?.busy?.description).toBe('Default: false.');
  });

  it('the values of an enum have one type', () => {
    const mixed = named.filter(({ schema }) => new Set((schema.enum ?? []).map((v) => typeof v)).size > 1);
    expect(mixed.map(({ path }) => path)).toEqual([]);
    expect(schemas.CreateCalendar?.properties?.weekStart?.anyOf?.[0]?.anyOf).toEqual([
      { type: 'string', enum: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] },
      { type: 'integer', enum: [0, 1, 2, 3, 4, 5, 6] },
    ]);
  });

  it('no number is a float, and no integer has the bounds of JSON', () => {
    for (const { path, schema } of named) {
      expect([schema.type].flat(), path).not.toContain('number');
      expect([schema.minimum, schema.maximum], path).not.toContain(Number.MAX_SAFE_INTEGER);
    }
  });

  it('JSON Lines are text, which names the schema of a line', () => {
    const { content } = document.paths['/account/export'].get.responses['200'];
    expect(content['application/jsonl'].schema).toMatchObject({
      type: 'string',
      contentSchema: { items: { $ref: '#/components/schemas/ExportLine' } },
    });
  });
});

describe('units', () => {
  const TIME =
    /(Ts|At|Attempt|Before|After|Since|[dD]uration|[tT]ime|until|exdates\[\]|holdFor|created|updated|timestamp|\.start|\?interval|delta)$/;

  it('every time and every duration names its unit', () => {
    // An ImportResult counts what was created and updated.
    const times = integers.filter(({ path }) => TIME.test(path) && !path.startsWith('ImportResult.'));
    expect(times.length).toBeGreaterThan(60);
    const bare = times.filter(({ description }) => !/milliseconds|minutes/.test(description));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it('every number of milliseconds or bytes has 64 bits, and no other has', () => {
    for (const { path, schema, description } of integers) {
      expect(schema.format, path).toBe(/milliseconds|bytes/.test(description) ? 'int64' : undefined);
    }
  });
});

it('the server is absolute, with the host as a variable', () => {
  for (const { url, variables } of document.servers) {
    expect(url).toBe('https://{host}/api/v1');
    expect(URL.canParse(`https://${variables.host.default}`)).toBe(true);
  }
});

describe('the guides in the menu', () => {
  const text = [document.info, ...document.tags].map(({ description }) => description).join('\n');

  it('names every problem with its status', () => {
    for (const [code, [status, title]] of Object.entries(kinds)) {
      expect(text).toContain(`- \`${code}\` (${status}): **${title}.** `);
    }
  });

  it('links only to guides, and to headings that they have', () => {
    const anchors = new Map(
      site().guides.map(({ address, headings }) => [address, headings.map(({ anchor }) => anchor)]),
    );
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, href = '']) => href);
    expect(links.length).toBeGreaterThan(10);
    const dead = links.filter((href) => {
      const [address = '', anchor] = href.replace(/\/$/, '').split('#');
      const found = address.startsWith(ADDRESS) && anchors.get(address);
      return !found || (anchor !== undefined && !found.includes(anchor));
    });
    expect(dead).toEqual([]);
  });
});

interface Sent {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: unknown;
}

/** Runs a sample of the SDK, and returns the request that it sends. */
async function sentBy(source: string, answer: unknown): Promise<Sent> {
  const sent: Sent[] = [];
  const fetch = async (url: string | URL | Request, { method = 'GET', headers, body }: RequestInit = {}) => {
    sent.push({
      method,
      url: new URL(String(url)),
      headers: Object.fromEntries(new Headers(headers)),
      body: typeof body === 'string' ? bodyIn(body) : undefined,
    });
    const lines = typeof answer === 'string';
    return new Response(lines ? answer : JSON.stringify(answer), {
      headers: { 'content-type': lines ? 'application/jsonl' : 'application/json' },
    });
  };
  const code = source
    .replace(/^import .*\n/, '')
    .replace("baseUrl: '", "fetch, baseUrl: '")
    .replace('console.log', 'void ');
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const names = { NettuClient, NettuUserClient, unwrap, fetch, token: '$TOKEN' };
  const env = { NETTU_API_KEY: '$NETTU_API_KEY' };
  const run = new AsyncFunction(...Object.keys(names), 'process', code);
  await run(...Object.values(names), { env });
  expect(sent, source).toHaveLength(1);
  return sent[0] as Sent;
}

/** iCalendar text stays text. */
const bodyIn = (body: string): unknown => (body.startsWith('BEGIN') ? body : JSON.parse(body));

/** The request that a curl command sends. */
function sentByCurl(source: string): Sent {
  const [, method = 'GET', url = ''] = /^curl (?:-X (\w+) )?'([^']+)'/.exec(source) ?? [];
  const headers = [...source.matchAll(/-H ['"]([\w-]+): ([^'"]+)['"]/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  const [, data] = /(?:-d|--data-binary) '(.*)'$/s.exec(source) ?? [];
  const body = data === undefined ? undefined : bodyIn(data.replaceAll("'\\''", "'"));
  return { method, url: new URL(url), headers: Object.fromEntries(headers), body };
}

describe('the code samples', () => {
  const answerOf = (operationId: string) =>
    examples.operations[operationId.replace(/AsAccount$/, '')]?.answer;

  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    '%s: the SDK sends the request of curl, for each caller',
    async (operationId, { 'x-codeSamples': samples = [] }) => {
      expect(samples.map(({ lang }) => lang).slice(0, 2)).toEqual(['TypeScript', 'Shell']);
      for (let i = 0; i < samples.length; i += 2) {
        const sdk = await sentBy(samples[i]?.source ?? '', answerOf(operationId));
        const curl = sentByCurl(samples[i + 1]?.source ?? '');
        expect([sdk.method, sdk.url.pathname, sdk.body]).toEqual([curl.method, curl.url.pathname, curl.body]);
        expect(sdk.headers).toMatchObject(curl.headers);
        // The SDK may send a default that curl leaves out.
        expect(Object.fromEntries(sdk.url.searchParams)).toMatchObject(
          Object.fromEntries(curl.url.searchParams),
        );
      }
    },
  );

  it('an operation for both callers has samples of both', () => {
    const { 'x-codeSamples': samples } = document.paths['/calendar'].post as Operation;
    expect(samples?.map(({ label }) => label)).toEqual([
      'SDK, token',
      'curl, token',
      'SDK, API key',
      'curl, API key',
    ]);
  });
});
