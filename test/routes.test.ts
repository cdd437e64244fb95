/** What holds for every row of the table of routes, through each of its doors. A new row is in here by itself. */
import { SELF } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { call, NOBODY, newAccount, newUser } from './support/client.ts';
import { snapshot } from './support/database.ts';
import { expectOpen, expectProblem } from './support/problem.ts';
import { credentials, entries, pathWith, prepare, send, titled } from './support/rows.ts';

const closed = entries.filter(({ door, params }) => door !== 'public' || params.length > 0);
const withParams = entries.filter(({ params }) => params.length > 0);
const UNKNOWN_KEY = `sk_${'x'.repeat(40)}`;

describe.each(titled(entries))('%s', (_, entry) => {
  it('answers its caller, any page and no shared cache', async () => {
    const user = await newUser({ color: 'red' });
    const reply = await send(entry, user, await prepare(entry, user));
    const lines = entry.fixture?.lines ?? false;
    expect(lines ? reply.body.split('\n') : reply.body).toBeInstanceOf(Object);
    expect(reply.status).toBe(entry.row.method === 'POST' && entry.row.status === 201 ? 201 : 200);
    expect(reply.headers.get('content-type')).toBe(lines ? 'application/jsonl' : 'application/json');
    expectOpen(reply.headers);
  });

  it('lets a browser ask first, without credentials', async () => {
    const user = await newUser({ color: 'red' });
    const reply = await call('OPTIONS', (await prepare(entry, user)).path, {
      headers: {
        origin: 'https://app.test',
        'access-control-request-method': entry.row.method,
        'access-control-request-headers': 'authorization, content-type, nettu-account, x-api-key',
      },
    });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('access-control-allow-methods')?.split(', ')).toContain(entry.row.method);
    const allowed = reply.headers.get('access-control-allow-headers')?.split(', ');
    expect(allowed).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'nettu-account', 'x-api-key']),
    );
    expect(Number(reply.headers.get('access-control-max-age'))).toBeGreaterThan(0);
    expectOpen(reply.headers);
  });
});

describe.each(titled(closed))('%s', (_, entry) => {
  it('is 401 without credentials, whatever else is wrong', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const before = await snapshot();
    expectProblem(await send(entry, user, { ...request, as: {} }), 'credentials-missing');
    const nonsense = { path: pathWith(entry, 'x'), as: {}, ...(request.body && { raw: '{' }) };
    expectProblem(await send(entry, user, nonsense), 'credentials-missing');
    expect(await snapshot()).toEqual(before);
  });
});

describe.each(titled(entries.filter(({ door }) => door === 'admin')))('%s', (_, entry) => {
  it('is 401 for a user, for keys of no account and for what is no key', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const before = await snapshot();
    expectProblem(await send(entry, user, { ...request, as: await user.headers() }), 'credentials-missing');
    for (const key of [UNKNOWN_KEY, 'sk_short', '', 'null', user.account.id, `${user.account.apiKey}x`]) {
      expectProblem(await send(entry, user, { ...request, as: { 'x-api-key': key } }), 'api-key-unknown');
    }
    expect(await snapshot()).toEqual(before);
  });
});

describe.each(titled(entries.filter(({ door }) => door === 'user')))('%s', (_, entry) => {
  it('is 401 for an API key, for half of the credentials and for another scheme', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const headers = await user.headers();
    const before = await snapshot();
    const wrong = [
      user.account.headers,
      { 'nettu-account': user.account.id },
      { authorization: headers.authorization },
      { ...headers, 'nettu-account': 'x' },
      { ...headers, authorization: headers.authorization?.replace('Bearer', 'Basic') },
      { ...headers, authorization: 'Bearer' },
    ];
    for (const as of wrong as Record<string, string>[]) {
      expectProblem(await send(entry, user, { ...request, as }), 'credentials-missing');
    }
    expect(await snapshot()).toEqual(before);
  });
});

