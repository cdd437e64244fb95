/** The parameters of paths: every `…Id` is a UUID, and a `kid` is any text. A value of another form is the id of nothing. */
import * as v from 'valibot';
import { uuid } from './schemas.ts';

export type ParamName = `${string}Id` | 'kid';

const id = uuid();
const kid = v.string();

export const paramSchema = (name: ParamName): v.GenericSchema<string> => (name === 'kid' ? kid : id);
