/** What holds for every row of the table of routes, through each of its doors. A new row is in here by itself. */
import { SELF } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import { doorNames } from '../src/auth/doors.ts';
import { call, NOBODY, newAccount, newUser, type User } from './support/client.ts';
import { snapshot } from './support/database.ts';
import { expectOpen, expectProblem } from './support/problem.ts';
import { credentials, entries, pathWith, prepare, send, titled } from './support/rows.ts';

const UNKNOWN_KEY = `sk_${'x'.repeat(40)}`;
/** A user of an account of their own, to whom nothing here belongs. */
const stranger = await newUser({ color: 'red' });

describe.each(titled(entries))('%s', (_, entry) => {
  const { door, params } = entry;
  let user: User;
  let colleague: User;
  let request: Awaited<ReturnType<typeof prepare>>;
  let before: Awaited<ReturnType<typeof snapshot>>;
  const sendAs = (as: Record<string, string>) => send(entry, user, { ...request, as });

  beforeAll(async () => {
    user = await newUser({ color: 'red' });
    colleague = await user.account.newUser();
    request = await prepare(entry, user);
    before = await snapshot();
  });

  if (door !== 'public' || params.length > 0) {
    it('is 401 without credentials, whatever else is wrong', async () => {
      expectProblem(await sendAs({}), 'credentials-missing');
      const nonsense = { path: pathWith(entry, 'x'), as: {}, ...(request.body && { raw: '{' }) };
      expectProblem(await send(entry, user, nonsense), 'credentials-missing');
    });
  }

  if (door === 'admin') {
    it('is 401 for a user, for keys of no account and for what is no key', async () => {
      expectProblem(await sendAs(await user.headers()), 'credentials-missing');
      for (const key of [UNKNOWN_KEY, 'sk_short', '', 'null', user.account.id, `${user.account.apiKey}x`]) {
        expectProblem(await sendAs({ 'x-api-key': key }), 'api-key-unknown');
      }
    });
  }

  if (door === 'user') {
    it('is 401 for an API key, for half of the credentials and for another scheme', async () => {
      const { authorization = '', ...headers } = await user.headers();
      for (const as of [
        user.account.headers,
        headers,
        { authorization },
        { authorization, 'nettu-account': 'x' },
        { ...headers, authorization: authorization.replace('Bearer', 'Basic') },
        { ...headers, authorization: 'Bearer' },
      ]) {
        expectProblem(await sendAs(as), 'credentials-missing');
      }
    });
  }

  if (params.length > 0) {
    it('is 404 for an id that is none, and for one of nothing', async () => {
      const unknown = await send(entry, user, { ...request, path: pathWith(entry, NOBODY) });
      expectProblem(unknown, 'not-found');
      for (const id of ['x', '1', `${NOBODY}0`, '%20', '%ff', '%00', "'%20OR%201=1", 'null', '✓']) {
        const reply = await send(entry, user, { ...request, path: pathWith(entry, id) });
        expectProblem(reply, 'not-found');
        expect(reply.body).toEqual(unknown.body);
      }
    });

    /** To this user it is as if it did not exist. */
    const expectUnknownTo = async (other: User) => {
      const theirs = await send(entry, other, request);
      expectProblem(theirs, 'not-found');
      const nobodys = await send(entry, other, { ...request, path: pathWith(entry, NOBODY) });
      expect(theirs.body).toEqual(nobodys.body);
    };

    it("is 404 for another account's resource, as if it did not exist", () => expectUnknownTo(stranger));

    if (door === 'user') {
      it("is 404 for another user's resource, as if it did not exist", () => expectUnknownTo(colleague));
    }
  }

  it('has changed nothing by all of that, and answers its caller, any page and no shared cache', async () => {
    expect(await snapshot()).toEqual(before);
    const reply = await send(entry, user, request);
    const lines = entry.fixture?.lines ?? false;
    expect(lines ? reply.body.split('\n') : reply.body).toBeInstanceOf(Object);
    expect(reply.status).toBe(entry.row.method === 'POST' && entry.row.status === 201 ? 201 : 200);
    expect(reply.headers.get('content-type')).toBe(lines ? 'application/jsonl' : 'application/json');
    expectOpen(reply.headers);
  });
});

/** A path is not looked at before its preflight is answered, so one path of each door stands for all. */
const preflights: [door: string, path: string][] = [
  ...doorNames.map((door): [string, string] => [
    door,
    entries.find((entry) => entry.door === door)?.path ?? '',
  ]),
  ['no', '/nowhere'],
];

it.each(preflights)(
  'a preflight of a path of %s door allows every method and every header, without credentials',
  async (_, path) => {
    const methods = new Set(entries.map(({ row }) => row.method));
    const names =
      'authorization, content-type, idempotency-key, if-match, if-none-match, nettu-account, x-api-key';
    const reply = await call('OPTIONS', path, {
      headers: {
        origin: 'https://app.test',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': names,
      },
    });
    expect(reply.status).toBe(204);
    const listed = (header: string) => reply.headers.get(header)?.split(', ');
    expect(listed('access-control-allow-methods')).toEqual(expect.arrayContaining([...methods]));
    expect(listed('access-control-allow-headers')).toEqual(expect.arrayContaining(names.split(', ')));
    expect(Number(reply.headers.get('access-control-max-age'))).toBeGreaterThan(0);
    expectOpen(reply.headers);
  },
);

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
