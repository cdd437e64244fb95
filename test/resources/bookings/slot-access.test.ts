/** Who may ask for slots: anyone, until the account says otherwise; and in one round trip. */
import { expect, it } from 'vitest';
import { type Account, call, counting, NOBODY, newKeys, policy } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';
import { NOW, open, search } from '../../support/scheduling.ts';

const path = (service: string) => `/service/${service}/booking?${search()}`;
const ask = (service: string, headers: Record<string, string>, options = {}) =>
  call('GET', path(service), { headers, now: NOW, ...options });
const anyone = ({ id }: Account) => ({ 'nettu-account': id });
const setTo = (account: Account, publicBooking: unknown, more: object = {}) =>
  account.call('PUT', '/account/settings', { body: { publicBooking, ...more } });

it('while booking is public, everyone is told the same; closed, it takes a token or the API key', async () => {
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
  const first = await ask(service, anyone(account));
  expect(first.status).toBe(200);
  expect(first.body.dates[0].slots[0].userIds).toEqual([user.id]);
  for (const headers of known) expect((await ask(service, headers)).body).toEqual(first.body);

  await setTo(account, false);
  expectProblem(await ask(service, anyone(account)), 'credentials-missing');
  for (const headers of known) expect((await ask(service, headers)).body).toEqual(first.body);

  await setTo(account, true);
  expect((await ask(service, anyone(account))).body).toEqual(first.body);
});

it('it is a setting of its own, on by default', async () => {
  const { account, service, user } = await open();
  const settings = async () => (await account.call('GET', '/account')).body.account.settings;
  const freebusy = () =>
    call('GET', `/user/${user.id}/freebusy?startTs=0&endTs=1`, { headers: anyone(account) });
  expect(await settings()).toEqual({
    webhook: null,
    publicFreebusy: true,
    publicBooking: true,
    reads: 'primary',
  });
  await setTo(account, false);
  expect(await settings()).toEqual({
    webhook: null,
    publicFreebusy: true,
    publicBooking: false,
    reads: 'primary',
  });
  expect([(await freebusy()).status, (await ask(service, anyone(account))).status]).toEqual([200, 401]);
  await setTo(account, true, { publicFreebusy: false });
  expect(await settings()).toEqual({
    webhook: null,
    publicFreebusy: false,
    publicBooking: true,
    reads: 'primary',
  });
  expect([(await freebusy()).status, (await ask(service, anyone(account))).status]).toEqual([401, 200]);
  for (const value of [null, 0, 'true', []]) expect((await setTo(account, value)).status).toBe(400);
  expect(await settings()).toEqual({
    webhook: null,
    publicFreebusy: false,
    publicBooking: true,
    reads: 'primary',
  });
});

it('a closed account cannot be told from one that does not exist', async () => {
  const { account, service } = await open();
  await setTo(account, false);
  const unknown = { 'nettu-account': NOBODY };
  const replies = [
    await ask(service, unknown),
    await ask(service, anyone(account)),
    await ask(NOBODY, anyone(account)),
    await ask('nothing', anyone(account)),
    await call('GET', `/service/${service}/booking`, { headers: anyone(account) }),
    await call('GET', `/service/${service}/booking`, { headers: unknown }),
  ];
  for (const reply of replies) {
    expectProblem(reply, 'credentials-missing');
    expect(reply.body).toEqual(replies[0]?.body);
  }
});

it('bad credentials are 401 even where none are needed; those of another account find nothing', async () => {
  const { account, service, user } = await open();
  const foreign = await open();
  const stranger = await newKeys();
  const now = Math.floor(NOW / 1000);
  const token = await stranger.sign({ nettuSchedulerUserId: user.id, exp: now + 60 });
  expectProblem(await ask(service, await user.headers(token)), 'token-signature');
  expectProblem(await ask(service, { ...anyone(account), 'x-api-key': 'sk_no' }), 'api-key-unknown');
  expectProblem(await ask(service, {}), 'credentials-missing');
  expectProblem(await ask(service, foreign.account.headers), 'not-found');
  expectProblem(await ask(service, { ...anyone(account), ...foreign.account.headers }), 'not-found');
  expectProblem(await ask(service, anyone(foreign.account)), 'not-found');
});

it('takes one round trip, whoever asks, once the token is known; what a visitor does not find near is asked of the primary', async () => {
  const { account, service, user } = await open();
  const now = Math.floor(NOW / 1000);
  const known = await user.headers(await user.token({ iat: now, exp: now + 3600 }));
  await ask(service, known);
  for (const isOpen of [true, false]) {
    await setTo(account, isOpen);
    for (const headers of [anyone(account), account.headers, known]) {
      for (const id of [service, NOBODY]) {
        const { db, trips } = counting();
        await ask(id, headers, { env: { DB: db } });
        const visits = !('x-api-key' in headers || 'authorization' in headers);
        expect(trips()).toBe(isOpen && visits && id === NOBODY ? 2 : 1);
      }
    }
  }
});
