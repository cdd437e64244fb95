/** The service over real HTTP: CORS, HEAD, 404, 405 and persistent connections. */
import http from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { freshSocket, newActors } from './support/actors.ts';
import { fromPage, listOf, ORIGIN } from './support/page.ts';
import { startService } from './support/service.ts';

const service = await startService();
afterAll(service.stop);
const [baseUrl] = service.baseUrls;
const actors = await newActors(baseUrl);
const userHeaders = { 'nettu-account': actors.accountId, authorization: `Bearer ${actors.token}` };
const accountHeaders = { 'x-api-key': actors.apiKey };
const json = { 'content-type': 'application/json' };

interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

const pageOn =
  (origin?: string) =>
  ({ path, ...init }: Request): Promise<Response> =>
    fromPage(baseUrl + path, init, origin);

describe('a page on another origin', () => {
  it.each([ORIGIN, 'http://localhost:3000', 'null'])('reads and writes from %s', async (origin) => {
    const send = pageOn(origin);
    const headers = { ...userHeaders, ...json };
    const created = await send({ method: 'POST', path: '/calendar', headers, body: '{"timezone":"UTC"}' });
    expect(created.status).toBe(201);
    const { calendar } = (await created.json()) as { calendar: { id: string } };
    const path = `/calendar/${calendar.id}`;
    expect((await send({ method: 'GET', path, headers: userHeaders })).status).toBe(200);
    expect((await send({ method: 'PUT', path, headers, body: '{"weekStart":"Sun"}' })).status).toBe(200);
    expect((await send({ method: 'DELETE', path, headers: userHeaders })).status).toBe(200);
  });

  it('may send headers that its tools add', async () => {
    const headers = { ...userHeaders, traceparent: '00-1-2-01', 'x-requested-with': 'fetch' };
    expect((await pageOn()({ method: 'GET', path: '/me', headers })).status).toBe(200);
  });

  it.each<[number, string, Request]>([
    [
      400,
      'input-invalid',
      {
        method: 'POST',
        path: '/calendar',
        headers: { ...userHeaders, ...json },
        body: '{"timezone":"Mars"}',
      },
    ],
    [
      400,
      'body-not-json',
      { method: 'POST', path: '/calendar', headers: { ...userHeaders, ...json }, body: '{' },
    ],
    [401, 'credentials-missing', { method: 'GET', path: '/me', headers: {} }],
    [
      401,
      'token-malformed',
      { method: 'GET', path: '/me', headers: { ...userHeaders, authorization: 'Bearer x' } },
    ],
    [404, 'not-found', { method: 'GET', path: '/calendar/x', headers: userHeaders }],
    [404, 'route-unknown', { method: 'GET', path: '/nowhere', headers: userHeaders }],
    [405, 'method-not-allowed', { method: 'DELETE', path: '/me', headers: userHeaders }],
    [409, 'api-key-last', { method: 'DELETE', path: '/account/api-keys/:own', headers: accountHeaders }],
    [
      413,
      'body-too-large',
      { method: 'POST', path: '/calendar', headers: { ...userHeaders, ...json }, body: 'a'.repeat(65_537) },
    ],
    [
      415,
      'media-type-unsupported',
      {
        method: 'POST',
        path: '/calendar',
        headers: { ...userHeaders, 'content-type': 'text/plain' },
        body: '{}',
      },
    ],
  ])('reads the error %i %s', async (status, code, request) => {
    const { data } = await actors.accountClient.account.apiKeys.list();
    const path = request.path.replace(':own', data?.apiKeys[0]?.id ?? '');
    const response = await pageOn()({ ...request, path });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(await response.json()).toMatchObject({ status, code });
    const exposed = listOf(response, 'access-control-expose-headers');
    for (const name of ['www-authenticate', 'allow', 'retry-after']) expect(exposed).toContain(name);
  });

  it('reads the 405 of a method that no route takes, and measures its calls', async () => {
    const response = await pageOn()({ method: 'PATCH', path: '/me', headers: userHeaders });
    expect([response.status, await response.json()]).toMatchObject([405, { code: 'method-not-allowed' }]);
    expect(response.headers.get('timing-allow-origin')).toBe('*');
  });

  it('may cache a preflight, which needs no credentials on any path', async () => {
    for (const path of ['/', '/me', '/account', '/nowhere', '/calendar/x']) {
      const preflight = await freshSocket(baseUrl + path, { method: 'OPTIONS', headers: { origin: ORIGIN } });
      expect(preflight.status).toBe(204);
      expect(Number(preflight.headers.get('access-control-max-age'))).toBeGreaterThanOrEqual(600);
      expect(await preflight.text()).toBe('');
    }
  });
});

