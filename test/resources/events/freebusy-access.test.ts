/** Access to free/busy: public unless the account disables it, and the effect of bad credentials. */
import { describe, expect, it } from 'vitest';
import {
  type Account,
  call,
  counting,
  NOBODY,
  newAccount,
  newKeys,
  policy,
  type Reply,
} from '../../support/client.ts';
import { HOUR, made, newUser, query } from '../../support/events.ts';
import { alike, expectProblem } from '../../support/problem.ts';

const START = Date.UTC(2024, 2, 25);
const search = query({ startTs: START, endTs: START + 24 * HOUR });
const path = (userId: string) => `/user/${userId}/freebusy${search}`;

const freebusyOf = (userId: string, headers: Record<string, string>, options = {}): Promise<Reply> =>
  call('GET', path(userId), { headers, ...options });
const anyone = (account: Account) => ({ 'nettu-account': account.id });
const close = (account: Account) => setTo(account, false);
const setTo = (account: Account, publicFreebusy: unknown) =>
  account.call('PUT', '/account/settings', { body: { publicFreebusy } });

/** A user who is busy for an hour, and the response for every permitted caller. */
async function busy() {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  await made(user, { calendarId, startTs: START, duration: HOUR, busy: true });
  const body = { userId: user.id, busy: [{ startTs: START, endTs: START + HOUR, busy: true }] };
  return { user, account: user.account, calendarId, body };
}

describe('PUT /account/settings', () => {
  it('sets publicFreebusy, which defaults to true, and returns the account', async () => {
    const account = await newAccount();
    const before = (await account.call('GET', '/account')).body.account;
    expect(before.settings).toEqual({
      webhook: null,
      publicFreebusy: true,
      publicBooking: true,
      reads: 'primary',
      keepCancelledDays: 365,
    });
    for (const publicFreebusy of [true, false, false, true]) {
      const reply = await setTo(account, publicFreebusy);
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({
        account: { ...before, settings: { ...before.settings, publicFreebusy } },
      });
      expect((await account.call('GET', '/account')).body).toEqual(reply.body);
    }
  });

  it("changes the caller's account only", async () => {
    const [mine, other] = [await busy(), await busy()];
    await close(mine.account);
    expect((await freebusyOf(other.user.id, anyone(other.account))).body).toEqual(other.body);
    expect((await other.account.call('GET', '/account')).body.account.settings.publicFreebusy).toBe(true);
  });

  it('is independent of the webhook', async () => {
    const account = await newAccount();
    const url = 'https://a.test/';
    await account.call('PUT', '/account/webhook', { body: { webhookUrl: url } });
    const { settings } = (await close(account)).body.account;
    expect(settings).toEqual({
      webhook: { url, key: expect.any(String), secret: expect.any(String), events: [] },
      publicFreebusy: false,
      publicBooking: true,
      reads: 'primary',
      keepCancelledDays: 365,
    });
    const removed = await account.call('DELETE', '/account/webhook');
    expect(removed.body.account.settings).toEqual({
      webhook: null,
      publicFreebusy: false,
      publicBooking: true,
      reads: 'primary',
      keepCancelledDays: 365,
    });
  });
});

it('returns the same times to every caller while public', async () => {
  const { user, account, body } = await busy();
  const other = await account.newUser();
  for (const headers of [
    anyone(account),
    account.headers,
    await user.headers(),
    await other.headers(),
    await other.headers(await other.token(policy([], ['*']))),
  ]) {
    const reply = await freebusyOf(user.id, headers);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual(body);
  }
});

it('requires a token or an API key of the account once closed, from the next request on', async () => {
  const { user, account, body } = await busy();
  const other = await account.newUser();
  await close(account);
  expectProblem(await freebusyOf(user.id, anyone(account)), 'credentials-missing');
  for (const headers of [
    account.headers,
    await user.headers(),
    await other.headers(),
    await other.headers(await other.token(policy([], ['*']))),
  ]) {
    const reply = await freebusyOf(user.id, headers);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual(body);
  }
  await setTo(account, true);
  expect((await freebusyOf(user.id, anyone(account))).body).toEqual(body);
});

it('answers for a closed account exactly as for an unknown one', async () => {
  const { user, account, calendarId } = await busy();
  await close(account);
  const unknown = { 'nettu-account': NOBODY };
  const replies = [
    await freebusyOf(user.id, unknown),
    await freebusyOf(user.id, anyone(account)),
    await freebusyOf(NOBODY, anyone(account)),
    await freebusyOf('nobody', anyone(account)),
    await freebusyOf('nobody', unknown),
    await call('GET', `${path(user.id)}&calendarIds=${calendarId}`, { headers: anyone(account) }),
    await call('GET', `${path(user.id)}&calendarIds=${NOBODY}`, { headers: anyone(account) }),
    await call('GET', `/user/${user.id}/freebusy`, { headers: anyone(account) }),
    await call('GET', `/user/${user.id}/freebusy`, { headers: unknown }),
  ];
  for (const reply of replies) {
    expectProblem(reply, 'credentials-missing');
    expect(reply.body).toEqual(replies[0]?.body);
    expect(alike(reply.headers)).toEqual(alike(replies[0]?.headers ?? new Headers()));
  }
});

