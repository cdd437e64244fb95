/** Three shards behind two isolates: all data of an account is in one shard, and the SDK works the same with each. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, NettuClient } from '../../src/sdk/index.ts';
import { browserAt, dataOf, freshSocket, newActors, outcome, serverAt, sign } from './support/actors.ts';
import { accountScheduling, userScheduling } from './support/scheduling-uses.ts';
import { CODE, startPlaces } from './support/service.ts';
import { countIn, RECORDS, stored, whereIs } from './support/stored.ts';

const service = await startPlaces('a', 'b');
afterAll(service.stop);
const [a, b = ''] = service.baseUrls;
const regions = [
  ['home', 'DB'],
  ['eu', 'DB_EU'],
  ['us', 'DB_US'],
] as const;

const databasesOf = ({ res }: Answer<unknown>) => res.headers.get('x-databases');
const idempotencyKey = () => crypto.randomUUID();

describe('a region', () => {
  it.each(regions)('%s gets the account, and no other region does', async (region, binding) => {
    const created = dataOf(await serverAt(a).account.create({ code: CODE, region }));
    expect(await whereIs(service, 'accounts', created.account.id)).toEqual([binding]);
    expect(await whereIs(service, 'api_keys', created.account.id, 'account_id')).toEqual([binding]);
  });

  it('that does not exist returns input-invalid with the regions, and creates nothing', async () => {
    const before = await countIn(service, 'accounts');
    const answer = await serverAt(a).account.create({ code: CODE, region: 'mars' });
    expect(outcome(answer)).toBe('400 input-invalid');
    expect(answer.error?.errors).toEqual([{ path: 'region', reason: 'must be one of eu, home, us' }]);
    expect([await countIn(service, 'accounts'), databasesOf(answer)]).toEqual([before, '']);
  });
});

it.each(regions)(
  'the API key and the token of an account in %s work in an isolate that has not seen them',
  async (region, binding) => {
    const { apiKey, accountId, token, userId } = await newActors(a, region);
    const [accountClient, userClient] = [serverAt(b, apiKey), browserAt(b, accountId, token)];
    const anonymous = NettuClient({ baseUrl: b, nettuAccount: accountId, fetch: freshSocket });
    const me = await accountClient.account.me();
    expect([dataOf(me).account.id, databasesOf(me)]).toEqual([accountId, binding]);
    const read = await userClient.user.me();
    expect([dataOf(read).user.id, databasesOf(read)]).toEqual([userId, binding]);
    const free = await anonymous.user.freebusy(userId, { startTs: 0, endTs: 1 });
    expect([dataOf(free), databasesOf(free)]).toEqual([{ busy: [], userId }, binding]);
    const created = dataOf(await userClient.calendar.create({ timezone: 'UTC' }));
    expect(await whereIs(service, 'calendars', created.calendar.id)).toEqual([binding]);
  },
);

it('no request of an account in the EU or of its users changes the other shards', async () => {
  const actors = await newActors(a, 'eu');
  const others = () => Promise.all([service.db, service.databases.DB_US as typeof service.db].map(stored));
  const before = await others();
  const uses = [...Object.values(accountScheduling), ...Object.values(userScheduling)];
  for (const [send, status] of uses) {
    // Each use has its own user, since some delete their resource, and several book the same hour.
    const { user } = dataOf(await actors.accountClient.user.create());
    const token = sign(user.id);
    const own = { ...actors, userId: user.id, token, userClient: browserAt(b, actors.accountId, token) };
    const answer = await send(own);
    expect(answer.status).toBe(status);
    expect(new Set(databasesOf(answer)?.split(' '))).toEqual(new Set(['DB_EU']));
  }
  for await (const line of actors.accountClient.account.export()) expect(line).toMatch(/^{"type":/);
  expect(dataOf(await actors.accountClient.user.list({ limit: 100 })).users).toHaveLength(uses.length + 1);
  expect(await others()).toEqual(before);
});

describe('between shards', () => {
  it('a token does not work for an account of another shard with the same signing key', async () => {
    const [eu, us] = [await newActors(a, 'eu'), await newActors(a, 'us')];
    for (const baseUrl of [a, b]) {
      const client = browserAt(baseUrl, us.accountId, eu.token);
      expect(outcome(await client.user.me())).toBe('401 user-unknown');
      expect(outcome(await client.calendar.create({ timezone: 'UTC' }))).toBe('401 user-unknown');
      expect(outcome(await browserAt(baseUrl, eu.accountId, eu.token).user.me())).toBe('200');
    }
  });

  it('an API key or an account id that names another shard returns 401', async () => {
    const { apiKey, accountId, token } = await newActors(a, 'eu');
    for (const baseUrl of [a, b]) {
      for (const key of [apiKey.replace('sk_1.', 'sk_2.'), apiKey.replace('sk_1.', 'sk_')]) {
        expect(outcome(await serverAt(baseUrl, key).account.me())).toBe('401 api-key-unknown');
        expect(outcome(await serverAt(baseUrl, key).user.create())).toBe('401 api-key-unknown');
      }
      for (const shard of ['8002', '8003', '4001']) {
        const forged = accountId.replace('-8001-', `-${shard}-`);
        expect(forged).not.toBe(accountId);
        expect(outcome(await browserAt(baseUrl, forged, token).user.me())).toBe('401 token-signature');
      }
      expect(outcome(await serverAt(baseUrl, apiKey).account.me())).toBe('200');
    }
  });

  it("an API key returns 404 for resources of another shard's account", async () => {
    const [eu, us] = [await newActors(a, 'eu'), await newActors(a, 'us')];
    expect(outcome(await eu.accountClient.user.find(us.userId))).toBe('404 not-found');
    expect(outcome(await eu.accountClient.calendar.create(us.userId, { timezone: 'UTC' }))).toBe(
      '404 not-found',
    );
  });
});

describe('the creation of an account with an Idempotency-Key', () => {
  const create = (baseUrl: string, options: object) =>
    serverAt(baseUrl).account.create({ code: CODE }, options);
  const fill = (binding: string) =>
    service.databases[binding]
      ?.prepare(
        `INSERT INTO ${RECORDS} (account_id, caller, key, request, answer, expires_at) VALUES (?, '', 'large', '', printf('%.*c', 900000, 'x'), 0)`,
      )
      .bind(crypto.randomUUID())
      .run();

  it('returns the same account through another isolate, even if another shard now has more room', async () => {
    const options = { idempotencyKey: idempotencyKey() };
    const first = dataOf(await create(a, options));
    const [binding = ''] = await whereIs(service, 'accounts', first.account.id);
    for (let i = 0; i < 3; i++) await fill(binding);
    const other = dataOf(await create(b, { idempotencyKey: idempotencyKey() }));
    expect(await whereIs(service, 'accounts', other.account.id)).not.toEqual([binding]);

    const before = await countIn(service, 'accounts');
    const retry = await create(b, options);
    expect([retry.status, dataOf(retry)]).toEqual([201, first]);
    expect(retry.res.headers.get('idempotency-replayed')).toBe('true');
    expect(await countIn(service, 'accounts')).toBe(before);
  });

  it('creates one account for many requests at once through both isolates', async () => {
    const options = { idempotencyKey: idempotencyKey() };
    const before = await countIn(service, 'accounts');
    const answers = await Promise.all(Array.from({ length: 18 }, (_, i) => create(i % 2 ? b : a, options)));
    expect(new Set(answers.map(outcome))).toEqual(new Set(['201']));
    expect(new Set(answers.map((answer) => dataOf(answer).secretApiKey)).size).toBe(1);
    expect(new Set(answers.map(({ res }) => res.headers.get('x-isolate'))).size).toBe(2);
    expect(answers.filter(({ res }) => !res.headers.has('idempotency-replayed'))).toHaveLength(1);
    expect(await countIn(service, 'accounts')).toBe(before + 1);
  });
});
