/**
 * Holds what the Worker answers against its description: the status and the code must be among those of the path, the
 * headers and the body as they are described, and nothing besides. What it took must be described, too.
 */
import { expect } from 'vitest';
import document from '../../dist/assets/openapi.json';
import * as generated from '../../dist/test/validators.js';

export interface Exchange {
  method: string;
  /** Below the base path. */
  path: string;
  /** What was sent as JSON. */
  sent: unknown;
  status: number;
  headers: Headers;
  /** null where there is none. */
  body: unknown;
}

interface Reference {
  $ref: string;
}
type Content = Partial<
  Record<'application/json' | 'application/jsonl' | 'application/problem+json', { schema: Reference }>
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

/** A path that a request with an id could also mean stands first. */
const patterns = Object.entries(paths)
  .sort(([a], [b]) => a.split('{').length - b.split('{').length)
  .map(([path, methods]) => ({ pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`), methods }));

let held = 0;
/** How many answers of this test file were held against the description so far. */
export const answersHeld = (): number => held;

/** Throws where an answer is not as described. */
export function expectDescribed({ method, path, sent, status, headers, body }: Exchange): void {
  const place = `${method} ${path}: ${status}`;
  const [pathname = ''] = path.split('?', 1);
  const fitting = patterns.filter(({ pattern }) => pattern.test(pathname));
  // HEAD is GET without its body, which the platform leaves out.
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = fitting.map(({ methods }) => methods[verb]).find((found) => found);
  held += 1;
  if (!operation) {
    expect([404, 405], place).toContain(status);
    expectFit('Problem', body, place);
    return;
  }
  const response = operation.responses[status];
  if (!response) throw new Error(`${place} is not described: ${JSON.stringify(body)}`);
  const shared = '$ref' in response ? last(response) : null;
  const { headers: named, content } = shared
    ? (components.responses[shared] as Described)
    : (response as Described);
  for (const name of Object.keys(named)) {
    if (components.headers[name]?.required) expect(headers.has(name), `${place} lacks ${name}`).toBe(true);
  }
  const schema = content?.['application/json']?.schema;
  const lines = content?.['application/jsonl']?.schema;
  if (shared) expectFit(`${shared}Response`, body, place);
  else if (schema) expectFit(last(schema), body, place);
  else if (lines) for (const line of linesOf(body)) expectFit(last(lines), line, place);
  else expect(body, place).toBeNull();
  const takes = operation.requestBody?.content['application/json']?.schema;
  if (status < 300 && takes && sent !== undefined) expectFit(last(takes), sent, `What ${place} took`);
}

function expectFit(name: string, value: unknown, place: string): void {
  const validate = validators[name];
  if (!validate?.(value)) {
    expect.fail(`${place} is not as ${name} says: ${JSON.stringify([validate?.errors, value])}`);
  }
}

/** HEAD has none. */
const linesOf = (body: unknown): unknown[] =>
  String(body ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const last = ({ $ref }: Reference): string => $ref.split('/').at(-1) ?? '';
