/** Failures that the client does not cause: database outages, our own defects, rate limits. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Call,
  CODE,
  call,
  counting,
  keys,
  newAccount,
  newKeys,
  newUser,
  pemOf,
  policy,
  type Reply,
} from '../support/client.ts';
import { failing, snapshot, through } from '../support/database.ts';
import { jws, rs256 } from '../support/jws.ts';
import { expectProblem } from '../support/problem.ts';
import { credentials, type Entry, entries, prepare, send, titled } from '../support/rows.ts';

/** Returns everything that was logged. */
let logged: () => string;
beforeEach(() => {
  const levels = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const;
  const spies = levels.map((level) => vi.spyOn(console, level).mockImplementation(() => {}));
  // Retries do not wait.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  logged = () => spies.flatMap((spy) => spy.mock.calls.flat().map(String)).join('\n');
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** GET /health has an answer of its own for a database that fails: test/jobs/health.test.ts. */
const querying = titled(entries.filter(({ trips, path }) => trips > 0 && path !== '/health'));

/** D1 lost the answer of a batch that it may have committed; `db/d1-errors.node.test.ts` lists all such errors. */
const LOST = new Error('the answer was lost');
/** D1 did not run the batch. */
const NOT_RUN = new Error('D1_ERROR: D1 DB is overloaded. Too many requests queued.');
const DEFECT = 'D1_ERROR: no such table: x: SQLITE_ERROR';

const NOTHING_CHANGED = /nothing changed. Try again/;
const MAY_HAVE_CHANGED = /may or may not have taken effect/;

/** Expects the problem for a lost answer, which depends on whether the route may have written. */
function expectOutage(entry: Entry, reply: Reply): void {
  // A route that reads before it writes has not changed anything in its first batch. A refresh first says that it has begun.
  const writes = entry.row.does.writes && (entry.trips === 1 || entry.path.endsWith('/refresh'));
  const posts = writes && entry.row.method === 'POST';
  expectProblem(reply, posts ? 'outcome-unknown' : 'database-unavailable');
  expect(reply.problem.detail).toMatch(writes ? MAY_HAVE_CHANGED : NOTHING_CHANGED);
}

/** Returns a database that never answers, and a promise that resolves on its first batch. */
function hanging() {
  const first = Promise.withResolvers<void>();
  const DB = through(() => {
    first.resolve();
    return new Promise(() => {});
  });
  return { DB, reached: first.promise };
}

describe.each(querying)('%s', (_, entry) => {
  it('returns 503 during an outage of the database, and 500 for a defect of ours', async () => {
    const user = await newUser();
    await user.call('GET', '/me');
    const request = { ...(await prepare(entry, user)), as: await credentials(entry, user) };
    const before = await snapshot();

    let batches = 0;
    const losing = through(() => {
      batches++;
      return Promise.reject(LOST);
    });
    expectOutage(entry, await send(entry, user, { ...request, env: { DB: losing } }));
    // Routes for anyone read a replica and then the primary. Nothing else is sent twice.
    expect(batches).toBe(entry.door === 'anyone' ? 2 : 1);

    const notRun = await send(entry, user, { ...request, env: { DB: failing(NOT_RUN) } });
    expectProblem(notRun, 'database-unavailable');
    expect(notRun.problem.detail).toMatch(NOTHING_CHANGED);

    const broken = await send(entry, user, { ...request, env: { DB: failing(new Error(DEFECT)) } });
    expectProblem(broken, 'internal');
    expect(logged()).toContain(broken.problem.id);
    expect(logged()).toContain(DEFECT);
    expect(JSON.stringify(broken.body)).not.toMatch(/D1|SQL|table|undefined|\.ts|src\//);

    expect(await snapshot()).toEqual(before);
    expect((await send(entry, user, request)).status).toBe(entry.row.status ?? 200);
  });
});

const oneOfEach = ['GET', 'POST', 'PUT', 'DELETE'].flatMap(
  (method) => entries.find(({ row, door }) => row.method === method && door === 'user') ?? [],
);

it.each(titled(oneOfEach))('%s returns 503 after ten seconds without an answer', async (_, entry) => {
  const user = await newUser();
  await user.call('GET', '/me');
  const request = await prepare(entry, user);
  const as = await credentials(entry, user);
  vi.useFakeTimers();
  try {
    const { DB, reached } = hanging();
    const reply = send(entry, user, { ...request, as, env: { DB } });
    await reached;
    await vi.advanceTimersByTimeAsync(10_000);
    expectOutage(entry, await reply);
  } finally {
    vi.useRealTimers();
  }
});

it('does not claim that nothing changed when the answer of a committed write is lost', async () => {
  const account = await newAccount();
  const DB = through(async (run) => {
    await run();
    throw new Error('D1_ERROR: Network connection lost.');
  });
  const reply = await account.call('POST', '/account/api-keys', { body: { name: 'lost' }, env: { DB } });
  expectProblem(reply, 'outcome-unknown');
  expect(reply.problem.detail).toMatch(/list the API keys, remove the one that you do not know/);
  expect((await account.call('GET', '/account/api-keys')).body.apiKeys).toHaveLength(2);
  const opened = await call('POST', '/account', { body: { code: CODE }, env: { DB } });
  expectProblem(opened, 'outcome-unknown');
  expect(opened.problem.detail).toMatch(/an empty account whose API key nobody has/);
});

it('says that nothing changed when the outage hits the read of the signing keys', async () => {
  const user = await newUser();
  const env = { DB: failing(new Error('D1_ERROR: Network connection lost.')) };
  const reply = await user.call('POST', '/calendar', { body: { timezone: 'UTC' }, env });
  expectProblem(reply, 'database-unavailable');
  expect(reply.problem.detail).toMatch(NOTHING_CHANGED);
});

it('gives each defect its own id', async () => {
  const account = await newAccount();
  const env = { DB: failing(new Error('D1_ERROR: no such table: x: SQLITE_ERROR')) };
  const ids = [
    await account.call('GET', '/account', { env }),
    await account.call('GET', '/account', { env }),
  ];
  expect(ids[0]?.problem.id).not.toBe(ids[1]?.problem.id);
});

it('GET / answers without a database', async () => {
  const { trips } = entries.find(({ name }) => name === 'GET /') ?? {};
  expect(trips).toBe(0);
  expect((await call('GET', '/', { env: { DB: failing(new Error('lost')) } })).status).toBe(200);
});

it('still returns 401 during an outage for a token that needs no database to be rejected', async () => {
  const user = await newUser();
  const env = { DB: failing(new Error('lost')) };
  expectProblem(await user.call('GET', '/me', { claims: { exp: 1 }, env }), 'token-expired');
  const reply = await user.call('POST', '/calendar', { claims: { schedulerPolicy: [] }, env });
  expectProblem(reply, 'token-claims');
});

describe('the rate limiter', () => {
  const limiter = (success: boolean) => {
    const counted: string[] = [];
    const limit = async ({ key }: { key: string }) => {
      counted.push(key);
      return { success };
    };
    return { counted, env: { RATE_LIMITER: { limit } as unknown as RateLimit } };
  };
  const from = { headers: { 'cf-connecting-ip': '192.0.2.1' } };
  const open = (options: Call) => call('POST', '/account', { body: { code: CODE }, ...from, ...options });

  it('blocks the creation of accounts with a right and a wrong code, and writes nothing', async () => {
    const { counted, env } = limiter(false);
    const before = await snapshot();
    expectProblem(await open({ env }), 'rate-limited');
    expectProblem(await open({ env, body: { code: 'no' } }), 'rate-limited');
    expect(await snapshot()).toEqual(before);
    expect(counted).toEqual(['192.0.2.1', '192.0.2.1']);
  });

  it.each(['127.0.0.1', '::1'])(
    'does not count %s, the address of every caller in wrangler dev',
    async (address) => {
      const { counted, env } = limiter(false);
      expect((await open({ env, headers: { 'cf-connecting-ip': address } })).status).toBe(201);
      expect(counted).toEqual([]);
    },
  );

  it('lets requests within the limit pass', async () => {
    const { counted, env } = limiter(true);
    expect((await open({ env })).status).toBe(201);
    expect(counted).toEqual(['192.0.2.1']);
  });

  it('does not count health checks, nor credentials that this isolate has verified before', async () => {
    const { counted, env } = limiter(false);
    const user = await newUser();
    await user.call('GET', '/me');
    expect((await call('GET', '/', { ...from, env })).status).toBe(200);
    expect((await call('HEAD', '/', { ...from, env })).status).toBe(200);
    expect((await user.account.call('POST', '/user', { ...from, env })).status).toBe(201);
    expect((await user.call('GET', '/me', { ...from, env })).status).toBe(200);
    expect((await user.call('GET', '/me', { ...from, env, claims: { jti: 'another' } })).status).toBe(200);
    expect(counted).toEqual([]);
  });

  it('blocks API keys and tokens that this isolate has not verified before they reach the database', async () => {
    const { env } = limiter(false);
    const user = await newUser();
    const forger = await newKeys();
    const forged = await forger.sign({ nettuSchedulerUserId: user.id, exp: 5609418990073 });
    const { db, trips } = counting();
    const options = { env: { ...env, DB: db } };
    const headers = { 'cf-connecting-ip': '192.0.2.1' };
    const unknown = { ...headers, 'x-api-key': `sk_${'unknown'.repeat(6)}` };
    expectProblem(await call('GET', '/account', { headers: unknown, ...options }), 'rate-limited');
    for (const [method, path] of [
      ['GET', '/me'],
      ['POST', '/calendar'],
    ] as const) {
      expectProblem(await user.call(method, path, { token: forged, headers, ...options }), 'rate-limited');
    }
    expect(trips()).toBe(0);
  });

  it('counts callers without a credential apart, so that they use up nothing of a good key', async () => {
    const { counted, env } = limiter(true);
    const user = await newUser();
    const headers = { 'cf-connecting-ip': '192.0.2.1' };
    const anyone = { ...headers, 'nettu-account': user.account.id };
    const freebusy = `/user/${user.id}/freebusy?startTs=0&endTs=1`;
    expect((await call('GET', freebusy, { headers: anyone, env })).status).toBe(200);
    expect((await user.call('GET', '/me', { headers, env })).status).toBe(200);
    const { secretApiKey } = (await user.account.call('POST', '/account/api-keys', { body: {} })).body;
    const withKey = { ...headers, 'x-api-key': secretApiKey };
    expect((await call('GET', '/account', { headers: withKey, env })).status).toBe(200);
    expect((await call('GET', '/account', { headers: withKey, env })).status).toBe(200);
    expect(counted).toEqual(['192.0.2.1', '192.0.2.1/unverified', '192.0.2.1/unverified']);
  });

  it('counts the whole IPv6 network of a subscriber as one caller', async () => {
    const { counted, env } = limiter(true);
    for (const address of ['2001:db8:0:7::1', '2001:db8:0:7:a:b:c:d', '2001:db8::7:0:0:0:9', '2001:db8::1']) {
      await open({ env, headers: { 'cf-connecting-ip': address } });
    }
    expect(counted).toEqual(['2001:db8:0:7', '2001:db8:0:7', '2001:db8:0:7', '2001:db8:0:0']);
  });

  it('lets requests pass when the limiter fails, and logs the failure', async () => {
    const limit = () => Promise.reject(new Error('limiter lost'));
    const env = { RATE_LIMITER: { limit } as unknown as RateLimit };
    expect((await open({ env })).status).toBe(201);
    expect(logged()).toContain('limiter lost');
  });
});

it('keeps tokens, API keys, codes and private keys out of the log and out of every failed answer', async () => {
  const user = await newUser();
  const attacker = await newKeys();
  const pkcs8 = (await crypto.subtle.exportKey('pkcs8', keys.pair.privateKey)) as ArrayBuffer;
  const privateKey = pemOf('PRIVATE KEY', new Uint8Array(pkcs8));
  const claims = { nettuSchedulerUserId: user.id, exp: 5609418990073 };
  const tokens = [
    await user.token({ exp: 1 }),
    await user.token({ schedulerPolicy: [] }),
    await user.token(policy([])),
    await jws({ alg: 'HS256' }, claims, async (input) => input),
    await jws({ alg: 'RS256' }, claims, rs256(attacker.pair)),
    'a.b.c',
  ];
  const apiKeys = [user.account.apiKey, `sk_${'unknown'.repeat(6)}`, 'sk_short-secret'];
  const errors = ['lost', 'D1_ERROR: no such table: x: SQLITE_ERROR'];
  const answers: unknown[] = [];
  for (const env of [{}, ...errors.map((message) => ({ DB: failing(new Error(message)) }))]) {
    const keep = async (reply: ReturnType<typeof call>) => {
      const { status, body, headers } = await reply;
      if (status >= 400) answers.push(body, [...headers]);
    };
    for (const token of [...tokens, await user.token()]) {
      await keep(user.call('GET', '/me', { token, env }));
      await keep(user.call('POST', '/calendar', { token, env, body: { timezone: 'x' } }));
    }
    for (const key of apiKeys) await keep(call('GET', '/account', { headers: { 'x-api-key': key }, env }));
    await keep(user.account.call('PUT', '/account/pubkey', { env, body: { publicJwtKey: privateKey } }));
    await keep(call('POST', '/account', { env, body: { code: `${CODE}?` } }));
    await keep(call('POST', '/account', { env, body: { code: CODE } }));
  }
  expect(answers.length).toBeGreaterThan(40);
  expect(logged()).toContain('database-unavailable');
  expect(logged()).toContain('outcome-unknown');
  const output = `${logged()}\n${JSON.stringify(answers)}`;
  const secrets = [...tokens.slice(0, -1), await user.token(), ...apiKeys, CODE, privateKey.slice(100, 150)];
  for (const secret of secrets) {
    expect(output).not.toContain(secret);
    const signature = secret.split('.')[2];
    if (signature) expect(output).not.toContain(signature);
  }
});
