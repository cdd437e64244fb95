/** Safe retries: a creation that is sent again with its Idempotency-Key takes place once, and is answered alike. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { expireIdempotencyRecords } from '../../src/db/expire-idempotency.ts';
import {
  type Call,
  CODE,
  call,
  counting,
  newAccount,
  newUser,
  policy,
  type Reply,
  type User,
} from '../support/client.ts';
import { failing, interrupted, snapshot, through, writing } from '../support/database.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { credentials, type Entry, entries, prepare, send, titled } from '../support/rows.ts';

const HOUR = 3_600_000;
const creations = entries.filter(({ row }) => row.does.idempotent);
const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });

/** All tables but the one that remembers. */
async function stored(): Promise<Record<string, unknown[]>> {
  const { remembered: _, ...others } = await snapshot();
  return others;
}

function expectReplay(reply: Reply, first: Reply): void {
  expect(reply.body).toEqual(first.body);
  expect(reply.status).toBe(first.status);
  expect(reply.headers.get('etag')).toBe(first.headers.get('etag'));
  expect(reply.headers.get('idempotency-replayed')).toBe('true');
  expect(reply.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
}

it('every POST idempotent, but for those that look, and those that have something sent', () => {
  const others = entries.filter(({ row }) => row.method === 'POST' && !row.does.idempotent);
  expect(others.map(({ name }) => name).sort()).toEqual([
    'POST /account/keys/inspect',
    'POST /account/webhook/deliveries/:deliveryId/replay',
    'POST /account/webhook/secret',
    'POST /account/webhook/test',
  ]);
});

describe.each(titled(creations))('%s', (_, entry) => {
  /** A request that can be sent again, with the credentials that it was first sent with. */
  async function prepared(): Promise<{ user: User; post: (options?: Call) => Promise<Reply>; key: string }> {
    const user = await newUser({ color: 'red' });
    // The isolate is to have met the account.
    await user.call('GET', '/me');
    const request = await prepare(entry, user);
    const lasting = await user.headers(await user.token({ exp: 1e11 }));
    const as = entry.door === 'user' ? lasting : await credentials(entry, user);
    return {
      user,
      post: (options = {}) => send(entry, user, { ...request, as, ...options }),
      // Who has no account yet is told from others by the key alone.
      key: `key of ${user.id}`,
    };
  }

  it('answers a repetition with the first answer, and changes nothing more', async () => {
    const { post, key } = await prepared();
    const first = await post(withKey(key));
    expect(first.status).toBeLessThan(300);
    expect(first.headers.get('idempotency-replayed')).toBe(null);
    const after = await snapshot();
    expectReplay(await post(withKey(key)), first);
    expectReplay(await post({ ...withKey(key), now: Date.now() + 23 * HOUR }), first);
    expect(await snapshot()).toEqual(after);
  });

  it('takes no more round trips with a key than without, the first time and again', async () => {
    const { post, key } = await prepared();
    const trips: number[] = [];
    for (let i = 0; i < 2; i++) {
      const { db, trips: count } = counting();
      await post({ ...withKey(key), env: { DB: db } });
      trips.push(count());
    }
    expect(trips).toEqual([entry.trips, 1]);
  });

  it('two at once make one, and answer alike', async () => {
    const { post, key } = await prepared();
    const before = await stored();
    const replies = await Promise.all(Array.from({ length: 5 }, () => post(withKey(key))));
    const firsts = replies.filter(({ headers }) => !headers.get('idempotency-replayed'));
    expect(firsts).toHaveLength(1);
    for (const reply of replies) {
      expect(reply.status).toBe(firsts[0]?.status);
      expect(reply.body).toEqual(firsts[0]?.body);
    }
    const grown = Object.entries(await stored()).filter(([t, rows]) => rows.length !== before[t]?.length);
    for (const [table, rows] of grown) {
      const more = rows.length - (before[table]?.length ?? 0);
      expect(more, table).toBe(table.endsWith('_metadata') ? more : 1);
    }
  });

  it('answers again where the first answer was lost after the commit', async () => {
    const { post, key } = await prepared();
    const lost = through(async (run, count) => {
      const results = await run();
      if (count === entry.trips)
        throw new Error('D1_ERROR: D1 DB exceeded its CPU time limit and was reset.');
      return results;
    });
    const reply = await post({ ...withKey(key), env: { DB: lost } });
    expectProblem(reply, 'outcome-unknown');
    expect(reply.problem.detail).toContain('same Idempotency-Key');
    const after = await snapshot();
    const again = await post(withKey(key));
    expect(again.status).toBe(entry.row.method === 'POST' ? (entry.row.status ?? 200) : 0);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await snapshot()).toEqual(after);
  });

  it('is tried again by the Worker itself where the connection was lost after the commit, and takes place once', async () => {
    const { post, key } = await prepared();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const before = await stored();
    const lost = through(async (run, count) => {
      const results = await run();
      if (count === entry.trips) throw new Error('D1_ERROR: Network connection lost.');
      return results;
    });
    const reply = await post({ ...withKey(key), env: { DB: lost } });
    vi.restoreAllMocks();
    expect(reply.status).toBe(entry.row.status ?? 200);
    for (const [table, rows] of Object.entries(await stored())) {
      const more = rows.length - (before[table]?.length ?? 0);
      expect(more, table).toBe(table.endsWith('_metadata') ? more : Math.min(more, 1));
    }
    expect((await post(withKey(key))).body).toEqual(reply.body);
  });

  it('does not remember what failed', async () => {
    const { post, key } = await prepared();
    const unreachable = failing(new Error('D1_ERROR: D1 DB is overloaded. Requests queued for too long.'));
    expect((await post({ ...withKey(key), env: { DB: unreachable } })).status).toBe(503);
    expect(
      (
        await post({
          ...withKey(key),
          raw: '{',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
        })
      ).status,
    ).toBe(400);
    const { remembered } = await snapshot();
    const reply = await post(withKey(key));
    expect(reply.status).toBeLessThan(300);
    expect(reply.headers.get('idempotency-replayed')).toBe(null);
    expect((await snapshot()).remembered).toHaveLength((remembered?.length ?? 0) + 1);
  });

  it('forgets after 24 hours, and takes the key anew', async () => {
    const { post, key } = await prepared();
    const first = Date.now();
    await post({ ...withKey(key), now: first });
    const last = first + 24 * HOUR;
    expect((await post({ ...withKey(key), now: last - 1 })).headers.get('idempotency-replayed')).toBe('true');
    // Whatever it is now, it is no repetition: a slot may be taken, a kid too.
    const later = await post({ ...withKey(key), now: last });
    expect(later.headers.get('idempotency-replayed')).toBe(null);
  });

  it('refuses a key that is none, once the credentials are found to hold', async () => {
    const { post } = await prepared();
    const before = await snapshot();
    for (const key of ['', 'x'.repeat(256), 'tab\there']) {
      expectInvalid(await post(withKey(key)), 'Idempotency-Key');
    }
    expect(await snapshot()).toEqual(before);
    expect((await post(withKey('x'.repeat(255)))).status).toBeLessThan(300);
  });
});

