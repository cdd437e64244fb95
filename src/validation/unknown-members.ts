/** Names the members of a body that its schema does not have. They are ignored, and the header `nettu-ignored` says so. */
import * as v from 'valibot';
import { FIELD_ERRORS_MAX } from '../limits.ts';
import { isRecord } from './schemas.ts';

/** What schemas of the kinds that bodies use have in common. */
interface Schema {
  wrapped?: Schema;
  /** Of an object. */
  entries?: Record<string, Schema>;
  /** Of a list. */
  item?: Schema;
  /** Of a variant: its objects, and the member that tells them apart. */
  options?: Schema[];
  key?: string;
}

/**
 * The paths of the unknown members, such as `title` or `recurrence.wkst`, at most `FIELD_ERRORS_MAX`. Their names are cut
 * and percent-encoded, since the client chooses them.
 *
 * @param value a value that the schema takes.
 */
export const unknownMembers = (schema: v.GenericSchema, value: unknown): string[] =>
  membersIn(schema as Schema, value, '').slice(0, FIELD_ERRORS_MAX);

function membersIn(schema: Schema, value: unknown, path: string): string[] {
  const { wrapped, entries, item, options, key = '' } = schema;
  if (wrapped) return membersIn(wrapped, value, path);
  if (item && Array.isArray(value)) return value.flatMap((one, i) => membersIn(item, one, `${path}[${i}]`));
  if (!isRecord(value)) return [];
  const option = options?.find(({ entries }) => v.is(entries?.[key] as v.GenericSchema, value[key]));
  if (option) return membersIn(option, value, path);
  if (!entries) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${path && `${path}.`}${encodeURIComponent(name.slice(0, 64).toWellFormed())}`;
    const known = Object.hasOwn(entries, name) ? entries[name] : undefined;
    return known ? membersIn(known, member, at) : [at];
  });
}