it('returns 401 without an account id, or with a malformed one', async () => {
  const { user } = await busy();
  for (const account of [
    undefined,
    '',
    'x',
    NOBODY.slice(1),
    user.account.id.toUpperCase().replace(/\d/g, 'A'),
  ]) {
    const headers = account === undefined ? {} : { 'nettu-account': account };
    expectProblem(await freebusyOf(user.id, headers as Record<string, string>), 'credentials-missing');
  }
});

it('returns 404 for an unknown user or one of another account, to every caller', async () => {
  const { user, account } = await busy();
  const foreign = await busy();
  const replies: Reply[] = [];
  for (const headers of [anyone(account), account.headers, await user.headers()]) {
    for (const id of [NOBODY, foreign.user.id, 'nobody']) replies.push(await freebusyOf(id, headers));
    // The API key determines the account, not the header.
    replies.push(await freebusyOf(foreign.user.id, { ...anyone(foreign.account), ...account.headers }));
  }
  for (const reply of replies) {
    expectProblem(reply, 'not-found');
    expect(reply.body).toEqual(replies[0]?.body);
  }
});

it.each([true, false])(
  'ignores bad credentials while it is open to anyone (%s), and else returns their own 401',
  async (open) => {
    const { user, account } = await busy();
    await setTo(account, open);
    const anonymous = await freebusyOf(user.id, anyone(account));
    const expectAnswer = (reply: Reply, code: Parameters<typeof expectProblem>[1]) => {
      if (!open) return expectProblem(reply, code);
      expect([reply.status, reply.body]).toEqual([200, anonymous.body]);
    };
    const foreign = await busy();
    const stranger = await newKeys();
    const now = Math.floor(Date.now() / 1000);
    const claims = { nettuSchedulerUserId: user.id, exp: now + 60 };
    const cases: [Record<string, string>, Parameters<typeof expectProblem>[1]][] = [
      [await user.headers(await stranger.sign(claims)), 'token-signature'],
      [await user.headers(await user.token({ exp: 1 })), 'token-expired'],
      [await user.headers(await user.token({ nettuSchedulerUserId: NOBODY })), 'user-unknown'],
      [{ ...(await foreign.user.headers()), ...anyone(account) }, 'user-unknown'],
      [await user.headers('x'), 'token-malformed'],
      [{ ...anyone(account), authorization: '' }, 'credentials-missing'],
      [{ ...anyone(account), authorization: 'Basic eDp5' }, 'credentials-missing'],
      [{ ...anyone(account), 'x-api-key': 'sk_no' }, 'api-key-unknown'],
      [{ ...anyone(account), 'x-api-key': '' }, 'api-key-unknown'],
      [{ ...anyone(account), 'x-api-key': `sk_${'x'.repeat(40)}` }, 'api-key-unknown'],
    ];
    for (const [headers, code] of cases) expectAnswer(await freebusyOf(user.id, headers), code);
    await account.call('PUT', `/user/${user.id}/tokens`, { body: { notBefore: (now + 10) * 1000 } });
    expectAnswer(await freebusyOf(user.id, await user.headers()), 'token-revoked');
    // Without an account there is nothing that could be open.
    const { authorization = '' } = await user.headers('x');
    expectProblem(await freebusyOf(user.id, { authorization }), 'credentials-missing');
    expectProblem(await freebusyOf(user.id, { 'x-api-key': 'sk_no' }), 'api-key-unknown');
  },
);

it('makes one round trip for every caller and outcome; the primary refuses an anonymous caller', async () => {
  const { user, account } = await busy();
  const tokens = await user.headers();
  const each = async () => {
    const trips: number[] = [];
    for (const headers of [anyone(account), account.headers, tokens]) {
      const counted = counting();
      await freebusyOf(user.id, headers, { env: { DB: counted.db } });
      trips.push(counted.trips());
    }
    return trips;
  };
  expect(await each()).toEqual([1, 1, 1]);
  await close(account);
  // A replica may not know yet that the account is open again, so the primary refuses an anonymous caller.
  expect(await each()).toEqual([2, 1, 1]);
});

it('rate-limits anonymous callers by address, and no caller with a token or an API key', async () => {
  const { user, account, body } = await busy();
  await user.call('GET', '/me');
  const limitedKeys: string[] = [];
  const RATE_LIMITER = {
    limit: async ({ key }: { key: string }) => ({ success: !limitedKeys.push(key) }),
  } as unknown as RateLimit;
  const from = { 'cf-connecting-ip': '192.0.2.1' };
  const options = { env: { RATE_LIMITER } };
  expectProblem(await freebusyOf(user.id, { ...anyone(account), ...from }, options), 'rate-limited');
  expect(limitedKeys).toEqual(['192.0.2.1']);
  for (const known of [account.headers, await user.headers()]) {
    expect((await freebusyOf(user.id, { ...known, ...from }, options)).body).toEqual(body);
  }
  expect(limitedKeys).toHaveLength(1);
});

it('returns 405 for other methods', async () => {
  const { user, account } = await busy();
  expect((await call('HEAD', path(user.id), { headers: anyone(account) })).status).toBe(200);
  for (const method of ['POST', 'PUT', 'DELETE']) {
    expectProblem(await call(method, path(user.id), { headers: anyone(account) }), 'method-not-allowed');
  }
});
