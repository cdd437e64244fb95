/** Who may ask for free/busy: anyone, until the account says otherwise; and what bad credentials are worth. */
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

const ask = (userId: string, headers: Record<string, string>, options = {}): Promise<Reply> =>
  call('GET', path(userId), { headers, ...options });
const anyone = (account: Account) => ({ 'nettu-account': account.id });
const close = (account: Account) => setTo(account, false);
const setTo = (account: Account, publicFreebusy: unknown) =>
  account.call('PUT', '/account/settings', { body: { publicFreebusy } });

/** A user who is busy for an hour, and what everyone who may ask is told. */
async function busy() {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  await made(user, { calendarId, startTs: START, duration: HOUR, busy: true });
  const body = { userId: user.id, busy: [{ startTs: START, endTs: START + HOUR, busy: true }] };
  return { user, account: user.account, calendarId, body };
}

describe('PUT /account/settings', () => {
  it('is open by default, takes true and false, and answers the account', async () => {
    const account = await newAccount();
    const before = (await account.call('GET', '/account')).body.account;
    expect(before.settings).toEqual({
      webhook: null,
      publicFreebusy: true,
      publicBooking: true,
      reads: 'primary',
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

  it("changes the caller's account alone", async () => {
    const [mine, other] = [await busy(), await busy()];
    await close(mine.account);
    expect((await ask(other.user.id, anyone(other.account))).body).toEqual(other.body);
    expect((await other.account.call('GET', '/account')).body.account.settings.publicFreebusy).toBe(true);
  });

  it('keeps the webhook, and is kept by it', async () => {
    const account = await newAccount();
    const url = 'https://a.test/';
    await account.call('PUT', '/account/webhook', { body: { webhookUrl: url } });
    const { settings } = (await close(account)).body.account;
    expect(settings).toEqual({
      webhook: { url, key: expect.any(String), secret: expect.any(String), events: [] },
      publicFreebusy: false,
      publicBooking: true,
      reads: 'primary',
    });
    const removed = await account.call('DELETE', '/account/webhook');
    expect(removed.body.account.settings).toEqual({
      webhook: null,
      publicFreebusy: false,
      publicBooking: true,
      reads: 'primary',
    });
  });
});

it('while it is public, everyone is told the same', async () => {
  const { user, account, body } = await busy();
  const other = await account.newUser();
  for (const headers of [
    anyone(account),
    account.headers,
    await user.headers(),
    await other.headers(),
    await other.headers(await other.token(policy([], ['*']))),
  ]) {
    const reply = await ask(user.id, headers);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual(body);
  }
});

it('once it is closed, it takes a token of the account or its API key, from the next request on', async () => {
  const { user, account, body } = await busy();
  const other = await account.newUser();
  await close(account);
  expectProblem(await ask(user.id, anyone(account)), 'credentials-missing');
  for (const headers of [
    account.headers,
    await user.headers(),
    await other.headers(),
    await other.headers(await other.token(policy([], ['*']))),
  ]) {
    const reply = await ask(user.id, headers);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual(body);
  }
  await setTo(account, true);
  expect((await ask(user.id, anyone(account))).body).toEqual(body);
});

it('a closed account cannot be told from one that does not exist', async () => {
  const { user, account, calendarId } = await busy();
  await close(account);
  const unknown = { 'nettu-account': NOBODY };
  const replies = [
    await ask(user.id, unknown),
    await ask(user.id, anyone(account)),
    await ask(NOBODY, anyone(account)),
    await ask('nobody', anyone(account)),
    await ask('nobody', unknown),
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

it('is 401 without an account, or with one that is no id', async () => {
  const { user } = await busy();
  for (const account of [
    undefined,
    '',
    'x',
    NOBODY.slice(1),
    user.account.id.toUpperCase().replace(/\d/g, 'A'),
  ]) {
    const headers = account === undefined ? {} : { 'nettu-account': account };
    expectProblem(await ask(user.id, headers as Record<string, string>), 'credentials-missing');
  }
});

it('a user who is unknown or of another account is 404, whoever asks', async () => {
  const { user, account } = await busy();
  const foreign = await busy();
  const replies: Reply[] = [];
  for (const headers of [anyone(account), account.headers, await user.headers()]) {
    for (const id of [NOBODY, foreign.user.id, 'nobody']) replies.push(await ask(id, headers));
    // The key says whose it is, whichever account is named beside it.
    replies.push(await ask(foreign.user.id, { ...anyone(foreign.account), ...account.headers }));
  }
  for (const reply of replies) {
    expectProblem(reply, 'not-found');
    expect(reply.body).toEqual(replies[0]?.body);
  }
});

it.each([true, false])('bad credentials are 401 even where none are needed (public: %s)', async (open) => {
  const { user, account } = await busy();
  await setTo(account, open);
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
  for (const [headers, code] of cases) expectProblem(await ask(user.id, headers), code);
  await account.call('PUT', `/user/${user.id}/tokens`, { body: { notBefore: (now + 10) * 1000 } });
  expectProblem(await ask(user.id, await user.headers()), 'token-revoked');
});

it('takes one round trip, whoever asks and whatever comes of it', async () => {
  const { user, account } = await busy();
  const tokens = await user.headers();
  const each = async () => {
    const trips: number[] = [];
    for (const headers of [anyone(account), account.headers, tokens]) {
      const counted = counting();
      await ask(user.id, headers, { env: { DB: counted.db } });
      trips.push(counted.trips());
    }
    return trips;
  };
  expect(await each()).toEqual([1, 1, 1]);
  await close(account);
  expect(await each()).toEqual([1, 1, 1]);
});

it('slows down visitors by their address, not who is known by a token or has the API key', async () => {
  const { user, account, body } = await busy();
  await user.call('GET', '/me');
  const asked: string[] = [];
  const RATE_LIMITER = {
    limit: async ({ key }: { key: string }) => ({ success: !asked.push(key) }),
  } as unknown as RateLimit;
  const from = { 'cf-connecting-ip': '192.0.2.1' };
  const options = { env: { RATE_LIMITER } };
  expectProblem(await ask(user.id, { ...anyone(account), ...from }, options), 'rate-limited');
  expect(asked).toEqual(['192.0.2.1']);
  for (const known of [account.headers, await user.headers()]) {
    expect((await ask(user.id, { ...known, ...from }, options)).body).toEqual(body);
  }
  expect(asked).toHaveLength(1);
});

it('other methods are 405', async () => {
  const { user, account } = await busy();
  expect((await call('HEAD', path(user.id), { headers: anyone(account) })).status).toBe(200);
  for (const method of ['POST', 'PUT', 'DELETE']) {
    expectProblem(await call(method, path(user.id), { headers: anyone(account) }), 'method-not-allowed');
  }
});