describe.each(titled(creations.filter(({ door }) => door !== 'public')))('%s', (_, entry: Entry) => {
  it('is 401 for who may not, though the key has an answer', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    const first = await send(entry, user, { ...request, ...withKey('k') });
    expect(first.status).toBeLessThan(300);
    const stranger = { 'x-api-key': `sk_${'x'.repeat(40)}`, 'nettu-account': user.account.id };
    expect((await send(entry, user, { ...request, as: stranger, ...withKey('k') })).status).toBe(401);
    if (entry.door === 'user') {
      const as = await user.headers(await user.token(policy([])));
      expectProblem(await send(entry, user, { ...request, as, ...withKey('k') }), 'policy-denied');
    }
  });
});

it('the same key with another body or path is refused, and changes nothing', async () => {
  const user = await newUser();
  const post = (path: string, body: object) => user.call('POST', path, { body, ...withKey('k') });
  expect((await post('/calendar', { timezone: 'UTC', metadata: { a: '1' } })).status).toBe(201);
  const before = await snapshot();
  expectProblem(await post('/calendar', { timezone: 'UTC', metadata: { a: '2' } }), 'idempotency-key-reused');
  expectProblem(await post('/calendar', { timezone: 'UTC' }), 'idempotency-key-reused');
  expectProblem(await post('/schedule', { timezone: 'UTC', metadata: { a: '1' } }), 'idempotency-key-reused');
  expect(await snapshot()).toEqual(before);
});

it('a key is its caller’s own: another user, the account and another account make theirs with it', async () => {
  const account = await newAccount();
  const [one, two] = [await account.newUser(), await account.newUser()];
  const other = await newUser();
  const body = { timezone: 'UTC' };
  const replies = [
    await one.call('POST', '/calendar', { body, ...withKey('k') }),
    await two.call('POST', '/calendar', { body, ...withKey('k') }),
    await account.call('POST', `/user/${one.id}/calendar`, { body, ...withKey('k') }),
    await other.call('POST', '/calendar', { body, ...withKey('k') }),
  ];
  expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(new Set(replies.map((reply) => reply.body.calendar.id)).size).toBe(4);
});

it('is the user’s, with whatever token, and the account’s, with whatever API key', async () => {
  const user = await newUser();
  const body = { timezone: 'UTC' };
  const first = await user.call('POST', '/calendar', { body, ...withKey('k') });
  const claims = { iat: Math.floor(Date.now() / 1000) - 5 };
  expectReplay(await user.call('POST', '/calendar', { body, claims, ...withKey('k') }), first);

  const { account } = user;
  const { secretApiKey } = (await account.call('POST', '/account/api-keys', { body: {} })).body;
  const made = await account.call('POST', '/user', { body: {}, ...withKey('k') });
  const headers = { 'x-api-key': secretApiKey, 'idempotency-key': 'k' };
  expectReplay(await call('POST', '/user', { body: {}, headers }), made);
});

