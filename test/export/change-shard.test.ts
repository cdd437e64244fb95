/** An account that moves to another shard gets a new id and a new API key, and keeps everything else. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { shardOfAccount } from '../../src/db/shard-ids.ts';
import { movedToShard } from '../../src/export/change-shard.ts';
import { importCopy } from '../../src/export/import.ts';
import { call, keys, newAccount } from '../support/client.ts';
import { deployed } from '../support/shards.ts';
import { copyOf, exportOf, rowsOf } from './support.ts';

const NOW = 1_790_000_000_000;

async function moved() {
  // Of several shards, a new account may get another one than DB.
  const account = await newAccount(keys.pem);
  const user = await account.newUser({ color: 'red' });
  await user.newCalendar('Europe/Oslo');
  const old = copyOf(await exportOf(account.apiKey));
  const { copy, apiKey } = await movedToShard(old, 1, NOW);
  expect(await importCopy(env.DB_EU as never, copy)).toBe(true);
  return { account, user, old, copy, apiKey: String(apiKey) };
}

it('accepts its new API key, and tokens of its existing signing keys', async () => {
  const { user, copy, apiKey } = await moved();
  expect([shardOfAccount(copy.account), apiKey.slice(0, 5)]).toEqual([1, 'sk_1.']);
  const headers = { 'nettu-account': copy.account, authorization: `Bearer ${await user.token()}` };
  const me = await call('GET', '/me', { headers, env: deployed() });
  expect([me.status, me.body.user.id]).toEqual([200, user.id]);
  const account = await call('GET', '/account', { headers: { 'x-api-key': apiKey }, env: deployed() });
  expect([account.status, account.body.account.id]).toEqual([200, copy.account]);
  const listed = await call('GET', '/account/api-keys', {
    headers: { 'x-api-key': apiKey },
    env: deployed(),
  });
  expect(listed.body.apiKeys).toEqual([
    { id: expect.any(String), name: 'moved', hint: apiKey.slice(-4), created: NOW, expiresAt: null },
  ]);
});

it('keeps every other row', async () => {
  const { account, copy } = await moved();
  const plain = async (db: D1Database, id: string) => {
    const { accounts, api_keys: _, ...rows } = await rowsOf(db, id);
    const owned = [accounts, rows].flatMap((part) => JSON.stringify(part).replaceAll(id, 'account'));
    return owned;
  };
  expect(await plain(env.DB_EU, copy.account)).toEqual(await plain(env.DB, account.id));
});

it('gets the same id and one API key when the move is repeated', async () => {
  const { old, copy } = await moved();
  const again = await movedToShard(old, 1, NOW + 1);
  expect(again.copy.account).toBe(copy.account);
  expect(await importCopy(env.DB_EU as never, again.copy)).toBe(false);
  expect((await rowsOf(env.DB_EU, copy.account)).api_keys).toHaveLength(1);
});

it('keeps its id and its keys in the shard that they name', async () => {
  const { old, copy } = await moved();
  expect(await movedToShard(old, 0, NOW)).toEqual({ copy: old, apiKey: null });
  expect(await movedToShard(copy, 1, NOW)).toEqual({ copy, apiKey: null });
});

it('is deleted from the former shard with all its rows by one statement', async () => {
  const { account, copy } = await moved();
  const there = await rowsOf(env.DB_EU, copy.account);
  await env.DB.prepare('DELETE FROM accounts WHERE id = ?').bind(account.id).run();
  for (const [table, rows] of Object.entries(await rowsOf(env.DB, account.id)))
    expect([table, rows]).toEqual([table, []]);
  expect(await rowsOf(env.DB_EU, copy.account)).toEqual(there);
  expect(there.calendars).toHaveLength(1);
});
