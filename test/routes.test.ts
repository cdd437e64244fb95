/** Guarantees of every row of the route table, through each of its doors. A new row is covered automatically. */
import { SELF } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import { doorNames } from '../src/auth/doors.ts';
import { ICALENDAR } from '../src/ical/media-type.ts';
import { call, NOBODY, newAccount, newUser, type User } from './support/client.ts';
import { snapshot } from './support/database.ts';
import { expectOpen, expectProblem } from './support/problem.ts';
import { credentials, type Entry, entries, pathWith, prepare, send, titled } from './support/rows.ts';

const UNKNOWN_KEY = `sk_${'x'.repeat(40)}`;
/** A user of another account, who owns nothing in these tests. */
const stranger = await newUser({ color: 'red' });

/** The media type of an answer. */
const typeOf = ({ path, fixture }: Entry) =>
  path.endsWith('.ics') ? ICALENDAR : fixture?.lines ? 'application/jsonl' : 'application/json';

const cacheOf = ({ door }: Entry) => (door === 'feed' ? 'private, max-age=300' : undefined);

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

  if (door !== 'feed' && (door !== 'public' || params.length > 0)) {
    it('returns 401 without credentials, whatever else is wrong', async () => {
      expectProblem(await sendAs({}), 'credentials-missing');
      const nonsense = { path: pathWith(entry, 'x'), as: {}, ...(request.body && { raw: '{' }) };
      expectProblem(await send(entry, user, nonsense), 'credentials-missing');
    });
  }

  if (door === 'admin') {
    it("returns 401 for a user's token, an unknown API key and a malformed one", async () => {
      expectProblem(await sendAs(await user.headers()), 'credentials-missing');
      for (const key of [UNKNOWN_KEY, 'sk_short', '', 'null', user.account.id, `${user.account.apiKey}x`]) {
        expectProblem(await sendAs({ 'x-api-key': key }), 'api-key-unknown');
      }
    });
  }

  if (door === 'user') {
    it('returns 401 for an API key, half of the credentials and another scheme', async () => {
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
    it('returns 404 for a malformed and an unknown id', async () => {
      const unknown = await send(entry, user, { ...request, path: pathWith(entry, NOBODY) });
      expectProblem(unknown, 'not-found');
      for (const id of ['x', '1', `${NOBODY}0`, '%20', '%ff', '%00', "'%20OR%201=1", 'null', '✓']) {
        const reply = await send(entry, user, { ...request, path: pathWith(entry, id) });
        expectProblem(reply, 'not-found');
        expect(reply.body).toEqual(unknown.body);
      }
    });

    /** Expects the same response as for an unknown id. */
    const expectUnknownTo = async (other: User) => {
      const theirs = await send(entry, other, request);
      expectProblem(theirs, 'not-found');
      const nobodys = await send(entry, other, { ...request, path: pathWith(entry, NOBODY) });
      expect(theirs.body).toEqual(nobodys.body);
    };

    if (door !== 'feed') {
      it("returns 404 for another account's resource", () => expectUnknownTo(stranger));
    }

    if (door === 'user') {
      it("returns 404 for another user's resource", () => expectUnknownTo(colleague));
    }
  }

  it('changed nothing in the rejected requests, and answers its caller with CORS and no shared cache', async () => {
    expect(await snapshot()).toEqual(before);
    const reply = await send(entry, user, request);
    const lines = entry.fixture?.lines ?? false;
    expect(lines ? reply.body.split('\n') : reply.body).toBeInstanceOf(Object);
    expect(reply.status).toBe(entry.row.method === 'POST' && entry.row.status === 201 ? 201 : 200);
    expect(reply.headers.get('content-type')).toBe(typeOf(entry));
    expectOpen(reply.headers, cacheOf(entry));
  });
});

/** The Worker answers a preflight before it reads the path, so one path stands for all of a door. */
const preflights: [door: string, path: string][] = [
  ...doorNames.map((door): [string, string] => [
    door,
    entries.find((entry) => entry.door === door)?.path ?? '',
  ]),
  ['no', '/nowhere'],
];

it.each(preflights)(
  'allows every method and header in a preflight of a path with %s door, without credentials',
  async (_, path) => {
    // PATCH is no method of ours, but a page sees our 405 only if it is allowed.
    const methods = new Set([...entries.map(({ row }) => row.method), 'HEAD', 'PATCH']);
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

/** Each path of the contract, the methods it accepts, and the methods that match no route. */
const paths = [...new Set(entries.map(({ path }) => path))].map((path) => {
  const methods = entries.filter((entry) => entry.path === path).map(({ row }) => row.method);
  const patterns = entries.filter((entry) => new RegExp(`^${pathWith(entry, '[^/]+')}$`).test(path));
  const elsewhere = patterns.map(({ row }) => row.method);
  const all = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;
  const wrong = all.filter((method) => method === 'PATCH' || !elsewhere.includes(method));
  return { path, allow: [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'], wrong };
});

it.each(paths.map((row) => [row.path, row] as const))(
  '%s returns 405 for another method and lists the accepted ones',
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
  '%s returns 404, or matches the route without the extra slashes',
  async (path) => {
    const expected = { '/user': 'credentials-missing', '/account/': 'credentials-missing' } as const;
    expectProblem(await call('GET', path), expected[path as keyof typeof expected] ?? 'route-unknown');
  },
);

it.each(titled(entries.filter(({ row }) => row.method === 'GET')))(
  '%s: HEAD returns the headers of GET without a body',
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
    expect(head.headers.get('content-type')).toBe(typeOf(entry));
    expectOpen(head.headers, cacheOf(entry));
    if (entry.door !== 'public' && entry.door !== 'feed')
      expect((await SELF.fetch(url, { method: 'HEAD' })).status).toBe(401);
  },
);
