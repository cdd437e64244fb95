/** An account's server with its API key. The key is looked up by the very statements that use it: one round trip. */
import { BoundedMap } from '../bounded-map.ts';
import { guardedBy } from '../db/scope.ts';
import { Problem } from '../problem.ts';
import { accountOfKey, expiryOfKey, hashOf, KEY } from './api-key.ts';
import type { Caller, Errand } from './claim.ts';

/** The hashes of keys that this isolate has seen proven: they are not slowed down, and looked up all the same. */
const seen = new BoundedMap<string, true>(1000);

/** @throws Problem for what cannot be a key. */
export async function accountCaller(headers: Headers, { owner, now }: Errand): Promise<Caller> {
  const key = headers.get('x-api-key');
  if (key === null)
    throw new Problem('credentials-missing', 'This path takes an API key, in the header x-api-key.');
  if (!KEY.test(key)) throw unknownKey();
  const hash = await hashOf(key);
  return {
    limits: null,
    known: seen.has(hash),
    claim: {
      scope: guardedBy(accountOfKey(hash, now), owner),
      evidence: expiryOfKey(hash, now),
      prove(expired) {
        if (expired !== 0) seen.delete(hash);
        if (expired === null) throw unknownKey();
        if (expired) {
          throw new Problem(
            'api-key-expired',
            'The API key has reached its expiresAt. Use another one of the account.',
          );
        }
        if (!seen.has(hash)) seen.set(hash, true);
        return null;
      },
    },
  };
}

const unknownKey = () =>
  new Problem(
    'api-key-unknown',
    'The API key in x-api-key is not known. Check that it is whole, and not removed.',
  );
