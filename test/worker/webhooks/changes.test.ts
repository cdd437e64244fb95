/** What is told of a change: by whatever path it comes, once, in its transaction, and only to those who ask. */
import { describe, expect, it } from 'vitest';
import { newUser } from '../support/client.ts';
import { toldAccount } from './support.ts';

it('tells of a user, a calendar and an event, from the first to the last', async () => {
  const account = await toldAccount();
  const user = await account.newUser({ color: 'red' });
  const before = Date.now();
  await account.call('PUT', `/user/${user.id}`, { body: { metadata: { color: 'blue' } } });
  await account.call('DELETE', `/user/${user.id}`);
  expect((await account.deliveries()).map(({ type, state }) => [type, state])).toEqual([
    ['user.deleted', 'pending'],
    ['user.updated', 'pending'],
    ['user.created', 'pending'],
  ]);
  expect(await account.deliver()).toBe(null);
  const bodies = await account.bodies();
  expect(bodies.map(({ type, data }) => [type, data]).sort()).toEqual([
    ['user.created', { user: { id: user.id, metadata: { color: 'red' } } }],
    ['user.deleted', { user: { id: user.id, metadata: { color: 'blue' } } }],
    ['user.updated', { user: { id: user.id, metadata: { color: 'blue' } } }],
  ]);
  expect(Math.abs(bodies[0].timestamp - before)).toBeLessThan(10_000);
  expect((await account.deliveries()).map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
});
