/** Every way in which an account revokes a token, and the code that the service then returns for it. */
import type { Answer, NettuClient } from '../../../src/sdk/index.ts';
import { type Actors, dataOf, newKeyPair } from './actors.ts';

export interface Revocation {
  name: string;
  code: string;
  revoke: (accountClient: NettuClient, actors: Actors) => Promise<Answer<unknown>>;
}

const other = newKeyPair();

async function setState(
  accountClient: NettuClient,
  state: 'standby' | 'retiring' | 'revoked',
  retiresAt?: number,
) {
  return accountClient.account.keys.setState(await kidOf(accountClient), { state, retiresAt });
}

async function kidOf(accountClient: NettuClient): Promise<string> {
  return dataOf(await accountClient.account.keys.list()).keys[0]?.kid ?? '';
}

export const revocations: Revocation[] = [
  {
    name: 'its key is removed',
    code: 'token-signature',
    revoke: async (accountClient) => accountClient.account.keys.remove(await kidOf(accountClient)),
  },
  {
    name: 'its key is replaced',
    code: 'token-signature',
    revoke: (accountClient) => accountClient.account.setPublicSigningKey(other.publicKey),
  },
  {
    name: 'all keys are removed',
    code: 'token-signature',
    revoke: (accountClient) => accountClient.account.removePublicSigningKey(),
  },
  {
    name: 'its key is revoked',
    code: 'key-revoked',
    revoke: (accountClient) => setState(accountClient, 'revoked'),
  },
  {
    name: 'its key is set back to standby',
    code: 'key-standby',
    revoke: (accountClient) => setState(accountClient, 'standby'),
  },
  {
    // A request uses the time of its arrival, so the key retires in the past, to also refuse pending requests.
    name: 'its key is retired',
    code: 'key-retired',
    revoke: (accountClient) => setState(accountClient, 'retiring', Date.now() - 60_000),
  },
  {
    name: "its user's tokens are revoked",
    code: 'token-revoked',
    revoke: (accountClient, { userId }) => accountClient.user.revokeTokens(userId, Date.now() + 60_000),
  },
  {
    name: 'its user is deleted',
    code: 'user-unknown',
    revoke: (accountClient, { userId }) => accountClient.user.remove(userId),
  },
];
