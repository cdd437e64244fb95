/** Access to slots: public unless the account disables it, in one round trip. */
import { expect, it } from 'vitest';
import { type Account, call, counting, NOBODY, newKeys, policy } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';
import { NOW, open, search } from '../../support/scheduling.ts';

const path = (service: string) => `/service/${service}/booking?${search()}`;
const query = (service: string, headers: Record<string, string>, options = {}) =>
  call('GET', path(service), { headers, now: NOW, ...options });
const anyone = ({ id }: Account) => ({ 'nettu-account': id });
const setTo = (account: Account, publicBooking: unknown, more: object = {}) =>
  account.call('PUT', '/account/settings', { body: { publicBooking, ...more } });

it('returns the same slots to every caller while public, and requires a token or an API key once closed', async () => {
  const { account, service, user } = await open('09:00-10:00');
  const other = await account.newUser();
  const now = Math.floor(NOW / 1000);
  const claims = { iat: now, exp: now + 3600 };
  const known = [
    account.headers,
    await user.headers(await user.token(claims)),
    await other.headers(await other.token(claims)),
    await other.headers(await other.token({ ...claims, ...policy([], ['*']) })),
  ];
  const first = await query(service, anyone(account));
  expect(first.status).toBe(200);
  expect(first.body.dates[0].slots[0].userIds).toEqual([user.id]);
  for (const headers of known) expect((await query(service, headers)).body).toEqual(first.body);

  await setTo(account, false);
  expectProblem(await query(service, anyone(account)), 'credentials-missing');
  for (const headers of known) expect((await query(service, headers)).body).toEqual(first.body);

  await setTo(account, true);
  expect((await query(service, anyone(account))).body).toEqual(first.body);
});

it('publicBooking is a setting of its own and defaults to true', async () => {
  const { account, service, user } = await open();
  const settings = async () => (await account.call('GET', '/account')).body.account.settings;
  const freebusy = () =>
    call('GET', `/user/${user.id}/freebusy?startTs=0&endTs=1`, { headers: anyone(account) });
  expect(await settings()).toEqual({
    webhook: null,
    publicFreebusy: true,
    publicBooking: true,
    reads: 'primary',
    keepCancelledDays: 365,
  });
  await setTo(account, false);
  expect(await settings()).toEqual({
    webhook: null,
    publicFreebusy: true,
    publicBooking: false,
    reads: 'primary',
    keepCancelledDays: 365,
  });
  expect([(await freebusy()).status, (await query(service, anyone(account))).status]).toEqual([200, 401]);
  await setTo(account, true, { publicFreebusy: false });
  expect(await settings()).toEqual({
    webhook: null,
    publicFreebusy: false,
    publicBooking: true,
    reads: 'primary',
    keepCancelledDays: 365,
  });
  expect([(await freebusy()).status, (await query(service, anyone(account))).status]).toEqual([401, 200]);
  for (const value of [null, 0, 'true', []]) expect((await setTo(account, value)).status).toBe(400);
  expect(await settings()).toEqual({
    webhook: null,
    publicFreebusy: false,
    publicBooking: true,
    reads: 'primary',
    keepCancelledDays: 365,
  });
});

it('answers for a closed account exactly as for an unknown one', async () => {
  const { account, service } = await open();
  await setTo(account, false);
  const unknown = { 'nettu-account': NOBODY };
  const replies = [
    await query(service, unknown),
    await query(service, anyone(account)),
    await query(NOBODY, anyone(account)),
    await query('nothing', anyone(account)),
    await call('GET', `/service/${service}/booking`, { headers: anyone(account) }),
    await call('GET', `/service/${service}/booking`, { headers: unknown }),
  ];
  for (const reply of replies) {
    expectProblem(reply, 'credentials-missing');
    expect(reply.body).toEqual(replies[0]?.body);
  }
});

it('ignores bad credentials while anyone may see slots, then returns their own 401; 404 for those of another account', async () => {
  const { account, service, user } = await open();
  const foreign = await open();
  const stranger = await newKeys();
  const now = Math.floor(NOW / 1000);
  const token = await stranger.sign({ nettuSchedulerUserId: user.id, exp: now + 60 });
  const bad = [
    [await user.headers(token), 'token-signature'],
    [await user.headers(await user.token({ exp: 1 })), 'token-expired'],
    [{ ...anyone(account), authorization: 'Basic eDp5' }, 'credentials-missing'],
    [{ ...anyone(account), 'x-api-key': 'sk_no' }, 'api-key-unknown'],
    [{ ...anyone(account), 'x-api-key': `sk_1.${'x'.repeat(40)}` }, 'api-key-unknown'],
  ] as const;
  const anonymous = await query(service, anyone(account));
  for (const [headers] of bad)
    expect(await query(service, headers).then(({ status, body }) => [status, body])).toEqual([
      200,
      anonymous.body,
    ]);
  await setTo(account, false);
  for (const [headers, code] of bad) expectProblem(await query(service, headers), code);
  expectProblem(await query(service, {}), 'credentials-missing');
  expectProblem(await query(service, foreign.account.headers), 'not-found');
  expectProblem(await query(service, { ...anyone(account), ...foreign.account.headers }), 'not-found');
  expectProblem(await query(service, anyone(foreign.account)), 'not-found');
});

it("makes one round trip with a known token; an anonymous caller's miss on the replica is read again from the primary", async () => {
  const { account, service, user } = await open();
  const now = Math.floor(NOW / 1000);
  const known = await user.headers(await user.token({ iat: now, exp: now + 3600 }));
  await query(service, known);
  for (const isOpen of [true, false]) {
    await setTo(account, isOpen);
    for (const headers of [anyone(account), account.headers, known]) {
      for (const id of [service, NOBODY]) {
        const { db, trips } = counting();
        await query(id, headers, { env: { DB: db } });
        const isAnonymous = !('x-api-key' in headers || 'authorization' in headers);
        expect(trips()).toBe(isAnonymous && !(isOpen && id === service) ? 2 : 1);
      }
    }
  }
});
