/** Reads that a replica answers: which may be, what they promise, and that a replica which lags or lies does no harm. */
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

/** An account behind the lagging database, of which the replica has heard. */
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

/** Where each batch of a request was answered, and what it came to. */
async function shardsOf(request: Promise<Reply>): Promise<[number, ...('primary' | 'replica')[]]> {
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

describe('a visitor', () => {
  it('is answered by the replica, with what that has heard of, and by the primary with the bookmark of a write', async () => {
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

  it('never sees the past of what they saw', async () => {
    const { user } = await prepared({ nearest: false });
    const before = bookmarkOf(await freebusy(user));
    await book(user);
    await replicated.catchUp();
    const after = bookmarkOf(await freebusy(user, bearing(before)));
    expect(after > before).toBe(true);
  });

  it('is asked of the primary where the replica does not know yet what is asked for', async () => {
    const { account } = await prepared({ nearest: false });
    const user = await account.newUser();
    expect(await shardsOf(freebusy(user))).toEqual([200, 'replica', 'primary']);
    const { body } = await account.call('POST', '/service', { body: {} });
    const slots = call(
      'GET',
      `/service/${body.service.id}/booking?startDate=2030-01-01&endDate=2030-01-01&duration=3600000&interval=3600000`,
      { env: account.deployed, headers: { 'nettu-account': account.id } },
    );
    expect(await shardsOf(slots)).toEqual([200, 'replica', 'primary']);
  });

  it('hears once that what they ask for is not valid', async () => {
    const { user } = await prepared({ nearest: false });
    const headers = { 'nettu-account': user.account.id };
    const nonsense = call('GET', `/user/${user.id}/freebusy?startTs=x`, {
      headers,
      env: user.account.deployed,
    });
    expect(await shardsOf(nonsense)).toEqual([400, 'replica']);
  });

  it('hears once that a door is closed', async () => {
    const { user, account } = await prepared({ nearest: false });
    await account.call('PUT', '/account/settings', { body: { publicFreebusy: false } });
    await replicated.catchUp();
    expect(await shardsOf(freebusy(user))).toEqual([401, 'replica']);
  });
});

describe('an account that reads from the primary', () => {
  const gets = titled(
    entries.filter(({ row, door }) => row.method === 'GET' && door !== 'public' && door !== 'anyone'),
  );

  it.each(gets)(
    '%s is answered by the primary, with or without a bookmark, also one that is made up',
    async (_, entry) => {
      const { user, bookmark } = await prepared({ nearest: false });
      await user.call('GET', '/me');
      const request = await prepare(entry, user);
      expect(bookmark).not.toContain('n');
      for (const headers of [undefined, bearing(bookmark).headers]) {
        const [status, ...places] = await shardsOf(
          send(entry, user, { ...request, ...(headers && { headers }) }),
        );
        expect([status, new Set(places)]).toEqual([200, new Set(['primary'])]);
      }
      const [status, ...places] = await shardsOf(
        send(entry, user, { ...request, ...bearing(`${bookmark}.n`) }),
      );
      expect([status, places.at(-1)]).toEqual([200, 'primary']);
    },
  );

  it('refuses a revoked key at once, whatever bookmark comes with it', async () => {
    const { account, user, bookmark } = await prepared({ nearest: false });
    expect((await user.call('GET', '/me')).status).toBe(200);
    await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: null } });
    for (const made of [bookmark, `${bookmark}.n`, '0.0.n', `0.${FUTURE}.n`]) {
      expectProblem(await user.call('GET', '/me', bearing(made)), 'token-signature');
    }
  });
});

