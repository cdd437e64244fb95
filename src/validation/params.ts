/**
 * The parameters of paths: every `…Id` is a UUID, a `kid` is any text, and so is the `secret` of a feed; an `originalStartTs` is
 * a number of milliseconds, or the date of an occurrence of whole days. Another form is 404: no resource has such an id.
 */
import * as v from 'valibot';
import { uuid } from './schemas.ts';

export type ParamName = `${string}Id` | 'kid' | 'secret' | 'originalStartTs';

const id = uuid();
const text = v.string();
const originalStartTs = v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,15}|\d{4}-\d{2}-\d{2})$/));

export const paramSchema = (name: ParamName): v.GenericSchema<string> => {
  if (name === 'kid' || name === 'secret') return text;
  return name === 'originalStartTs' ? originalStartTs : id;
};
