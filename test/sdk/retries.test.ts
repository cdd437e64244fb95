/** Retries: which calls, when, with which key and token, and until when. */
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

/** The result of a call, after all of its waits. */
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
  ['an incomplete answer', cutShort],
  ['rate-limited', problem('rate-limited', 429)],
  ['database-unavailable', problem('database-unavailable', 503)],
  ['outcome-unknown', problem('outcome-unknown', 503)],
  ['contended', problem('contended', 503)],
  ['a 503 of a proxy', proxy],
  ...[502, 504, 520, 521, 522, 523, 524].map((status): [string, Reply] => [
    `a ${status} of a proxy`,
    () => new Response('<h1>Bad gateway</h1>', { status }),
  ]),
];

const repeatable: [string, (client: NettuClient) => Promise<Answer<unknown>>][] = [
  ['a read', (client) => client.user.find('u1')],
  ['a list', (client) => client.user.list()],
  ['a creation', (client) => client.user.create({ metadata: { crm: '42' } })],
  ['a roll of a secret', (client) => client.account.webhook.rollSecret()],
  ['a roll of another secret', (client) => client.account.webhooks.rollSecret('w1')],
  ['an inspection', (client) => client.account.keys.inspect('a.b.c')],
];

const changes: [string, (client: NettuClient) => Promise<Answer<unknown>>][] = [
  ['a change', (client) => client.user.update('u1', { metadata: {} })],
  ['a deletion', (client) => client.user.remove('u1')],
];

