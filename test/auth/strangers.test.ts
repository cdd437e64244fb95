/** Without a valid signature all accounts, users and keys look alike: no answer reveals which of them exist. */
import { describe, expect, it } from 'vitest';
import {
  type Account,
  call,
  counting,
  keys,
  NOBODY,
  newAccount,
  policy,
  type User,
} from '../support/client.ts';
import { alike, expectProblem } from '../support/problem.ts';
import { addKey, createCalendar, second, setState, third, tokenOf } from '../support/signing.ts';

interface Target {
  account: string;
  user: string;
  calendar: string;
  header?: Record<string, unknown>;
}

/** Accounts, users and keys that exist or not: a caller with a foreign signature must not learn which. */
const targets: [string, () => Promise<Target>][] = [
  ['an unknown account', async () => ({ account: NOBODY, user: NOBODY, calendar: NOBODY })],
  [
    'an unknown account, and a kid',
    async () => ({ account: NOBODY, user: NOBODY, calendar: NOBODY, header: { kid: 'mine' } }),
  ],
  ['a known account', () => existing()],
  ['a known account, and its kid', () => existing({ header: { kid: 'mine' } })],
  ['a known account, and another kid', () => existing({ header: { kid: 'yours' } })],
  ['a known account, and an unknown user', () => existing({ user: NOBODY })],
  [
    'an account without keys',
    () => existing({}, ({ account }) => account.call('PUT', '/account/pubkey', { body: {} })),
  ],
  [
    'an account whose key is revoked',
    () => existing({}, ({ account }) => setState(account, 'mine', 'revoked')),
  ],
  [
    'an account whose key is retired',
    () => existing({}, ({ account }) => setState(account, 'mine', 'retiring', 0)),
  ],
  [
    'an account whose key is on standby',
    () => existing({}, ({ account }) => setState(account, 'mine', 'standby')),
  ],
  [
    'a user whose tokens are revoked',
    () =>
      existing({}, ({ account, id }) =>
        account.call('PUT', `/user/${id}/tokens`, { body: { notBefore: Date.now() + 60_000 } }),
      ),
  ],
  ['a deleted user', () => existing({}, ({ account, id }) => account.call('DELETE', `/user/${id}`))],
];

async function existing(
  change: Partial<Target> = {},
  spoil?: (user: User) => Promise<unknown>,
): Promise<Target> {
  const account: Account = await newAccount(null);
  await addKey(account, keys, { kid: 'mine' });
  const user = await account.newUser();
  const made = await createCalendar(user, await user.token());
  await spoil?.(user);
  return { account: account.id, user: user.id, calendar: made.body.calendar.id, ...change };
}

const requests: [string, (target: Target) => [method: string, path: string, body?: object]][] = [
  ['a read', () => ['GET', '/me']],
  ['a read of a calendar', ({ calendar }) => ['GET', `/calendar/${calendar}`]],
  ['a write', () => ['POST', '/calendar', { timezone: 'UTC' }]],
  ['a write of bad input', () => ['POST', '/calendar', { timezone: 7 }]],
  ['a deletion', ({ calendar }) => ['DELETE', `/calendar/${calendar}`]],
  ['a deletion of a malformed id', () => ['DELETE', '/calendar/x']],
];

async function answerTo(
  target: Target,
  [method, path, body]: [string, string, object?],
  claims: object = {},
) {
  const token = await third.sign(
    { nettuSchedulerUserId: target.user, exp: 5609418990073, iat: 19, ...policy(['*']), ...claims },
    target.header,
  );
  const { db, trips } = counting();
  const headers = { 'nettu-account': target.account, authorization: `Bearer ${token}` };
  const reply = await call(method, path, { headers, env: { DB: db }, ...(body && { body }) });
  expectProblem(reply, 'token-signature');
  return JSON.stringify({ body: reply.body, headers: alike(reply.headers), trips: trips() });
}

describe.each(requests)('%s with a foreign signature', (_, request) => {
  it('gets the same bytes after the same number of round trips, whatever exists', async () => {
    const answers: Record<string, string> = {};
    for (const [name, prepare] of targets) {
      const target = await prepare();
      answers[name] = await answerTo(target, request(target));
      answers[`${name}, without a policy`] = await answerTo(target, request(target), {
        schedulerPolicy: undefined,
      });
    }
    const [expected] = Object.values(answers);
    for (const [name, answer] of Object.entries(answers)) expect([name, answer]).toEqual([name, expected]);
  });
});

it("rejects another account's valid signature like any foreign one", async () => {
  const target = await existing();
  const other = await newAccount(second.pem);
  const foreigner = await other.newUser();
  const token = await tokenOf(second, foreigner, { nettuSchedulerUserId: target.user });
  const foreign = await call('GET', '/me', {
    headers: { 'nettu-account': target.account, authorization: `Bearer ${token}` },
  });
  expectProblem(foreign, 'token-signature');
  const own = await foreigner.call('GET', '/me', { token });
  expectProblem(own, 'user-unknown');
});

it.each(['policy-denied', 'input-invalid', 'not-found'])(
  'returns %s only after the credentials hold',
  async (code) => {
    const account = await newAccount();
    const user = await account.newUser();
    const send = (token: string) => {
      if (code === 'not-found') return user.call('DELETE', `/calendar/${NOBODY}`, { token });
      return user.call('POST', '/calendar', {
        token,
        body: { timezone: code === 'input-invalid' ? 7 : 'UTC' },
      });
    };
    const claims = code === 'policy-denied' ? policy(['DeleteCalendar']) : {};
    expect((await send(await tokenOf(keys, user, claims))).problem.code).toBe(code);
    expectProblem(await send(await tokenOf(second, user, claims)), 'token-signature');
    await setState(account, (await account.call('GET', '/account/keys')).body.keys[0].kid, 'revoked');
    expectProblem(await send(await tokenOf(keys, user, claims)), 'key-revoked');
  },
);

it('returns the same 401 for an unknown API key, whatever the account, the path or the body', async () => {
  const headers = { 'x-api-key': `sk_${'b'.repeat(32)}` };
  const target = await existing();
  const replies = [
    await call('GET', '/account', { headers }),
    await call('GET', `/user/${target.user}`, { headers }),
    await call('GET', `/user/${NOBODY}`, { headers }),
    await call('DELETE', '/account/keys/mine', { headers }),
    await call('POST', '/account/keys', { headers, body: { publicJwtKey: 7 } }),
    await call('POST', '/account/keys/inspect', { headers, raw: '{' }),
  ];
  for (const reply of replies) {
    expectProblem(reply, 'api-key-unknown');
    expect(reply.body).toEqual(replies[0]?.body);
  }
});