describe('an account that reads from the nearest', () => {
  it('is told so by its bookmarks, and from then on answered by the replica; without one by the primary', async () => {
    const { account, user, bookmark } = await prepared({ nearest: true });
    expect((await account.call('GET', '/account')).body.account.settings.reads).toBe('nearest');
    expect(bookmark).toMatch(/^0\.[0-9a-f-]+\.n$/);
    expect(await shardsOf(user.call('GET', '/me'))).toEqual([200, 'primary']);
    expect(await shardsOf(user.call('GET', '/me', bearing(bookmark)))).toEqual([200, 'replica']);
    expect(await shardsOf(account.call('GET', '/account', bearing(bookmark)))).toEqual([200, 'replica']);
    expect(bookmarkOf(await user.call('GET', '/me', bearing(bookmark)))).toMatch(/\.n$/);
    expect(await shardsOf(user.newCalendar() as never)).toContain('primary');
  });

  it('keys and tokens of keys that are added later know it as well, and forget it with the setting', async () => {
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

  it.each(titled(gets.filter(({ row }) => row.does.streams)))(
    '%s is answered by the primary all the same: its parts fit together',
    async (_, entry) => {
      const { user, bookmark } = await prepared({ nearest: true });
      await replicated.catchUp();
      const [status, ...places] = await shardsOf(
        send(entry, user, { path: entry.path, ...bearing(bookmark) }),
      );
      expect([status, new Set(places)]).toEqual([200, new Set(['primary'])]);
    },
  );

  it.each(titled(gets.filter(({ row }) => !row.does.streams)))(
    '%s reads what was written before, though the replica has not heard of it',
    async (_, entry) => {
      const { user, bookmark: old } = await prepared({ nearest: true });
      await user.call('GET', '/me');
      const request = await prepare(entry, user);
      const { bookmark } = { bookmark: bookmarkOf(await user.account.call('GET', '/account')) };
      const [status, ...places] = await shardsOf(send(entry, user, { ...request, ...bearing(bookmark) }));
      expect([status, new Set(places)]).toEqual([200, new Set(['primary'])]);
      // A bookmark of before: what the replica does not find the primary does.
      expect((await send(entry, user, { ...request, ...bearing(old) })).status).toBe(200);
      await replicated.catchUp();
      const caughtUp = await shardsOf(send(entry, user, { ...request, ...bearing(bookmark) }));
      expect([caughtUp[0], new Set(caughtUp.slice(1))]).toEqual([200, new Set(['replica'])]);
    },
  );

  it('a revoked key reads on for as long as the replica lags, and changes nothing from the first moment', async () => {
    const { account, user, bookmark } = await prepared({ nearest: true });
    await user.call('GET', '/me');
    await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: null } });
    expect(await shardsOf(user.call('GET', '/me', bearing(bookmark)))).toEqual([200, 'replica']);
    const before = await snapshot();
    const write = { body: { timezone: 'UTC' }, ...bearing(bookmark) };
    expectProblem(await user.call('POST', '/calendar', write), 'token-signature');
    expect(await snapshot()).toEqual(before);
    expectProblem(await user.call('GET', '/me'), 'token-signature');
    await replicated.catchUp();
    expectProblem(await user.call('GET', '/me', bearing(bookmark)), 'token-signature');
  });

  it('a key, a user and an API key that are new are not refused because the replica does not know them', async () => {
    const { account, bookmark } = await prepared({ nearest: true });
    const user = await account.newUser();
    expect(await shardsOf(user.call('GET', '/me', bearing(bookmark)))).toEqual([200, 'replica', 'primary']);
    const { body } = await account.call('POST', '/account/api-keys', { body: {} });
    const headers = { 'x-api-key': body.secretApiKey, 'nettu-bookmark': bookmark };
    expect(await shardsOf(call('GET', '/account', { headers, env: account.deployed }))).toEqual([
      200,
      'replica',
      'primary',
    ]);
  });

  it('goes back to the primary as soon as the replica has heard that it is to', async () => {
    const { account, user, bookmark } = await prepared({ nearest: true });
    await account.call('PUT', '/account/settings', { body: { reads: 'primary' } });
    await replicated.catchUp();
    expect(await shardsOf(user.call('GET', '/me', bearing(bookmark)))).toEqual([200, 'replica', 'primary']);
  });
});

describe('a replica in trouble', () => {
  const near = async () => {
    const { account, user, bookmark } = await prepared({ nearest: true });
    return { account, user, ask: () => user.call('GET', '/me', bearing(bookmark)) };
  };

  it.each([
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: invalid bookmark',
    'D1_ERROR: no such table: users: SQLITE_ERROR',
    'something else',
  ])('that says "%s" is left for the primary', async (message) => {
    const { ask, user } = await near();
    void replicated.fail(new Error(message));
    expect(await shardsOf(ask())).toEqual([200, 'primary']);
    expect(await shardsOf(freebusy(user))).toEqual([200, 'primary']);
  });

  it('that does not answer is left after two seconds', async () => {
    const { user, bookmark } = await prepared({ nearest: true });
    const token = await user.token();
    const asked = replicated.fail('hang');
    vi.useFakeTimers();
    try {
      let replied = false;
      const reply = user.call('GET', '/me', { token, ...bearing(bookmark) }).finally(() => {
        replied = true;
      });
      await asked;
      await vi.advanceTimersByTimeAsync(1999);
      expect(replied).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect((await reply).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a bookmark that is not ours', () => {
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

  it.each(texts.map((text) => [text.slice(0, 50), text]))('such as %s does no harm', async (_, text) => {
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

it('every answer that asked the database has a bookmark that pages may read and send', async () => {
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

it.each(['reads', 'primary ', null, 1])('reads: %j is no setting', async (reads) => {
  const { account } = await prepared({ nearest: false });
  expectProblem(await account.call('PUT', '/account/settings', { body: { reads } }), 'input-invalid');
});
