/** The schemas that validate the input can be described: what they say in JSON Schema is what they take. */
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../src/operation.ts';
import { routes } from '../../src/routes.ts';
import { paramSchema } from '../../src/validation/params.ts';
import { list, metadata, shape, text } from '../../src/validation/schemas.ts';

/** Rules between members, and those that only a sentence can tell. */
const ignoreActions = ['check', 'raw_check', 'partial_check', 'every_item', 'finite'];
const describeInput = (schema: v.GenericSchema) =>
  toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input', ignoreActions });

const operations = Object.entries<{ does: AnyOperation }>(routes).map(
  ([name, { does }]) => [name, does] as const,
);
const members = [paramSchema('userId'), paramSchema('kid')];

describe('every schema converts to JSON Schema, with its members', () => {
  const schemas = operations.flatMap(([name, { query, body }]) => [
    ...(query ? [[`the query of ${name}`, query] as const] : []),
    ...(body ? [[`the body of ${name}`, body] as const] : []),
  ]);
  expect(schemas.length).toBeGreaterThan(20);
  it.each(schemas)('%s', (_, schema) => {
    const described = describeInput(schema);
    expect(described.type).toBe('object');
    expect(Object.keys(described.properties ?? {}).length).toBeGreaterThan(0);
    for (const member of Object.values(described.properties ?? {})) {
      expect(Object.keys(member as object)).not.toEqual([]);
    }
  });

  it('and those of the path', () => {
    for (const schema of members) expect(describeInput(schema)).toMatchObject({ type: 'string' });
  });
});

describe('shape', () => {
  const point = shape({ x: v.number('must be a number') });

  it('takes an object with its members, drops others, and refuses lists', () => {
    expect(v.parse(point, { x: 1, y: 2 })).toEqual({ x: 1 });
    for (const value of [[], [1], null, 'x', 1, undefined]) {
      expect(v.safeParse(point, value).issues?.map(({ message }) => message)).toEqual(['must be an object']);
    }
    expect(v.safeParse(point, {}).issues).toHaveLength(1);
  });

  it('is described as that object', () => {
    const { $schema, ...described } = describeInput(point);
    expect(described).toEqual({ type: 'object', properties: { x: { type: 'number' } }, required: ['x'] });
  });
});

describe('list', () => {
  let looked = 0;
  const entry = v.pipe(
    v.string('must be a string'),
    v.check(() => ++looked > 0),
  );
  const three = list(entry, 3);

  it('takes up to so many entries, and looks at none of a longer one', () => {
    expect(v.parse(three, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
    looked = 0;
    const issues = v.safeParse(three, ['a', 'b', 'c', 'd']).issues?.map(({ message }) => message);
    expect([issues, looked]).toEqual([['must have at most 3 entries'], 0]);
    expect(v.safeParse(three, { length: 1 }).issues?.map(({ message }) => message)).toEqual([
      'must be a list',
    ]);
    expect(v.safeParse(three, ['a', 1]).issues?.map(({ message }) => message)).toEqual(['must be a string']);
  });

  it('is described with its length', () => {
    expect(describeInput(three)).toMatchObject({ type: 'array', maxItems: 3, items: { type: 'string' } });
  });
});

describe('text', () => {
  it('counts code points, and is described with its lengths', () => {
    expect(v.is(text(1, 2), '😀😀')).toBe(true);
    expect(v.is(text(1, 2), '😀😀😀')).toBe(false);
    expect(v.is(text(1, 2), '')).toBe(false);
    expect(describeInput(text(1, 2))).toMatchObject({ type: 'string', minLength: 1, maxLength: 2 });
  });
});

describe('metadata', () => {
  it('keeps every key that JSON can carry', () => {
    const value = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "c"}');
    expect(Object.entries(v.parse(metadata, value))).toEqual(Object.entries(value));
  });

  it('is described as a map of strings', () => {
    expect(describeInput(metadata)).toMatchObject({
      type: 'object',
      maxProperties: 64,
      additionalProperties: { type: 'string', maxLength: 4096 },
    });
  });
});
