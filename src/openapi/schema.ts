/** Converts valibot schemas and the SDK's types to JSON Schema. */
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { nullIsAbsent } from '../validation/schemas.ts';

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  default?: unknown;
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
  return bounded(described as Schema);
}

/** Without the bounds that every integer has in JSON. */
function bounded({ minimum, maximum, ...schema }: Schema): Schema {
  return {
    ...within(schema, bounded),
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
  };
}

/** The members of a query, and whether each is required. */
export function queryOf(schema: v.GenericSchema): { name: string; required: boolean; schema: Schema }[] {
  const { entries } = partsOf(schema)[0] as unknown as { entries: Record<string, v.GenericSchema> };
  return Object.entries(entries).map(([name, entry]) => {
    const { wrapped, default: fallback } = entry as Partial<v.OptionalSchema<v.GenericSchema, unknown>>;
    const member = wrapped ?? entry;
    const number = numberOf(member);
    const standard = fallback === undefined ? {} : { default: number ? Number(fallback) : fallback };
    const description = v.getDescription(member);
    return {
      name,
      required: !wrapped,
      schema: { ...(number ?? inputOf(member)), ...standard, ...(description && { description }) },
    };
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
  const components: Record<string, Schema> = JSON.parse(JSON.stringify(definitions), (key, value) => {
    if (key === '$ref') return value.replace('#/definitions/', '#/components/schemas/');
    // Every number of the contract is an integer, which TypeScript cannot say.
    const integer = (type: unknown) => (type === 'number' ? 'integer' : type);
    if (key !== 'type') return value;
    return Array.isArray(value) ? value.map(integer) : integer(value);
  });
  return Object.fromEntries(Object.entries(components).map(([name, type]) => [name, sized(type)]));
}

/** A schema whose members, entries and alternatives are changed. */
function within(schema: Schema, change: (inner: Schema, key: string) => Schema): Schema {
  const { properties, items, anyOf, oneOf } = schema;
  const changed = Object.entries(properties ?? {}).map(([name, member]) => [name, change(member, name)]);
  return {
    ...schema,
    ...(properties && { properties: Object.fromEntries(changed) }),
    ...(items && { items: change(items, '') }),
    ...(anyOf && { anyOf: anyOf.map((one, i) => change(one, String(i))) }),
    ...(oneOf && { oneOf: oneOf.map((one, i) => change(one, String(i))) }),
  };
}

/** Units whose numbers pass 2³¹: generators for Java and Go otherwise read them into 32 bits. */
const LARGE = /milliseconds|bytes/;

/**
 * Adds `format: int64` (OpenAPI Format Registry) to the integers whose description names a large unit.
 *
 * @param unit the description of the list or the alternatives around the schema.
 */
export function sized(schema: Schema, unit = ''): Schema {
  const { type, description = unit, properties } = schema;
  const large = [type].flat().includes('integer') && LARGE.test(description);
  return {
    ...within(schema, (inner) => sized(inner, properties ? '' : description)),
    ...(large && { format: 'int64' }),
  };
}

/**
 * A body as generators can take it. They make a member with a `default` required, so its description names the default
 * instead; an enum has values of one type, so one of names and numbers becomes two; and a `const` names its type.
 */
export function generatable({ default: standard, ...schema }: Schema): Schema {
  const { description = '', enum: values = [] } = schema;
  const { enum: _, type: __, ...untyped } = schema;
  const types = [...Map.groupBy(values, (value) => typeof value)].map(([type, values]) => ({
    type: type === 'number' ? 'integer' : type,
    enum: values,
  }));
  const named = standard === undefined || description.includes('Default: ');
  return {
    ...within(types.length > 1 ? { ...untyped, anyOf: types } : schema, generatable),
    ...('const' in schema && { type: typeof schema.const }),
    ...(!named && { description: `${description} Default: \`${JSON.stringify(standard)}\`.`.trim() }),
  };
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
  const alternatives = by.anyOf ?? by.oneOf;
  const part = (key: string): Schema | undefined => {
    if (schema.items) return by.items;
    if (schema.properties) return by.properties?.[key];
    return alternatives ? alternatives[Number(key)] : inner;
  };
  return {
    ...(by.description && { description: by.description }),
    ...within(schema, (one, key) => explained(one, part(key), types)),
  };
}
