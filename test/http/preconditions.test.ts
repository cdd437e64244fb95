/** Conditional requests: every change of a resource changes its etag, and a write with a stale etag changes nothing. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { hasEtag } from '../../src/operation.ts';
import { type Call, newAccount, newUser, type Reply, type User } from '../support/client.ts';
import { interrupted, snapshot } from '../support/database.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { type Entry, entries, prepare, send, titled } from '../support/rows.ts';

const TAG = /^"[\x21\x23-\x7e]+"$/;
const stale = '"stale"';
const etagOf = ({ headers }: Reply): string => {
  const etag = headers.get('etag');
  expect(etag).toMatch(TAG);
  return etag as string;
};

const single = entries.filter(({ row }) => hasEtag(row.does));

it('every PUT, DELETE and idempotent POST answers with one resource, and so has an etag', () => {
  const untagged = entries.filter((entry) => !single.includes(entry)).map(({ name }) => name);
  expect(untagged.filter((name) => /^(PUT|DELETE)/.test(name))).toEqual([]);
  expect(untagged.filter((name) => name.startsWith('POST')).sort()).toEqual([
    'POST /account/keys/inspect',
    'POST /account/webhook/deliveries/:deliveryId/replay',
    'POST /account/webhook/test',
    'POST /account/webhooks/:webhookId/test',
    'POST /calendar/:calendarId/import',
    'POST /calendar/:calendarId/refresh',
    'POST /user/calendar/:calendarId/import',
    'POST /user/calendar/:calendarId/refresh',
  ]);
});

describe.each(titled(entries))('%s', (_, entry) => {
  it('has a strong etag if and only if it answers with one resource', async () => {
    const user = await newUser({ color: 'red' });
    const reply = await send(entry, user, await prepare(entry, user));
    expect(reply.status).toBeLessThan(300);
    if (single.includes(entry)) etagOf(reply);
    else expect(reply.headers.get('etag')).toBe(null);
    expect(reply.headers.get('access-control-expose-headers')?.split(', ')).toContain('etag');
  });
});

describe.each(titled(single.filter(({ row }) => row.method === 'GET')))('%s', (_, entry) => {
  it('returns 304 without a body for the current etag, and for *', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const etag = etagOf(await send(entry, user, request));
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, `"x",W/${etag} , "y"`, '*']) {
      const reply = await send(entry, user, { ...request, headers: { 'if-none-match': known } });
      expect(reply.status).toBe(304);
      expect(reply.body).toBe(null);
      expect(etagOf(reply)).toBe(etag);
      expect(reply.headers.get('content-type')).toBe(null);
      expect(reply.headers.get('access-control-allow-origin')).toBe('*');
    }
    for (const unknown of [stale, `"x${etag.slice(1)}`, etag.slice(1, -1), '', 'W/"x"']) {
      const reply = await send(entry, user, { ...request, headers: { 'if-none-match': unknown } });
      expect(reply.status).toBe(200);
      expect(etagOf(reply)).toBe(etag);
    }
  });
});

const changes = entries.filter(({ row }) => row.method === 'PUT' || row.method === 'DELETE');

/** Returns the current etag of the resource that a change targets. */
async function currentEtag(entry: Entry, user: User, path: string): Promise<string> {
  const get = entries.find(
    ({ row, path, door }) => row.method === 'GET' && path === entry.path && door === entry.door,
  );
  if (/^\/account(\/(pubkey|settings|webhook))$/.test(entry.path)) {
    return etagOf(await user.account.call('GET', '/account'));
  }
  const [event, original] = path.split('/instances/');
  if (original) {
    const reply =
      entry.door === 'user' ? user.call('GET', event as string) : user.account.call('GET', event as string);
    return etagOf(await reply);
  }
  if (get) return etagOf(await send(get, user, { path }));
  if (entry.path.endsWith('/tokens')) return etagOf(await user.account.call('GET', `/user/${user.id}`));
  if (entry.path.startsWith('/account/keys/')) {
    // No route returns a single key, so this writes the state that it has.
    return etagOf(await user.account.call('PUT', path, { body: { state: 'active' } }));
  }
  if (/^\/account\/api-keys\/|\/feeds\//.test(entry.path)) return '"1"';
  const host = path.replace(/\/busy$/, '');
  return etagOf(await user.account.call('PUT', host, { body: {} }));
}

describe.each(titled(changes))('%s', (_, entry) => {
  it('returns 412 and changes nothing for a stale etag, and succeeds with the current one', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const etag = await currentEtag(entry, user, request.path);
    const before = await snapshot();
    for (const wrong of [stale, '"1x"', `"${'z'.repeat(300)}"`, `${stale}, "other"`, '"0"', '"-1"', '""']) {
      const reply = await send(entry, user, { ...request, headers: { 'if-match': wrong } });
      expectProblem(reply, 'precondition-failed');
      expect(reply.headers.get('etag')).toBe(null);
    }
    expect(await snapshot()).toEqual(before);
    const reply = await send(entry, user, { ...request, headers: { 'if-match': `${stale}, ${etag}` } });
    expect(reply.status).toBe(200);
  });

  it('returns 400 for a malformed If-Match', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const before = await snapshot();
    for (const wrong of ['', 'x', '"a" "b"', '"a",', "'a'", '"a', '*, "a"']) {
      expectInvalid(await send(entry, user, { ...request, headers: { 'if-match': wrong } }), 'If-Match');
    }
    expect(await snapshot()).toEqual(before);
  });

  it('accepts * for an existing resource, and an etag that a proxy has made weak', async () => {
    for (const star of [true, false]) {
      const user = await newUser({ color: 'red' });
      const request = await prepare(entry, user);
      const etag = await currentEtag(entry, user, request.path);
      const headers = { 'if-match': star ? '*' : `W/${etag}` };
      expect((await send(entry, user, { ...request, headers })).status).toBe(200);
    }
  });

  it('gives strangers the same answer as without If-Match', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const headers = { 'if-match': stale };
    expectProblem(await send(entry, user, { ...request, as: {}, headers }), 'credentials-missing');
    const other = await newUser();
    const reply = await send(entry, other, { ...request, headers });
    if (entry.params.length) expectProblem(reply, 'not-found');
  });
});

