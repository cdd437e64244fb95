/** Operations on the public keys that verify the tokens of an account's users. */

import type { Scope } from '../../db/scope.ts';
import { LIVE_SIGNING_KEYS_MAX, SIGNING_KEYS_MAX } from '../../limits.ts';
import { type Input, read, write } from '../../operation.ts';
import { change, creation, found, plan, type WithEtag, withEtag } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { KeyResult, KeysResult } from '../../sdk/types.ts';
import * as input from './input.ts';
import {
  deleteKey,
  insertKey,
  keyIsThere,
  newKeyRow,
  selectKey,
  selectKeys,
  toKey,
  updateKey,
} from './sql.ts';
import type { KeyRow } from './table.ts';

const toResult = (row: KeyRow): WithEtag<KeyResult> => withEtag({ key: toKey(row) }, row);

const target = (scope: Scope, { params }: Pick<Input<'kid'>, 'params'>) => selectKey(scope, params.kid);

const tooMany = () =>
  new Problem(
    'key-limit',
    `An account has at most ${LIVE_SIGNING_KEYS_MAX} live keys, and at most ${SIGNING_KEYS_MAX} including revoked and retired ones. Remove one first.`,
  );

export const listKeys = read({
  run: (scope) => plan([selectKeys(scope)], (rows): KeysResult => ({ keys: rows.map(toKey) })),
});

export const addKey = write({
  idempotent: true,
  body: input.creation,
  async run(scope, { body, now }) {
    const { pem, kid: thumbprint } = await input.publicKeyIn(body.publicJwtKey);
    const row = newKeyRow({ pem, kid: body.kid ?? thumbprint, state: body.state }, now);
    const statements = [selectKey(scope, row.kid), insertKey(scope, row)] as const;
    return creation(
      { answer: toResult(row), created: keyIsThere(scope, row) },
      statements,
      ([taken], [added]) => {
        if (taken)
          throw new Problem(
            'kid-taken',
            'The account has a key with this kid. Remove that key, or choose another kid.',
          );
        if (!added) throw tooMany();
        return undefined;
      },
    );
  },
});

export const setKeyState = write({
  params: ['kid'],
  body: input.change,
  target,
  run: (scope, { params: { kid }, body, now }) =>
    plan([selectKey(scope, kid), updateKey(scope, { kid, ...body, now })], (before, [after]) => {
      if (found(before).state === 'revoked' && body.state !== 'revoked') {
        throw new Problem('key-state-final', 'A revoked key is never accepted again. Add a new key.');
      }
      if (!after) throw tooMany();
      return toResult(after);
    }),
});

export const removeKey = write({
  params: ['kid'],
  target,
  run: (scope, { params }) => change(deleteKey(scope, params.kid), toResult),
});
