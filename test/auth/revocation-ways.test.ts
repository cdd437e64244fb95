/**
 * Revocation takes effect at once, even for a token that was verified a moment ago. `interrupted` revokes at the only
 * moment when a race is possible: between the verification of a token and the batch that acts on it.
 */
import { describe, expect, it } from 'vitest';
import type { Env } from '../../src/env.ts';
import { call, counting, newAccount, type Reply, type User } from '../support/client.ts';
import { countOf, interrupted, snapshot, through } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import { outcome, readAndWrite } from '../support/signing.ts';
import { revocations } from './revocations.ts';

const timezone = { timezone: 'Asia/Tokyo' };
type Send = (user: User, token: string, calendar: string, env?: Partial<Env>) => Promise<Reply>;
const writes: [string, Send][] = [
  ['create', (user, token, _, env = {}) => user.call('POST', '/calendar', { token, env, body: timezone })],
  [
    'update',
    (user, token, id, env = {}) => user.call('PUT', `/calendar/${id}`, { token, env, body: timezone }),
  ],
  ['delete', (user, token, id, env = {}) => user.call('DELETE', `/calendar/${id}`, { token, env })],
];
const reads: [string, Send][] = [
  ['me', (user, token, _, env = {}) => user.call('GET', '/me', { token, env })],
  ['read', (user, token, id, env = {}) => user.call('GET', `/calendar/${id}`, { token, env })],
];

/** Returns a user with a calendar, in an account that is in this isolate's caches or not. */
async function prepare({ cached }: { cached: boolean }) {
  const account = await newAccount();
  const user = await account.newUser();
  const token = await user.token();
  const made = await account.call('POST', `/user/${user.id}/calendar`, { body: { timezone: 'UTC' } });
  const calendar: string = made.body.calendar.id;
  if (cached) expect(await readAndWrite(user, token)).toEqual(['200', '201']);
  return { account, user, token, calendar };
}

describe.each(revocations)('when %s', (_, code, revoke) => {
  it('the very next read and write are rejected, in the isolate that has just verified the token', async () => {
    const { user, token, calendar } = await prepare({ cached: true });
    await revoke(user);
    const before = await snapshot();
    for (const [, send] of [...writes, ...reads, ...writes]) {
      expectProblem(await send(user, token, calendar), code);
    }
    expect(await snapshot()).toEqual(before);
  });

  it('rejects a write with a cached token in one round trip', async () => {
    const { user, token, calendar } = await prepare({ cached: true });
    await revoke(user);
    for (const [, send] of writes) {
      const { db, trips } = counting();
      await send(user, token, calendar, { DB: db });
      expect(trips()).toBe(1);
    }
  });

  it.each(writes)('a %s with a cached token changes nothing', async (_, send) => {
    const { user, token, calendar } = await prepare({ cached: true });
    let before = {};
    const racing = interrupted(async () => {
      await revoke(user);
      before = await snapshot();
    });
    expectProblem(await send(user, token, calendar, { DB: racing }), code);
    expect(await snapshot()).toEqual(before);
  });

  it.each(writes)('a %s that has just read the keys changes nothing', async (_, send) => {
    const { user, token, calendar } = await prepare({ cached: false });
    let before = {};
    const racing = interrupted(async () => {
      await revoke(user);
      before = await snapshot();
    }, 2);
    expectProblem(await send(user, token, calendar, { DB: racing }), code);
    expect(await snapshot()).toEqual(before);
  });

  it.each(reads)('a %s in flight returns nothing', async (_, send) => {
    const { user, token, calendar } = await prepare({ cached: true });
    const racing = interrupted(() => revoke(user));
    expectProblem(await send(user, token, calendar, { DB: racing }), code);
  });

  it('a write that commits before the revocation stands, and returns its result', async () => {
    const { user, token, calendar, account } = await prepare({ cached: true });
    const racing = through(async (run) => {
      const results = await run();
      await revoke(user);
      return results;
    });
    const [, create] = writes[0] as [string, Send];
    const created = await create(user, token, calendar, { DB: racing });
    expect(outcome(created)).toBe('201');
    expect(await countOf('calendars', account.id)).toBe(code === 'user-unknown' ? 0 : 3);
  });

  it("another account's tokens stay valid", async () => {
    const [{ user }, bystander] = [await prepare({ cached: true }), await prepare({ cached: true })];
    await revoke(user);
    expect(await readAndWrite(bystander.user, bystander.token)).toEqual(['200', '201']);
  });
});

describe('when an API key is removed', () => {
  it.each([
    ['POST', '/user', {}],
    ['GET', '/account', undefined],
    ['PUT', '/account/webhook', { webhookUrl: 'https://example.test/' }],
  ])('%s %s in flight is rejected, and changes nothing', async (method, path, body) => {
    const account = await newAccount();
    const { secretApiKey, apiKey } = (await account.call('POST', '/account/api-keys')).body;
    let before = {};
    const racing = interrupted(async () => {
      await account.call('DELETE', `/account/api-keys/${apiKey.id}`);
      before = await snapshot();
    });
    const headers = { 'x-api-key': secretApiKey };
    const refused = await call(method, path, { headers, env: { DB: racing }, ...(body && { body }) });
    expectProblem(refused, 'api-key-unknown');
    expect(await snapshot()).toEqual(before);
  });
});
