/** The parameters of paths, and the form of each. A value of another form is 404: no resource has such an id. */
import * as v from 'valibot';
import { uuid } from './schemas.ts';

/** A parameter whose name ends in `Id` is a UUID. A `kid` is any text, as the account chooses it. */
export type ParamName = `${string}Id` | 'kid';

const anyId = uuid();
const anyText = v.string();

export const paramSchema = (name: ParamName): v.GenericSchema<string> => (name === 'kid' ? anyText : anyId);
