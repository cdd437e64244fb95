/** Tenancy across shards: a credential or a resource of another shard is unknown, as between accounts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Account, call, NOBODY, type Reply, type User } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { type Entry, entries, prepare, send, titled } from '../support/rows.ts';
import { accountIn, counted, databases, deployed, type Region, regions } from '../support/shards.ts';

const users = {} as Record<Region, User>;
beforeAll(async () => {
  for (const region of regions) {
    users[region] = await (await accountIn(region)).newUser({ color: 'red' });
    await users[region].call('GET', '/me');
  }
});

const pairs = regions.flatMap((mine) =>
  regions.filter((other) => other !== mine).map((other) => [users, mine, other] as const),
);
const everything = () => Promise.all(Object.values(databases).map((db) => snapshot(db)));
const through = (...doors: string[]) => titled(entries.filter(({ door }) => doors.includes(door)));

/** Expects this problem after at most one round trip to at most one shard, and no change in any. */
async function expectRefused(
  request: (env: ReturnType<typeof counted>['env']) => Promise<Reply>,
  code: Parameters<typeof expectProblem>[1],
  tripsMax = 1,
) {
  const before = await everything();
  const { env, trips } = counted();
  const reply = await request(env);
  expectProblem(reply, code);
  expect(trips().reduce((sum, n) => sum + n)).toBeLessThanOrEqual(tripsMax);
  expect(await everything()).toEqual(before);
  return reply;
}

describe.each(through('user'))('%s', (_, entry) => {
  // All accounts here have the same signing key, so that only the user is unknown.
  it('rejects a user of another shard', async () => {
    for (const [, mine, other] of pairs) {
      const request = await prepare(entry, users[mine]);
      const as = { ...(await users[mine].headers()), 'nettu-account': users[other].account.id };
      await expectRefused((env) => send(entry, users[mine], { ...request, as, env }), 'user-unknown');
    }
  });
});

const withIds = through('admin', 'both').filter(([, { params }]) => params.length > 0);

it.each(withIds)('%s returns 404 for a resource of another shard', async (_, entry: Entry) => {
  const [mine, other] = [users.eu, await users.us.account.newUser({ color: 'red' })];
  const request = await prepare(entry, other);
  const as = mine.account.headers;
  await expectRefused((env) => send(entry, mine, { ...request, as, env }), 'not-found');
});

describe('an API key', () => {
  const get = (key: string) => (env: ReturnType<typeof counted>['env']) =>
    call('GET', '/account', { headers: { 'x-api-key': key }, env });
  const secret = ({ apiKey }: Account) => apiKey.replace(/^sk_(\d+\.)?/, '');

  it('contains the number of its shard, except in shard 0', () => {
    expect(users.home.account.apiKey).toMatch(/^sk_[\w-]{32}$/);
    expect(users.eu.account.apiKey).toMatch(/^sk_1\.[\w-]{32}$/);
    expect(users.us.account.apiKey).toMatch(/^sk_2\.[\w-]{32}$/);
  });

  it('is unknown with the number of another shard, without one, and with one that does not exist', async () => {
    const unknown = await expectRefused(get(`sk_${'unknown'.repeat(5)}`), 'api-key-unknown');
    for (const region of regions) {
      const text = secret(users[region].account);
      for (const forged of [
        `sk_${text}`,
        `sk_1.${text}`,
        `sk_2.${text}`,
        `sk_3.${text}`,
        `sk_4095.${text}`,
      ]) {
        if (forged === users[region].account.apiKey) continue;
        const reply = await expectRefused(get(forged), 'api-key-unknown');
        expect(reply.body).toEqual(unknown.body);
      }
    }
  });

  it('is rejected without a round trip when the number is malformed', async () => {
    const text = secret(users.eu.account);
    for (const forged of [
      `sk_01.${text}`,
      `sk_0.${text}`,
      `sk_1.1.${text}`,
      `sk_.${text}`,
      `sk_10000.${text}`,
      `sk_-1.${text}`,
    ]) {
      const { env, trips } = counted();
      expectProblem(await get(forged)(env), 'api-key-unknown');
      expect(trips()).toEqual([0, 0, 0]);
    }
  });

  it('that is created later also contains the number, and works', async () => {
    for (const region of regions) {
      const { account } = users[region];
      const { body } = await account.call('POST', '/account/api-keys', { body: {} });
      const shard = regions.indexOf(region);
      expect(body.secretApiKey).toMatch(shard ? new RegExp(`^sk_${shard}\\.[\\w-]{32}$`) : /^sk_[\w-]{32}$/);
      const reply = await get(body.secretApiKey)(deployed());
      expect(reply.body.account.id).toBe(account.id);
    }
  });
});

describe("an account's id", () => {
  const withEtag = (id: string, digits: string) => `${id.slice(0, 14)}${digits}${id.slice(18)}`;

  it('is a UUID of version 8 with the number of its shard, and of version 4 in shard 0', () => {
    expect(users.home.account.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
    expect(users.eu.account.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8001-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(users.us.account.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8002-[89ab]/);
  });

  it('is unknown with the number of another shard, with the same answer as any unknown id', async () => {
    const me = (account: string) => async (env: ReturnType<typeof counted>['env']) =>
      call('GET', '/me', { headers: { ...(await users.eu.headers()), 'nettu-account': account }, env });
    const busy = (account: string) => (env: ReturnType<typeof counted>['env']) =>
      call('GET', `/user/${users.eu.id}/freebusy?startTs=0&endTs=1`, {
        headers: { 'nettu-account': account },
        env,
      });
    const unknown = await expectRefused(me(NOBODY), 'token-signature');
    // The primary refuses an anonymous caller, because a replica may lag behind.
    const closed = await expectRefused(busy(NOBODY), 'credentials-missing', 2);
    for (const digits of ['4001', '8000', '8002', '8003', '8fff', '7001', '1001']) {
      const forged = withEtag(users.eu.account.id, digits);
      expect((await expectRefused(me(forged), 'token-signature')).body).toEqual(unknown.body);
      expect((await expectRefused(busy(forged), 'credentials-missing', 2)).body).toEqual(closed.body);
    }
  });
});

it('rejects a cursor of the same list in another shard', async () => {
  const cursors = await Promise.all(
    regions.map(async (region) => {
      const { account } = users[region];
      await account.newUser();
      return (await account.call('GET', '/user?limit=1')).body.nextCursor as string;
    }),
  );
  for (const [, mine, other] of pairs) {
    const cursor = cursors[regions.indexOf(other)];
    expectInvalid(await users[mine].account.call('GET', `/user?limit=1&cursor=${cursor}`), 'cursor');
    const own = cursors[regions.indexOf(mine)];
    expect((await users[mine].account.call('GET', `/user?limit=1&cursor=${own}`)).status).toBe(200);
  }
});

it('creates once per shard for the same Idempotency-Key', async () => {
  const headers = { 'idempotency-key': 'the same in all' };
  const made = await Promise.all(
    regions.map((region) => users[region].account.call('POST', '/user', { body: {}, headers })),
  );
  expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(new Set(made.map(({ body }) => body.user.id)).size).toBe(3);
});
