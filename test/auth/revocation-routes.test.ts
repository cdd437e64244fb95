/**
 * A removed key is rejected at once: in an isolate that has used it, and also when the removal comes between the
 * arrival of a request and its batch. A binding that makes the change just before the batch plays the race.
 */
import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../src/sdk/types.ts';
import { type Account, keys, newAccount, newKeys, type User } from '../support/client.ts';
import { countOf, interrupted, snapshot } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import { entries, prepare, send, titled } from '../support/rows.ts';

const other = await newKeys();
const setKey = (account: Account, publicJwtKey: string | null) =>
  account.call('PUT', '/account/pubkey', { body: { publicJwtKey } });

const changes: [string, (user: User) => Promise<unknown>, ProblemCode][] = [
  ['its key removed', ({ account }) => setKey(account, null), 'token-signature'],
  ['its key replaced', ({ account }) => setKey(account, other.pem), 'token-signature'],
  ['its user deleted', ({ id, account }) => account.call('DELETE', `/user/${id}`), 'user-unknown'],
];

/** Returns a user whose account is in this isolate's caches, after a read and a write. */
async function knownUser(): Promise<User> {
  const user = await (await newAccount()).newUser();
  expect((await user.call('GET', '/me')).status).toBe(200);
  await user.newCalendar();
  return user;
}

const forUsers = titled(entries.filter(({ door }) => door === 'user'));

describe.each(changes)('a token with %s', (_, change, code) => {
  it.each(forUsers)('is rejected by the very next %s', async (_, entry) => {
    const user = await knownUser();
    const request = await prepare(entry, user);
    const as = await user.headers();
    await change(user);
    const before = await snapshot();
    expectProblem(await send(entry, user, { ...request, as }), code);
    expect(await snapshot()).toEqual(before);
  });

  it.each(forUsers)('just before the batch is rejected by %s', async (_, entry) => {
    const user = await knownUser();
    const request = await prepare(entry, user);
    const as = await user.headers();
    let changed: unknown;
    const DB = interrupted(async () => {
      await change(user);
      changed = await snapshot();
    });
    expectProblem(await send(entry, user, { ...request, as, env: { DB } }), code);
    expect(changed).toBeDefined();
    expect(await snapshot()).toEqual(changed);
  });

  it('between the first two batches of a write is rejected, in an isolate without the account in its caches', async () => {
    const user = await (await newAccount()).newUser();
    const DB = interrupted(() => change(user), 2);
    const reply = await user.call('POST', '/calendar', { body: { timezone: 'UTC' }, env: { DB } });
    expectProblem(reply, code);
    expect(await countOf('calendars', user.account.id)).toBe(0);
  });
});

it('writes once when the same key is uploaded again just before the batch', async () => {
  const user = await knownUser();
  const DB = interrupted(() => setKey(user.account, keys.pem));
  const before = await countOf('calendars', user.account.id);
  const reply = await user.call('POST', '/calendar', { body: { timezone: 'UTC' }, env: { DB } });
  expect(reply.status).toBe(201);
  expect(await countOf('calendars', user.account.id)).toBe(before + 1);
  const { id } = reply.body.calendar;
  expect((await user.call('GET', `/calendar/${id}`)).body).toEqual(reply.body);
});

it('returns 503 and writes nothing when the same key is uploaded again before each batch', async () => {
  const user = await knownUser();
  const DB = interrupted(() => setKey(user.account, keys.pem), 'each');
  const before = await countOf('calendars', user.account.id);
  const reply = await user.call('POST', '/calendar', { body: { timezone: 'UTC' }, env: { DB } });
  expectProblem(reply, 'database-unavailable');
  expect(await countOf('calendars', user.account.id)).toBe(before);
});

it('answers a read when the same key is uploaded again before each batch', async () => {
  const user = await knownUser();
  const DB = interrupted(() => setKey(user.account, keys.pem), 'each');
  expect((await user.call('GET', '/me', { env: { DB } })).body).toEqual({
    user: { id: user.id, metadata: {} },
  });
});

it('accepts a new key at once, also just before the batch, in an isolate with the old one in its cache', async () => {
  const user = await knownUser();
  const claims = { nettuSchedulerUserId: user.id, exp: 5609418990073, schedulerPolicy: { allow: ['*'] } };
  const token = await other.sign(claims);
  expectProblem(await user.call('GET', '/me', { token }), 'token-signature');
  expectProblem(
    await user.call('POST', '/calendar', { token, body: { timezone: 'UTC' } }),
    'token-signature',
  );
  const DB = interrupted(() => setKey(user.account, other.pem));
  const write = await user.call('POST', '/calendar', { token, body: { timezone: 'UTC' }, env: { DB } });
  expect(write.status).toBe(201);
  expect((await user.call('GET', '/me', { token })).status).toBe(200);
});

it('returns 404 for an update of a calendar that is deleted just before the batch', async () => {
  const user = await knownUser();
  const path = `/calendar/${await user.newCalendar()}`;
  const DB = interrupted(() => user.account.call('DELETE', `/user${path}`));
  expectProblem(await user.call('PUT', path, { body: { timezone: 'UTC' }, env: { DB } }), 'not-found');
});

it('keeps accepting the tokens of other accounts when one account removes its key', async () => {
  const [user, neighbour] = [await knownUser(), await knownUser()];
  await setKey(user.account, null);
  expectProblem(await user.call('GET', '/me'), 'token-signature');
  expect((await neighbour.call('GET', '/me')).status).toBe(200);
  expect((await neighbour.call('POST', '/calendar', { body: { timezone: 'UTC' } })).status).toBe(201);
});
