/** For every way in which a token is refused: how to come by such a token, and what its bearer is told. */
import type { ProblemCode } from '../../src/sdk/types.ts';
import { keys, NOBODY, type User } from '../support/client.ts';
import { addKey, firstKid, part, second, setState, third, tokenOf } from '../support/signing.ts';

export interface RefusedToken {
  name: string;
  code: ProblemCode;
  make: (user: User) => Promise<string> | string;
  /** What of it can be read all the same; both unless told. */
  reads?: ('header' | 'claims')[];
  /** The kid of the key that did verify it. */
  kid?: string;
  /** What the account's owner is told beyond that. */
  cause?: { code: ProblemCode; detail: RegExp };
}

const hours = (n: number) => Math.floor(Date.now() / 1000) + n * 3600;
const claimsOf = (user: User) => ({ nettuSchedulerUserId: user.id, exp: hours(1) });
const unsigned = (header: unknown, claims: unknown) => `${part(header)}.${part(claims)}.c2ln`;
const inState = async (user: User, state: string, retiresAt?: number) => {
  const kid = await addKey(user.account, second, { kid: 'the-kid' });
  await setState(user.account, kid, state, retiresAt);
  return tokenOf(second, user);
};
const cause = (detail: RegExp, code: ProblemCode = 'token-signature') => ({ code, detail });
const none = cause(/^None of the account's/);

export const refusedTokens: RefusedToken[] = [
  { name: 'one word', code: 'token-malformed', make: () => 'token', reads: [] },
  {
    name: 'two parts',
    code: 'token-malformed',
    make: (user) => `${part({ alg: 'RS256' })}.${part(claimsOf(user))}`,
    reads: [],
  },
  {
    name: 'four parts',
    code: 'token-malformed',
    make: async (user) => `${await tokenOf(keys, user)}.more`,
    reads: [],
  },
  {
    name: 'five parts, an encrypted one',
    code: 'token-malformed',
    make: () => `${part({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`,
    reads: ['header'],
  },
  {
    name: 'a header that is no JSON',
    code: 'token-malformed',
    make: (user) => unsigned('{', claimsOf(user)),
    reads: ['claims'],
  },
  {
    name: 'claims that are no JSON',
    code: 'token-malformed',
    make: () => unsigned({ alg: 'RS256' }, '{'),
    reads: ['header'],
  },
  {
    name: 'claims that are a list',
    code: 'token-malformed',
    make: () => unsigned({ alg: 'RS256' }, []),
    reads: ['header'],
  },
  {
    name: 'a critical extension',
    code: 'token-malformed',
    make: (user) => unsigned({ alg: 'RS256', crit: ['b64'], b64: true }, claimsOf(user)),
  },
  {
    name: 'a kid that is a number',
    code: 'token-malformed',
    make: (user) => tokenOf(keys, user, {}, { kid: 7 }),
  },
  {
    name: '9 kB',
    code: 'token-malformed',
    make: (user) => tokenOf(keys, user, { more: 'a'.repeat(9000) }),
    reads: [],
  },
  { name: 'alg HS256', code: 'token-algorithm', make: (user) => unsigned({ alg: 'HS256' }, claimsOf(user)) },
  { name: 'alg none', code: 'token-algorithm', make: (user) => unsigned({ alg: 'none' }, claimsOf(user)) },
  {
    name: 'no alg',
    code: 'token-algorithm',
    make: (user) => unsigned({}, claimsOf(user)),
    reads: ['header', 'claims'],
  },
  { name: 'no exp', code: 'token-claims', make: (user) => tokenOf(keys, user, { exp: undefined }) },
  {
    name: 'no user',
    code: 'token-claims',
    make: (user) => tokenOf(keys, user, { nettuSchedulerUserId: undefined }),
  },
  {
    name: 'a user that is no id',
    code: 'token-claims',
    make: (user) => tokenOf(keys, user, { nettuSchedulerUserId: 'me' }),
  },
  {
    name: 'an unknown permission',
    code: 'token-claims',
    make: (user) => tokenOf(keys, user, { schedulerPolicy: { allow: ['All'] } }),
  },
  {
    name: 'a policy that is a list',
    code: 'token-claims',
    make: (user) => tokenOf(keys, user, { schedulerPolicy: ['*'] }),
  },
  {
    name: 'an exp in the past',
    code: 'token-expired',
    make: (user) => tokenOf(keys, user, { exp: hours(-1) }),
  },
  {
    name: 'an nbf to come',
    code: 'token-not-yet-valid',
    make: (user) => tokenOf(keys, user, { nbf: hours(1) }),
  },
  {
    name: "another's signature",
    code: 'token-signature',
    make: (user) => tokenOf(second, user),
    cause: none,
  },
  {
    name: 'claims that were changed',
    code: 'token-signature',
    make: async (user) => {
      const [header, , signature] = (await tokenOf(keys, user)).split('.');
      return `${header}.${part({ ...claimsOf(user), exp: hours(2) })}.${signature}`;
    },
    cause: none,
  },
  {
    name: 'the kid of a key that did not sign it',
    code: 'token-signature',
    make: async (user) => {
      const kid = await addKey(user.account, second, { kid: 'the-kid' });
      return tokenOf(keys, user, {}, { kid });
    },
    cause: cause(/kid.*the-kid/),
  },
  {
    name: 'no key in the account',
    code: 'token-signature',
    make: async (user) => {
      await user.account.call('PUT', '/account/pubkey', { body: {} });
      return tokenOf(keys, user);
    },
    cause: cause(/no signing key/, 'key-missing'),
  },
  {
    name: 'a removed key',
    code: 'token-signature',
    make: async (user) => {
      const kid = await firstKid(user.account);
      await addKey(user.account, third);
      await user.account.call('DELETE', `/account/keys/${kid}`);
      return tokenOf(keys, user);
    },
    cause: none,
  },
  { name: 'a key on standby', code: 'key-standby', make: (user) => inState(user, 'standby'), kid: 'the-kid' },
  {
    name: 'a retired key',
    code: 'key-retired',
    make: (user) => inState(user, 'retiring', 0),
    kid: 'the-kid',
  },
  { name: 'a revoked key', code: 'key-revoked', make: (user) => inState(user, 'revoked'), kid: 'the-kid' },
  {
    name: 'an unknown user',
    code: 'user-unknown',
    make: async (user) => {
      await addKey(user.account, second, { kid: 'the-kid' });
      return tokenOf(second, user, { nettuSchedulerUserId: NOBODY });
    },
    kid: 'the-kid',
  },
  {
    name: 'a notBefore after its iat',
    code: 'token-revoked',
    make: async (user) => {
      await addKey(user.account, second, { kid: 'the-kid' });
      await user.account.call('PUT', `/user/${user.id}/tokens`, { body: { notBefore: Date.now() + 60_000 } });
      return tokenOf(second, user);
    },
    kid: 'the-kid',
  },
];