it('a secret is remembered sealed: only who made it can have it again, and the database holds it nowhere', async () => {
  const account = await newAccount();
  const first = await account.call('POST', '/account/api-keys', { body: { name: 'n' }, ...withKey('k') });
  const { secretApiKey } = first.body;
  expect(JSON.stringify(await snapshot())).not.toContain(secretApiKey);
  expectReplay(
    await account.call('POST', '/account/api-keys', { body: { name: 'n' }, ...withKey('k') }),
    first,
  );
  const headers = { 'x-api-key': secretApiKey, 'idempotency-key': 'k' };
  const other = await call('POST', '/account/api-keys', { body: { name: 'n' }, headers });
  expectProblem(other, 'idempotency-key-reused');

  const opened = await call('POST', '/account', { body: { code: CODE }, ...withKey('an unguessable key') });
  expect(JSON.stringify(await snapshot())).not.toContain(opened.body.secretApiKey);
  const again = await call('POST', '/account', { body: { code: CODE }, ...withKey('an unguessable key') });
  expectReplay(again, opened);
  const wrong = await call('POST', '/account', { body: { code: 'no' }, ...withKey('an unguessable key') });
  expectProblem(wrong, 'account-code-wrong');
});

it('answers again though what would be refused today: the first answer stands', async () => {
  const account = await newAccount();
  const soon = Date.now() + HOUR;
  const post = (now: number) =>
    account.call('POST', '/account/api-keys', { body: { expiresAt: soon }, now, ...withKey('k') });
  const first = await post(Date.now());
  expectReplay(await post(soon + HOUR), first);

  const user = await newUser();
  const calendarId = await user.newCalendar();
  const body = { calendarId, startTs: 0, duration: 1 };
  const made = await user.call('POST', '/events', { body, ...withKey('k') });
  await user.call('DELETE', `/calendar/${calendarId}`);
  expectReplay(await user.call('POST', '/events', { body, ...withKey('k') }), made);
});

it('counts a repetition that arrives between the reading and the writing of a booking', async () => {
  const entry = creations.find(({ name }) => name.endsWith('/booking')) as Entry;
  const user = await newUser();
  const request = await prepare(entry, user);
  let first: Reply | undefined;
  const DB = interrupted(async () => {
    first = await send(entry, user, { ...request, ...withKey('k') });
  }, 2);
  const second = await send(entry, user, { ...request, ...withKey('k'), env: { DB } });
  expectReplay(second, first as Reply);
});

it('does nothing on routes that create nothing', async () => {
  const user = await newUser();
  const token = await user.token();
  const post = () => user.account.call('POST', '/account/keys/inspect', { body: { token }, ...withKey('k') });
  await post();
  expect((await post()).headers.get('idempotency-replayed')).toBe(null);
  expect((await user.call('GET', '/me', withKey(''))).status).toBe(200);
});

it('without a key nothing is written for it; with one, one row', async () => {
  const account = await newAccount();
  const rowsOf = async (options: Call) => {
    const { db, rows } = writing();
    await account.call('POST', '/user', { body: {}, ...options, env: { DB: db } });
    return rows();
  };
  expect(await rowsOf(withKey('k'))).toBe((await rowsOf({})) + 1);
});

it('a user who is deleted is forgotten with all answers', async () => {
  const user = await newUser();
  await user.call('POST', '/calendar', {
    body: { timezone: 'UTC', metadata: { a: 'secret of theirs' } },
    ...withKey('k'),
  });
  expect(JSON.stringify(await snapshot())).toContain('secret of theirs');
  await user.account.call('DELETE', `/user/${user.id}`);
  expect(JSON.stringify(await snapshot())).not.toContain('secret of theirs');
});

it('the sweep forgets what is past its time and nothing else, stretch by stretch', async () => {
  const account = await newAccount();
  const now = Date.now();
  for (let i = 0; i < 7; i++) {
    const at = now - (i % 2 ? 0 : 24 * HOUR);
    await account.call('POST', '/user', { body: {}, now: at, ...withKey(`k${i}`) });
  }
  const mine = async () =>
    (await snapshot()).remembered?.filter(
      (row) => (row as { account_id: string }).account_id === account.id,
    ) ?? [];
  expect(await mine()).toHaveLength(7);
  await expireIdempotencyRecords(env.DB, now, 2);
  expect(await mine()).toHaveLength(3);
  expect((await mine()).every((row) => (row as { expires_at: number }).expires_at > now)).toBe(true);
  await expireIdempotencyRecords(env.DB, now);
  expect(await mine()).toHaveLength(3);
});
