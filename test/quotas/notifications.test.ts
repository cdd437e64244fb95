/** Pending notifications beyond the quota are dropped, and the change itself takes place; what is over is kept in bounds. */
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import { everyMinute } from '../../src/jobs/every-minute.ts';
import { type Account, newAccount } from '../support/client.ts';
import { countOf } from '../support/database.ts';
import { expectCounted, quotasOf, setQuotas } from './support.ts';

/** An account whose webhook gets every change, and answers nobody. */
async function notified(): Promise<Account> {
  const account = await newAccount();
  const body = { webhookUrl: 'http://127.0.0.1/', events: ['*'] };
  const reply = await account.call('PUT', '/account/webhook', {
    body,
    env: { ALLOW_PRIVATE_WEBHOOKS: 'yes' },
  });
  expect(reply.status).toBe(200);
  return account;
}

/** Changes that notify, in one statement. */
const change = (account: Account, count: number, text = '') =>
  env.DB.prepare(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
     INSERT INTO users (account_id, id, metadata) SELECT ?1, 'u' || n || random(), json_object('text', ?3) FROM numbers`,
  )
    .bind(account.id, count, text)
    .run();

const webhookOf = (account: Account) =>
  env.DB.prepare('SELECT dropped, dropped_at FROM webhooks WHERE account_id = ?')
    .bind(account.id)
    .first<{ dropped: number; dropped_at: number | null }>();

/** Ends deliveries that are pending, as a run does. */
const end = (account: Account, count: number) =>
  env.DB.prepare(
    `UPDATE deliveries SET state = 'delivered', next_at = NULL, expires_at = 1
     WHERE account_id = ?1 AND id IN (SELECT id FROM deliveries WHERE account_id = ?1 AND state = 'pending' LIMIT ?2)`,
  )
    .bind(account.id, count)
    .run();

it('beyond the quota the change takes place, and its notification is dropped and counted', async () => {
  const account = await notified();
  await setQuotas(account, { pendingDeliveries: 32 });
  await change(account, 1000);
  const kept = await countOf('deliveries', account.id);
  expect(await countOf('users', account.id)).toBe(1000);
  // Two are counted, each as sixteen: the third would be refused.
  expect((await quotasOf(account)).pendingDeliveries).toEqual({ limit: 32, use: 32 });
  expect(kept < 600).toBe(true);
  const before = await webhookOf(account);
  expect(before).toEqual({ dropped: 1000 - kept, dropped_at: expect.any(Number) });
  expect((before?.dropped_at ?? 0) % 60_000).toBe(0);

  const { webhook } = (await account.call('GET', '/account/webhook')).body;
  expect(webhook).toMatchObject({
    pending: 32,
    pendingBytes: 32 * 1024,
    dropped: before?.dropped,
    droppedAt: before?.dropped_at,
  });

  // The request of a client, too: 201, and one more is dropped.
  expect((await account.call('POST', '/user', { body: {} })).status).toBe(201);
  expect((await webhookOf(account))?.dropped).toBe(1001 - kept);
  await expectCounted(account.id);
});

it('goes on by itself once the backlog shrinks', async () => {
  const account = await notified();
  await setQuotas(account, { pendingDeliveries: 32 });
  await change(account, 1000);
  await end(account, 1000);
  await expectCounted(account.id);
  expect((await quotasOf(account)).pendingDeliveries.use).toBe(0);
  const { dropped } = (await webhookOf(account)) ?? { dropped: 0 };
  const before = await countOf('deliveries', account.id);
  await change(account, 1);
  expect(await countOf('deliveries', account.id)).toBe(before + 1);
  expect((await webhookOf(account))?.dropped).toBe(dropped);
});

it('the bytes of pending notifications are limited, too', async () => {
  const account = await notified();
  await setQuotas(account, { pendingBytes: 2 ** 20 });
  await change(account, 1000, 'x'.repeat(4000));
  const { pendingBytes } = await quotasOf(account);
  // One is 4 KiB, and counts as 16 of them or as nothing: the last one may pass the limit by 64 KiB.
  expect([pendingBytes.use >= 2 ** 20, pendingBytes.use <= 2 ** 20 + 16 * 4096]).toEqual([true, true]);
  expect((await countOf('deliveries', account.id)) < 900).toBe(true);
  await expectCounted(account.id);
});

it('what is over is not kept beyond the quota', async () => {
  const account = await notified();
  await setQuotas(account, { keptBytes: 64 * 1024 });
  await change(account, 1000);
  await end(account, 1000);
  const { keptBytes } = await quotasOf(account);
  expect([keptBytes.use > 64 * 1024, keptBytes.use <= 80 * 1024]).toEqual([true, true]);
  expect((await countOf('deliveries', account.id)) < 600).toBe(true);
  expect((await webhookOf(account))?.dropped).toBe(0);
  await expectCounted(account.id);
});

it('counts through replays, new contents, a removed webhook and the sweep', async () => {
  const account = await notified();
  await change(account, 300, 'x'.repeat(2000));
  await expectCounted(account.id);
  await end(account, 200);
  await expectCounted(account.id);
  await env.DB.prepare(
    "UPDATE deliveries SET state = 'pending', next_at = 1, expires_at = NULL WHERE account_id = ? AND state = 'delivered'",
  )
    .bind(account.id)
    .run();
  await expectCounted(account.id);
  await env.DB.prepare("UPDATE deliveries SET content = '{}' WHERE account_id = ?").bind(account.id).run();
  await expectCounted(account.id);
  await end(account, 100);
  await env.DB.prepare("DELETE FROM deliveries WHERE account_id = ? AND state = 'delivered'")
    .bind(account.id)
    .run();
  await expectCounted(account.id);
  await env.DB.prepare('DELETE FROM deliveries WHERE account_id = ?').bind(account.id).run();
  await expectCounted(account.id);
  expect(await quotasOf(account)).toMatchObject({ pendingDeliveries: { use: 0 }, keptBytes: { use: 0 } });
});

it("another account's backlog drops nothing", async () => {
  const [full, other] = [await notified(), await notified()];
  await setQuotas(full, { pendingDeliveries: 0 });
  await change(full, 10);
  await change(other, 10);
  expect(await countOf('deliveries', full.id)).toBe(0);
  expect(await countOf('deliveries', other.id)).toBe(10);
});

it('one line of the log a minute names the account, and no other', async () => {
  const [full, other] = [await notified(), await notified()];
  await setQuotas(full, { pendingDeliveries: 0 });
  await change(full, 10);
  await change(other, 10);
  const droppedAt = (await webhookOf(full))?.dropped_at ?? 0;
  const linesAt = async (now: number) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await everyMinute(
      { ...env, DELIVERIES: { send: async () => {}, sendBatch: async () => {} } } as unknown as Env,
      { clock: () => now },
    );
    const lines = warn.mock.calls.map(([line]) => JSON.parse(String(line)));
    warn.mockRestore();
    return lines.filter(({ account }) => [full.id, other.id].includes(account));
  };
  const line = { code: 'notifications-dropped', account: full.id, dropped: 10 };
  expect(await linesAt(droppedAt + 60_000)).toEqual([line]);
  expect(await linesAt(droppedAt + 120_000)).toEqual([]);
});
