/** Every way in which an account revokes a token, and the code that its bearer gets afterwards. */
import type { ProblemCode } from '../../src/sdk/types.ts';
import { newKeys, type User } from '../support/client.ts';
import { firstKid, keyPath, setState } from '../support/signing.ts';

const other = await newKeys();

type Revoke = (user: User) => Promise<unknown>;

const toState =
  (state: string, retiresAt?: () => number): Revoke =>
  async ({ account }) =>
    setState(account, await firstKid(account), state, retiresAt?.());

export const revocations: [name: string, code: ProblemCode, revoke: Revoke][] = [
  [
    'its key is removed',
    'token-signature',
    async ({ account }) => account.call('DELETE', keyPath(await firstKid(account))),
  ],
  [
    'its key is replaced',
    'token-signature',
    ({ account }) => account.call('PUT', '/account/pubkey', { body: { publicJwtKey: other.pem } }),
  ],
  [
    'all keys are removed',
    'token-signature',
    ({ account }) => account.call('PUT', '/account/pubkey', { body: { publicJwtKey: null } }),
  ],
  ['its key is revoked', 'key-revoked', toState('revoked')],
  ['its key is set back to standby', 'key-standby', toState('standby')],
  // A request uses the time of its arrival, so only a date before that retires the key for requests in flight.
  ['its key is retired', 'key-retired', toState('retiring', () => Date.now() - 60_000)],
  [
    "its user's tokens are revoked",
    'token-revoked',
    ({ account, id }) =>
      account.call('PUT', `/user/${id}/tokens`, { body: { notBefore: Date.now() + 60_000 } }),
  ],
  ['its user is deleted', 'user-unknown', ({ account, id }) => account.call('DELETE', `/user/${id}`)],
];
