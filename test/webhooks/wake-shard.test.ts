/** A write wakes the queue for the shard that it wrote to, whatever other credential the request carries. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { newApiKey } from '../../src/auth/api-key.ts';
import worker from '../../src/index.ts';
import { newAccount } from '../support/client.ts';
import '../support/shards.ts';

it('an API key of another shard beside the token of a user keeps no wake-up away', async () => {
  const account = await newAccount();
  const body = { webhookUrl: 'https://hook.test/', events: ['calendar.created'] };
  await account.call('PUT', '/account/webhook', { body });
  const user = await account.newUser();
  const headers = {
    authorization: `Bearer ${await user.token()}`,
    'nettu-account': account.id,
    'x-api-key': newApiKey(1),
    'content-type': 'application/json',
  };
  const sendBatch = vi.fn(async (_: { body: { account: string } }[]) => {});
  const SHARDS = { 0: { binding: 'DB' }, 1: { binding: 'DB_EU' } };
  const deployed = { ...env, SHARDS, DELIVERIES: { sendBatch } } as never;
  const request = new Request('https://nettu.test/api/v1/calendar', {
    method: 'POST',
    headers,
    body: JSON.stringify({ timezone: 'UTC' }),
  });
  const context = createExecutionContext();
  const response = await worker.fetch(request as never, deployed, context);
  expect(response.status).toBe(201);
  await response.text();
  await waitOnExecutionContext(context);
  const woken = sendBatch.mock.calls.flatMap(([messages]) => messages.map(({ body }) => body.account));
  expect(woken).toContain(account.id);
});
