/** Deleting API keys: effective immediately, and never the last key that works. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Account, call, newAccount } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';
import { outcome } from '../../support/signing.ts';

const create = async (account: Account, body: object = {}) =>
  (await account.call('POST', '/account/api-keys', { body })).body as {
    apiKey: { id: string; expiresAt: number | null };
    secretApiKey: string;
  };
const list = async (account: Account): Promise<{ id: string }[]> =>
  (await account.call('GET', '/account/api-keys')).body.apiKeys;
const remove = (secret: string, id: string, now = Date.now()) =>
  call('DELETE', `/account/api-keys/${id}`, { headers: { 'x-api-key': secret }, now });
const me = (secret: string) => call('GET', '/account', { headers: { 'x-api-key': secret } });
const firstId = async (account: Account) => (await list(account))[0]?.id ?? '';

it('returns the deleted key and rejects its next request', async () => {
  const account = await newAccount();
  const { apiKey, secretApiKey } = await create(account, { name: 'old' });
  expect((await me(secretApiKey)).status).toBe(200);
  const removed = await remove(account.apiKey, apiKey.id);
  expect([removed.status, removed.body]).toEqual([200, { apiKey }]);
  expectProblem(await me(secretApiKey), 'api-key-unknown');
  const before = await snapshot();
  expectProblem(
    await call('POST', '/user', { headers: { 'x-api-key': secretApiKey }, body: {} }),
    'api-key-unknown',
  );
  expect(await snapshot()).toEqual(before);
  expect(outcome(await remove(account.apiKey, apiKey.id))).toBe('404 not-found');
});

it('lets a new key delete the first one', async () => {
  const account = await newAccount();
  const { apiKey, secretApiKey } = await create(account);
  expect(outcome(await remove(secretApiKey, await firstId(account)))).toBe('200');
  expectProblem(await me(account.apiKey), 'api-key-unknown');
  expect((await call('GET', '/account/api-keys', { headers: { 'x-api-key': secretApiKey } })).body).toEqual({
    apiKeys: [apiKey],
  });
});

it('lets a key delete itself while another key works', async () => {
  const account = await newAccount();
  const { apiKey, secretApiKey } = await create(account);
  expect(outcome(await remove(secretApiKey, apiKey.id))).toBe('200');
  expectProblem(await me(secretApiKey), 'api-key-unknown');
});

it('keeps the last key', async () => {
  const account = await newAccount();
  expectProblem(await remove(account.apiKey, await firstId(account)), 'api-key-last');
  expect((await me(account.apiKey)).status).toBe(200);
  expect(await list(account)).toHaveLength(1);
});

it('does not count an expired key as working', async () => {
  const account = await newAccount();
  const first = await firstId(account);
  const end = Date.now() + 60_000;
  const { apiKey } = await create(account, { expiresAt: end });
  expectProblem(await remove(account.apiKey, first, end), 'api-key-last');
  expect(outcome(await remove(account.apiKey, apiKey.id, end))).toBe('200');
  expectProblem(await remove(account.apiKey, first, end), 'api-key-last');
});

describe('an account with one key that never expires', () => {
  const soon = () => ({ expiresAt: Date.now() + 60_000 });

  it('keeps its last key that never expires', async () => {
    const account = await newAccount();
    const first = await firstId(account);
    for (const body of [soon(), { expiresAt: Date.now() + 100 * 365 * 86_400_000 }]) {
      const { secretApiKey } = await create(account, body);
      expectProblem(await remove(account.apiKey, first), 'api-key-last');
      expectProblem(await remove(secretApiKey, first), 'api-key-last');
    }
    expect((await me(account.apiKey)).status).toBe(200);
    expect(await list(account)).toHaveLength(3);
  });

  it('deletes that key once there is another one that never expires', async () => {
    const account = await newAccount();
    const first = await firstId(account);
    await create(account, soon());
    await create(account, { expiresAt: null });
    expect(outcome(await remove(account.apiKey, first))).toBe('200');
  });

  it('deletes all keys that expire, even through themselves', async () => {
    const account = await newAccount();
    const one = await create(account, soon());
    const other = await create(account, soon());
    expect(outcome(await remove(account.apiKey, one.apiKey.id))).toBe('200');
    expect(outcome(await remove(other.secretApiKey, other.apiKey.id))).toBe('200');
    expect(await list(account)).toHaveLength(1);
  });

  it('keeps one of two keys that never expire when they delete each other at once', async () => {
    for (let round = 0; round < 5; round++) {
      const account = await newAccount();
      const first = await firstId(account);
      const third = await create(account, soon());
      const { apiKey, secretApiKey } = await create(account);
      const outcomes = await Promise.all([
        remove(account.apiKey, apiKey.id),
        remove(secretApiKey, first),
        remove(third.secretApiKey, first),
        remove(third.secretApiKey, apiKey.id),
      ]);
      expect(outcomes.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
      const left = (await call('GET', '/account/api-keys', { headers: { 'x-api-key': third.secretApiKey } }))
        .body;
      expect(left.apiKeys.map(({ expiresAt }: { expiresAt: number | null }) => expiresAt).sort()).toEqual([
        third.apiKey.expiresAt,
        null,
      ]);
    }
  });
});

describe('an account with expiring keys only', () => {
  /** The state of an account that deleted its last key without an expiry before the service refused that. */
  async function withoutLasting() {
    const account = await newAccount();
    const end = Date.now() + 60_000;
    const keys = [await create(account, { expiresAt: end }), await create(account, { expiresAt: end + 1 })];
    await env.DB.prepare('DELETE FROM api_keys WHERE account_id = ? AND expires_at IS NULL')
      .bind(account.id)
      .run();
    const [early, late] = keys as [(typeof keys)[0], (typeof keys)[0]];
    return { end, early, late };
  }

  it('deletes a key while another works, and keeps the last working one', async () => {
    const { end, early, late } = await withoutLasting();
    expectProblem(await remove(late.secretApiKey, late.apiKey.id, end), 'api-key-last');
    expect(outcome(await remove(late.secretApiKey, early.apiKey.id, end))).toBe('200');
    expectProblem(await remove(late.secretApiKey, late.apiKey.id), 'api-key-last');
  });

  it('keeps one of two keys that delete each other at once', async () => {
    const { early, late } = await withoutLasting();
    const outcomes = await Promise.all([
      remove(early.secretApiKey, late.apiKey.id),
      remove(late.secretApiKey, early.apiKey.id),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, expect.any(Number)]);
    const alive = await Promise.all([me(early.secretApiKey), me(late.secretApiKey)]);
    expect(alive.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

it("does not count another account's key", async () => {
  const [account] = [await newAccount(), await newAccount()];
  expectProblem(await remove(account.apiKey, await firstId(account)), 'api-key-last');
});

it('keeps one of two working keys that delete each other at once', async () => {
  for (let round = 0; round < 5; round++) {
    const account = await newAccount();
    const first = await firstId(account);
    const { apiKey, secretApiKey } = await create(account);
    const outcomes = await Promise.all([remove(account.apiKey, apiKey.id), remove(secretApiKey, first)]);
    expect(outcomes.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    const alive = await Promise.all([me(account.apiKey), me(secretApiKey)]);
    expect(alive.map(({ status }) => status).sort()).toEqual([200, 401]);
  }
});

it('allows 20 keys, and another one after a deletion', async () => {
  const account = await newAccount();
  const replies = await Promise.all(
    Array.from({ length: 25 }, () => account.call('POST', '/account/api-keys', { body: {} })),
  );
  const made = replies.filter(({ status }) => status === 201);
  expect(made).toHaveLength(19);
  for (const reply of replies) if (reply.status !== 201) expectProblem(reply, 'api-key-limit');
  expect(await list(account)).toHaveLength(20);
  await remove(account.apiKey, made[0]?.body.apiKey.id);
  expect((await account.call('POST', '/account/api-keys')).status).toBe(201);
  expectProblem(await account.call('POST', '/account/api-keys'), 'api-key-limit');
});
