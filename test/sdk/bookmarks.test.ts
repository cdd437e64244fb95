/** Bookmarks: a client reads its own writes, whichever replica answers it. */
import { expect, test } from 'vitest';
import { NettuClient, NettuUserClient } from '../../src/sdk/index.ts';
import { json, jwt, lost, problem, stubFetch } from './stub.ts';

const at = (bookmark: string) => json({}, 200, { 'nettu-bookmark': bookmark });
const sentTo = ({ sent }: ReturnType<typeof stubFetch>) =>
  sent.map(({ headers }) => headers['nettu-bookmark']);
const clientOf = ({ fetch }: ReturnType<typeof stubFetch>) =>
  NettuClient({ apiKey: 'sk_x', fetch, retries: 0 });

test('sends the bookmark of an answer with the next request, for any resource', async () => {
  const stub = stubFetch(at('0.01'), at('0.02.n'), json({}));
  const client = clientOf(stub);
  await client.user.create({});
  await client.account.me();
  await client.calendar.findById('c1');
  expect(sentTo(stub)).toEqual([undefined, '0.01', '0.02.n']);
});

test('never replaces a newer bookmark by an older one', async () => {
  const stub = stubFetch(at('0.02'), at('0.01'), json({}), json({}));
  const client = clientOf(stub);
  for (let i = 0; i < 4; i++) await client.account.me();
  expect(sentTo(stub)).toEqual([undefined, '0.02', '0.02', '0.02']);
});

test('sends no bookmark after a write whose answer has none, so that the primary answers', async () => {
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

test('keeps the bookmark after a failed read', async () => {
  for (const reply of [lost, problem('not-found', 404)]) {
    const stub = stubFetch(at('0.01'), reply, json({}));
    const client = clientOf(stub);
    await client.account.me();
    await client.account.me().catch(() => {});
    await client.account.me();
    expect(sentTo(stub)).toEqual([undefined, '0.01', '0.01']);
  }
});

test('keeps a bookmark for each client', async () => {
  const stub = stubFetch(at('0.01'), json({}));
  await clientOf(stub).account.me();
  const token = jwt({ exp: 9e9 });
  await NettuUserClient({ nettuAccount: 'a1', token, fetch: stub.fetch }).user.me();
  expect(sentTo(stub)).toEqual([undefined, undefined]);
});
