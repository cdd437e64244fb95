/** Every way in which an account revokes a token, and the code that the service then returns for it. */
import type { Answer, NettuClient } from '../../../src/sdk/index.ts';
import { type Actors, dataOf, newKeyPair } from './actors.ts';

export interface Revocation {
  name: string;
  code: string;
  revoke: (server: NettuClient, actors: Actors) => Promise<Answer<unknown>>;
}

const other = newKeyPair();

async function setState(server: NettuClient, state: 'standby' | 'retiring' | 'revoked', retiresAt?: number) {
  return server.account.keys.setState(await kidOf(server), { state, retiresAt });
}

async function kidOf(server: NettuClient): Promise<string> {
  return dataOf(await server.account.keys.list()).keys[0]?.kid ?? '';
}

export const revocations: Revocation[] = [
  {
    name: 'its key is removed',
    code: 'token-signature',
    revoke: async (server) => server.account.keys.remove(await kidOf(server)),
  },
  {
    name: 'its key is replaced',
    code: 'token-signature',
    revoke: (server) => server.account.setPublicSigningKey(other.publicKey),
  },
  {
    name: 'all keys are removed',
    code: 'token-signature',
    revoke: (server) => server.account.removePublicSigningKey(),
  },
  { name: 'its key is revoked', code: 'key-revoked', revoke: (server) => setState(server, 'revoked') },
  {
    name: 'its key is set back to standby',
    code: 'key-standby',
    revoke: (server) => setState(server, 'standby'),
  },
  {
    // A request uses the time of its arrival, so the key retires in the past, to also refuse pending requests.
    name: 'its key is retired',
    code: 'key-retired',
    revoke: (server) => setState(server, 'retiring', Date.now() - 60_000),
  },
  {
    name: "its user's tokens are revoked",
    code: 'token-revoked',
    revoke: (server, { userId }) => server.user.revokeTokens(userId, Date.now() + 60_000),
  },
  {
    name: 'its user is deleted',
    code: 'user-unknown',
    revoke: (server, { userId }) => server.user.remove(userId),
  },
];
