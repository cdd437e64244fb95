/** Every 401 has its own code and, in `www-authenticate`, the error of RFC 6750. */
import { expect, it } from 'vitest';
import type { ProblemCode } from '../../src/sdk/types.ts';
import { CODE, call, newAccount, policy, type Reply, type User } from '../support/client.ts';
import { expectProblem, statuses } from '../support/problem.ts';
import { refusedTokens } from '../support/refused-tokens.ts';

/** Every 401 but those for a token's format, key or user. */
const others: [name: string, code: ProblemCode, send: (user: User) => Promise<Reply>][] = [
  ['no credentials for a user', 'credentials-missing', () => call('GET', '/me')],
  ['no credentials for an account', 'credentials-missing', () => call('GET', '/account')],
  [
    'a token without its account',
    'credentials-missing',
    async (user) => call('GET', '/me', { headers: { authorization: `Bearer ${await user.token()}` } }),
  ],
  [
    'a malformed account id',
    'credentials-missing',
    (user) => user.call('GET', '/me', { headers: { 'nettu-account': 'acme' } }),
  ],
  [
    'another scheme',
    'credentials-missing',
    (user) => user.call('GET', '/me', { headers: { authorization: 'Basic YTpi' } }),
  ],
  [
    'an API key on a path for users',
    'credentials-missing',
    (user) => call('GET', '/me', { headers: user.account.headers }),
  ],
  [
    'an unknown API key',
    'api-key-unknown',
    () => call('GET', '/account', { headers: { 'x-api-key': `sk_${'a'.repeat(32)}` } }),
  ],
  [
    'a malformed API key',
    'api-key-unknown',
    () => call('GET', '/account', { headers: { 'x-api-key': 'secret' } }),
  ],
  [
    'an expired API key',
    'api-key-expired',
    async ({ account }) => {
      const body = { expiresAt: Date.now() + 60_000 };
      const { secretApiKey } = (await account.call('POST', '/account/api-keys', { body })).body;
      return call('GET', '/account', { headers: { 'x-api-key': secretApiKey }, now: body.expiresAt });
    },
  ],
  ['a wrong code', 'account-code-wrong', () => call('POST', '/account', { body: { code: `${CODE}!` } })],
  [
    'a closed service',
    'account-creation-closed',
    () => call('POST', '/account', { body: { code: CODE }, env: { CREATE_ACCOUNT_SECRET_CODE: '' } }),
  ],
  [
    'a permission that the policy does not allow',
    'policy-denied',
    (user) =>
      user.call('POST', '/calendar', { body: { timezone: 'UTC' }, claims: policy(['DeleteCalendar']) }),
  ],
  [
    'a permission that the policy rejects',
    'policy-denied',
    (user) => user.call('POST', '/calendar', { body: { timezone: 'UTC' }, claims: policy(['*'], ['*']) }),
  ],
];

const errorOf = (code: ProblemCode): string | undefined => {
  if (code === 'policy-denied') return 'insufficient_scope';
  return /^(token|key|user)-/.test(code) ? 'invalid_token' : undefined;
};

/** RFC 9110 11.6.1 and RFC 6750 3: a scheme, then `name="value"`, in characters that need no escape. */
function challengesOf(header: string): { scheme: string; params: Record<string, string> }[] {
  const found: { scheme: string; params: Record<string, string> }[] = [];
  const rest = header.replace(
    /(?:^|, )(?:([A-Za-z]+) )?([a-z_]+)="([\x20\x21\x23-\x5b\x5d-\x7e]*)"/g,
    (_, scheme: string | undefined, name: string, value: string) => {
      if (scheme) found.push({ scheme, params: {} });
      const params = found.at(-1)?.params;
      if (params) params[name] = value;
      return '';
    },
  );
  expect(rest).toBe('');
  return found;
}

it.each([
  ...others,
  ...refusedTokens.map(
    ({ name, code, make }) =>
      [
        `a token with ${name}`,
        code,
        async (user: User) => user.call('GET', '/me', { token: await make(user) }),
      ] as [string, ProblemCode, (user: User) => Promise<Reply>],
  ),
])('%s gets %s, with a challenge that names the code', async (_, code, send) => {
  const user = await (await newAccount()).newUser();
  const reply = await send(user);
  expectProblem(reply, code);
  const challenges = challengesOf(reply.headers.get('www-authenticate') ?? '');
  for (const { params } of challenges) expect(params.realm).toBe('nettu');
  const error = errorOf(code);
  if (error) {
    expect(challenges).toEqual([
      {
        scheme: 'Bearer',
        params: { realm: 'nettu', error, error_description: expect.stringContaining(code) },
      },
    ]);
  } else {
    for (const { params } of challenges) expect(params).toEqual({ realm: 'nettu' });
  }
});

it('tests every 401 of the contract but key-missing, which only an inspection returns', () => {
  const tried = new Set<string>([
    ...others.map(([, code]) => code),
    ...refusedTokens.map(({ code }) => code),
  ]);
  const codes = Object.entries(statuses).filter(([, status]) => status === 401);
  expect([...tried, 'key-missing'].sort()).toEqual(codes.map(([code]) => code).sort());
});

it('the detail says how to proceed, and contains no part of the token, the key or the database', async () => {
  for (const { make } of refusedTokens) {
    const user = await (await newAccount()).newUser();
    const token = await make(user);
    const { problem } = await user.call('GET', '/me', { token });
    expect(problem.detail).toMatch(/^\S.{20,}\.$/s);
    expect(JSON.stringify(problem)).not.toMatch(/SELECT|signing_keys|BEGIN|stack|undefined|\[object/);
    const [, claims = '', signature = ''] = token.split('.');
    for (const secret of [claims, signature]) {
      if (secret.length > 4) expect(JSON.stringify(problem)).not.toContain(secret);
    }
  }
});
