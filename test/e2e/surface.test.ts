/** Lists, preconditions and safe retries, with the SDK against the real Worker. */
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, NettuClient, NettuUserClient, unwrap } from '../../src/sdk/index.ts';
import { type Actors, dataOf, freshSocket, newActors, outcome } from './support/actors.ts';
import { startService } from './support/service.ts';

const service = await startService();
afterAll(service.stop);
const [baseUrl] = service.baseUrls;
const timezone = 'UTC';
const free = { metadata: { plan: 'free', 'tier[0]': 'a&b=c ü' } };
const paid = { metadata: { plan: 'paid' } };

beforeEach(() => {
  // Without jitter, retries do not wait.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

type Client = 'accountClient' | 'userClient';
type List = ReturnType<NettuClient['calendar' | 'events' | 'schedule' | 'user' | 'service']['list']>;

/** How to create a resource, and how to list it with either client. */
const resources: Record<
  'calendar' | 'events' | 'schedule',
  {
    make: (actors: Actors, more: typeof free | typeof paid) => Promise<string>;
    list: (actors: Actors, who: Client, query: Parameters<NettuUserClient['calendar']['list']>[0]) => List;
  }
> = {
  calendar: {
    make: async ({ accountClient, userId }, more) =>
      dataOf(await accountClient.calendar.create(userId, { timezone, ...more })).calendar.id,
    list: ({ accountClient, userClient, userId }, who, query) =>
      who === 'accountClient' ? accountClient.calendar.list(userId, query) : userClient.calendar.list(query),
  },
  events: {
    make: async ({ accountClient, userId }, more) => {
      const { calendar } = dataOf(await accountClient.calendar.create(userId, { timezone }));
      const event = { calendarId: calendar.id, startTs: 0, duration: 1000, ...more };
      return dataOf(await accountClient.events.create(userId, event)).event.id;
    },
    list: ({ accountClient, userClient, userId }, who, query) =>
      who === 'accountClient' ? accountClient.events.list(userId, query) : userClient.events.list(query),
  },
  schedule: {
    make: async ({ accountClient, userId }, more) =>
      dataOf(await accountClient.schedule.create(userId, { timezone, ...more })).schedule.id,
    list: ({ accountClient, userClient, userId }, who, query) =>
      who === 'accountClient' ? accountClient.schedule.list(userId, query) : userClient.schedule.list(query),
  },
};

async function idsOf(list: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of list) ids.push(id);
  return ids;
}

describe.each(Object.entries(resources))('a list of %s', (_, { make, list }) => {
  it.each(['accountClient', 'userClient'] as const)(
    'with the %s, has each item once, in order',
    async (who) => {
      const actors = await newActors(baseUrl);
      const created = [];
      for (const more of [free, paid, free, paid, free]) created.push(await make(actors, more));
      const limit = 2;

      expect(await idsOf(list(actors, who, { limit }))).toEqual(created);
      expect(await idsOf(list(actors, who, { limit, order: 'desc' }))).toEqual([...created].reverse());
      expect(await idsOf(list(actors, who, { limit, ...free }))).toEqual([
        created[0],
        created[2],
        created[4],
      ]);
      expect(await idsOf(list(actors, who, { metadata: { ...free.metadata, ...paid.metadata } }))).toEqual(
        [],
      );

      let pages = 0;
      for await (const { nextCursor } of list(actors, who, { limit }).pages()) {
        pages += 1;
        expect(nextCursor === null).toBe(pages > 2);
      }
      expect(outcome(await list(actors, who, { cursor: 'forged' }))).toBe('400 input-invalid');
    },
  );
});

it('the account lists its users and its services', async () => {
  const { accountClient, userId } = await newActors(baseUrl);
  const users = [userId];
  const services = [];
  for (const more of [free, paid, free, paid]) {
    users.push(dataOf(await accountClient.user.create(more)).user.id);
    services.push(dataOf(await accountClient.service.create(more)).service.id);
  }
  expect(await idsOf(accountClient.user.list({ limit: 2 }))).toEqual(users);
  expect(await idsOf(accountClient.user.list(free))).toEqual([users[1], users[3]]);
  expect(await idsOf(accountClient.service.list({ limit: 1, order: 'desc' }))).toEqual(services.reverse());
});

describe('concurrent changes', () => {
  it('return 412 for the second one, and keep the first one', async () => {
    const { accountClient, userClient, userId } = await newActors(baseUrl);
    const { calendar } = dataOf(await accountClient.calendar.create(userId, { timezone }));
    const { etag: accountEtag } = await accountClient.calendar.findById(calendar.id);
    const { etag: userEtag } = await userClient.calendar.findById(calendar.id);
    expect(accountEtag).toMatch(/^".+"$/);
    expect(userEtag).toBe(accountEtag);

    const first = await userClient.calendar.update(calendar.id, free, { ifMatch: userEtag });
    expect(outcome(first)).toBe('200');
    expect(first.etag).not.toBe(userEtag);
    const second = await accountClient.calendar.update(calendar.id, paid, { ifMatch: accountEtag });
    expect(outcome(second)).toBe('412 precondition-failed');
    expect(outcome(await accountClient.calendar.remove(calendar.id, { ifMatch: accountEtag }))).toBe(
      '412 precondition-failed',
    );

    const now = await accountClient.calendar.findById(calendar.id);
    expect(now.data?.calendar).toMatchObject(free);
    expect(now.etag).toBe(first.etag);
    expect(outcome(await accountClient.calendar.update(calendar.id, paid, { ifMatch: now.etag }))).toBe(
      '200',
    );
    expect(outcome(await accountClient.calendar.remove(calendar.id, { ifMatch: '*' }))).toBe('200');
  });
});

it('returns 304 and the earlier data for an unchanged resource', async () => {
  const { accountClient, userClient, userId } = await newActors(baseUrl);
  const earlier = await userClient.user.me();
  const same = await userClient.user.me({ ifNoneMatch: earlier });
  expect(same).toMatchObject({ status: 304, data: { user: { id: userId } }, etag: earlier.etag });
  dataOf(await accountClient.user.update(userId, free));
  const changed = await userClient.user.me({ ifNoneMatch: same });
  expect(changed).toMatchObject({ status: 200, data: { user: free } });
});

describe('a creation whose answer is lost', () => {
  /** A `fetch` that sends every request, and loses the first answers. */
  function losing(answers: number) {
    const statuses: number[] = [];
    const fetch = async (url: string, init: RequestInit) => {
      const res = await freshSocket(url, init);
      await res.clone().text();
      if (statuses.push(res.status) <= answers) throw new TypeError('fetch failed');
      return res;
    };
    return { fetch, statuses };
  }
  const replayed = ({ res }: Answer<unknown>) => res.headers.get('idempotency-replayed');

  it.each([1, 2])('%d times takes effect once', async (times) => {
    const { apiKey, accountClient, userId } = await newActors(baseUrl);
    const { fetch, statuses } = losing(times);
    const answer = await NettuClient({ apiKey, baseUrl, fetch }).calendar.create(userId, { timezone });
    expect([outcome(answer), replayed(answer)]).toEqual(['201', 'true']);
    expect(statuses).toEqual(Array(times + 1).fill(201));
    expect(await idsOf(accountClient.calendar.list(userId))).toEqual([answer.data?.calendar.id]);
  });

  it('takes effect once with a token, and with a secret in the answer', async () => {
    const { accountId, apiKey, token, userClient, accountClient } = await newActors(baseUrl);
    const client = NettuUserClient({ nettuAccount: accountId, token, baseUrl, fetch: losing(1).fetch });
    const created = dataOf(await client.calendar.create({ timezone, ...free }));
    expect(dataOf(await userClient.calendar.list()).calendars).toEqual([created.calendar]);

    const losingClient = NettuClient({ apiKey, baseUrl, fetch: losing(1).fetch });
    const { secretApiKey } = dataOf(await losingClient.account.apiKeys.create({ name: 'ci' }));
    expect(
      outcome(await NettuClient({ apiKey: secretApiKey, baseUrl, fetch: freshSocket }).account.me()),
    ).toBe('200');
    expect(dataOf(await accountClient.account.apiKeys.list()).apiKeys).toHaveLength(2);
  });

  it('is not retried with retries: 0', async () => {
    const { apiKey, accountClient } = await newActors(baseUrl);
    const client = NettuClient({ apiKey, baseUrl, fetch: losing(1).fetch, retries: 0 });
    await expect(client.user.create()).rejects.toThrow('got no answer');
    expect(dataOf(await accountClient.user.list()).users).toHaveLength(2);
  });
});

it('an idempotencyKey of the caller names one creation', async () => {
  const { accountClient } = await newActors(baseUrl);
  const create = (data: object) => accountClient.user.create(data, { idempotencyKey: 'sign-up 42' });
  const { user } = await unwrap(create(free));
  expect(await unwrap(create(free))).toEqual({ user });
  expect(outcome(await create(paid))).toBe('422 idempotency-key-reused');
});

it('every answer has the id of the request', async () => {
  const { accountClient } = await newActors(baseUrl);
  const answers: Answer<unknown>[] = [
    await accountClient.account.me(),
    await accountClient.user.create(),
    await accountClient.user.find('00000000-0000-4000-8000-000000000000'),
    await accountClient.health.info(),
  ];
  const ids = answers.map(({ requestId }) => requestId);
  for (const id of ids) expect(id).toMatch(/^[\w-]{8,}$/);
  expect(new Set(ids).size).toBe(answers.length);
  expect(answers[2]?.error?.requestId).toBe(ids[2]);
});

it('a page on another origin may send these headers, and read those of the answer', async () => {
  const { accountId, token } = await newActors(baseUrl);
  const origin = 'https://app.example';
  const namesIn = (res: Response, header: string) =>
    (res.headers.get(header) ?? '').toLowerCase().split(/, */);
  const sent = ['idempotency-key', 'if-match', 'if-none-match', 'nettu-sdk'];
  const preflight = await freshSocket(`${baseUrl}/calendar`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': sent.join(','),
    },
  });
  expect(namesIn(preflight, 'access-control-allow-headers')).toEqual(expect.arrayContaining(sent));
  const headers = { origin, 'nettu-account': accountId, authorization: `Bearer ${token}` };
  const answer = await freshSocket(`${baseUrl}/me`, { headers });
  const read = ['etag', 'x-request-id', 'retry-after', 'idempotency-replayed'];
  expect(namesIn(answer, 'access-control-expose-headers')).toEqual(expect.arrayContaining(read));
});
