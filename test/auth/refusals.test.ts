/** Every 401 has its own code and, in `www-authenticate`, the error of RFC 6750. */
import { base64url } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../src/sdk/types.ts';
import { CODE, call, newUser, policy, type Reply, type User } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectProblem, statuses } from '../support/problem.ts';
import { costOf, nothing } from './cost.ts';
import { refusedTokens } from './refused-tokens.ts';

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
    'an account that is no id',
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
    'an API key of another form',
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
    'what the policy does not allow',
    'policy-denied',
    (user) =>
      user.call('POST', '/calendar', { body: { timezone: 'UTC' }, claims: policy(['DeleteCalendar']) }),
  ],
  [
    'what the policy rejects',
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

/** Expects a 401 with this code, and a challenge that names the code. */
function expectRefusal(reply: Reply, code: ProblemCode): void {
  expectProblem(reply, code);
  const challenges = challengesOf(reply.headers.get('www-authenticate') ?? '');
  for (const { params } of challenges) expect(params.realm).toBe('nettu');
  const error = errorOf(code);
  if (error) {
    const params = { realm: 'nettu', error, error_description: expect.stringContaining(code) };
    expect(challenges).toEqual([{ scheme: 'Bearer', params }]);
  } else {
    for (const { params } of challenges) expect(params).toEqual({ realm: 'nettu' });
  }
}

it.each(others)('%s gets %s, with a challenge that names the code', async (_, code, send) => {
  expectRefusal(await send(await newUser()), code);
});

/** The Worker refuses a token with such a code before any cryptography, and before the database. */
const AT_NO_COST = /^token-(malformed|algorithm|claims|expired|not-yet-valid)$/;

/** Decodes the header or the claims of a token. */
const read = (part: string) => JSON.parse(new TextDecoder().decode(base64url.decode(part)));

describe.each(refusedTokens)('a token with $name', (refused) => {
  const { code, make, cause, kid = null, reads = ['header', 'claims'] } = refused;
  let user: User;
  let token: string;
  let reply: Reply;
  beforeAll(async () => {
    user = await newUser();
    token = await make(user);
  });

  it(`gets ${code}, at the lowest possible cost`, async () => {
    const before = await snapshot();
    const read = await costOf((env) => user.call('GET', '/me', { token, env }));
    const body = { timezone: 'UTC' };
    const write = await costOf((env) => user.call('POST', '/calendar', { token, env, body }));
    for (const { reply, trips, used } of [read, write]) {
      expectRefusal(reply, code);
      if (AT_NO_COST.test(code)) expect([trips, used]).toEqual([0, nothing]);
    }
    reply = read.reply;
    expect(await snapshot()).toEqual(before);
  });

  it('gets a detail that says how to proceed, and contains no part of the token, the key or the database', () => {
    expect(reply.problem.detail).toMatch(/^\S.{20,}\.$/s);
    const text = JSON.stringify(reply.problem);
    expect(text).not.toMatch(/SELECT|signing_keys|BEGIN|stack|undefined|\[object|cause/);
    const [, claims = '', signature = ''] = token.split('.');
    for (const secret of [claims, signature]) if (secret.length > 4) expect(text).not.toContain(secret);
  });

  it('shows the account the same reason on inspection, with its parts, its key and the cause', async () => {
    const before = await snapshot();
    const { status, body } = await user.account.call('POST', '/account/keys/inspect', { body: { token } });
    expect(status).toBe(200);
    const { detail } = reply.problem;
    expect(body).toMatchObject({ valid: false, code, detail, kid });
    const [header = '', claims = ''] = token.split('.');
    if (reads.includes('header')) expect(body.header).toEqual(read(header));
    if (reads.includes('claims')) expect(body.claims).toEqual(read(claims));
    expect(body.cause).toEqual(cause ? { ...cause, detail: expect.stringMatching(cause.detail) } : null);
    expect(await snapshot()).toEqual(before);
  });
});

it('tests every 401 of the contract but key-missing, which only an inspection returns', () => {
  const tried = new Set<string>(
    [...others, ...refusedTokens.map(({ code }) => ['', code] as const)].map(([, code]) => code),
  );
  const codes = Object.entries(statuses).filter(([, status]) => status === 401);
  expect([...tried, 'key-missing'].sort()).toEqual(codes.map(([code]) => code).sort());
});
