/** What a stranger can make the service do: a token that cannot be good costs no cryptography and no round trip. */
import { expect, it } from 'vitest';
import { call, keys, NOBODY, newAccount, newKeys, type User } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { addKey, part, second, tokenOf } from '../support/signing.ts';
import { costOf, nothing } from './cost.ts';

const me = (user: User, token: string) => (env: { DB: D1Database }) =>
  user.call('GET', '/me', { token, env });
const write = (user: User, token: string) => (env: { DB: D1Database }) =>
  user.call('POST', '/calendar', { token, env, body: { timezone: 'UTC' } });

it('a good token is verified', async () => {
  const user = await (await newAccount()).newUser();
  for (const request of [me, write]) {
    const { reply, used } = await costOf(request(user, await user.token({ jti: crypto.randomUUID() })));
    expect(reply.status).toBeLessThan(300);
    expect(used.verify).toBe(1);
  }
});

it('a token that was verified is not verified again, though its key and its user are asked for each time', async () => {
  const user = await (await newAccount()).newUser();
  const token = await user.token();
  await user.call('GET', '/me', { token });
  const { reply, trips, used } = await costOf(write(user, token));
  expect({ status: reply.status, trips, verify: used.verify }).toEqual({ status: 201, trips: 1, verify: 0 });
});

it('a public key is imported once in an isolate, and then kept', async () => {
  const pair = await newKeys();
  const user = await (await newAccount(pair.pem)).newUser();
  const token = await tokenOf(pair, user);
  await user.call('GET', '/me', { token });
  expect((await costOf(me(user, token))).used.importKey).toBe(0);
});

it.each([
  ['100 kB of one part', 'a'.repeat(100_000)],
  ['100 kB of dots', '.'.repeat(100_000)],
  ['100 kB of claims', `${part({ alg: 'RS256' })}.${part({ more: 'a'.repeat(75_000) })}.c2ln`],
  ['100 kB of signature', `${part({ alg: 'RS256' })}.${part({ exp: 9e9 })}.${'a'.repeat(100_000)}`],
  ['8,193 characters', 'a'.repeat(8193)],
])('a token of %s is refused with no round trip and no cryptography', async (_, token) => {
  const user = await (await newAccount()).newUser();
  for (const send of [me(user, token), write(user, token)]) {
    const { reply, trips, used } = await costOf(send);
    expectProblem(reply, 'token-malformed');
    expect(trips).toBe(0);
    expect(used).toEqual(nothing);
  }
});

it('an API key of another form costs no round trip and no cryptography', async () => {
  for (const key of [
    '',
    'sk_',
    'sk_short',
    `sk_${'ä'.repeat(40)}`,
    `sk_${'a'.repeat(100_000)}`,
    `pk_${'a'.repeat(32)}`,
  ]) {
    const headers = { 'x-api-key': encodeURI(key) };
    const { reply, trips, used } = await costOf((env) => call('GET', '/account', { headers, env }));
    expectProblem(reply, 'api-key-unknown');
    expect([trips, used]).toEqual([0, nothing]);
  }
});

it('a foreign token costs at most one verification for each key that there is, and one round trip', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  await addKey(account, keys, { kid: 'k2' });
  await addKey(account, keys, { kid: 'k3', state: 'standby' });
  await user.call('GET', '/me');
  const { reply, trips, used } = await costOf(me(user, await tokenOf(second, user)));
  expectProblem(reply, 'token-signature');
  expect(trips).toBe(1);
  expect(used.verify).toBeLessThanOrEqual(3);
});

it('a kid that names a key costs one verification, however many keys there are', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  for (const kid of ['k2', 'k3', 'k4', 'k5']) await addKey(account, keys, { kid });
  const { used } = await costOf(me(user, await tokenOf(second, user, {}, { kid: 'k3' })));
  expect(used.verify).toBe(1);
});

it('an unknown account costs one round trip and no cryptography', async () => {
  const user = await (await newAccount()).newUser();
  const headers = { ...(await user.headers()), 'nettu-account': NOBODY };
  const { reply, trips, used } = await costOf((env) => call('GET', '/me', { headers, env }));
  expectProblem(reply, 'token-signature');
  expect([trips, used]).toEqual([1, nothing]);
});

it('a key that verified one token vouches for no other: a forgery is refused, and a second good token is verified', async () => {
  const user = await (await newAccount()).newUser();
  const good = await user.token({ jti: 'one' });
  for (const request of [me, write, me])
    expect((await costOf(request(user, good))).reply.status).toBeLessThan(300);

  const forged = await (await newKeys()).sign({ nettuSchedulerUserId: user.id, exp: 5609418990073 });
  const spliced = [...good.split('.').slice(0, 2), forged.split('.')[2]].join('.');
  for (const request of [me, write]) {
    expectProblem((await costOf(request(user, forged))).reply, 'token-signature');
    expectProblem((await costOf(request(user, spliced))).reply, 'token-signature');
    const { reply, used } = await costOf(request(user, await user.token({ jti: crypto.randomUUID() })));
    expect({ ok: reply.status < 300, verify: used.verify }).toEqual({ ok: true, verify: 1 });
  }
});
