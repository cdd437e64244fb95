/** Users: create, read, update and delete by the account, and read by themselves. */
import { describe, expect, it } from 'vitest';
import { call, keys, NOBODY, newAccount } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';

const id = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);

describe('POST /user', () => {
  it('creates a user with metadata', async () => {
    const account = await newAccount();
    const reply = await account.call('POST', '/user', { body: { metadata: { a: 'b', c: '' } } });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({ user: { id, metadata: { a: 'b', c: '' } } });
    expect((await account.call('GET', `/user/${reply.body.user.id}`)).body).toEqual(reply.body);
  });

  it.each([
    ['an empty object', { body: {} }],
    ['no body', {}],
    ['empty metadata', { body: { metadata: {} } }],
    ['unknown members', { body: { id: NOBODY, externalId: 5, metadata: {} } }],
  ])('accepts %s', async (_, request) => {
    const account = await newAccount();
    const reply = await account.call('POST', '/user', request);
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({ user: { id, metadata: {} } });
    expect(reply.body.user.id).not.toBe(NOBODY);
  });
});

describe('GET /user/:userId and GET /me', () => {
  it('return the same user through both doors', async () => {
    const user = await (await newAccount()).newUser({ a: 'b' });
    const expected = { user: { id: user.id, metadata: { a: 'b' } } };
    for (const reply of [await user.account.call('GET', `/user/${user.id}`), await user.call('GET', '/me')]) {
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual(expected);
    }
  });
});

describe('PUT /user/:userId', () => {
  it('replaces the whole metadata', async () => {
    const user = await (await newAccount()).newUser({ a: 'b', c: 'd' });
    const path = `/user/${user.id}`;
    for (const metadata of [{ c: 'e', f: 'g' }, { c: 'e', f: 'g' }, {}]) {
      const reply = await user.account.call('PUT', path, { body: { metadata } });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ user: { id: user.id, metadata } });
      expect((await user.account.call('GET', path)).body).toEqual(reply.body);
    }
  });

  it.each([
    ['an empty object', { body: {} }],
    ['no body', {}],
  ])('keeps absent metadata: %s', async (_, request) => {
    const user = await (await newAccount()).newUser({ a: 'b' });
    const reply = await user.account.call('PUT', `/user/${user.id}`, request);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ user: { id: user.id, metadata: { a: 'b' } } });
  });

  it('changes only that user', async () => {
    const account = await newAccount();
    const [user, other] = [await account.newUser({ a: 'b' }), await account.newUser({ a: 'b' })];
    await account.call('PUT', `/user/${user.id}`, { body: { metadata: { a: 'c' } } });
    expect((await other.call('GET', '/me')).body.user.metadata).toEqual({ a: 'b' });
  });

  it('returns 404 for an unknown user', async () => {
    const account = await newAccount();
    expectProblem(await account.call('PUT', `/user/${NOBODY}`, { body: { metadata: {} } }), 'not-found');
    expect(await countOf('users', account.id)).toBe(0);
  });
});

describe('DELETE /user/:userId', () => {
  it('returns the deleted user, and 404 from then on', async () => {
    const user = await (await newAccount()).newUser({ a: 'b' });
    const path = `/user/${user.id}`;
    const reply = await user.account.call('DELETE', path);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ user: { id: user.id, metadata: { a: 'b' } } });
    for (const method of ['DELETE', 'GET', 'PUT']) {
      expectProblem(await user.account.call(method, path), 'not-found');
    }
    expectProblem(
      await user.account.call('POST', `${path}/calendar`, { body: { timezone: 'UTC' } }),
      'not-found',
    );
  });

  it('deletes everything of that user, and nothing of others', async () => {
    const account = await newAccount();
    const [user, other] = [await account.newUser({ a: 'b' }), await account.newUser({ a: 'b' })];
    const [gone, stays] = [await user.newCalendar(), await other.newCalendar()];
    await user.newCalendar();
    const token = await user.token();
    const metadata = { color: 'red' };
    for (const id of [gone, stays]) {
      expect((await account.call('PUT', `/user/calendar/${id}`, { body: { metadata } })).status).toBe(200);
    }
    await account.call('DELETE', `/user/${user.id}`);
    expectProblem(await account.call('GET', `/user/calendar/${gone}`), 'not-found');
    expectProblem(await user.call('GET', '/me', { token }), 'user-unknown');
    expect((await account.call('GET', `/user/calendar/${stays}`)).status).toBe(200);
    expect((await other.call('GET', '/me')).status).toBe(200);
    for (const table of ['users', 'calendars', 'user_metadata', 'calendar_metadata']) {
      expect([table, await countOf(table, account.id)]).toEqual([table, 1]);
    }
    const found = await account.call('GET', '/calendar/meta?key=color&value=red');
    expect(found.body.calendars.map(({ id }: { id: string }) => id)).toEqual([stays]);
  });
});

it("rejects a user's token on the account's paths", async () => {
  const user = await (await newAccount()).newUser();
  const token = await keys.sign({ nettuSchedulerUserId: user.id, exp: 5609418990073 });
  const headers = await user.headers(token);
  expectProblem(await call('GET', `/user/${user.id}`, { headers }), 'credentials-missing');
  const asKey = { 'x-api-key': token };
  expectProblem(await call('GET', `/user/${user.id}`, { headers: asKey }), 'api-key-unknown');
});
