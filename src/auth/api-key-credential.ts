/** An account's server with its API key. The key is looked up by the very statements that use it: one round trip. */

import { guardedBy } from '../db/scope.ts';
import { Problem } from '../problem.ts';
import { accountEverOf, accountOfKey, evidenceOfKey, hashOf, placeOfKey, readKey } from './api-key.ts';
import { BoundedMap } from './bounded-map.ts';
import type { Caller, Errand } from './credential.ts';

/** By their hashes the keys that this isolate has seen proven, each with its account: they are looked up all the same. */
const seen = new BoundedMap<string, string>(1000);

/** @throws Problem for what cannot be a key. */
export async function accountCaller(headers: Headers, { owner, now }: Errand): Promise<Caller> {
  const key = headers.get('x-api-key');
  if (key === null)
    throw new Problem('credentials-missing', 'This path takes an API key, in the header x-api-key.');
  const place = placeOfKey(key);
  if (place === null) throw unknownKey();
  const hash = await hashOf(key);
  return {
    limits: null,
    known: seen.has(hash),
    place,
    open: false,
    names: seen.get(hash) ?? null,
    subject: null,
    claim: {
      scope: guardedBy(accountOfKey(hash, now), accountEverOf(hash), owner),
      evidence: evidenceOfKey(hash, now),
      prove(evidence) {
        const { account, expired, nearest } = readKey(evidence);
        if (account === null || expired) seen.delete(hash);
        if (account === null) throw unknownKey();
        if (expired) {
          throw new Problem(
            'api-key-expired',
            'The API key has reached its expiresAt. Use another one of the account.',
          );
        }
        if (!seen.has(hash)) seen.set(hash, account);
        return { account, nearest };
      },
    },
  };
}

const unknownKey = () =>
  new Problem(
    'api-key-unknown',
    'The API key in x-api-key is not known. Check that it is whole, and not removed.',
  );
