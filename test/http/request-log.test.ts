/** The request log: one line per request, with the request id of the answer, and without private data. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CODE, call, NOBODY, newUser } from '../support/client.ts';
import { failing } from '../support/database.ts';

const lines: { by: 'log' | 'error'; text: string }[] = [];
beforeEach(() => {
  lines.length = 0;
  // No waiting before another try.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  for (const by of ['log', 'error', 'warn', 'info', 'debug'] as const) {
    vi.spyOn(console, by).mockImplementation((text: string) => {
      lines.push({ by: by as 'log', text });
    });
  }
});
afterEach(() => vi.restoreAllMocks());

/** Returns the one line that the last request logged. */
function line(): Record<string, unknown> & { by: string } {
  expect(lines).toHaveLength(1);
  const [{ by, text } = { by: 'log', text: '' }] = lines.splice(0);
  return { ...JSON.parse(text), by };
}

it('logs the method, route, status, account, actor, duration and rows read', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  lines.length = 0;
  const reply = await user.call('GET', `/calendar/${calendarId}?secret=x`);
  expect(line()).toEqual({
    by: 'log',
    id: reply.headers.get('x-request-id'),
    method: 'GET',
    route: '/calendar/:calendarId',
    status: 200,
    account: user.account.id,
    caller: 'user',
    user: user.id,
    kid: expect.any(String),
    ms: expect.any(Number),
    rowsRead: expect.any(Number),
    rowsWritten: 0,
  });
  await user.account.call('GET', `/user/calendar/${calendarId}`);
  const ofAccount = line();
  expect(ofAccount).toMatchObject({
    route: '/user/calendar/:calendarId',
    account: user.account.id,
    caller: 'account',
    apiKey: expect.any(String),
  });
  expect(ofAccount.rowsRead).toBeGreaterThan(0);
});

it('names who acts: the API key by its id, the user and the kid, for reads, writes and refusals; or that nobody is known', async () => {
  const { account, ...user } = await newUser();
  const { body } = await account.call('GET', '/account/api-keys');
  const { body: signing } = await account.call('GET', '/account/keys');
  lines.length = 0;
  const byKey = { account: account.id, caller: 'account', apiKey: body.apiKeys[0].id };
  const byUser = { account: account.id, caller: 'user', user: user.id, kid: signing.keys[0].kid };
  for (const [method, path, sent] of [
    ['GET', '/account', undefined],
    ['POST', '/user', {}],
    ['POST', '/user', { metadata: 1 }],
    ['GET', `/user/${NOBODY}`, undefined],
  ] as const) {
    await account.call(method, path, { body: sent });
    expect(line()).toMatchObject(byKey);
  }
  const refused = { claims: { schedulerPolicy: {} }, body: { timezone: 'UTC' } };
  for (const [method, path, options] of [
    ['GET', '/me', {}],
    ['POST', '/calendar', { body: { timezone: 'UTC' } }],
    ['POST', '/calendar', refused],
  ] as const) {
    await user.call(method, path, options);
    expect(line()).toMatchObject(byUser);
  }
  const window = `/user/${user.id}/freebusy?startTs=0&endTs=1`;
  await call('GET', window, { headers: { 'nettu-account': account.id } });
  expect(line()).toMatchObject({ account: account.id, caller: 'anonymous' });
  await call('GET', '/account', { headers: { 'x-api-key': `${account.apiKey}x` } });
  await user.call('GET', '/me', { token: `${await user.token()}x` });
  await call('GET', '/');
  for (const { text } of lines.splice(0))
    for (const name of ['caller', 'apiKey', 'user', 'kid']) expect(JSON.parse(text)).not.toHaveProperty(name);
});

