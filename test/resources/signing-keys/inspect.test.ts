/** `POST /account/keys/inspect`: explains to the account how the service verifies a token. */
import { describe, expect, it } from 'vitest';
import { permissions } from '../../../src/auth/policy.ts';
import { call, counting, keys, newAccount, policy } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';
import { addKey, firstKid, part, second, tokenOf } from '../../support/signing.ts';

const inspect = (account: Awaited<ReturnType<typeof newAccount>>, token: unknown) =>
  account.call('POST', '/account/keys/inspect', { body: { token } });

describe('a valid token', () => {
  it('returns its header, claims, kid and permissions', async () => {
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

  it('names the policy rule that decides each permission', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await user.token(
      policy(['CreateCalendar', 'UpdateCalendar', 'DeleteCalendar'], ['DeleteCalendar']),
    );
    const { permissions: decisions } = (await inspect(account, token)).body;
    expect(decisions.CreateCalendar).toEqual({
      allowed: true,
      because: expect.stringMatching(/allow.*CreateCalendar/),
    });
    expect(decisions.DeleteCalendar).toEqual({
      allowed: false,
      because: expect.stringMatching(/reject.*DeleteCalendar/),
    });
    expect(decisions.CreateSchedule).toEqual({
      allowed: false,
      because: expect.stringMatching(/allow.*CreateSchedule/),
    });
    expect(Object.keys(decisions).sort()).toEqual([...permissions].sort());
  });

  it.each([
    ['reject *', policy(['*'], ['*']), false, /reject.*\*/],
    ['allow *', policy(['*']), true, /allow.*\*/],
    ['an empty policy', policy(), false, /allow/],
    ['no policy', { schedulerPolicy: undefined }, false, /no schedulerPolicy/],
  ])('gives every permission the same decision with %s', async (_, claims, allowed, because) => {
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
    'decides on %s exactly as the route does, in the same words',
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

it('reports the policy of an expired token, and denies all for an unreadable policy', async () => {
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

it('reveals nothing of another account: no key of this one verifies its token', async () => {
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

it("rejects another account's user, even if both accounts share a key", async () => {
  const [owner, other] = [await newAccount(), await newAccount()];
  const user = await owner.newUser();
  expect((await inspect(other, await tokenOf(keys, user))).body).toMatchObject({
    valid: false,
    code: 'user-unknown',
  });
});

it('makes one round trip', async () => {
  const account = await newAccount();
  const token = await (await account.newUser()).token();
  const { db, trips } = counting();
  await account.call('POST', '/account/keys/inspect', { body: { token }, env: { DB: db } });
  expect(trips()).toBe(1);
});

it.each([
  ['8,193 characters', 8193],
  ['60,000 characters', 60_000],
])('rejects a token of %s as the API does, without decoding it', async (_, length) => {
  const account = await newAccount();
  const user = await account.newUser();
  const start = await user.token();
  const token = start + 'A'.repeat(length - start.length);
  const bearer = await user.call('GET', '/me', { token });
  const { body } = await inspect(account, token);
  expect(body).toMatchObject({ valid: false, code: 'token-malformed', detail: bearer.problem.detail });
  expect([body.header, body.claims, body.kid]).toEqual([null, null, null]);
});

it('returns 413 for a token of 100 kB', async () => {
  expectProblem(await inspect(await newAccount(), 'a'.repeat(100_000)), 'body-too-large');
});

it('requires an API key', async () => {
  const user = await (await newAccount()).newUser();
  const body = { token: await user.token() };
  expectProblem(await user.call('POST', '/account/keys/inspect', { body }), 'credentials-missing');
  expectProblem(await call('POST', '/account/keys/inspect', { body }), 'credentials-missing');
});

it('reads hostile claims safely', async () => {
  const account = await newAccount();
  const claims =
    '{"__proto__":{"valid":true},"nettuSchedulerUserId":"x","exp":1,"exp":2,"constructor":"\\ud800"}';
  const { status, body } = await inspect(account, `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ valid: false, code: 'token-claims', claims: { exp: 2 } });
});
