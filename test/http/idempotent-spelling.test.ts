/** An Idempotency-Key knows its request again in every spelling of it, also in a record of the previous release. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/crypto/hash.ts';
import { nullIsAbsent } from '../../src/validation/schemas.ts';
import { CODE, call, newUser, type Reply } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { credentials, entries, prepare, send, titled } from '../support/rows.ts';

const creations = entries.filter(({ row }) => row.does.idempotent);
const JSON_TYPE = { 'content-type': 'application/json' };

/** JSON with the members of each object in reverse, white space, and numbers with a fraction of zero. */
function respelled(value: unknown): string {
  if (Array.isArray(value)) return `[ ${value.map(respelled).join(' ,\n')} ]`;
  if (typeof value === 'number') return `${value}.0`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).reverse();
  return `{\r\n\t${members.map(([name, member]) => `${JSON.stringify(name)} : ${respelled(member)}`).join(' , ')} }\n`;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const inCapitals = (text: string) => text.replace(UUID, (id) => id.toUpperCase());

const expectReplay = (reply: Reply, first: Reply) => {
  expect([reply.status, reply.body]).toEqual([first.status, first.body]);
  expect(reply.headers.get('idempotency-replayed')).toBe('true');
};

describe.each(titled(creations))('%s', (_, entry) => {
  it('is the same request in another order, with other white space, numbers, ids and nulls, and a slash more', async () => {
    const user = await newUser();
    const { path, body = {} } = await prepare(entry, user);
    const schema = entry.row.does.body as unknown as
      | { entries: Record<string, { type: string }> }
      | undefined;
    const members = schema?.entries ?? {};
    const optional = Object.entries(members).filter(([, member]) => nullIsAbsent(member));
    const sent = 'metadata' in members ? { ...body, metadata: { b: '2', a: '1', '1': 'x' } } : body;
    const as = await credentials(entry, user);
    const post = (path: string, raw: string) =>
      send(entry, user, { path, raw, as, headers: { ...JSON_TYPE, 'idempotency-key': user.id } });
    const first = await post(path, JSON.stringify(sent));
    expect(first.status).toBeLessThan(300);
    const nulls = Object.fromEntries(optional.map(([name]) => [name, null]));
    const text = respelled({ ...nulls, ...sent, unknown: 1 });
    // A kid in the body is no id.
    expectReplay(await post(`${inCapitals(path)}/`, 'kid' in sent ? text : inCapitals(text)), first);
  });
});

it('is another request with another value, or a list in another order', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const event = {
    calendarId,
    startTs: 0,
    duration: 1,
    reminders: [1, 2].map((delta) => ({ delta, identifier: 'a' })),
  };
  const post = (body: object) =>
    user.account.call('POST', `/user/${user.id}/events`, { body, headers: { 'idempotency-key': 'k' } });
  expect((await post(event)).status).toBe(201);
  for (const other of [
    { ...event, duration: 2 },
    { ...event, busy: true },
    { ...event, metadata: { a: 'b' } },
    { ...event, reminders: [...event.reminders].reverse() },
  ]) {
    expectProblem(await post(other), 'idempotency-key-reused');
  }
  expect((await post({ ...event, busy: false, metadata: {} })).status).toBe(201);
});

describe('a record of the previous release, whose hash is that of the request as it was sent', () => {
  const body = { metadata: { z: '1', a: '2' } };

  it('replays to the request that it is of, and to no other', async () => {
    const { account } = await newUser();
    const post = (path: string, body: object) =>
      account.call('POST', path, { body, headers: { 'idempotency-key': 'k' } });
    const first = await post('/user/', body);
    const request = await hashOf(JSON.stringify(['POST', '/api/v1/user/', body, 'k']));
    await env.DB.prepare('UPDATE remembered SET request = ? WHERE account_id = ?') // words: allow
      .bind(request, account.id)
      .run();
    expectReplay(await post('/user/', body), first);
    expectProblem(await post('/user/', { metadata: { z: '1', a: '3' } }), 'idempotency-key-reused');
  });

  it('has the same hash wherever the request is in the order that most requests have', async () => {
    const { account } = await newUser();
    const sent = { metadata: { a: '1', b: '2' } };
    await account.call('POST', '/user', { body: sent, headers: { 'idempotency-key': 'k' } });
    const { request } = (await env.DB.prepare('SELECT request FROM remembered WHERE account_id = ?') // words: allow
      .bind(account.id)
      .first<{ request: string }>()) ?? { request: '' };
    expect(request).toBe(await hashOf(JSON.stringify(['POST', '/api/v1/user', sent, 'k'])));
  });

  it('of a new account, too', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await call('POST', '/account/', { body: { code: CODE }, headers });
    expectReplay(await call('POST', '/account', { body: { region: null, code: CODE }, headers }), first);
  });
});
