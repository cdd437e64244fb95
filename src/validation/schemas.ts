/** Schemas that several resources share, and the one function that makes a problem of a schema's issues. */
import * as v from 'valibot';
import {
  FIELD_ERRORS_MAX,
  METADATA_KEY_MAX_CHARS,
  METADATA_MAX,
  METADATA_VALUE_MAX_CHARS,
  PAGE_DEFAULT,
  PAGE_MAX,
  SKIP_MAX,
} from '../limits.ts';
import { type FieldError, Problem } from '../problem.ts';
import { formatDate, parseDate } from '../time/dates.ts';
import { isTimeZone } from '../time/zone.ts';

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/** Whether a text is a UUID, in any case. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** An id in the case in which it is stored, compared and answered (RFC 9562 section 4). */
export const inLowerCase = (id: string): string => id.toLowerCase();

/** A UUID in any case. The output is in lower case. */
export const uuid = (message = 'must be a UUID') =>
  v.pipe(v.string(message), v.regex(UUID, message), v.transform(inLowerCase));

/** The ids in a comma-separated list, each once and in lower case. Space around an id does not count. */
export const idsIn = (list: string): string[] => [
  ...new Set(list.split(',').map((id) => inLowerCase(id.trim()))),
];

/** Text that the database stores exactly: well-formed Unicode without NUL. A character is a Unicode code point. */
export const text = (min: number, max: number) =>
  v.pipe(
    v.string('must be a string'),
    v.minLength(min, `must have at least ${min} character${min === 1 ? '' : 's'}`),
    v.check(
      (value) => value.length <= max || [...value].length <= max,
      `must have at most ${max} characters`,
    ),
    v.check((value) => value.isWellFormed(), 'must be well-formed Unicode, without lone surrogates'),
    v.check((value) => !value.includes('\0'), 'must not contain NUL'),
    v.metadata({ maxLength: max }),
  );

/** A whole number of milliseconds since the epoch that a Date can hold (ECMA-262, section "Time Values"). */
export const timestamp = v.pipe(
  v.number('must be a number of milliseconds'),
  v.integer('must be a whole number of milliseconds'),
  v.minValue(0, 'must not be before 1970'),
  v.maxValue(8.64e15, 'must be at most 8640000000000000 milliseconds'),
);

/** The exact name of an IANA time zone, or of an alias of one. */
export const timezone = v.pipe(
  v.string('must be a string'),
  v.check(isTimeZone, 'must be an IANA time zone name, such as UTC or Europe/Oslo, not an offset'),
);

const dateRule = 'must be a date that exists, such as 2030-01-31';
/** A date. The output has leading zeros. */
export const date = v.pipe(
  v.string(dateRule),
  v.regex(/^\d{4}-\d{1,2}-\d{1,2}$/, dateRule),
  v.check((text) => parseDate(text) !== undefined, dateRule),
  v.transform((text) => formatDate(parseDate(text) ?? 0)),
);