describe.each(repeatable)('%s', (_, call) => {
  test.each(failures)('is retried after %s', async (_failure, reply) => {
    const { client, sent } = clientOf([reply, done]);
    expect((await settled(call(client))).status).toBe(200);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  test('has three attempts, and returns the last answer', async () => {
    const { client, sent } = clientOf([lost, proxy, problem('contended', 503)]);
    expect((await settled(call(client))).error?.code).toBe('contended');
    expect(sent).toHaveLength(3);
  });

  test('rejects when the last attempt has no answer', async () => {
    const { client, sent } = clientOf([proxy, proxy, lost]);
    await expect(settled(call(client))).rejects.toThrow(NettuNetworkError);
    expect(sent).toHaveLength(3);
  });

  test.each([400, 401, 404, 408, 409, 412, 422, 500, 501, 505, 519, 525])(
    'is not retried after a %d',
    async (status) => {
      const { client, sent } = clientOf([problem('internal', status), done]);
      expect((await settled(call(client))).status).toBe(status);
      expect(sent).toHaveLength(1);
    },
  );
});

describe.each(changes)('%s', (_, call) => {
  test.each([
    ['rate-limited', 429],
    ['contended', 503],
  ])('is retried after %s, after which nothing has changed', async (code, status) => {
    const { client, sent } = clientOf([problem(code, status), done]);
    expect((await settled(call(client))).status).toBe(200);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  test.each(failures.filter(([name]) => !['rate-limited', 'contended'].includes(name)))(
    'is not retried where it may have been carried out: after %s',
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

  test('is the same for all attempts of a call, and another one for the next call', async () => {
    const { client, sent } = clientOf([lost, lost, json({}, 201)]);
    await settled(client.user.create());
    await client.user.create();
    const [first, second, third, next] = keysOf(sent);
    expect(first).toMatch(/^[\da-f-]{36}$/);
    expect([second, third]).toEqual([first, first]);
    expect(next).not.toBe(first);
  });

  test('may be the caller’s own, and an empty one counts as none', async () => {
    const { client, sent } = clientOf([lost, json({}, 201)]);
    await settled(client.user.create({}, { idempotencyKey: 'order 42' }));
    await client.user.create({}, { idempotencyKey: '' });
    expect(keysOf(sent)).toEqual(['order 42', 'order 42', expect.stringMatching(/^[\da-f-]{36}$/)]);
  });

  test('that is invalid in a header throws a TypeError', async () => {
    const { client, sent } = clientOf([done]);
    await expect(client.user.create({}, { idempotencyKey: 'a\nb' })).rejects.toThrow(TypeError);
    expect(sent).toEqual([]);
  });

  test('is random also where a page over plain HTTP has no randomUUID', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const { client, sent } = clientOf([json({}, 201)]);
    await client.user.create();
    await client.user.create();
    const [first, second] = keysOf(sent);
    expect(first).toMatch(/^\d+(-\d+){3}$/);
    expect(second).not.toBe(first);
  });

  describe.each([undefined, {}])('without WebCrypto: %j', (crypto) => {
    test('is not made, and a lost creation is not sent again', async () => {
      vi.stubGlobal('crypto', crypto);
      const { client, sent } = clientOf([lost, json({}, 201)]);
      await expect(settled(client.user.create())).rejects.toThrow(NettuNetworkError);
      expect(keysOf(sent)).toEqual([undefined]);
    });

    test('may be the caller’s own, and the creation is retried', async () => {
      vi.stubGlobal('crypto', crypto);
      const { client, sent } = clientOf([lost, json({}, 201)]);
      await settled(client.user.create({}, { idempotencyKey: 'order 42' }));
      expect(keysOf(sent)).toEqual(['order 42', 'order 42']);
    });
  });

  test('stays the same when the client renews the token', async () => {
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

  test('has the same body in all attempts, even if the caller changes the object', async () => {
    const { client, sent } = clientOf([lost, json({}, 201)]);
    const metadata = { plan: 'free' };
    const call = client.user.create({ metadata });
    metadata.plan = 'paid';
    await settled(call);
    expect(sent.map(({ body }) => body)).toEqual(Array(2).fill({ metadata: { plan: 'free' } }));
  });
});

describe('the wait', () => {
  /** The time of each request, in milliseconds from the start. */
  async function timesOf(replies: Reply[], options?: Options) {
    const times: number[] = [];
    const timed = replies.map((reply) => () => {
      times.push(Date.now() - NOW);
      return reply();
    });
    const { client } = clientOf(timed, options);
    const { status } = await settled(client.user.find('u1'));
    return { times, status, ended: Date.now() - NOW };
  }

  test('doubles, with full jitter', async () => {
    expect((await timesOf([lost, lost, done])).times).toEqual([0, 500, 1500]);
    vi.mocked(Math.random).mockReturnValue(0.5);
    vi.setSystemTime(NOW);
    expect((await timesOf([lost, lost, done])).times).toEqual([0, 250, 750]);
  });

  test.each([
    ['seconds', '7'],
    ['a date', new Date(NOW + 7000).toUTCString()],
  ])('is at least the retry-after, in %s', async (_, value) => {
    vi.mocked(Math.random).mockReturnValue(0);
    expect((await timesOf([retryAfter(value), done])).times).toEqual([0, 7000]);
  });

  test('adds jitter to the retry-after', async () => {
    expect((await timesOf([retryAfter('7'), done])).times).toEqual([0, 7500]);
  });

  test.each(['', 'soon', '-1', new Date(NOW - 7000).toUTCString()])(
    'ignores a retry-after of %j',
    async (value) => {
      expect((await timesOf([retryAfter(value), done])).times).toEqual([0, 500]);
    },
  );

  test('of more than a minute ends the call with its answer', async () => {
    const timeout = Number.POSITIVE_INFINITY;
    expect((await timesOf([retryAfter('60'), done], { timeout })).times).toEqual([0, 60_500]);
    vi.setSystemTime(NOW);
    const { times, status, ended } = await timesOf([retryAfter('61', 429), done], { timeout });
    expect([times, status, ended]).toEqual([[0], 429, 0]);
  });

  test('beyond the timeout ends the call with the last answer', async () => {
    const { times, status, ended } = await timesOf([retryAfter('5'), done], { timeout: 5500 });
    expect([times, status, ended]).toEqual([[0], 503, 0]);
    expect((await timesOf([retryAfter('5'), done], { timeout: 5501 })).status).toBe(200);
  });

  test('beyond the timeout ends the call with the last error', async () => {
    const { client, sent } = clientOf([lost], { timeout: 1400 });
    await expect(settled(client.user.find('u1'))).rejects.toMatchObject({ name: 'NettuNetworkError' });
    expect(sent).toHaveLength(2);
    expect(Date.now() - NOW).toBe(500);
  });

  test('counts towards the timeout, which covers all attempts', async () => {
    const never: Reply = () => new Promise(() => {});
    const { client, sent } = clientOf([lost, never], { timeout: 2000 });
    await expect(settled(client.user.find('u1'))).rejects.toMatchObject({ name: 'NettuTimeoutError' });
    expect([sent.length, Date.now() - NOW]).toEqual([2, 2000]);
  });

  test('ends when the signal is aborted, and leaves no timer', async () => {
    const { client, sent } = clientOf([lost, done]);
    const controller = new AbortController();
    const call = client.user.find('u1', { signal: controller.signal });
    await vi.advanceTimersByTimeAsync(100);
    // The wait, and the timeout.
    expect(vi.getTimerCount()).toBe(2);
    controller.abort('left');
    await expect(call).rejects.toBe('left');
    expect(vi.getTimerCount()).toBe(0);
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(1);
  });

  test('does not start when the signal was aborted in the attempt before it', async () => {
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

  test('may outlast the token, which the client then replaces', async () => {
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
    ['of the call, overriding those of the client', { retries: 0 }, { retries: 1 }, 2],
    ['more than by default', { retries: 4 }, {}, 5],
  ])('can be set: %s', async (_, connection, options, tries) => {
    const { client, sent } = clientOf([lost], connection);
    await expect(settled(client.user.find('u1', options))).rejects.toThrow(NettuNetworkError);
    expect(sent).toHaveLength(tries);
  });

  test('do not apply to a token function that fails', async () => {
    const token = vi.fn(() => Promise.reject(new Error('signed out')));
    const client = NettuUserClient({ ...stubFetch(), token, nettuAccount: 'acc' });
    await expect(settled(client.user.me())).rejects.toThrow('signed out');
    expect(token).toHaveBeenCalledTimes(1);
  });

  test('keep the stack that leads to the line of the call', async () => {
    const { client } = clientOf([lost]);
    async function theCallingLine() {
      return client.user.find('u1');
    }
    const error = await settled(theCallingLine()).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ stack: expect.stringContaining('theCallingLine') });
  });
});
