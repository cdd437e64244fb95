/** Tokens: when the client calls the token function, and which token it sends. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NettuUserClient, type Token } from '../../src/sdk/index.ts';
import { json, jwt, problem, type Reply, stubFetch } from './stub.ts';

const NOW_S = 1_700_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_S * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

/** A token function that returns a new token on each call, with its own `n`. */
function issuer(lifetimeSeconds: number) {
  let n = 0;
  return vi.fn(async () => {
    n += 1;
    return jwt({ n, exp: Math.floor(Date.now() / 1000) + lifetimeSeconds });
  });
}

function clientOf(token: Token, ...replies: Reply[]) {
  const { fetch, sent } = stubFetch(...replies);
  const tokens = () => sent.map(({ headers }) => headers.authorization?.replace('Bearer ', ''));
  return { client: NettuUserClient({ token, nettuAccount: 'acc', fetch }), sent, tokens };
}

test('sends a fixed token unchanged, even if it has expired', async () => {
  const token = jwt({ exp: 1 });
  const { client, tokens } = clientOf(token, problem('token-expired', 401));
  const { error } = await client.user.me();
  expect(error?.code).toBe('token-expired');
  expect(tokens()).toEqual([token]);
});

test('calls the token function on the first request, and only once', async () => {
  const token = issuer(3600);
  const { client, tokens } = clientOf(token);
  expect(token).not.toHaveBeenCalled();
  await client.user.me();
  await client.user.me();
  expect(token).toHaveBeenCalledTimes(1);
  expect(new Set(tokens()).size).toBe(1);
});

test('accepts a token function that is not async', async () => {
  const { client, tokens } = clientOf(() => 'a.b.c');
  await client.user.me();
  expect(tokens()).toEqual(['a.b.c']);
});

test('replaces a token 10 seconds before it expires', async () => {
  const token = issuer(3600);
  const { client } = clientOf(token);
  await client.user.me();
  pass(3589);
  await client.user.me();
  expect(token).toHaveBeenCalledTimes(1);
  pass(1);
  await client.user.me();
  expect(token).toHaveBeenCalledTimes(2);
});

test('uses a token with a shorter lifetime for half of it', async () => {
  const token = issuer(6);
  const { client } = clientOf(token);
  await client.user.me();
  pass(2);
  await client.user.me();
  expect(token).toHaveBeenCalledTimes(1);
  pass(1);
  await client.user.me();
  expect(token).toHaveBeenCalledTimes(2);
});

test('uses a token that is expired on arrival, since the local clock may be wrong', async () => {
  const token = issuer(-60);
  const { client } = clientOf(token);
  await client.user.me();
  await client.user.me();
  expect(token).toHaveBeenCalledTimes(1);
});

test.each([
  ['with non-ASCII claims', jwt({ name: 'Åse 東京 🗓 "quoted" \u0085', exp: NOW_S + 60 }), 2],
  ['with an exp in the distant future', jwt({ exp: 5_609_418_990_073 }), 1],
  ['without an exp', jwt({}), 1],
  ['with an exp of another type', jwt({ exp: '1' }), 1],
  ['that is not a JWT', 'opaque', 1],
  ['that contains no JSON', 'a.!!.c', 1],
])('reads the expiry of a token %s', async (_name, value, calls) => {
  const token = vi.fn(() => value);
  const { client } = clientOf(token);
  await client.user.me();
  pass(61);
  await client.user.me();
  expect(token).toHaveBeenCalledTimes(calls);
});

test('shares one call of the token function between requests at the same time', async () => {
  const token = issuer(3600);
  const { client, tokens } = clientOf(token);
  await Promise.all([client.user.me(), client.user.me(), client.calendar.findById('c1')]);
  expect(token).toHaveBeenCalledTimes(1);
  expect(new Set(tokens()).size).toBe(1);
});

test.each([
  ['rejects', () => Promise.reject(new Error('signed out'))],
  [
    'throws',
    () => {
      throw new Error('signed out');
    },
  ],
])(
  'rejects the waiting requests when the token function %s, and calls it again on the next one',
  async (_how, fail) => {
    const token = vi.fn<() => string | Promise<string>>(() => 'a.b.c').mockImplementationOnce(fail);
    const { client, tokens } = clientOf(token);
    const calls = await Promise.allSettled([client.user.me(), client.user.me()]);
    expect(calls.map((call) => call.status === 'rejected' && String(call.reason))).toEqual([
      'Error: signed out',
      'Error: signed out',
    ]);
    expect(token).toHaveBeenCalledTimes(1);
    expect(tokens()).toEqual([]);
    await client.user.me();
    expect(tokens()).toEqual(['a.b.c']);
  },
);

test.each([
  [undefined, 'undefined'],
  [{ token: 'a.b.c' }, 'object'],
])(
  'rejects when the token function returns %j, and calls it again on the next request',
  async (wrong, type) => {
    const token = vi.fn(() => 'a.b.c').mockReturnValueOnce(wrong as unknown as string);
    const { client, tokens } = clientOf(token);
    await expect(client.user.me()).rejects.toThrow(
      new TypeError(`The token function must return a string, not ${type}`),
    );
    await client.user.me();
    expect(tokens()).toEqual(['a.b.c']);
  },
);

test('replaces a token that the service finds expired, and sends the request again', async () => {
  const token = issuer(3600);
  const { client, sent, tokens } = clientOf(
    token,
    problem('token-expired', 401),
    json({ calendar: {} }, 201),
  );
  const answer = await client.calendar.create({ timezone: 'UTC' });
  expect(answer.status).toBe(201);
  expect(sent.map(({ body }) => body)).toEqual([{ timezone: 'UTC' }, { timezone: 'UTC' }]);
  expect(new Set(tokens()).size).toBe(2);
});

test('sends the request again only once', async () => {
  const token = issuer(3600);
  const { client, sent } = clientOf(token, problem('token-expired', 401));
  const { error } = await client.user.me();
  expect(error?.code).toBe('token-expired');
  expect(sent).toHaveLength(2);
  expect(token).toHaveBeenCalledTimes(2);
});

test('replaces the token once for requests that the service refuses together', async () => {
  const token = issuer(3600);
  const expired = problem('token-expired', 401);
  const { client } = clientOf(token, expired, expired, json({}));
  const answers = await Promise.all([client.user.me(), client.user.me()]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(token).toHaveBeenCalledTimes(2);
});

test.each(['token-revoked', 'token-signature', 'token-claims', 'key-revoked', 'key-retired', 'user-unknown'])(
  'forgets a token that the service refuses with %s, and sends the request again with another',
  async (code) => {
    const token = issuer(3600);
    const { client, tokens } = clientOf(token, problem(code, 401), json({}));
    expect((await client.user.me()).status).toBe(200);
    await client.user.me();
    expect(token).toHaveBeenCalledTimes(2);
    expect(new Set(tokens()).size).toBe(2);
  },
);

test('keeps a token whose policy does not allow the request', async () => {
  const token = issuer(3600);
  const { client, sent } = clientOf(token, problem('policy-denied', 401));
  const { error } = await client.user.me();
  expect(error?.code).toBe('policy-denied');
  await client.user.me();
  expect(sent).toHaveLength(2);
  expect(token).toHaveBeenCalledTimes(1);
});

test('does not send the request again when the token function returns the same token', async () => {
  const token = vi.fn(() => 'a.b.c');
  const { client, sent } = clientOf(token, problem('token-revoked', 401));
  expect((await client.user.me()).error?.code).toBe('token-revoked');
  expect(sent).toHaveLength(1);
  expect(token).toHaveBeenCalledTimes(2);
});
