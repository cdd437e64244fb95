/** The parameters of paths: every `…Id` is a UUID, a `kid` is any text, and an `originalStartTs` a number of milliseconds. Another form is 404: no resource has such an id. */
import * as v from 'valibot';
import { uuid } from './schemas.ts';

export type ParamName = `${string}Id` | 'kid' | 'originalStartTs';

const id = uuid();
const kid = v.string();
const originalStartTs = v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,15})$/));

export const paramSchema = (name: ParamName): v.GenericSchema<string> =>
  name === 'kid' ? kid : name === 'originalStartTs' ? originalStartTs : id;
