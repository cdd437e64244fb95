/**
 * Validates each response against the OpenAPI description: status and code must be listed for the path, and headers and
 * body must match their schemas. The body of an accepted request must match its schema, too.
 */
import { expect } from 'vitest';
import document from '../../dist/assets/openapi.json';
import * as generated from '../../dist/test/validators.js';

export interface Exchange {
  method: string;
  /** Relative to the base path. */
  path: string;
  /** The body that was sent as JSON. */
  sent: unknown;
  status: number;
  headers: Headers;
  /** null without a body. */
  body: unknown;
}

interface Reference {
  $ref: string;
}
type Content = Partial<
  Record<'application/json' | 'application/problem+json', { schema: Reference }> &
    Record<'text/calendar', { schema: Reference }> &
    Record<'application/jsonl', { schema: { contentSchema: { items: Reference } } }>
>;
interface Described {
  headers: Record<string, Reference>;
  content?: Content;
}
interface Operation {
  requestBody?: { content: Content };
  responses: Record<string, Described | Reference>;
}
interface Validate {
  (value: unknown): boolean;
  errors?: object[];
}

const validators = generated as unknown as Record<string, Validate>;
const { paths, components } = document as unknown as {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, Described>; headers: Record<string, { required?: boolean }> };
};

/** Patterns with fewer parameters come first, because a parameter would match a fixed path as well. */
const patterns = Object.entries(paths)
  .sort(([a], [b]) => a.split('{').length - b.split('{').length)
  .map(([path, methods]) => ({ pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`), methods }));

let held = 0;
/** The number of responses of this test file that were validated so far. */
export const answersHeld = (): number => held;

/** Fails if the response differs from its description. */
export function expectDescribed({ method, path, sent, status, headers, body }: Exchange): void {
  const title = `${method} ${path}: ${status}`;
  const [pathname = ''] = path.split('?', 1);
  const fitting = patterns.filter(({ pattern }) => pattern.test(pathname));
  // HEAD is GET without the body, which the platform removes.
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = fitting.map(({ methods }) => methods[verb]).find((found) => found);
  held += 1;
  if (!operation) {
    expect([404, 405], title).toContain(status);
    expectFit('Problem', body, title);
    return;
  }
  const response = operation.responses[status];
  if (!response) throw new Error(`${title} is not described: ${JSON.stringify(body)}`);
  const shared = '$ref' in response ? last(response) : null;
  const { headers: named, content } = shared
    ? (components.responses[shared] as Described)
    : (response as Described);
  for (const name of Object.keys(named)) {
    if (components.headers[name]?.required) expect(headers.has(name), `${title} lacks ${name}`).toBe(true);
  }
  const schema = content?.['application/json']?.schema;
  const lines = content?.['application/jsonl']?.schema.contentSchema.items;
  if (shared) expectFit(`${shared}Response`, body, title);
  else if (schema) expectFit(last(schema), body, title);
  else if (lines) for (const line of linesOf(body)) expectFit(last(lines), line, title);
  else if (content?.['text/calendar']) expectFit('ICalendarText', body ?? '', title);
  else expect(body, title).toBeNull();
  const takes = operation.requestBody?.content['application/json']?.schema;
  if (status < 300 && takes && sent !== undefined)
    expectFit(last(takes), sent, `The accepted body of ${title}`);
}

function expectFit(name: string, value: unknown, title: string): void {
  const validate = validators[name];
  if (!validate?.(value)) {
    expect.fail(`${title} is not as ${name} says: ${JSON.stringify([validate?.errors, value])}`);
  }
}

/** Empty for HEAD. */
const linesOf = (body: unknown): unknown[] =>
  String(body ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const last = ({ $ref }: Reference): string => $ref.split('/').at(-1) ?? '';
