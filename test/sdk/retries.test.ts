/** Which calls are tried again, when, and with what; and when that is over. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Answer, NettuClient, NettuNetworkError, NettuUserClient } from '../../src/sdk/index.ts';
import { json, jwt, lost, problem, type Reply, stubFetch } from './stub.ts';

const NOW = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

type Options = NonNullable<Parameters<typeof NettuClient>[0]>;

function clientOf(replies: Reply[], options: Options = {}) {
  const { fetch, sent } = stubFetch(...replies);
  return { client: NettuClient({ apiKey: 'sk_1', ...options, fetch }), sent };
}

/** What a call comes to, however long it waits. */
async function settled<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {});
  await vi.runAllTimersAsync();
  return call;
}

const retryAfter = (value: string, status = 503) =>
  problem('database-unavailable', status, { 'retry-after': value });
const cutShort: Reply = () =>
  new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('cut')) }));
const proxy: Reply = () => new Response('<h1>Busy</h1>', { status: 503 });
const done = json({});

const failures: [string, Reply][] = [
  ['a lost answer', lost],
  ['an answer that broke off', cutShort],
  ['rate-limited', problem('rate-limited', 429)],
  ['database-unavailable', problem('database-unavailable', 503)],
  ['outcome-unknown', problem('outcome-unknown', 503)],
  ['contended', problem('contended', 503)],
  ['a 503 of a proxy', proxy],
];

const repeatable: [string, (client: NettuClient) => Promise<Answer<unknown>>][] = [
  ['a read', (client) => client.user.find('u1')],
  ['a list', (client) => client.user.list()],
  ['a creation', (client) => client.user.create({ metadata: { crm: '42' } })],
  ['an inspection', (client) => client.account.keys.inspect('a.b.c')],
];

const changes: [string, (client: NettuClient) => Promise<Answer<unknown>>][] = [
  ['a change', (client) => client.user.update('u1', { metadata: {} })],
  ['a deletion', (client) => client.user.remove('u1')],
];

