/** The headers of a request, the hooks that tell of it, and the API key that must not be in a browser. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type EndedRequest,
  NettuClient,
  NettuNetworkError,
  NettuProblem,
  NettuUserClient,
  type SentRequest,
} from '../../src/sdk/index.ts';
import sdk from '../../src/sdk/package.json' with { type: 'json' };
import { json, lost, problem, stubFetch } from './stub.ts';

const baseUrl = 'https://scheduler.test/api/v1';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The `init` of the only request that `call` sends. */
async function initOf(call: (fetch: NonNullable<Parameters<typeof NettuClient>[0]>['fetch']) => unknown) {
  const fetch = vi.fn(async (_url: string, _init: RequestInit) => Response.json({}));
  await call(fetch);
  return { ...fetch.mock.calls[0]?.[1], headers: new Headers(fetch.mock.calls[0]?.[1].headers) };
}

describe('headers', () => {
  test('name the version of this package', async () => {
    const { headers } = await initOf((fetch) => NettuClient({ fetch }).account.me());
    expect(headers.get('nettu-sdk')).toBe(`js/${sdk.version}`);
  });

  test('of a call win over those of its client, in any case', async () => {
    const { headers } = await initOf((fetch) =>
      NettuClient({ fetch, headers: { 'x-proxy': 'a', 'x-trace': 'b' } }).account.me({
        headers: { 'X-Trace': 'c' },
      }),
    );
    expect([headers.get('x-proxy'), headers.get('x-trace')]).toEqual(['a', 'c']);
  });

  test('never replace those of the client itself', async () => {
    const headers = { 'X-Api-Key': 'sk_2', 'Idempotency-Key': 'theirs', 'content-type': 'text/plain' };
    const sent = await initOf((fetch) =>
      NettuClient({ fetch, apiKey: 'sk_1' }).user.create({}, { headers, idempotencyKey: 'mine' }),
    );
    expect(Object.fromEntries(sent.headers)).toMatchObject({
      'x-api-key': 'sk_1',
      'idempotency-key': 'mine',
      'content-type': 'application/json',
    });
  });

  test('are the same in each attempt', async () => {
    const { fetch, sent } = stubFetch(problem('contended', 503, { 'retry-after': '0' }), json({}));
    await NettuClient({ fetch, headers: { 'x-proxy': 'a' } }).account.me();
    expect(sent.map(({ headers }) => headers)).toEqual(Array(2).fill({ 'x-proxy': 'a' }));
  });

  test('that are invalid throw a TypeError without the value, and nothing is sent', async () => {
    const { fetch, sent } = stubFetch();
    const call = NettuClient({ fetch, headers: { 'x-proxy': 'secret\nsecret' } }).account.me();
    const error = await call.catch(String);
    expect(error).toMatch(/^TypeError: /);
    expect(error).not.toContain('secret');
    expect(sent).toEqual([]);
  });
});

describe('the cache', () => {
  test('is off, since Next.js keeps the answers of GETs otherwise', async () => {
    const { cache } = await initOf((fetch) => NettuClient({ fetch }).account.me());
    expect(cache).toBe('no-store');
  });

  test('is not named where fetch does not take it, as in older Workers', async () => {
    vi.resetModules();
    vi.stubGlobal('Request', class {});
    const { NettuClient } = await import('../../src/sdk/index.ts');
    expect(await initOf((fetch) => NettuClient({ fetch }).account.me())).not.toHaveProperty('cache');
  });
});

describe('hooks', () => {
  test('tell of each attempt, without a query, a key or a token', async () => {
    const { fetch } = stubFetch(
      lost,
      problem('database-unavailable', 503, { 'x-request-id': 'r2', 'retry-after': '0' }),
      json({}, 200, { 'x-request-id': 'r3' }),
    );
    const requests: SentRequest[] = [];
    const responses: EndedRequest[] = [];
    const client = NettuClient({
      fetch,
      baseUrl,
      apiKey: 'sk_secret',
      onRequest: (request) => requests.push(request),
      onResponse: (response) => responses.push(response),
    });
    await client.user.findByMeta({ key: 'email', value: 'a@b.test' });
    const sent = { method: 'GET', url: `${baseUrl}/user/meta` };
    expect(requests).toEqual([1, 2, 3].map((attempt) => ({ ...sent, attempt })));
    const elapsedMs = expect.any(Number);
    expect(responses).toEqual([
      {
        ...sent,
        attempt: 1,
        status: undefined,
        requestId: undefined,
        error: expect.any(NettuNetworkError),
        elapsedMs,
      },
      { ...sent, attempt: 2, status: 503, requestId: 'r2', error: expect.any(NettuProblem), elapsedMs },
      { ...sent, attempt: 3, status: 200, requestId: 'r3', error: undefined, elapsedMs },
    ]);
    expect(JSON.stringify([requests, responses])).not.toMatch(/sk_secret|a@b/);
  });

  test('tell of both requests of a refused token', async () => {
    const { fetch } = stubFetch(problem('token-revoked', 401), json({}));
    let n = 0;
    const onResponse = vi.fn();
    const client = NettuUserClient({ fetch, token: () => `a.b.${n++}`, nettuAccount: 'acc', onResponse });
    await client.user.me();
    expect(onResponse.mock.calls.map(([{ attempt, status }]) => [attempt, status])).toEqual([
      [1, 401],
      [2, 200],
    ]);
  });

  test.each(['onRequest', 'onResponse'])('that throw fail no call: %s', async (hook) => {
    const { fetch, sent } = stubFetch(json({}, 201));
    const broken = () => {
      throw new Error('the log is full');
    };
    expect((await NettuClient({ fetch, [hook]: broken }).user.create()).status).toBe(201);
    expect(sent).toHaveLength(1);
  });
});

describe('an API key in a browser', () => {
  test('throws a TypeError that says what to use', () => {
    vi.stubGlobal('document', {});
    expect(() => NettuClient({ apiKey: 'sk_1' })).toThrow(/NettuUserClient/);
    expect(() => NettuClient({ apiKey: 'sk_1' })).toThrow(TypeError);
  });

  test('works where the page says so', () => {
    vi.stubGlobal('document', {});
    expect(() => NettuClient({ apiKey: 'sk_1', allowApiKeyInBrowser: true })).not.toThrow();
  });

  test('is not what an anonymous client has', () => {
    vi.stubGlobal('document', {});
    expect(() => NettuClient({ nettuAccount: 'acc' })).not.toThrow();
  });
});
