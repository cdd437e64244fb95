/** The JWT claims of a token: its user, its times, its policy. All tokens here have a valid signature. */
import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../src/sdk/types.ts';
import { keys, newAccount, newUser, type User } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { jws, rs256 } from '../support/jws.ts';
import { expectProblem } from '../support/problem.ts';

const NOW = 1_800_000_000;

/** A token with these claims and no others. */
const signed = (claims: object | string) => jws({ alg: 'RS256' }, claims, rs256(keys.pair));

const both = async (user: User, token: string, now = NOW * 1000) => [
  await user.call('GET', '/me', { token, now }),
  await user.call('POST', '/calendar', { token, now, body: { timezone: 'UTC' } }),
];

async function expectRefused(user: User, token: string, code: ProblemCode, now?: number): Promise<void> {
  const before = await snapshot();
  for (const reply of await both(user, token, now)) expectProblem(reply, code);
  expect(await snapshot()).toEqual(before);
}

async function expectAccepted(user: User, token: string, now?: number): Promise<void> {
  expect((await both(user, token, now)).map(({ status }) => status)).toEqual([200, 201]);
}

const good = ({ id }: User) => ({
  nettuSchedulerUserId: id,
  exp: NOW + 60,
  schedulerPolicy: { allow: ['*'] },
});

describe('the clock', () => {
  it('allows 5 seconds of leeway for exp, to the millisecond', async () => {
    const user = await newUser();
    const token = await signed(good(user));
    const end = (NOW + 60 + 5) * 1000;
    await expectAccepted(user, token, end - 1);
    await expectRefused(user, token, 'token-expired', end);
    await expectRefused(user, token, 'token-expired', end + 1);
  });

  it('allows 5 seconds of leeway for nbf, to the millisecond', async () => {
    const user = await newUser();
    const token = await signed({ ...good(user), nbf: NOW });
    const start = (NOW - 5) * 1000;
    await expectRefused(user, token, 'token-not-yet-valid', start - 1);
    await expectAccepted(user, token, start);
    await expectAccepted(user, token, NOW * 1000);
  });

  it('accepts fractional seconds in both', async () => {
    const user = await newUser();
    const token = await signed({ ...good(user), exp: NOW + 0.5, nbf: NOW - 9.75 });
    await expectAccepted(user, token, NOW * 1000 + 5499);
    await expectRefused(user, token, 'token-expired', NOW * 1000 + 5500);
    await expectRefused(user, token, 'token-not-yet-valid', NOW * 1000 - 14_751);
  });

  it.each([
    ['exp 5609418990073, as existing clients send it', { exp: 5609418990073 }],
    ['iat 19, as existing clients send it', { iat: 19 }],
    ['iat of a clock that runs ahead', { iat: NOW + 2 }],
    ['iat a century ahead', { iat: NOW + 3e9 }],
    ['iat after exp', { iat: NOW + 120 }],
    ['iat of 0', { iat: 0 }],
    ['nbf of long ago', { nbf: 0 }],
    ['iat null, and nbf null', { iat: null, nbf: null }],
    ['reject null', { schedulerPolicy: { allow: ['*'], reject: null } }],
  ])('accepts %s', async (_, claims) => {
    const user = await newUser();
    await expectAccepted(user, await signed({ ...good(user), ...claims }));
  });

  it('accepts a token without iat when the user has no notBefore', async () => {
    const user = await newUser();
    expect(good(user)).not.toHaveProperty('iat');
    await expectAccepted(user, await signed(good(user)));
  });

  it.each([
    ['an exp long ago', { exp: 19 }],
    ['an exp of 0', { exp: 0 }],
    ['an exp before 1970', { exp: -1 }],
  ])('returns token-expired for %s', async (_, claims) => {
    const user = await newUser();
    await expectRefused(user, await signed({ ...good(user), ...claims }), 'token-expired');
  });
});

