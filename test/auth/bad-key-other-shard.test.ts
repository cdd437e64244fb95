/** A bad API key that names another shard than the account: the account's own shard answers what is open to anyone. */
import { expect, it } from 'vitest';
import { call } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { accountIn, deployed } from '../support/shards.ts';

it('free/busy and slots answer as without it, while the account has them open', async () => {
  const account = await accountIn('eu');
  const user = await account.newUser();
  const { service } = (await account.call('POST', '/service', { body: {} })).body;
  const freebusy = `/user/${user.id}/freebusy?startTs=0&endTs=1`;
  const slots = `/service/${service.id}/booking?startDate=2030-01-01&endDate=2030-01-01&duration=3600000&interval=3600000`;
  const get = (path: string, key: string) =>
    call('GET', path, { headers: { 'nettu-account': account.id, 'x-api-key': key }, env: deployed() });
  const bad = ['', '1.', '2.', '4095.'].map((shard) => `sk_${shard}${'x'.repeat(40)}`);
  for (const key of bad)
    for (const path of [freebusy, slots]) expect((await get(path, key)).status).toBe(200);
  await account.call('PUT', '/account/settings', { body: { publicFreebusy: false, publicBooking: false } });
  for (const key of bad)
    for (const path of [freebusy, slots]) expectProblem(await get(path, key), 'api-key-unknown');
});
