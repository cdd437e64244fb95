/** A client reads at least what it has written and read, whichever copy of the database is near. */
import { expect, test } from 'vitest';
import { NettuClient, NettuUserClient } from '../../src/sdk/index.ts';
import { json, jwt, lost, problem, stubFetch } from './stub.ts';

const at = (bookmark: string) => json({}, 200, { 'nettu-bookmark': bookmark });
const sentTo = ({ sent }: ReturnType<typeof stubFetch>) =>
  sent.map(({ headers }) => headers['nettu-bookmark']);
const clientOf = ({ fetch }: ReturnType<typeof stubFetch>) =>
  NettuClient({ apiKey: 'sk_x', fetch, retries: 0 });

test('the bookmark of an answer goes with the next request, of whatever resource', async () => {
  const stub = stubFetch(at('0.01'), at('0.02.n'), json({}));
  const client = clientOf(stub);
  await client.user.create({});
  await client.account.me();
  await client.calendar.findById('c1');
  expect(sentTo(stub)).toEqual([undefined, '0.01', '0.02.n']);
});

test('an older one never takes the place of a newer one', async () => {
  const stub = stubFetch(at('0.02'), at('0.01'), json({}), json({}));
  const client = clientOf(stub);
  for (let i = 0; i < 4; i++) await client.account.me();
  expect(sentTo(stub)).toEqual([undefined, '0.02', '0.02', '0.02']);
});

test('after a write whose answer tells none, the next read is asked of the database itself', async () => {
  for (const reply of [lost, problem('outcome-unknown', 503)]) {
    const stub = stubFetch(at('0.01'), reply, at('0.03'), json({}));
    const client = clientOf(stub);
    await client.account.me();
    await client.user.remove('u1').catch(() => {});
    await client.account.me();
    await client.account.me();
    expect(sentTo(stub)).toEqual([undefined, '0.01', undefined, '0.03']);
  }
});

test('a read that fails leaves it as it is', async () => {
  for (const reply of [lost, problem('not-found', 404)]) {
    const stub = stubFetch(at('0.01'), reply, json({}));
    const client = clientOf(stub);
    await client.account.me();
    await client.account.me().catch(() => {});
    await client.account.me();
    expect(sentTo(stub)).toEqual([undefined, '0.01', '0.01']);
  }
});

test('each client has its own', async () => {
  const stub = stubFetch(at('0.01'), json({}));
  await clientOf(stub).account.me();
  const token = jwt({ exp: 9e9 });
  await NettuUserClient({ nettuAccount: 'a1', token, fetch: stub.fetch }).user.me();
  expect(sentTo(stub)).toEqual([undefined, undefined]);
});
