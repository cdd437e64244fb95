/** Writes are limited by account and by user, once the credential that names them is verified. */
import { expect, it } from 'vitest';
import type { Env } from '../../src/env.ts';
import { type Account, call, newAccount, newKeys } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';

const from = { 'cf-connecting-ip': '192.0.2.7' };

/** Limiters with this much room for each key, and what they counted. */
function limiters(room: Partial<Record<'user' | 'account', number>> = {}) {
  const counted: string[] = [];
  const limiter = (name: 'user' | 'account') =>
    ({
      limit: async ({ key }: { key: string }) => {
        counted.push(`${name} ${key}`);
        const times = counted.filter((one) => one === `${name} ${key}`).length;
        return { success: times <= (room[name] ?? 1000) };
      },
    }) as unknown as RateLimit;
  const env: Partial<Env> = { WRITES_OF_USER: limiter('user'), WRITES_OF_ACCOUNT: limiter('account') };
  return { counted, env };
}

const newUserAs = (account: Account, env: Partial<Env>) =>
  account.call('POST', '/user', { body: {}, env, headers: from });

it("an account's writes beyond its limit are 429 with the headers of the draft, and write nothing", async () => {
  const account = await newAccount();
  const { env, counted } = limiters({ account: 2 });
  for (let i = 0; i < 2; i++) {
    const reply = await newUserAs(account, env);
    expect(reply.status).toBe(201);
    expect(reply.headers.get('ratelimit-policy')).toBe('"account";q=600;w=10');
    expect(reply.headers.get('ratelimit')).toBeNull();
  }
  const before = await snapshot();
  const refused = await newUserAs(account, env);
  expectProblem(refused, 'rate-limited');
  expect(refused.headers.get('retry-after')).toBe('10');
  expect(refused.headers.get('ratelimit-policy')).toBe('"account";q=600;w=10');
  expect(refused.headers.get('ratelimit')).toBe('"account";r=0;t=10');
  expect(refused.headers.get('access-control-expose-headers')).toContain('ratelimit, ratelimit-policy');
  expect(await snapshot()).toEqual(before);
  // A read is not limited, and counts nothing.
  expect((await account.call('GET', '/account', { env, headers: from })).status).toBe(200);
  expect(counted).toEqual(Array(3).fill(`account ${account.id}`));
});

it("a user's writes are limited, and then take nothing from those of the other users or the account", async () => {
  const account = await newAccount();
  const [ann, bob] = [await account.newUser(), await account.newUser()];
  const { env, counted } = limiters({ user: 2 });
  const write = (user: typeof ann) =>
    user.call('POST', '/calendar', { body: { timezone: 'UTC' }, env, headers: from });
  // The first write of a new token is counted once it is verified.
  const first = await write(ann);
  expect(first.headers.get('ratelimit-policy')).toBe('"user";q=100;w=10, "users";q=600;w=10');
  expect((await write(ann)).status).toBe(201);
  const refused = await write(ann);
  expectProblem(refused, 'rate-limited');
  expect(refused.headers.get('ratelimit')).toBe('"user";r=0;t=10');
  expect((await write(bob)).status).toBe(201);
  expect((await newUserAs(account, env)).status).toBe(201);
  expect(counted.filter((one) => one.endsWith('/users'))).toHaveLength(3);
  expect(counted.at(-1)).toBe(`account ${account.id}`);
});

it("a stranger who names somebody else's account or user uses up nothing of theirs", async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const stranger = await newKeys();
  const { env, counted } = limiters();
  const exp = Math.floor(Date.now() / 1000) + 60;
  const forged = await stranger.sign({
    nettuSchedulerUserId: user.id,
    exp,
    schedulerPolicy: { allow: ['*'] },
  });
  const body = { timezone: 'UTC' };
  for (const headers of [
    { 'nettu-account': account.id, authorization: `Bearer ${forged}` },
    { 'x-api-key': `sk_${'unknown'.repeat(6)}`, 'nettu-account': account.id },
  ]) {
    const reply = await call('POST', '/calendar', { body, headers: { ...headers, ...from }, env });
    expect(reply.status).toBe(401);
  }
  expect(counted).toEqual([]);
});

it('a refused write of a known caller counts, and a revoked credential no longer does', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const token = await user.token();
  const { env, counted } = limiters();
  await user.call('GET', '/me', { token });
  const write = () =>
    user.call('POST', '/calendar', { body: { timezone: 'Nowhere' }, token, env, headers: from });
  expect((await write()).status).toBe(400);
  expect(counted).toHaveLength(2);
  await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: null } });
  expect((await write()).status).toBe(401);
  const before = counted.length;
  expect((await write()).status).toBe(401);
  expect(counted).toHaveLength(before);
});

it('without the bindings, and under wrangler dev, nothing is limited and no header claims it', async () => {
  const account = await newAccount();
  const { env, counted } = limiters({ account: 0 });
  for (const [headers, bindings] of [
    [{ 'cf-connecting-ip': '127.0.0.1' }, env],
    [{}, env],
    [from, { WRITES_OF_USER: undefined, WRITES_OF_ACCOUNT: undefined } as unknown as Partial<Env>],
  ] as const) {
    const reply = await account.call('POST', '/user', { body: {}, headers, env: bindings });
    expect([reply.status, reply.headers.get('ratelimit-policy')]).toEqual([201, null]);
  }
  expect(counted).toEqual([]);
});
