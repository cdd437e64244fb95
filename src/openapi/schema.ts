/** From what validates the input, and from the SDK's types, to JSON Schema. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

/** JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. */
export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  [keyword: string]: unknown;
}

/** Rules between members, and those that only a sentence can tell. */
const ignoreActions = ['check', 'raw_check', 'partial_check', 'every_item', 'finite'];

/** What a schema takes. */
export function inputOf(schema: v.GenericSchema): Schema {
  const { $schema, ...described } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    ignoreActions,
  });
  return described as Schema;
}

/** The members of a query, by name, and whether each has to be there. */
export function queryOf(schema: v.GenericSchema): { name: string; required: boolean; schema: Schema }[] {
  const { entries } = partsOf(schema)[0] as unknown as { entries: Record<string, v.GenericSchema> };
  return Object.entries(entries).map(([name, entry]) => {
    const { wrapped, default: fallback } = entry as Partial<v.OptionalSchema<v.GenericSchema, unknown>>;
    const member = wrapped ?? entry;
    const number = numberOf(member);
    const standard = fallback === undefined ? {} : { default: number ? Number(fallback) : fallback };
    return { name, required: !wrapped, schema: { ...(number ?? inputOf(member)), ...standard } };
  });
}

interface Part {
  type: string;
  operation?: unknown;
  requirement?: unknown;
  pipe?: Part[];
}

const partsOf = (schema: object): Part[] =>
  (schema as Part).pipe?.flatMap((part) => (part.pipe ? partsOf(part) : part)) ?? [schema as Part];

/** A query has nothing but text; what is made a number of counts as one. */
function numberOf(schema: v.GenericSchema): Schema | undefined {
  const parts = partsOf(schema);
  if (!parts.some(({ operation }) => operation === Number)) return undefined;
  const bound = (type: string) => parts.find((part) => part.type === type)?.requirement;
  return { type: 'integer', minimum: bound('min_value'), maximum: bound('max_value') };
}

/** The SDK's types as components of the description. */
export function componentsOf(definitions: object): Record<string, Schema> {
  return JSON.parse(JSON.stringify(definitions), (key, value) => {
    if (key === '$ref') return value.replace('#/definitions/', '#/components/schemas/');
    // Every number of the contract is a whole one; only TypeScript has no word for it.
    return key === 'type' && value === 'number' ? 'integer' : value;
  });
}

/** A schema of the input, with what the SDK's type of it says of its members. */
export function explained(schema: Schema, by: Schema | undefined): Schema {
  if (!by) return schema;
  const { description } = by;
  const properties = Object.entries(schema.properties ?? {}).map(([name, member]) => [
    name,
    explained(member, by.properties?.[name]),
  ]);
  return {
    ...(description && { description }),
    ...schema,
    ...(schema.properties && { properties: Object.fromEntries(properties) }),
  };
}
