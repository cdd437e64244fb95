/** The parameters of paths: every `…Id` is a UUID, and a `kid` is any text. Another form is 404: no resource has such an id. */
import * as v from 'valibot';
import { uuid } from './schemas.ts';

export type ParamName = `${string}Id` | 'kid';

const id = uuid();
const kid = v.string();

export const paramSchema = (name: ParamName): v.GenericSchema<string> => (name === 'kid' ? kid : id);
