/** Operations on users. Only the account may change them; a user's token may read who it is. */
import { write } from '../../operation.ts';
import { change, withEtag } from '../../plan.ts';
import { crud } from '../crud.ts';
import * as input from './input.ts';
import { selectUser, updateNotBefore, users } from './table.ts';

/** All that belongs to a deleted user goes with it at once: see db/removed.ts. */
export const {
  create: createUser,
  get: getUser,
  change: changeUser,
  remove: removeUser,
  find: findUsers,
  list: listUsers,
} = crud({ table: users, params: [], creation: input.creation, update: input.update });

export const revokeTokens = write({
  body: input.revocation,
  target: selectUser,
  run: (scope, { body }) =>
    change(updateNotBefore(scope, body.notBefore), (row) => withEtag({ user: users.toResource(row) }, row)),
});
