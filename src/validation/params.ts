/** The parameters of paths: every `…Id` is a UUID, a `kid` is any text, and so is the `secret` of a feed. Another form is 404: no resource has such an id. */
import * as v from 'valibot';
import { uuid } from './schemas.ts';

export type ParamName = `${string}Id` | 'kid' | 'secret';

const id = uuid();
const text = v.string();

export const paramSchema = (name: ParamName): v.GenericSchema<string> =>
  name === 'kid' || name === 'secret' ? text : id;