describe('returns token-claims for', () => {
  const LATER = NOW + 60;
  it.each([
    ['no exp', { exp: undefined }],
    ['exp as a string', { exp: `${LATER}` }],
    ['exp null', { exp: null }],
    ['exp as a list', { exp: [LATER] }],
    ['exp true', { exp: true }],
    ['iat as a string', { iat: '19' }],
    ['nbf as a string', { nbf: '19' }],
    ['no user', { nettuSchedulerUserId: undefined }],
    ['a user that is not a UUID', { nettuSchedulerUserId: 'me' }],
    ['a user as a list', { nettuSchedulerUserId: [crypto.randomUUID()] }],
    ['its user only in sub', { nettuSchedulerUserId: undefined, sub: crypto.randomUUID() }],
    ['a policy that is a list', { schedulerPolicy: ['*'] }],
    ['a policy that is a string', { schedulerPolicy: '*' }],
    ['a policy that is true', { schedulerPolicy: true }],
    ['allow as a string', { schedulerPolicy: { allow: '*' } }],
    ['allow as an object', { schedulerPolicy: { allow: { '*': true } } }],
    ['reject as a string', { schedulerPolicy: { allow: ['*'], reject: 'DeleteCalendar' } }],
    ['an unknown permission in allow', { schedulerPolicy: { allow: ['*', 'ReadCalendar'] } }],
    ['an unknown permission in reject', { schedulerPolicy: { allow: ['*'], reject: ['DeleteCalender'] } }],
    ['a permission in another case', { schedulerPolicy: { allow: ['createCalendar'] } }],
    ['a permission that is a number', { schedulerPolicy: { allow: [1] } }],
    ['a permission that is null', { schedulerPolicy: { allow: [null] } }],
    ['a policy with a member of another name', { schedulerPolicy: { allow: ['*'], deny: ['*'] } }],
  ])('%s', async (_, claims) => {
    const user = await newUser();
    await expectRefused(user, await signed({ ...good(user), ...claims }), 'token-claims');
  });

  it('exp beyond any number', async () => {
    const user = await newUser();
    const text = JSON.stringify(good(user)).replace(/"exp":\d+/, '"exp":1e999');
    await expectRefused(user, await signed(text), 'token-claims');
  });
});

it.each([{ schedulerPolicy: null }, { schedulerPolicy: { allow: null } }])(
  'reads %j as absent, so that it grants nothing',
  async (claims) => {
    const user = await newUser();
    const token = await signed({ ...good(user), ...claims });
    expect((await user.call('GET', '/me', { token })).status).toBe(200);
    const refused = await user.call('POST', '/calendar', { token, body: { timezone: 'UTC' } });
    expectProblem(refused, 'policy-denied');
    const body = { token };
    const { valid, permissions } = (await user.account.call('POST', '/account/keys/inspect', { body })).body;
    expect([valid, permissions.CreateCalendar.allowed]).toEqual([true, false]);
  },
);

it('takes the id of its user in capitals', async () => {
  const user = await newUser();
  const claims = { ...good(user), nettuSchedulerUserId: user.id.toUpperCase() };
  await expectAccepted(user, await signed(claims));
  expect((await user.call('GET', '/me', { token: await signed(claims) })).body.user.id).toBe(user.id);
});

it('ignores unknown claims', async () => {
  const user = await newUser();
  const more = { iss: 'us', aud: ['them'], sub: 'x', jti: 1, roles: { a: [] }, constructor: 1, admin: true };
  await expectAccepted(user, await signed({ ...good(user), ...more }));
});

it('uses the last of repeated claims, both to verify and to act', async () => {
  const [user, other] = [await newUser(), await newUser()];
  const claims = JSON.stringify(good(user));
  const first = (claim: string) => signed(claims.replace('{', `{${claim},`));
  const last = (claim: string) => signed(claims.replace(/}$/, `,${claim}}`));
  await expectAccepted(user, await first('"exp":1'));
  await expectAccepted(user, await first('"schedulerPolicy":[]'));
  await expectAccepted(user, await first(`"nettuSchedulerUserId":"${other.id}"`));
  await expectRefused(user, await last('"exp":1'), 'token-expired');
  await expectRefused(user, await last('"schedulerPolicy":[]'), 'token-claims');
  await expectRefused(user, await last(`"nettuSchedulerUserId":"${other.id}"`), 'user-unknown');
});

it('a token without a policy can read, and nothing else', async () => {
  const user = await newUser();
  const { schedulerPolicy: _, ...claims } = good(user);
  const [read, write] = await both(user, await signed(claims));
  expect(read?.status).toBe(200);
  if (write) expectProblem(write, 'policy-denied');
});

it('a token acts for its own user, and for no other user of the account', async () => {
  const account = await newAccount();
  const [mine, other] = [await account.newUser({ is: 'me' }), await account.newUser({ is: 'other' })];
  const token = await signed(good(mine));
  const me = await other.call('GET', '/me', { token, now: NOW * 1000 });
  expect(me.body).toEqual({ user: { id: mine.id, metadata: { is: 'me' } } });
});
