/** Reads from replicas: which requests may use one, what they guarantee, and that a lagging or faulty one does no harm. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Account, type Call, call, newAccount, type Reply, type User } from '../support/client.ts';
import { failing, snapshot } from '../support/database.ts';
import { type Lagging, lagging } from '../support/lagging.ts';
import { expectProblem } from '../support/problem.ts';
import { entries, prepare, send, titled } from '../support/rows.ts';
import '../support/shards.ts';

const FUTURE = 'ffffffff-ffffffff-ffffffff-ffffffffffffffffffffffffffffffff';

let replicated: Lagging;
beforeAll(async () => {
  replicated = await lagging();
});
beforeEach(() => {
  void replicated.fail(null);
  return () => vi.restoreAllMocks();
});

const bookmarkOf = ({ headers }: Reply): string => headers.get('nettu-bookmark') ?? '';
const bearing = (bookmark: string) => ({ headers: { 'nettu-bookmark': bookmark } });

/** Returns an account in the lagging database that its replica has already received. */
async function prepared({ nearest }: { nearest: boolean }) {
  const account = await newAccount(undefined, { env: { DB: replicated.db } });
  const body = { reads: nearest ? 'nearest' : 'primary' };
  await account.call('PUT', '/account/settings', { body });
  const user = await account.newUser();
  const bookmark = bookmarkOf(await account.call('GET', '/account'));
  await replicated.catchUp();
  replicated.answered();
  return { account, user, bookmark };
}

/** Returns the status of a request, and which database answered each of its batches. */
async function readersOf(request: Promise<Reply>): Promise<[number, ...('primary' | 'replica')[]]> {
  replicated.answered();
  const { status } = await request;
  return [status, ...replicated.answered()];
}

const freebusy = ({ account, id }: User, options: Call = {}) =>
  call('GET', `/user/${id}/freebusy?startTs=0&endTs=86400000`, {
    ...options,
    env: account.deployed,
    headers: { 'nettu-account': account.id, ...options.headers },
  });

async function book(user: User): Promise<Reply> {
  const calendarId = await user.newCalendar();
  return user.call('POST', '/events', { body: { calendarId, startTs: 0, duration: 60_000, busy: true } });
}

describe('an anonymous caller', () => {
  it('reads the replica, however stale, and the primary with the bookmark of a write', async () => {
    const { user } = await prepared({ nearest: false });
    const written = await book(user);
    const stale = await freebusy(user);
    expect([stale.status, stale.body.busy]).toEqual([200, []]);
    expect(replicated.answered().at(-1)).toBe('replica');
    const fresh = await freebusy(user, bearing(bookmarkOf(written)));
    expect(fresh.body.busy).toHaveLength(1);
    expect(replicated.answered()).toEqual(['primary']);
    await replicated.catchUp();
    expect((await freebusy(user, bearing(bookmarkOf(fresh)))).body.busy).toHaveLength(1);
    expect(replicated.answered()).toEqual(['replica']);
  });

  it('gets bookmarks that only go forward', async () => {
    const { user } = await prepared({ nearest: false });
    const before = bookmarkOf(await freebusy(user));
    await book(user);
    await replicated.catchUp();
    const after = bookmarkOf(await freebusy(user, bearing(before)));
    expect(after > before).toBe(true);
  });

  it('reads the primary when the replica does not have the resource yet', async () => {
    const { account } = await prepared({ nearest: false });
    const user = await account.newUser();
    expect(await readersOf(freebusy(user))).toEqual([200, 'replica', 'primary']);
    const { body } = await account.call('POST', '/service', { body: {} });
    const slots = call(
      'GET',
      `/service/${body.service.id}/booking?startDate=2030-01-01&endDate=2030-01-01&duration=3600000&interval=3600000`,
      { env: account.deployed, headers: { 'nettu-account': account.id } },
    );
    expect(await readersOf(slots)).toEqual([200, 'replica', 'primary']);
  });

  it('gets a 400 from the replica alone', async () => {
    const { user } = await prepared({ nearest: false });
    const headers = { 'nettu-account': user.account.id };
    const nonsense = call('GET', `/user/${user.id}/freebusy?startTs=x`, {
      headers,
      env: user.account.deployed,
    });
    expect(await readersOf(nonsense)).toEqual([400, 'replica']);
  });

  it('gets a 401 from the primary alone, which knows whether the account has opened the route', async () => {
    const { user, account } = await prepared({ nearest: false });
    await account.call('PUT', '/account/settings', { body: { publicFreebusy: false } });
    await replicated.catchUp();
    expect(await readersOf(freebusy(user))).toEqual([401, 'replica', 'primary']);
    await account.call('PUT', '/account/settings', { body: { publicFreebusy: true } });
    expect(await readersOf(freebusy(user))).toEqual([200, 'replica', 'primary']);
  });
});

