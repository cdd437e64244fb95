/** A runtime with less than a browser: React Native, and old WebViews. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NettuClient, NettuUserClient } from '../../src/sdk/index.ts';
import { json, lost, stubFetch } from './stub.ts';

const kept = new Map<object, PropertyDescriptorMap>();

/** Takes methods away from a prototype, until the end of the test. */
function without(prototype: object, ...names: string[]) {
  kept.set(prototype, Object.getOwnPropertyDescriptors(prototype));
  for (const name of names) delete (prototype as Record<string, unknown>)[name];
}

beforeEach(() => {
  without(AbortSignal.prototype, 'throwIfAborted', 'reason');
  without(URLSearchParams.prototype, 'set', 'append', 'get', 'has', 'delete', 'sort');
  vi.stubGlobal('crypto', undefined);
  vi.stubGlobal('TextDecoderStream', undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  for (const [prototype, properties] of kept) Object.defineProperties(prototype, properties);
});

test('every kind of call is sent', async () => {
  const { fetch, sent } = stubFetch(json({ calendars: [], nextCursor: null }));
  const client = NettuUserClient({ fetch, token: 'a.b.c', nettuAccount: 'acc' });
  const { signal } = new AbortController();
  await client.user.me({ signal });
  await client.calendar.list({ metadata: { 'a b': 'c&d' } }).toArray();
  await client.calendar.create({ timezone: 'UTC' });
  await client.calendar.update('c1', { timezone: 'UTC' });
  await client.calendar.remove('c1');
  expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST', 'PUT', 'DELETE']);
  expect(sent[1]?.url).toMatch(/\?metadata%5Ba%20b%5D=c%26d$/);
});

test('an aborted call rejects with an AbortError, though the signal has no reason', async () => {
  const controller = new AbortController();
  const fetch = () => new Promise<Response>(() => {});
  const call = NettuClient({ fetch }).account.me({ signal: controller.signal });
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  await expect(NettuClient({ fetch }).account.me({ signal: controller.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
});

test('a lost read is retried', async () => {
  const { fetch, sent } = stubFetch(lost, json({}));
  await NettuClient({ fetch }).account.me();
  expect(sent).toHaveLength(2);
});