it('HEAD returns the status and headers of GET, without a body', async () => {
  for (const [path, headers] of [
    ['/', {}],
    ['/me', userHeaders],
    ['/account', accountHeaders],
    ['/me', {}],
    ['/calendar/x', userHeaders],
    ['/nowhere', {}],
  ] as const) {
    const [head, get] = await Promise.all(
      ['HEAD', 'GET'].map((method) => freshSocket(baseUrl + path, { method, headers })),
    );
    expect(head?.status).toBe(get?.status);
    expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'));
    expect(await head?.text()).toBe('');
    expect((await get?.text())?.length).toBeGreaterThan(0);
  }
});

it('the root of the host links to the API', async () => {
  const root = `${new URL(baseUrl).origin}/`;
  const response = await freshSocket(root, {});
  expect([response.status, await response.json()]).toMatchObject([200, { api: '/api/v1/' }]);
  const head = await freshSocket(root, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

it.each([
  '/account',
  '/api',
  '/api/v2/account',
  '/api/v1x',
  '/api/v1/accounts',
  '/api/v1/me/x',
  '/api/v1//me',
])('returns 404 route-unknown for "%s"', async (path) => {
  const response = await freshSocket(new URL(baseUrl).origin + path, { headers: accountHeaders });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'route-unknown' });
});

it.each([
  ['PATCH', '/account', ['GET', 'HEAD', 'OPTIONS']],
  ['DELETE', '/me', ['GET', 'HEAD', 'OPTIONS']],
  ['GET', '/account/pubkey', ['PUT', 'OPTIONS']],
  ['PATCH', '/user/x', ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']],
  ['POST', '/calendar/x', ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']],
])('%s %s returns 405 with the methods of the path', async (method, path, takes) => {
  const response = await freshSocket(baseUrl + path, { method });
  expect(response.status).toBe(405);
  expect(await response.json()).toMatchObject({ code: 'method-not-allowed' });
  expect(listOf(response, 'allow')).toEqual(expect.arrayContaining(takes));
});

describe('a persistent connection survives a refused upload', () => {
  /** Sends a body of `bytes`, chunked or with its length, and returns the status. */
  function send(
    agent: http.Agent,
    method: string,
    path: string,
    bytes = 0,
    chunked = false,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...json,
        ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': bytes }),
      };
      const request = http.request(baseUrl + path, { agent, method, headers }, (response) => {
        response
          .on('error', reject)
          .on('end', () => resolve(response.statusCode ?? 0))
          .resume();
      });
      request.on('error', reject);
      request.end(Buffer.alloc(bytes, 'a'));
    });
  }

  const KB = 1024;
  it.each([
    ['without credentials', 401, 'POST', '/user'],
    ['to no route', 404, 'POST', '/nowhere'],
    ['with another method', 405, 'POST', '/account/settings'],
    ['that is too large', 413, 'POST', '/account'],
    ['to a route without a body', 401, 'DELETE', '/account/webhook'],
  ])('%s: %i', async (_, expected, method, path) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (const bytes of [1, KB, 60 * KB, 64 * KB, 64 * KB + 1, 100 * KB, KB * KB, 10 * KB * KB]) {
      for (const chunked of [false, true]) {
        // A body that is short enough is read, and is no JSON.
        const status = expected === 413 && bytes <= 64 * KB ? 400 : expected;
        expect(await send(agent, method, path, bytes, chunked)).toBe(status);
        expect(await send(agent, 'GET', '/')).toBe(200);
      }
    }
    agent.destroy();
  });
});