describe('an account that reads from the primary', () => {
  const gets = titled(
    entries.filter(({ row, door }) => row.method === 'GET' && door !== 'public' && door !== 'anyone'),
  );

  it.each(gets)(
    '%s reads the primary, without a bookmark, with one, and with a forged one',
    async (_, entry) => {
      const { user, bookmark } = await prepared({ nearest: false });
      await user.call('GET', '/me');
      const request = await prepare(entry, user);
      expect(bookmark).not.toContain('n');
      for (const headers of [undefined, bearing(bookmark).headers]) {
        const [status, ...readers] = await readersOf(
          send(entry, user, { ...request, ...(headers && { headers }) }),
        );
        expect([status, new Set(readers)]).toEqual([200, new Set(['primary'])]);
      }
      const [status, ...readers] = await readersOf(
        send(entry, user, { ...request, ...bearing(`${bookmark}.n`) }),
      );
      expect([status, readers.at(-1)]).toEqual([200, 'primary']);
    },
  );

  it('rejects a revoked key at once, whatever the bookmark', async () => {
    const { account, user, bookmark } = await prepared({ nearest: false });
    expect((await user.call('GET', '/me')).status).toBe(200);
    await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: null } });
    for (const made of [bookmark, `${bookmark}.n`, '0.0.n', `0.${FUTURE}.n`]) {
      expectProblem(await user.call('GET', '/me', bearing(made)), 'token-signature');
    }
  });
});