describe.each(repeatable)('%s', (_, call) => {
  test.each(failures)('is tried again after %s', async (_failure, reply) => {
    const { client, sent } = clientOf([reply, done]);
    expect((await settled(call(client))).status).toBe(200);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  test('is tried three times in all: then the last answer stands', async () => {
    const { client, sent } = clientOf([lost, proxy, problem('contended', 503)]);
    expect((await settled(call(client))).error?.code).toBe('contended');
    expect(sent).toHaveLength(3);
  });

  test('rejects when the last try has no answer', async () => {
    const { client, sent } = clientOf([proxy, proxy, lost]);
    await expect(settled(call(client))).rejects.toThrow(NettuNetworkError);
    expect(sent).toHaveLength(3);
  });

  test.each([400, 401, 404, 409, 412, 422, 500, 502])('is not tried again after a %d', async (status) => {
    const { client, sent } = clientOf([problem('internal', status), done]);
    expect((await settled(call(client))).status).toBe(status);
    expect(sent).toHaveLength(1);
  });
});

describe.each(changes)('%s', (_, call) => {
  test.each([
    ['rate-limited', 429],
    ['contended', 503],
  ])('is tried again after %s, which says that nothing has changed', async (code, status) => {
    const { client, sent } = clientOf([problem(code, status), done]);
    expect((await settled(call(client))).status).toBe(200);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  test.each(failures.filter(([name]) => !['rate-limited', 'contended'].includes(name)))(
    'that may have been carried out is not: %s',
    async (_failure, reply) => {
      const { client, sent } = clientOf([reply, done]);
      const outcome = await settled(call(client)).catch((error: unknown) => error);
      expect(outcome).not.toMatchObject({ status: 200 });
      expect(sent).toHaveLength(1);
    },
  );
});

describe('an Idempotency-Key', () => {
  const keysOf = (sent: { headers: Record<string, string> }[]) =>
    sent.map(({ headers }) => headers['idempotency-key']);

  test('is the same for all tries of a call, and another for the next call', async () => {
    const { client, sent } = clientOf([lost, lost, json({}, 201)]);
    await settled(client.user.create());
    await client.user.create();
    const [first, second, third, next] = keysOf(sent);
    expect(first).toMatch(/^[\da-f-]{36}$/);
    expect([second, third]).toEqual([first, first]);
    expect(next).not.toBe(first);
  });

  test('may be the caller’s own, and an empty one is none', async () => {
    const { client, sent } = clientOf([lost, json({}, 201)]);
    await settled(client.user.create({}, { idempotencyKey: 'order 42' }));
    await client.user.create({}, { idempotencyKey: '' });
    expect(keysOf(sent)).toEqual(['order 42', 'order 42', expect.stringMatching(/^[\da-f-]{36}$/)]);
  });

  test('that no header can carry is refused', async () => {
    const { client, sent } = clientOf([done]);
    await expect(client.user.create({}, { idempotencyKey: 'a\nb' })).rejects.toThrow(TypeError);
    expect(sent).toEqual([]);
  });

  test.each([undefined, {}])('needs no crypto of a browser or of Node 18: %j', async (crypto) => {
    vi.stubGlobal('crypto', crypto);
    vi.mocked(Math.random).mockRestore();
    const { client, sent } = clientOf([json({}, 201)]);
    await client.user.create();
    await client.user.create();
    const [first, second] = keysOf(sent);
    expect(first).toMatch(/^[\x21-\x7e]{20,255}$/);
    expect(second).not.toBe(first);
  });

  test('stays the same when the token is renewed, between tries too', async () => {
    const expired = problem('token-expired', 401);
    const { fetch, sent } = stubFetch(expired, lost, expired, json({}, 201));
    let n = 0;
    const token = vi.fn(() => jwt({ n: n++, exp: NOW / 1000 + 3600 }));
    const client = NettuUserClient({ fetch, token, nettuAccount: 'acc' });
    const { status } = await settled(client.calendar.create({ timezone: 'UTC' }));
    expect(status).toBe(201);
    expect(new Set(keysOf(sent)).size).toBe(1);
    const tokens = sent.map(({ headers }) => headers.authorization);
    expect([tokens[1] === tokens[0], tokens[2] === tokens[1], tokens[3] === tokens[2]]).toEqual([
      false,
      true,
      false,
    ]);
    expect(token).toHaveBeenCalledTimes(3);
  });

  test('goes with one body, whatever becomes of the caller’s object', async () => {
    const { client, sent } = clientOf([lost, json({}, 201)]);
    const metadata = { plan: 'free' };
    const call = client.user.create({ metadata });
    metadata.plan = 'paid';
    await settled(call);
    expect(sent.map(({ body }) => body)).toEqual(Array(2).fill({ metadata: { plan: 'free' } }));
  });
});

describe('the wait', () => {
  /** At which ms from the start each request was sent. */
  async function timesOf(replies: Reply[], options?: Options) {
    const times: number[] = [];
    const noting = replies.map((reply) => () => {
      times.push(Date.now() - NOW);
      return reply();
    });
    const { client } = clientOf(noting, options);
    const { status } = await settled(client.user.find('u1'));
    return { times, status, ended: Date.now() - NOW };
  }

  test('doubles, up to what chance says', async () => {
    expect((await timesOf([lost, lost, done])).times).toEqual([0, 500, 1500]);
    vi.mocked(Math.random).mockReturnValue(0.5);
    vi.setSystemTime(NOW);
    expect((await timesOf([lost, lost, done])).times).toEqual([0, 250, 750]);
  });

  test.each([
    ['seconds', '7'],
    ['a date', new Date(NOW + 7000).toUTCString()],
  ])('is at least what the service asks for, in %s', async (_, value) => {
    vi.mocked(Math.random).mockReturnValue(0);
    expect((await timesOf([retryAfter(value), done])).times).toEqual([0, 7000]);
  });

  test('spreads those who were told the same', async () => {
    expect((await timesOf([retryAfter('7'), done])).times).toEqual([0, 7500]);
  });

  test.each(['', 'soon', '-1', new Date(NOW - 7000).toUTCString()])(
    'is as without when the service asks for %j',
    async (value) => {
      expect((await timesOf([retryAfter(value), done])).times).toEqual([0, 500]);
    },
  );

  test('of more than a minute is the caller’s', async () => {
    expect((await timesOf([retryAfter('60'), done])).times).toEqual([0, 60_500]);
    vi.setSystemTime(NOW);
    const { times, status, ended } = await timesOf([retryAfter('61', 429), done]);
    expect([times, status, ended]).toEqual([[0], 429, 0]);
  });

  test('that would outlast the timeout ends with the answer that is there', async () => {
    const { times, status, ended } = await timesOf([retryAfter('5'), done], { timeout: 5500 });
    expect([times, status, ended]).toEqual([[0], 503, 0]);
    expect((await timesOf([retryAfter('5'), done], { timeout: 5501 })).status).toBe(200);
  });

  test('that would outlast what is left of it ends with the error that is there', async () => {
    const { client, sent } = clientOf([lost], { timeout: 1400 });
    await expect(settled(client.user.find('u1'))).rejects.toMatchObject({ name: 'NettuNetworkError' });
    expect(sent).toHaveLength(2);
    expect(Date.now() - NOW).toBe(500);
  });

  test('is part of the timeout, which covers all tries', async () => {
    const never: Reply = () => new Promise(() => {});
    const { client, sent } = clientOf([lost, never], { timeout: 2000 });
    await expect(settled(client.user.find('u1'))).rejects.toMatchObject({ name: 'NettuTimeoutError' });
    expect([sent.length, Date.now() - NOW]).toEqual([2, 2000]);
  });

  test('is ended by the signal, and nothing is left of it', async () => {
    const { client, sent } = clientOf([lost, done]);
    const controller = new AbortController();
    const call = client.user.find('u1', { signal: controller.signal });
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort('left');
    await expect(call).rejects.toBe('left');
    expect(vi.getTimerCount()).toBe(0);
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(1);
  });

  test('does not begin when the signal ended the try before it', async () => {
    const fetch = (_url: string, { signal }: RequestInit) =>
      new Promise<Response>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const controller = new AbortController();
    const call = NettuClient({ fetch }).user.find('u1', { signal: controller.signal });
    controller.abort('left');
    await expect(call).rejects.toBe('left');
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('may outlast the token, which is then replaced', async () => {
    const { fetch, sent } = stubFetch(retryAfter('20'), done);
    const token = () => jwt({ exp: Date.now() / 1000 + 25 });
    await settled(NettuUserClient({ fetch, token, nettuAccount: 'acc' }).user.me());
    expect(sent[1]?.headers.authorization).not.toBe(sent[0]?.headers.authorization);
  });
});

describe('retries', () => {
  test.each([
    ['of the client', { retries: 0 }, undefined, 1],
    ['of the call', {}, { retries: 0 }, 1],
    ['of the call before those of the client', { retries: 0 }, { retries: 1 }, 2],
    ['as many as are wanted', { retries: 4 }, {}, 5],
  ])('can be set: %s', async (_, connection, options, tries) => {
    const { client, sent } = clientOf([lost], connection);
    await expect(settled(client.user.find('u1', options))).rejects.toThrow(NettuNetworkError);
    expect(sent).toHaveLength(tries);
  });

  test('are not for a token function that fails', async () => {
    const token = vi.fn(() => Promise.reject(new Error('signed out')));
    const client = NettuUserClient({ ...stubFetch(), token, nettuAccount: 'acc' });
    await expect(settled(client.user.me())).rejects.toThrow('signed out');
    expect(token).toHaveBeenCalledTimes(1);
  });

  test('leave the error that leads back to the line that asked', async () => {
    const { client } = clientOf([lost]);
    async function theLineThatAsked() {
      return client.user.find('u1');
    }
    const error = await settled(theLineThatAsked()).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ stack: expect.stringContaining('theLineThatAsked') });
  });
});
