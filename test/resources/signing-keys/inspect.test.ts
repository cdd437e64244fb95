/** `POST /account/keys/inspect`: what the service makes of a token, told to the account's owner. */
import { describe, expect, it } from 'vitest';
import { permissions } from '../../../src/auth/policy.ts';
import { call, counting, keys, newAccount, policy } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';
import { addKey, firstKid, part, second, tokenOf } from '../../support/signing.ts';

const inspect = (account: Awaited<ReturnType<typeof newAccount>>, token: unknown) =>
  account.call('POST', '/account/keys/inspect', { body: { token } });

describe('a token that its bearer can use', () => {
  it('is valid, with all that can be said of it', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const kid = await addKey(account, second, { kid: 'mine' });
    const claims = { nettuSchedulerUserId: user.id, exp: 5609418990073, iat: 19, ...policy(['*']), sub: 'ä' };
    const token = await second.sign(claims, { typ: 'JWT' });

    const { status, body } = await inspect(account, token);

    expect((await user.call('GET', '/me', { token })).status).toBe(200);
    expect(status).toBe(200);
    expect(body).toEqual({
      valid: true,
      code: null,
      detail: null,
      cause: null,
      header: { alg: 'RS256', typ: 'JWT' },
      claims,
      kid,
      permissions: Object.fromEntries(
        permissions.map((permission) => [
          permission,
          { allowed: true, because: expect.stringMatching(/allow.*\*/) },
        ]),
      ),
    });
  });

  it('is told apart by the rule of its policy that decided, for each permission', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await user.token(
      policy(['CreateCalendar', 'UpdateCalendar', 'DeleteCalendar'], ['DeleteCalendar']),
    );
    const { permissions: told } = (await inspect(account, token)).body;
    expect(told.CreateCalendar).toEqual({
      allowed: true,
      because: expect.stringMatching(/allow.*CreateCalendar/),
    });
    expect(told.DeleteCalendar).toEqual({
      allowed: false,
      because: expect.stringMatching(/reject.*DeleteCalendar/),
    });
    expect(told.CreateSchedule).toEqual({
      allowed: false,
      because: expect.stringMatching(/allow.*CreateSchedule/),
    });
    expect(Object.keys(told).sort()).toEqual([...permissions].sort());
  });

  it.each([
    ['reject *', policy(['*'], ['*']), false, /reject.*\*/],
    ['allow *', policy(['*']), true, /allow.*\*/],
    ['an empty policy', policy(), false, /allow/],
    ['no policy', { schedulerPolicy: undefined }, false, /no schedulerPolicy/],
  ])('with %s has one answer for all', async (_, claims, allowed, because) => {
    const account = await newAccount();
    const token = await (await account.newUser()).token(claims);
    const { body } = await inspect(account, token);
    expect(body.valid).toBe(true);
    for (const permission of permissions) {
      expect(body.permissions[permission]).toEqual({ allowed, because: expect.stringMatching(because) });
    }
  });

  it.each([
    ['CreateCalendar', 'POST', '/calendar'],
    ['UpdateCalendar', 'PUT', '/calendar/:id'],
    ['DeleteCalendar', 'DELETE', '/calendar/:id'],
  ] as const)(
    'gets the same decision on %s from the route itself, in the same words',
    async (permission, method, path) => {
      const account = await newAccount();
      const user = await account.newUser();
      const calendar = await user.newCalendar();
      for (const claims of [
        policy([permission]),
        policy(['*'], [permission]),
        policy(['CreateSchedule']),
        policy(['*'], ['*']),
        { schedulerPolicy: undefined },
      ]) {
        const token = await user.token(claims);
        const { allowed, because } = (await inspect(account, token)).body.permissions[permission];
        const body = method === 'DELETE' ? {} : { body: { timezone: 'UTC' } };
        const reply = await user.call(method, path.replace(':id', calendar), { token, ...body });
        expect(reply.status < 300).toBe(allowed);
        if (!allowed) expect(reply.problem.detail).toContain(because);
      }
    },
  );
});

it('says what the policy of an expired token would allow, and nothing of a policy that cannot be read', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const expired = await inspect(account, await user.token({ exp: 1, ...policy(['CreateCalendar']) }));
  expect(expired.body.permissions.CreateCalendar.allowed).toBe(true);
  expect(expired.body.permissions.DeleteCalendar.allowed).toBe(false);
  const unreadable = await inspect(account, await user.token({ schedulerPolicy: { allow: ['All'] } }));
  for (const permission of permissions) {
    expect(unreadable.body.permissions[permission]).toEqual({ allowed: false, because: expect.any(String) });
  }
});

it("tells nothing of another account: its token is one that no key of one's own verifies", async () => {
  const [owner, other] = [await newAccount(), await newAccount(second.pem)];
  const user = await owner.newUser();
  const kid = await firstKid(owner);
  const { body } = await inspect(other, await tokenOf(keys, user, {}, { kid }));
  expect(body).toMatchObject({
    valid: false,
    code: 'token-signature',
    kid: null,
    claims: { nettuSchedulerUserId: user.id },
  });
  expect(body.cause.detail).toMatch(/^None of the account's 1 keys/);
});

it("does not accept another account's user, though one key signs for both accounts", async () => {
  const [owner, other] = [await newAccount(), await newAccount()];
  const user = await owner.newUser();
  expect((await inspect(other, await tokenOf(keys, user))).body).toMatchObject({
    valid: false,
    code: 'user-unknown',
  });
});

it('takes one round trip that only reads', async () => {
  const account = await newAccount();
  const token = await (await account.newUser()).token();
  const { db, trips } = counting();
  await account.call('POST', '/account/keys/inspect', { body: { token }, env: { DB: db } });
  expect(trips()).toBe(1);
});

it.each([
  ['8,193 characters', 8193],
  ['60,000 characters', 60_000],
])('refuses a token of %s as its bearer is refused, without reading it', async (_, length) => {
  const account = await newAccount();
  const user = await account.newUser();
  const start = await user.token();
  const token = start + 'A'.repeat(length - start.length);
  const bearer = await user.call('GET', '/me', { token });
  const { body } = await inspect(account, token);
  expect(body).toMatchObject({ valid: false, code: 'token-malformed', detail: bearer.problem.detail });
  expect([body.header, body.claims, body.kid]).toEqual([null, null, null]);
});

it('has a body limit like every route: a token of 100 kB is 413', async () => {
  expectProblem(await inspect(await newAccount(), 'a'.repeat(100_000)), 'body-too-large');
});

it('is for the owner alone', async () => {
  const user = await (await newAccount()).newUser();
  const body = { token: await user.token() };
  expectProblem(await user.call('POST', '/account/keys/inspect', { body }), 'credentials-missing');
  expectProblem(await call('POST', '/account/keys/inspect', { body }), 'credentials-missing');
});

it('reads hostile claims without harm', async () => {
  const account = await newAccount();
  const claims =
    '{"__proto__":{"valid":true},"nettuSchedulerUserId":"x","exp":1,"exp":2,"constructor":"\\ud800"}';
  const { status, body } = await inspect(account, `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ valid: false, code: 'token-claims', claims: { exp: 2 } });
});