describe('an account that reads from the nearest database', () => {
  it('reads the replica with its bookmarks, which carry the setting, and the primary without one', async () => {
    const { account, user, bookmark } = await prepared({ nearest: true });
    expect((await account.call('GET', '/account')).body.account.settings.reads).toBe('nearest');
    expect(bookmark).toMatch(/^0\.[0-9a-f-]+\.n$/);
    expect(await readersOf(user.call('GET', '/me'))).toEqual([200, 'primary']);
    expect(await readersOf(user.call('GET', '/me', bearing(bookmark)))).toEqual([200, 'replica']);
    expect(await readersOf(account.call('GET', '/user', bearing(bookmark)))).toEqual([200, 'replica']);
    expect(bookmarkOf(await user.call('GET', '/me', bearing(bookmark)))).toMatch(/\.n$/);
    expect(await readersOf(user.newCalendar() as never)).toContain('primary');
  });

  it('gets such bookmarks also with keys that it adds later, until it changes the setting', async () => {
    const { account, user } = await prepared({ nearest: true });
    const added = await account.call('POST', '/account/api-keys', { body: {} });
    const headers = { 'x-api-key': added.body.secretApiKey };
    expect(bookmarkOf(await call('GET', '/account', { headers, env: account.deployed }))).toMatch(/\.n$/);
    const pem = (await account.call('GET', '/account')).body.account.publicJwtKey;
    await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: pem } });
    expect(bookmarkOf(await user.call('GET', '/me'))).toMatch(/\.n$/);
    await account.call('PUT', '/account/settings', { body: { reads: 'primary' } });
    for (const reply of [
      await user.call('GET', '/me'),
      await account.call('GET', '/account'),
      await call('GET', '/account', { headers, env: account.deployed }),
    ]) {
      expect(bookmarkOf(reply)).toMatch(/^0\.[0-9a-f-]+$/);
    }
  });

  const gets = entries.filter(({ row, door }) => row.method === 'GET' && door !== 'public');

  it.each(titled(gets.filter(({ row }) => row.does.streams || row.does.discloses)))(
    '%s still reads the primary, so that its parts are consistent and a removed key reads no secret',
    async (_, entry) => {
      const { user, bookmark } = await prepared({ nearest: true });
      const request = await prepare(entry, user);
      await replicated.catchUp();
      const [status, ...readers] = await readersOf(send(entry, user, { ...request, ...bearing(bookmark) }));
      expect([status, new Set(readers)]).toEqual([200, new Set(['primary'])]);
    },
  );

  it.each(titled(gets.filter(({ row }) => !row.does.streams && !row.does.discloses)))(
    '%s reads its own writes, even when the replica lags',
    async (_, entry) => {
      const { user, bookmark: old } = await prepared({ nearest: true });
      await user.call('GET', '/me');
      const request = await prepare(entry, user);
      const { bookmark } = { bookmark: bookmarkOf(await user.account.call('GET', '/account')) };
      const [status, ...readers] = await readersOf(send(entry, user, { ...request, ...bearing(bookmark) }));
      expect([status, new Set(readers)]).toEqual([200, new Set(['primary'])]);
      // With an older bookmark, the primary finds the resource that the replica does not have.
      expect((await send(entry, user, { ...request, ...bearing(old) })).status).toBe(200);
      await replicated.catchUp();
      const caughtUp = await readersOf(send(entry, user, { ...request, ...bearing(bookmark) }));
      expect([caughtUp[0], new Set(caughtUp.slice(1))]).toEqual([200, new Set(['replica'])]);
    },
  );

  it('can read with a revoked key while the replica lags, but not write', async () => {
    const { account, user, bookmark } = await prepared({ nearest: true });
    await user.call('GET', '/me');
    await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: null } });
    expect(await readersOf(user.call('GET', '/me', bearing(bookmark)))).toEqual([200, 'replica']);
    const before = await snapshot();
    const write = { body: { timezone: 'UTC' }, ...bearing(bookmark) };
    expectProblem(await user.call('POST', '/calendar', write), 'token-signature');
    expect(await snapshot()).toEqual(before);
    expectProblem(await user.call('GET', '/me'), 'token-signature');
    await replicated.catchUp();
    expectProblem(await user.call('GET', '/me', bearing(bookmark)), 'token-signature');
  });

  it('accepts a new user and a new API key that the replica does not have yet', async () => {
    const { account, bookmark } = await prepared({ nearest: true });
    const user = await account.newUser();
    expect(await readersOf(user.call('GET', '/me', bearing(bookmark)))).toEqual([200, 'replica', 'primary']);
    const { body } = await account.call('POST', '/account/api-keys', { body: {} });
    const headers = { 'x-api-key': body.secretApiKey, 'nettu-bookmark': bookmark };
    expect(await readersOf(call('GET', '/user', { headers, env: account.deployed }))).toEqual([
      200,
      'replica',
      'primary',
    ]);
  });

  it('shows no secret to a removed API key, while the replica lags', async () => {
    const { account, bookmark } = await prepared({ nearest: true });
    const { body } = await account.call('POST', '/account/api-keys', { body: {} });
    const headers = { 'x-api-key': body.secretApiKey, 'nettu-bookmark': bookmark };
    await replicated.catchUp();
    await account.call('DELETE', `/account/api-keys/${body.apiKey.id}`);
    expectProblem(await call('GET', '/account', { headers, env: account.deployed }), 'api-key-unknown');
  });

  it('reads the primary again once the replica has received the changed setting', async () => {
    const { account, user, bookmark } = await prepared({ nearest: true });
    await account.call('PUT', '/account/settings', { body: { reads: 'primary' } });
    await replicated.catchUp();
    expect(await readersOf(user.call('GET', '/me', bearing(bookmark)))).toEqual([200, 'replica', 'primary']);
  });
});