it('logs the account that POST /account made, the first time and at a replay', async () => {
  const headers = { 'idempotency-key': crypto.randomUUID() };
  for (const replayed of [null, 'true']) {
    const reply = await call('POST', '/account', { body: { code: CODE }, headers });
    expect(reply.headers.get('idempotency-replayed')).toBe(replayed);
    expect(line()).toMatchObject({ route: '/account', status: 201, account: reply.body.account.id });
  }
  await call('POST', '/account', { body: { code: 'a wrong code' } });
  expect(line()).toMatchObject({ status: 401, account: null });
});

it('logs the code of a problem, and the cause of an outage', async () => {
  const user = await newUser();
  lines.length = 0;
  await user.call('GET', `/calendar/${NOBODY}`);
  expect(line()).toMatchObject({ by: 'log', status: 404, code: 'not-found', account: user.account.id });
  await call('GET', '/nowhere');
  expect(line()).toMatchObject({ status: 404, code: 'route-unknown', route: null, account: null });
  await call('PATCH', '/account');
  expect(line()).toMatchObject({ status: 405, code: 'method-not-allowed', route: '/account' });
  await call('OPTIONS', '/account');
  expect(line()).toMatchObject({ method: 'OPTIONS', status: 204 });
  const DB = failing(new Error('D1_ERROR: Network connection lost.'));
  await user.call('GET', '/me', { env: { DB } });
  expect(line()).toMatchObject({
    by: 'error',
    status: 503,
    code: 'database-unavailable',
    cause: 'Error: D1_ERROR: Network connection lost.',
  });
  const full = failing(new Error('D1_ERROR: Exceeded maximum DB size'));
  expect((await user.call('GET', '/me', { env: { DB: full } })).status).toBe(507);
  expect(line()).toMatchObject({ by: 'error', status: 507, code: 'no-room', limit: 'room' });
});

it('logs a defect as an error, under the id that the caller gets', async () => {
  const user = await newUser();
  lines.length = 0;
  const DB = failing(new Error('no such column: nonsense: SQLITE_ERROR'));
  const reply = await user.call('GET', '/me', { env: { DB } });
  expect(reply.status).toBe(500);
  expect(reply.problem.id).toBe(reply.headers.get('x-request-id'));
  expect(line()).toMatchObject({ by: 'error', id: reply.problem.id, code: 'internal', status: 500 });
});

it('logs no token, key, body, query or id in a path, but the id of the user who acts', async () => {
  const user = await newUser({ color: 'a private colour' });
  const token = await user.token();
  const headers = { 'idempotency-key': 'a private key' };
  const { calendar } = (await user.call('POST', '/calendar', { token, headers, body: { timezone: 'UTC' } }))
    .body;
  await user.account.call('GET', '/user/meta?key=color&value=private');
  await call('POST', '/account', { body: { code: CODE }, headers });
  await call('POST', '/account', { body: { code: 'a wrong code' } });
  await call('GET', `/calendar/${calendar.id}`, {
    headers: { authorization: `Bearer ${token}x`, 'nettu-account': user.account.id },
  });
  await call('GET', '/account', { headers: { 'x-api-key': 'sk_nonsense' } });
  await call('PUT', `/user/${user.id}`, { headers: user.account.headers, raw: 'not json' });
  await call('GET', '/nowhere/private', {});
  const text = lines.map(({ text }) => text.replace(`"user":"${user.id}"`, '')).join('\n');
  expect(lines.length).toBeGreaterThanOrEqual(11);
  for (const secret of [
    token,
    token.slice(0, 20),
    user.account.apiKey,
    'private',
    CODE,
    'wrong code',
    'nonsense',
    user.id,
    calendar.id,
    'not json',
    'sk_',
    'Bearer',
  ]) {
    expect(text).not.toContain(secret);
  }
});

it('gives every answer its own id', async () => {
  const ids = [];
  for (const path of ['/', '/nowhere', '/account'])
    ids.push((await call('GET', path)).headers.get('x-request-id'));
  ids.push((await call('OPTIONS', '/')).headers.get('x-request-id'));
  expect(new Set(ids).size).toBe(4);
  expect(env.DB).toBeDefined();
});
