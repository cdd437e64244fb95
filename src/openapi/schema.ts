/** Converts valibot schemas and the SDK's types to JSON Schema. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { nullIsAbsent } from '../validation/schemas.ts';

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  [keyword: string]: unknown;
}

/** Rules that JSON Schema cannot express. The descriptions of the members state them. */
const ignoreActions = ['check', 'raw_check', 'partial_check', 'every_item', 'finite'];

/** null in an optional member that is no value of its own: see `shape`. */
export const ABSENT = { type: 'null', description: 'The same as absent.' } as const;

/** The JSON Schema of a schema's input. */
export function inputOf(schema: v.GenericSchema): Schema {
  const { $schema, ...described } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    ignoreActions,
    overrideSchema({ valibotSchema, jsonSchema: { default: standard, ...schema } }) {
      if (!nullIsAbsent(valibotSchema)) return undefined;
      return { anyOf: [schema, ABSENT], ...(standard !== undefined && { default: standard }) };
    },
  });
  return described as Schema;
}

/** The members of a query, and whether each is required. */
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

/** The members of a query are text. This describes a member as a number where its schema converts it to one. */
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
    // Every number of the contract is an integer, which TypeScript cannot say.
    return key === 'type' && value === 'number' ? 'integer' : value;
  });
}

type Types = Readonly<Record<string, Schema>>;

/** A type, or the type that it refers to. */
export function resolved(type: Schema, types: Types): Schema {
  const name = (type.$ref as string | undefined)?.replace('#/components/schemas/', '');
  return { ...(name && types[name]), ...type };
}

/** Adds the descriptions of an SDK type, and of the types within it, to a schema of the input. */
export function explained(schema: Schema, type: Schema | undefined, types: Types): Schema {
  const by = resolved(type ?? {}, types);
  // null stands beside a member's own schema where it means that the member is absent, which the type does not say.
  const { description: _, ...inner } = by;
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => [
    name,
    explained(member, by.properties?.[name], types),
  ]);
  return {
    ...(by.description && { description: by.description }),
    ...schema,
    ...(schema.properties && { properties: Object.fromEntries(members) }),
    ...(schema.items && { items: explained(schema.items, by.items, types) }),
    ...(schema.anyOf && {
      anyOf: schema.anyOf.map((one, i) => explained(one, by.anyOf ? by.anyOf[i] : inner, types)),
    }),
  };
}