describe('an etag changes', () => {
  const readEtag = async (user: User, path: string): Promise<string> =>
    etagOf(await user.account.call('GET', path));
  const accountOf = (user: User) => (method: string, path: string, body?: object) =>
    user.account.call(method, path, body ? { body } : {});

  it('with every change of a calendar, and the answer to the change has the new one', async () => {
    const user = await newUser();
    const created = await user.call('POST', '/calendar', { body: { timezone: 'UTC' } });
    const path = `/calendar/${created.body.calendar.id}`;
    const tags = [etagOf(created)];
    expect(etagOf(await user.call('GET', path))).toBe(tags[0]);
    for (const body of [{ timezone: 'Europe/Oslo' }, { weekStart: 'Sun' }, { metadata: { a: '1' } }]) {
      tags.push(etagOf(await user.call('PUT', path, { body })));
      expect(etagOf(await user.call('GET', path))).toBe(tags.at(-1));
    }
    expect(new Set(tags).size).toBe(4);
  });

  it('of an account with its settings, its webhook and its keys', async () => {
    const user = await newUser();
    const act = accountOf(user);
    const tags = new Set([await readEtag(user, '/account')]);
    const { publicJwtKey } = (await act('GET', '/account')).body.account;
    for (const change of [
      () => act('PUT', '/account/settings', { publicBooking: false }),
      () => act('PUT', '/account/webhook', { webhookUrl: 'https://example.test' }),
      () => act('DELETE', '/account/webhook'),
      () => act('POST', '/account/keys', { publicJwtKey, kid: 'second' }),
      () => act('PUT', '/account/keys/second', { state: 'standby' }),
      () => act('DELETE', '/account/keys/second'),
      () => act('PUT', '/account/pubkey', { publicJwtKey: null }),
    ]) {
      expect((await change()).status).toBeLessThan(300);
      const tag = await readEtag(user, '/account');
      expect(tags.has(tag)).toBe(false);
      tags.add(tag);
    }
  });

  it('of a service with its hosts', async () => {
    const user = await newUser();
    const act = accountOf(user);
    const { service } = (await act('POST', '/service', {})).body;
    const path = `/service/${service.id}`;
    const calendarId = await user.newCalendar();
    const busy = { busy: { provider: 'Nettu', id: calendarId } };
    const { schedule } = (await act('POST', `/user/${user.id}/schedule`, { timezone: 'UTC' })).body;
    const tags = [await readEtag(user, path)];
    for (const change of [
      () => act('POST', `${path}/users`, { userId: user.id }),
      () =>
        act('PUT', `${path}/users/${user.id}`, { availability: { variant: 'Schedule', id: schedule.id } }),
      () => act('PUT', `${path}/users/${user.id}/busy`, busy),
      () => act('DELETE', `/user/schedule/${schedule.id}`),
      () => act('DELETE', `/user/calendar/${calendarId}`),
      () => act('DELETE', `${path}/users/${user.id}`),
      () => act('PUT', path, { metadata: { a: '1' } }),
    ]) {
      expect((await change()).status).toBe(200);
      tags.push(await readEtag(user, path));
    }
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('of a host with its busy calendars, but not when the same one is added twice', async () => {
    const user = await newUser();
    const act = accountOf(user);
    const { service } = (await act('POST', '/service', {})).body;
    const path = `/service/${service.id}/users`;
    const busy = { busy: { provider: 'Nettu', id: await user.newCalendar() } };
    const added = etagOf(await act('POST', path, { userId: user.id }));
    const once = etagOf(await act('PUT', `${path}/${user.id}/busy`, busy));
    const twice = etagOf(await act('PUT', `${path}/${user.id}/busy`, busy));
    const gone = etagOf(await act('DELETE', `${path}/${user.id}/busy`, busy));
    expect(etagOf(await act('DELETE', `${path}/${user.id}/busy`, busy))).toBe(gone);
    expect(twice).toBe(once);
    expect(new Set([added, once, gone]).size).toBe(3);
    await act('DELETE', `${path}/${user.id}`);
    expect([added, once, gone]).not.toContain(etagOf(await act('POST', path, { userId: user.id })));
  });
});

it('accepts one of several concurrent changes with the same etag: no update is lost', async () => {
  const user = await newUser();
  const id = await user.newCalendar();
  const etag = etagOf(await user.call('GET', `/calendar/${id}`));
  const change = (name: string, env: Call['env'] = {}) =>
    user.call('PUT', `/calendar/${id}`, { body: { metadata: { name } }, headers: { 'if-match': etag }, env });
  const replies = await Promise.all(['a', 'b', 'c', 'd'].map((name) => change(name)));
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  const won = replies.find(({ status }) => status === 200);
  expect((await user.call('GET', `/calendar/${id}`)).body).toEqual(won?.body);
});

it('compares the etag inside the write, so it detects a change that comes just before', async () => {
  const user = await newUser();
  const id = await user.newCalendar();
  const etag = etagOf(await user.call('GET', `/calendar/${id}`));
  const DB = interrupted(() =>
    user.account.call('PUT', `/user/calendar/${id}`, { body: { metadata: { a: '1' } } }),
  );
  const body = { metadata: { b: '2' } };
  const reply = await user.call('PUT', `/calendar/${id}`, {
    body,
    headers: { 'if-match': etag },
    env: { DB },
  });
  expectProblem(reply, 'precondition-failed');
  expect((await user.call('GET', `/calendar/${id}`)).body.calendar.metadata).toEqual({ a: '1' });
});

it('returns 404, not 412, for a resource that does not exist', async () => {
  const account = await newAccount();
  const headers = { 'if-match': stale };
  const path = `/user/calendar/${crypto.randomUUID()}`;
  expectProblem(await account.call('DELETE', path, { headers }), 'not-found');
  expectProblem(await account.call('DELETE', path, { headers: { 'if-match': '*' } }), 'not-found');
});

it('leaves the table `refused` empty', async () => {
  expect(await env.DB.prepare('SELECT count(*) AS n FROM refused').first('n')).toBe(0);
});