/** A whole number in a body. */
export function integer(min: number, max: number, unit = '') {
  const message = `must be a whole number ${unit && `of ${unit} `}from ${min} to ${max}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

const metadataKey = text(1, METADATA_KEY_MAX_CHARS);
const metadataValue = text(0, METADATA_VALUE_MAX_CHARS);

/**
 * A map of strings. It keeps every key that JSON can carry, while `v.record` silently drops `__proto__`, `constructor`
 * and `prototype`.
 *
 * @param max the most entries.
 */
export const mapOf = (keys: v.GenericSchema<string>, values: v.GenericSchema<string>, max: number) =>
  v.pipe(
    described(
      v.record(v.string(), values),
      v.pipe(
        onlyOf((value) => isRecord(value), 'must be an object of strings'),
        onlyOf((value) => Object.keys(value as object).length <= max, `must have at most ${max} entries`),
        v.rawCheck<unknown>(({ dataset, addIssue }) => {
          if (!dataset.typed) return;
          for (const [key, value] of Object.entries(dataset.value as object)) {
            const issue = v.safeParse(keys, key).issues?.[0];
            if (issue) addIssue({ message: `has an invalid key: a key ${issue.message}` });
            for (const { message } of v.safeParse(values, value).issues ?? []) {
              addIssue({ message, path: at(key) });
            }
          }
        }),
      ),
    ),
    v.maxEntries(max),
  );

export const metadata = mapOf(metadataKey, metadataValue, METADATA_MAX);

/**
 * The parameters of a query. It refuses any other, since a filter with a wrong name would list everything. Bodies ignore
 * unknown members instead: see `shape`.
 */
export function parameters<const E extends v.ObjectEntries>(entries: E) {
  const names = Object.keys(entries).map((name) => (name === 'metadata' ? 'metadata[KEY]' : name));
  // Without a prototype, so that no name of Object.prototype passes for a parameter.
  const own: E = Object.assign(Object.create(null), entries);
  return v.strictObject(own, `is not a parameter of this path, which takes ${names.join(', ')}`);
}

/** A query for one metadata key and value, with its page. */
export const metadataQuery = parameters({
  key: metadataKey,
  value: metadataValue,
  skip: v.optional(
    v.pipe(
      wholeNumber(0, SKIP_MAX),
      v.description('How many resources to pass over. The database reads them.'),
    ),
    '0',
  ),
  limit: v.optional(
    v.pipe(wholeNumber(1, PAGE_MAX), v.description('The most resources in the answer.')),
    String(PAGE_DEFAULT),
  ),
});

/** A number in a query string. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.string(message),
    v.regex(/^-?\d{1,16}$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

/** The `cursor` of a page. An empty one means the first page, as an absent one does. */
export const cursor = v.optional(
  v.pipe(
    v.string('must be the nextCursor of a page'),
    v.transform((cursor): string | undefined => cursor || undefined),
  ),
);

/**
 * An object with these members. It ignores others, and unlike `v.object` refuses arrays. null in an optional member means
 * that the member is absent, unless its own schema takes null.
 */
export function shape<const E extends v.ObjectEntries>(entries: E) {
  const object = v.object(entries);
  return described(
    object,
    v.pipe(onlyOf(isRecord, 'must be an object'), v.transform(withoutNulls(entries)), object),
  );
}

/** Whether null in this member of an object means that the member is absent. */
export const nullIsAbsent = (schema: { type: string; wrapped?: unknown }): boolean =>
  schema.type === 'optional' && (schema.wrapped as { type: string }).type !== 'nullable';

/** A function that drops the members of an object whose null means that they are absent. */
export function withoutNulls(entries: v.ObjectEntries): (object: unknown) => Record<string, unknown> {
  const names = Object.entries(entries).flatMap(([name, schema]) => (nullIsAbsent(schema) ? [name] : []));
  return (value) => {
    const object = value as Record<string, unknown>;
    if (!names.some((name) => object[name] === null)) return object;
    const kept = Object.entries(object).filter(([name, member]) => member !== null || !names.includes(name));
    return Object.fromEntries(kept);
  };
}

/** A list that checks its length before its entries, since a body has room for tens of thousands of bad ones. */
export function list<const S extends v.GenericSchema>(item: S, max: number, rule = 'must be a list') {
  const array = v.array(item, rule);
  const length = onlyOf((value) => (value as unknown[]).length <= max, `must have at most ${max} entries`);
  return v.pipe(described(array, v.pipe(onlyOf(Array.isArray, rule), length, array)), v.maxLength(max));
}

/** A check that ends the validation of its pipe if it fails. */
function onlyOf(fits: (value: unknown) => boolean, rule: string) {
  return v.custom<unknown>(fits, rule);
}

/** A schema that OpenAPI describes by `as`, and that validates by `runs`, since JSON Schema cannot express every rule. */
function described<S extends v.GenericSchema>(as: S, runs: v.GenericSchema): S {
  return { ...as, '~run': (dataset, config) => runs['~run'](dataset, config) };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Validates an input, and returns the schema's output.
 *
 * @throws Problem `input-invalid`, which names every bad field and its rule, and never repeats the input.
 */
export function validate<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw invalid(result.issues.map((issue) => ({ path: pathOf(issue), reason: reasonOf(issue) })));
}

/** @param errors at least one. The problem has the first error of each field, and at most `FIELD_ERRORS_MAX` fields. */
export function invalid(errors: FieldError[]): Problem {
  const [first] = errors;
  const detail = `${first?.path || 'The body'} ${first?.reason}.`;
  const byPath = new Map<string, FieldError>();
  for (const error of errors) if (!byPath.has(error.path)) byPath.set(error.path, error);
  return new Problem('input-invalid', detail, { errors: [...byPath.values()].slice(0, FIELD_ERRORS_MAX) });
}

/** The path of one member, for an issue that the check of a whole object reports. */
export const at = (path: string | number): [v.IssuePathItem] => [
  { type: 'unknown', origin: 'value', input: undefined, key: path, value: undefined },
];

/** The path of an issue, such as `recurrence.byweekday[1]`. It cuts long names, since the client may choose them. */
export function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? [])
    .map(({ key }, i) =>
      typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key).slice(0, 64)}`,
    )
    .join('');
}

/** The reason of an issue. valibot's own message for an absent member would repeat the input. */
export function reasonOf(issue: v.BaseIssue<unknown>): string {
  return issue.kind === 'schema' && issue.input === undefined ? 'is missing' : issue.message;
}
