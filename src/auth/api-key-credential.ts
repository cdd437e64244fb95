/** The account, calling with its API key. The plan's own statements look the key up, so the proof costs no round trip. */
import { BoundedMap } from '../bounded-map.ts';
import { hashOf } from '../crypto/hash.ts';
import { guardedBy } from '../db/scope.ts';
import { Problem } from '../problem.ts';
import { accountOfKey, accountOfKeyEvenExpired, proofOfKey, readKey, shardOfKey } from './api-key.ts';
import type { Caller, RequestContext } from './credential.ts';

/** The account of each key that this isolate has verified, by the key's hash. Only the rate limiter and the log rely on it. */
const verifiedKeys = new BoundedMap<string, string>(1000);

/** @throws Problem where the header is missing, or holds no API key. */
export async function apiKeyCaller(headers: Headers, { owner, now }: RequestContext): Promise<Caller> {
  const key = headers.get('x-api-key');
  if (key === null)
    throw new Problem('credentials-missing', 'This path takes an API key, in the header x-api-key.');
  const shard = shardOfKey(key);
  if (shard === null) throw unknownKey();
  const hash = await hashOf(key);
  return {
    token: null,
    known: verifiedKeys.has(hash),
    shard,
    anonymous: false,
    namedAccount: verifiedKeys.get(hash) ?? null,
    userId: null,
    credential: {
      scope: guardedBy(accountOfKey(hash, now), accountOfKeyEvenExpired(hash), owner),
      proof: proofOfKey(hash, now),
      verify(proof) {
        const key = readKey(proof);
        if (!key || key.expired) verifiedKeys.delete(hash);
        if (!key) throw unknownKey();
        if (key.expired) {
          throw new Problem(
            'api-key-expired',
            'The API key has passed its expiresAt. Use another API key of the account.',
          );
        }
        const { account, id, readsReplica, suspended } = key;
        if (!verifiedKeys.has(hash)) verifiedKeys.set(hash, account);
        if (suspended) throw new Problem('account-suspended');
        return { account, readsReplica: readsReplica === 1, actor: { caller: 'account', apiKey: id } };
      },
    },
  };
}

const unknownKey = () =>
  new Problem(
    'api-key-unknown',
    'No account has the API key in x-api-key. Check that it is complete and was not removed.',
  );