describe.each(titled(withParams))('%s', (_, entry) => {
  it('is 404 for an id that is none, and for one of nothing', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const before = await snapshot();
    const unknown = await send(entry, user, { ...request, path: pathWith(entry, NOBODY) });
    expectProblem(unknown, 'not-found');
    for (const id of ['x', '1', `${NOBODY}0`, '%20', '%ff', '%00', "'%20OR%201=1", 'null', '✓']) {
      const reply = await send(entry, user, { ...request, path: pathWith(entry, id) });
      expectProblem(reply, 'not-found');
      expect(reply.body).toEqual(unknown.body);
    }
    expect(await snapshot()).toEqual(before);
  });

  it("is 404 for another account's resource, as if it did not exist", async () => {
    const [mine, other] = [await newUser({ color: 'red' }), await newUser({ color: 'red' })];
    const request = await prepare(entry, other);
    const before = await snapshot();
    const theirs = await send(entry, mine, request);
    expectProblem(theirs, 'not-found');
    expect(theirs.body).toEqual(
      (await send(entry, mine, { ...request, path: pathWith(entry, NOBODY) })).body,
    );
    expect(await snapshot()).toEqual(before);
    expect((await send(entry, other, request)).status).toBeLessThan(300);
  });
});

describe.each(titled(withParams.filter(({ door }) => door === 'user')))('%s', (_, entry) => {
  it("is 404 for another user's resource, as if it did not exist", async () => {
    const account = await newAccount();
    const [mine, other] = [await account.newUser(), await account.newUser()];
    const request = await prepare(entry, other);
    const before = await snapshot();
    const theirs = await send(entry, mine, request);
    expectProblem(theirs, 'not-found');
    expect(theirs.body).toEqual(
      (await send(entry, mine, { ...request, path: pathWith(entry, NOBODY) })).body,
    );
    expect(await snapshot()).toEqual(before);
    expect((await send(entry, other, request)).status).toBe(200);
  });
});

/** Each path of the contract, the methods it takes, and whether a request could also mean another path. */
const paths = [...new Set(entries.map(({ path }) => path))].map((path) => {
  const methods = entries.filter((entry) => entry.path === path).map(({ row }) => row.method);
  const patterns = entries.filter((entry) => new RegExp(`^${pathWith(entry, '[^/]+')}$`).test(path));
  const elsewhere = patterns.map(({ row }) => row.method);
  const all = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;
  const wrong = all.filter((method) => method === 'PATCH' || !elsewhere.includes(method));
  return { path, allow: [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'], wrong };
});

it.each(paths.map((row) => [row.path, row] as const))(
  '%s is 405 for another method, and tells which it takes',
  async (_, { path, allow, wrong }) => {
    const { headers } = await newAccount();
    for (const method of wrong) {
      for (const as of [{}, headers]) {
        const reply = await call(method, path.replace(/:\w+/g, NOBODY), { headers: as });
        expectProblem(reply, 'method-not-allowed');
        expect(reply.headers.get('allow')?.split(', ').sort()).toEqual([...new Set(allow)].sort());
      }
    }
  },
);

it.each(['/nowhere', '/accounts', '/user', '/me/calendar', '/account/', '//account', '/calendar/x/y'])(
  '%s without such a route is 404, or what the path means without its extra slashes',
  async (path) => {
    const expected = { '/user': 'credentials-missing', '/account/': 'credentials-missing' } as const;
    expectProblem(await call('GET', path), expected[path as keyof typeof expected] ?? 'route-unknown');
  },
);

it.each(titled(entries.filter(({ row }) => row.method === 'GET')))(
  '%s: HEAD has the head of GET and no body',
  async (_, entry) => {
    const user = await newUser({ color: 'red' });
    const url = `https://nettu.test/api/v1${(await prepare(entry, user)).path}${entry.fixture?.query ?? ''}`;
    const headers = await credentials(entry, user);
    const [get, head] = await Promise.all([
      SELF.fetch(url, { headers }),
      SELF.fetch(url, { headers, method: 'HEAD' }),
    ]);
    expect(await get.text()).not.toBe('');
    expect(await head.text()).toBe('');
    expect(head.status).toBe(200);
    const type = entry.fixture?.lines ? 'application/jsonl' : 'application/json';
    expect(head.headers.get('content-type')).toBe(type);
    expectOpen(head.headers);
    if (entry.door !== 'public') expect((await SELF.fetch(url, { method: 'HEAD' })).status).toBe(401);
  },
);
