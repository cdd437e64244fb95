/** Answers: data, a problem, and the error that a method rejects with when there is no answer. */
import { describe, expect, test } from 'vitest';
import { NettuClient, NettuNetworkError, NettuProblem, unwrap } from '../../src/sdk/index.ts';
import { json, problem, type Reply, stubFetch } from './stub.ts';

const BASE = 'https://scheduler.test/api/v1';
const clientOf = (reply: Reply) =>
  NettuClient({ baseUrl: BASE, apiKey: 'sk_secret', fetch: stubFetch(reply).fetch, retries: 0 });

describe('an answer', () => {
  test('has the data of a successful request', async () => {
    const user = { id: 'u1', metadata: {} };
    const answer = await clientOf(json({ user }, 201)).user.create();
    expect(answer).toEqual({ status: 201, data: { user }, res: expect.any(Response) });
  });

  test('has the problem of a refused request, and does not throw', async () => {
    const answer = await clientOf(problem('policy-denied', 401)).user.create();
    expect(answer.status).toBe(401);
    expect(answer.data).toBeUndefined();
    expect(answer.error).toMatchObject({ code: 'policy-denied', status: 401, detail: 'Because.' });
  });

  test('can be unwrapped, and so can the promise of one', async () => {
    const user = { id: 'u1', metadata: {} };
    const client = clientOf(json({ user }, 201));
    expect(await unwrap(client.user.create())).toEqual({ user });
    expect(unwrap(await client.user.create())).toEqual({ user });
  });

  test('has the etag of the resource, and the id of the request', async () => {
    const headers = { etag: '"v1"', 'x-request-id': 'r1' };
    const answer = await clientOf(json({ user: {} }, 200, headers)).user.find('u1');
    expect(answer).toMatchObject({ etag: '"v1"', requestId: 'r1' });
    const bare = await clientOf(json({ user: {} })).user.find('u1');
    expect([bare.etag, bare.requestId]).toEqual([undefined, undefined]);
  });

  test('has the response with its headers', async () => {
    const reply = () => Response.json({}, { headers: { 'retry-after': '3' } });
    const { res } = await clientOf(reply).account.me();
    expect(res.headers.get('retry-after')).toBe('3');
  });
});

describe('the error of a refused request', () => {
  const document = {
    type: 'about:blank',
    title: 'The input is not valid',
    status: 400,
    detail: 'Two fields are wrong.',
    code: 'input-invalid',
    errors: [
      { path: 'startTs', reason: 'must be a number' },
      { path: 'duration', reason: 'is required' },
    ],
    id: 'r1',
  };
  const refusing = clientOf(json(document, 400));

  test('is an Error whose message names the request and the reason', async () => {
    const { error } = await refusing.user.findByMeta({ key: 'email', value: 'a@b.test' });
    expect(error).toBeInstanceOf(NettuProblem);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe(
      `NettuProblem: GET ${BASE}/user/meta failed: 400 input-invalid. Two fields are wrong.\n` +
        '  startTs: must be a number\n  duration: is required',
    );
  });

  test('has the members of the problem document, and serializes to that document', async () => {
    const { error } = await refusing.account.me();
    expect(error).toMatchObject(document);
    expect(JSON.parse(JSON.stringify(error))).toEqual(document);
    const { error: plain } = await clientOf(problem('not-found', 404)).account.me();
    expect(Object.keys(plain?.toJSON() ?? {})).toEqual(['type', 'title', 'status', 'detail', 'code']);
  });

  test('names the quota that a request would have passed, also where nothing is allowed or used', async () => {
    const full = { type: 'about:blank', title: 'A quota is used up', status: 409, detail: 'Full.' };
    const quota = { ...full, code: 'quota-exceeded', quota: 'events', limit: 0, use: 0 };
    const { error } = await clientOf(json(quota, 409)).user.create();
    expect(error).toMatchObject({ quota: 'events', limit: 0, use: 0 });
    expect(error?.toJSON()).toEqual(quota);
  });

  test('contains the id of the request in the log', async () => {
    const client = clientOf(problem('internal', 500, { 'x-request-id': 'r2' }));
    const { error, requestId } = await client.account.me();
    expect([requestId, error?.requestId, error?.toJSON().requestId]).toEqual(['r2', 'r2', 'r2']);
    expect(error?.message).toBe(`GET ${BASE}/account failed: 500 internal. Because.\n  request r2`);
    const foreign = await clientOf(
      () => new Response('', { headers: { 'x-request-id': 'r3' } }),
    ).account.me();
    expect(foreign.error).toMatchObject({
      requestId: 'r3',
      message: expect.stringContaining('\n  request r3'),
    });
  });

  test('is thrown by unwrap', async () => {
    const answer = await refusing.account.me();
    expect(() => unwrap(answer)).toThrow(NettuProblem);
    await expect(unwrap(refusing.account.me())).rejects.toMatchObject({ code: 'input-invalid' });
  });

  test('has a stack that leads to the line of the call, below its own message', async () => {
    async function theCallingLine() {
      return refusing.account.me();
    }
    const { error } = await theCallingLine();
    expect(error?.stack?.startsWith(`NettuProblem: ${error.message}\n    at `)).toBe(true);
    expect(error?.stack).toContain('theCallingLine');
  });
});