describe('a faulty replica', () => {
  const nearest = async () => {
    const { account, user, bookmark } = await prepared({ nearest: true });
    return { account, user, get: () => user.call('GET', '/me', bearing(bookmark)) };
  };

  it.each([
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: invalid bookmark',
    'D1_ERROR: no such table: users: SQLITE_ERROR',
    'something else',
  ])('that fails with "%s" is replaced by the primary', async (message) => {
    const { get, user } = await nearest();
    void replicated.fail(new Error(message));
    expect(await readersOf(get())).toEqual([200, 'primary']);
    expect(await readersOf(freebusy(user))).toEqual([200, 'primary']);
  });

  it('that does not answer is replaced by the primary after two seconds', async () => {
    const { user, bookmark } = await prepared({ nearest: true });
    const token = await user.token();
    const reached = replicated.fail('hang');
    vi.useFakeTimers();
    try {
      let replied = false;
      const reply = user.call('GET', '/me', { token, ...bearing(bookmark) }).finally(() => {
        replied = true;
      });
      await reached;
      await vi.advanceTimersByTimeAsync(1999);
      expect(replied).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect((await reply).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a forged bookmark', () => {
  const texts = [
    '',
    '0',
    '0.',
    'first-unconstrained',
    '0.first-unconstrained.n',
    '0.first-primary',
    '0.nonsense.n',
    '0.0000.n.n',
    '1.00000000-00000001.n',
    '4095.00000000-00000001',
    '00.00000000-00000001.n',
    `0.${'0'.repeat(100_000)}.n`,
    `0.${FUTURE}`,
    `0.${FUTURE}.n`,
    "0.' OR 1=1 --",
  ];

  it.each(texts.map((text) => [text.slice(0, 50), text]))('like %s does no harm', async (_, text) => {
    const accounts: Account[] = [];
    for (const nearest of [false, true]) {
      const { account, user } = await prepared({ nearest });
      accounts.push(account);
      await book(user);
      expect((await user.call('GET', '/me', bearing(text))).status).toBe(200);
      expect((await account.call('GET', '/account', bearing(text))).status).toBe(200);
      expect((await freebusy(user, bearing(text))).body.busy).toHaveLength(1);
      const made = await user.call('POST', '/calendar', { body: { timezone: 'UTC' }, ...bearing(text) });
      expect(made.status).toBe(201);
      expect(bookmarkOf(made)).toMatch(nearest ? /^0\.0[0-9a-f-]+\.n$/ : /^0\.0[0-9a-f-]+$/);
    }
  });
});

it('every answer from a database has a bookmark, which CORS allows pages to read and send', async () => {
  const { user } = await prepared({ nearest: false });
  const reply = await user.call('GET', '/me');
  expect(bookmarkOf(reply)).toMatch(/^0\.[0-9a-f-]+$/);
  expect(reply.headers.get('access-control-expose-headers')).toContain('nettu-bookmark');
  const preflight = await call('OPTIONS', '/me');
  expect(preflight.headers.get('access-control-allow-headers')).toContain('nettu-bookmark');
  expect((await call('GET', '/')).headers.has('nettu-bookmark')).toBe(false);
  expect(
    (await user.call('GET', '/me', { env: { DB: failing(new Error('lost')) } })).headers.has(
      'nettu-bookmark',
    ),
  ).toBe(false);
});

it.each(['reads', 'primary ', null, 1])('rejects the setting reads: %j', async (reads) => {
  const { account } = await prepared({ nearest: false });
  expectProblem(await account.call('PUT', '/account/settings', { body: { reads } }), 'input-invalid');
});
