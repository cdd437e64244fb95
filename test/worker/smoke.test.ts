import { expect, it } from 'vitest';
import { newAccount, policy } from './support/client.ts';

it('plays the story', async () => {
  const account = await newAccount();
  const user = await account.newUser({ a: 'b' });
  const me = await user.call('GET', '/me');
  expect(me).toMatchObject({ status: 200, body: { user: { id: user.id, metadata: { a: 'b' } } } });
  const created = await user.call('POST', '/calendar', { body: { timezone: 'UTC' } });
  expect(created.status).toBe(201);
  const gone = await user.call('DELETE', `/calendar/${created.body.calendar.id}`, {
    claims: policy(['*'], ['DeleteCalendar']),
  });
  expect(gone).toMatchObject({ status: 401, body: { code: 'policy-denied' } });
});
