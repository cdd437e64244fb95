/** Safe retries: a creation that is sent again with its Idempotency-Key runs once, and gets the same answer. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { clean } from '../../src/jobs/clean.ts';
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
import { finishRemovals } from '../support/removals.ts';
import { credentials, type Entry, entries, prepare, send, titled } from '../support/rows.ts';

const HOUR = 3_600_000;
const creations = entries.filter(({ row }) => row.does.idempotent);
const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });

/** All tables but the one with the idempotency records, and without their number. */
async function stored(): Promise<Record<string, unknown[]>> {
  const { remembered: _, usage = [], ...others } = await snapshot(); // words: allow
  return { ...others, usage: usage.map(({ records: _, ...counters }) => counters) };
}

/** An account says how many records it has, and one in sixteen is counted: a replay answers the account as it is now. */
function withoutUse({ account, ...body }: Reply['body']): object {
  const { quotas: { idempotencyRecords: _, ...quotas } = {}, ...rest } = account ?? {};
  return { ...body, account: { ...rest, quotas } };
}

function expectReplay(reply: Reply, first: Reply): void {
  expect(withoutUse(reply.body)).toEqual(withoutUse(first.body));
  expect(reply.status).toBe(first.status);
  expect(reply.headers.get('etag')).toBe(first.headers.get('etag'));
  expect(reply.headers.get('idempotency-replayed')).toBe('true');
  expect(reply.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
}

it('takes an Idempotency-Key on every POST but those that only read or send, and imports and fetches, which know events by their UID', () => {
  const others = entries.filter(({ row }) => row.method === 'POST' && !row.does.idempotent);
  expect(others.map(({ name }) => name).sort()).toEqual([
    'POST /account/keys/inspect',
    'POST /account/webhook/deliveries/:deliveryId/replay',
    'POST /account/webhook/test',
    'POST /account/webhooks/:webhookId/test',
    'POST /calendar/:calendarId/import',
    'POST /calendar/:calendarId/refresh',
    'POST /events/:eventId/instances/:originalStartTs/reset',
    'POST /user/calendar/:calendarId/import',
    'POST /user/calendar/:calendarId/refresh',
    'POST /user/events/:eventId/instances/:originalStartTs/reset',
  ]);
});

describe.each(titled(creations))('%s', (_, entry) => {
  /** Prepares a request that can be sent several times with the same credentials. */
  async function prepared(): Promise<{ user: User; post: (options?: Call) => Promise<Reply>; key: string }> {
    const user = await newUser({ color: 'red' });
    // Afterwards this isolate has the account's keys in its cache.
    await user.call('GET', '/me');
    const request = await prepare(entry, user);
    const lasting = await user.headers(await user.token({ exp: 1e11 }));
    const as = entry.door === 'user' ? lasting : await credentials(entry, user);
    return {
      user,
      post: (options = {}) => send(entry, user, { ...request, as, ...options }),
      // A caller without an account has nothing but this key as an identity.
      key: `key of ${user.id}`,
    };
  }

  it('replays the first answer to a retry, and changes nothing more', async () => {
    const { post, key } = await prepared();
    const first = await post(withKey(key));
    expect(first.status).toBeLessThan(300);
    expect(first.headers.get('idempotency-replayed')).toBe(null);
    const after = await snapshot();
    expectReplay(await post(withKey(key)), first);
    expectReplay(await post({ ...withKey(key), now: Date.now() + 23 * HOUR }), first);
    expect(await snapshot()).toEqual(after);
  });

  it('takes no more round trips with a key than without one, for the first request and for the replay', async () => {
    const { post, key } = await prepared();
    const trips: number[] = [];
    for (let i = 0; i < 2; i++) {
      const { db, trips: count } = counting();
      await post({ ...withKey(key), env: { DB: db } });
      trips.push(count());
    }
    expect(trips).toEqual([entry.trips, 1]);
  });

  it('creates once for concurrent requests, and gives all of them the same answer', async () => {
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

  it('replays an answer that was lost after the commit', async () => {
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

  it('creates once when the connection is lost after the commit and the Worker retries', async () => {
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
    expect(withoutUse((await post(withKey(key))).body)).toEqual(withoutUse(reply.body));
  });

  it('keeps no idempotency record of a failure', async () => {
    const { post, key } = await prepared();
    const unreachable = failing(new Error('D1_ERROR: D1 DB is overloaded. Requests queued for too long.'));
    expect((await post({ ...withKey(key), env: { DB: unreachable } })).status).toBe(503);
    if (entry.row.does.body) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key };
      expect((await post({ raw: '{', headers })).status).toBe(400);
    }
    const { remembered: before } = await snapshot(); // words: allow
    const reply = await post(withKey(key));
    expect(reply.status).toBeLessThan(300);
    expect(reply.headers.get('idempotency-replayed')).toBe(null);
    const { remembered: after } = await snapshot(); // words: allow
    expect(after).toHaveLength((before?.length ?? 0) + 1);
  });

  it('accepts the same key as new after 24 hours', async () => {
    const { post, key } = await prepared();
    const first = Date.now();
    await post({ ...withKey(key), now: first });
    const last = first + 24 * HOUR;
    expect((await post({ ...withKey(key), now: last - 1 })).headers.get('idempotency-replayed')).toBe('true');
    // It may fail now, as a slot or a kid is taken, but it is not a replay.
    const later = await post({ ...withKey(key), now: last });
    expect(later.headers.get('idempotency-replayed')).toBe(null);
  });

  it('rejects a malformed key before anything else that is wrong with the input, and writes nothing', async () => {
    const { post } = await prepared();
    const before = await snapshot();
    for (const key of ['', 'x'.repeat(256), 'tab\there']) {
      expectInvalid(await post(withKey(key)), 'Idempotency-Key');
    }
    for (const raw of ['{', '{"metadata":5}', 'x'.repeat(65_537)]) {
      const reply = await post({ raw, headers: { 'idempotency-key': '', 'content-type': 'text/plain' } });
      expectInvalid(reply, 'Idempotency-Key');
    }
    expect(await snapshot()).toEqual(before);
    expect((await post(withKey('x'.repeat(255)))).status).toBeLessThan(300);
  });
});

describe.each(titled(creations.filter(({ door }) => door !== 'public')))('%s', (_, entry: Entry) => {
  it('returns 401 to a caller without permission, even when the key has a record', async () => {
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

it('rejects the same key with another body or path, and changes nothing', async () => {
  const user = await newUser();
  const post = (path: string, body: object) => user.call('POST', path, { body, ...withKey('k') });
  expect((await post('/calendar', { timezone: 'UTC', metadata: { a: '1' } })).status).toBe(201);
  const before = await snapshot();
  expectProblem(await post('/calendar', { timezone: 'UTC', metadata: { a: '2' } }), 'idempotency-key-reused');
  expectProblem(await post('/calendar', { timezone: 'UTC' }), 'idempotency-key-reused');
  expectProblem(await post('/schedule', { timezone: 'UTC', metadata: { a: '1' } }), 'idempotency-key-reused');
  expect(await snapshot()).toEqual(before);
});

it('keeps keys apart by caller: another user, the account and another account may use the same one', async () => {
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

it('replays for another token of the same user, and for another API key of the same account', async () => {
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

it('seals a secret in the record: only its creator gets it replayed, and the database never holds it in plain text', async () => {
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

it.each(['first', 'further'])(
  'replays the roll of the %s secret with the webhook as it is now, and no record holds a secret',
  async (which) => {
    const account = await newAccount();
    const create = async () => {
      const body = { url: `https://example.test/${crypto.randomUUID()}` };
      return (await account.call('POST', '/account/webhooks', { body })).body.webhook;
    };
    const first = await create();
    const webhook = which === 'first' ? first : await create();
    const path = which === 'first' ? '/account/webhook' : `/account/webhooks/${webhook.id}`;
    const roll = (options: Call) => account.call('POST', `${path}/secret`, options);
    const rolled = await roll(withKey('k'));
    const text = JSON.stringify(rolled.body);
    expect(text).not.toContain(webhook.secret);
    expectReplay(await roll(withKey('k')), rolled);
    const { remembered: records } = await snapshot(); // words: allow
    expect(JSON.stringify(records)).not.toMatch(/whsec_|whk_/);

    const stored = async () => (await account.call('GET', `/account/webhooks/${webhook.id}`)).body.webhook;
    await roll(withKey('another'));
    const { secret } = await stored();
    expect(text).not.toContain(secret);
    expect(JSON.stringify((await roll(withKey('k'))).body)).toContain(secret);
    await account.call('DELETE', path);
    expectProblem(await roll(withKey('k')), which === 'first' ? 'webhook-missing' : 'not-found');
  },
);

it('replays the first answer even when the same request would now be rejected', async () => {
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

it('replays a booking that another request creates between the read and the write', async () => {
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

it('ignores the key on routes that create nothing', async () => {
  const user = await newUser();
  const token = await user.token();
  const post = () => user.account.call('POST', '/account/keys/inspect', { body: { token }, ...withKey('k') });
  await post();
  expect((await post()).headers.get('idempotency-replayed')).toBe(null);
  expect((await user.call('GET', '/me', withKey(''))).status).toBe(200);
});

it('writes one row more with a key than without one', async () => {
  const account = await newAccount();
  const rowsOf = async (options: Call) => {
    const { db, rows } = writing();
    await account.call('POST', '/user', { body: {}, ...options, env: { DB: db } });
    return rows();
  };
  // One record in sixteen, at random, is counted, which writes two rows more.
  const keyed: number[] = [];
  for (let i = 0; i < 12; i++) keyed.push(await rowsOf(withKey(`k${i}`)));
  const without = await rowsOf({});
  expect(Math.min(...keyed)).toBe(without + 1);
  expect(Math.max(...keyed)).toBeLessThanOrEqual(without + 3);
});

it('deletes the idempotency records of a user together with the user', async () => {
  const user = await newUser();
  await user.call('POST', '/calendar', {
    body: { timezone: 'UTC', metadata: { a: 'secret of theirs' } },
    ...withKey('k'),
  });
  expect(JSON.stringify(await snapshot())).toContain('secret of theirs');
  await user.account.call('DELETE', `/user/${user.id}`);
  await finishRemovals();
  expect(JSON.stringify(await snapshot())).not.toContain('secret of theirs');
});

it('deletes only expired records', async () => {
  const account = await newAccount();
  const now = Date.now();
  for (let i = 0; i < 7; i++) {
    const at = now - (i % 2 ? 0 : 24 * HOUR);
    await account.call('POST', '/user', { body: {}, now: at, ...withKey(`k${i}`) });
  }
  const mine = async () => {
    const { remembered: records } = await snapshot(); // words: allow
    return records?.filter((row) => (row as { account_id: string }).account_id === account.id) ?? [];
  };
  expect(await mine()).toHaveLength(7);
  await clean(env.DB, () => now);
  expect(await mine()).toHaveLength(3);
  expect((await mine()).every((row) => (row as { expires_at: number }).expires_at > now)).toBe(true);
});