describe('an answer that is not from the scheduler', () => {
  const html =
    (status: number): Reply =>
    () =>
      new Response('<h1>Bad gateway</h1>', { status, headers: { 'content-type': 'text/html' } });

  const rows: [string, Reply, number][] = [
    ['an error page of a proxy', html(502), 502],
    ['a page served with 200', html(200), 200],
    ['an error in JSON of another service', json({ message: 'Forbidden' }, 403), 403],
    ['an error that is JSON null', json(null, 500), 500],
    ['a success that is JSON null', json(null), 200],
    ['a success cut short', () => new Response('{"user":'), 200],
    ['a success without a body', () => new Response(null, { status: 204 }), 204],
    [
      'a redirect',
      () => new Response(null, { status: 301, headers: { location: 'https://other.test' } }),
      301,
    ],
  ];

  test.each(rows)('becomes the problem unexpected-answer: %s', async (_name, reply, status) => {
    const answer = await clientOf(reply).user.findByMeta({ key: 'email', value: 'a@b.test' });
    expect(answer.status).toBe(status);
    expect(answer.data).toBeUndefined();
    expect(answer.error).toMatchObject({ code: 'unexpected-answer', status, type: 'about:blank' });
    expect(answer.error?.detail).toContain(`GET ${BASE}/user/meta returned status ${status}`);
    expect(answer.error?.message).toBe(`${answer.error?.detail} (unexpected-answer)`);
    expect(answer.error?.message).not.toContain('b.test');
  });
});

describe('no answer', () => {
  const failure = new TypeError('fetch failed');

  test('rejects with an error that says what to check, whose cause is the error of fetch', async () => {
    const call = clientOf(() => Promise.reject(failure)).user.find('u1');
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NettuNetworkError);
    expect(error).toMatchObject({ name: 'NettuNetworkError', cause: failure });
    expect(String(error)).toMatch(
      /^NettuNetworkError: GET https:\/\/scheduler\.test\/api\/v1\/user\/u1 got no answer\. .*config\.baseUrl/,
    );
  });

  test('rejects with a stack that leads to the line of the call', async () => {
    async function theCallingLine() {
      return clientOf(() => Promise.reject(failure)).account.me();
    }
    const error = await theCallingLine().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ stack: expect.stringContaining('theCallingLine') });
  });

  test('rejects with a message without credentials and query values', async () => {
    const call = clientOf(() => Promise.reject(failure)).user.findByMeta({ key: 'email', value: 'a@b.test' });
    const text = await call.catch(String);
    expect(text).toContain(`GET ${BASE}/user/meta got`);
    expect(text).not.toMatch(/sk_|email|b\.test/);
  });

  test('includes an answer that ends in the middle', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(failure) });
    const call = clientOf(() => new Response(body)).account.me();
    await expect(call).rejects.toThrow(NettuNetworkError);
  });
});
