/** Lists: `await` returns a page, `for await` iterates over all items, and neither sends more requests than it needs. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NettuClient, NettuProblem, NettuUserClient, unwrap } from '../../src/sdk/index.ts';
import { json, lost, problem, type Reply, stubFetch } from './stub.ts';

const BASE = 'https://scheduler.test/api/v1';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const page = (ids: string[], nextCursor: string | null): Reply =>
  json({ calendars: ids.map((id) => ({ id })), nextCursor });

/** Pages of different lengths, one of them empty: only the cursor marks the end. */
const pages = [page(['c1', 'c2'], 'after 2'), page([], 'after none'), page(['c3'], null)];

function clientOf(...replies: Reply[]) {
  const { fetch, sent } = stubFetch(...replies);
  return { client: NettuClient({ fetch, baseUrl: BASE, apiKey: 'sk_1' }), sent };
}

async function idsOf(list: AsyncIterable<{ id: string }>) {
  const ids: string[] = [];
  for await (const { id } of list) ids.push(id);
  return ids;
}

describe('a list that is awaited', () => {
  test('is an answer with one page', async () => {
    const { client, sent } = clientOf(...pages);
    const answer = await client.calendar.list('u1', { limit: 2 });
    expect(answer).toMatchObject({
      status: 200,
      data: { calendars: [{ id: 'c1' }, { id: 'c2' }], nextCursor: 'after 2' },
    });
    expect(sent.map(({ url }) => url)).toEqual([`${BASE}/user/u1/calendar?limit=2`]);
  });

  test('has every method of a promise', async () => {
    const { client } = clientOf(page(['c1'], null));
    expect((await unwrap(client.calendar.list('u1'))).calendars).toEqual([{ id: 'c1' }]);
    const after = vi.fn();
    const [answer] = await Promise.all([client.calendar.list('u1').finally(after)]);
    expect([answer.status, after.mock.calls.length]).toEqual([200, 1]);
    const refused = NettuClient({ fetch: stubFetch(lost).fetch, retries: 0 }).calendar.list('u1');
    expect(await refused.catch(({ name }) => name)).toBe('NettuNetworkError');
  });

  test('has the problem of a refused request, and does not throw', async () => {
    const { client } = clientOf(problem('input-invalid', 400));
    const { error } = await client.calendar.list('u1', { cursor: 'forged' });
    expect(error?.code).toBe('input-invalid');
  });

  test('rejects for an invalid id, and does not throw before', async () => {
    const { client, sent } = clientOf(...pages);
    const list = client.calendar.list('');
    await expect(list).rejects.toThrow(new TypeError('userId must be an id, not ""'));
    await expect(idsOf(client.calendar.list('..'))).rejects.toThrow(TypeError);
    expect(sent).toEqual([]);
  });
});

describe('toArray', () => {
  test('returns every item of every page', async () => {
    const { client } = clientOf(...pages);
    expect(await client.calendar.list('u1').toArray()).toEqual([{ id: 'c1' }, { id: 'c2' }, { id: 'c3' }]);
  });

  test.each([
    [0, 0, 0],
    [1, 1, 1],
    [2, 2, 1],
    [3, 3, 3],
    [9, 3, 3],
  ])('with a limit of %d returns %d items, and sends %d requests', async (limit, items, requests) => {
    const { client, sent } = clientOf(...pages);
    expect(await client.calendar.list('u1').toArray({ limit })).toHaveLength(items);
    expect(sent).toHaveLength(requests);
  });

  test('rejects with the problem of a page that fails', async () => {
    const { client } = clientOf(page(['c1'], 'after 1'), problem('input-invalid', 400));
    await expect(client.calendar.list('u1').toArray()).rejects.toThrow(NettuProblem);
  });
});

describe('a list that is iterated over', () => {
  test('yields every item of every page', async () => {
    const { client, sent } = clientOf(...pages);
    const metadata = { plan: 'free' };
    expect(await idsOf(client.calendar.list('u1', { limit: 2, order: 'desc', metadata }))).toEqual([
      'c1',
      'c2',
      'c3',
    ]);
    const plan = 'metadata%5Bplan%5D=free';
    expect(sent.map(({ url }) => url.split('?')[1])).toEqual([
      `limit=2&order=desc&${plan}`,
      `limit=2&order=desc&cursor=after%202&${plan}`,
      `limit=2&order=desc&cursor=after%20none&${plan}`,
    ]);
  });

  test('starts at its cursor', async () => {
    const { client, sent } = clientOf(page(['c9'], null));
    expect(await idsOf(client.calendar.list('u1', { cursor: 'after 8' }))).toEqual(['c9']);
    expect(sent[0]?.url).toBe(`${BASE}/user/u1/calendar?cursor=after%208`);
  });

  test('requests a page only when it needs it', async () => {
    const { client, sent } = clientOf(...pages);
    const seen = [];
    for await (const { id } of client.calendar.list('u1')) {
      seen.push([id, sent.length]);
      if (id === 'c2') break;
    }
    expect(seen).toEqual([
      ['c1', 1],
      ['c2', 1],
    ]);
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(1);
  });

  test('yields its pages, including empty ones, with pages()', async () => {
    const { client } = clientOf(...pages);
    const seen = [];
    for await (const { calendars, nextCursor } of client.calendar.list('u1').pages())
      seen.push([calendars.length, nextCursor]);
    expect(seen).toEqual([
      [2, 'after 2'],
      [0, 'after none'],
      [1, null],
    ]);
  });

  test('throws the problem of a page that fails, after the items before it', async () => {
    const { client } = clientOf(page(['c1'], 'more'), problem('input-invalid', 400));
    const seen: string[] = [];
    const theCallingLine = () => client.calendar.list('u1');
    const list = theCallingLine();
    const all = (async () => {
      for await (const { id } of list) seen.push(id);
    })();
    const error = await all.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NettuProblem);
    expect(error).toMatchObject({
      code: 'input-invalid',
      stack: expect.stringContaining('theCallingLine'),
    });
    expect(seen).toEqual(['c1']);
  });

  test('ends when its signal is aborted', async () => {
    const controller = new AbortController();
    const { client, sent } = clientOf(...pages);
    const seen: string[] = [];
    const all = (async () => {
      for await (const { id } of client.calendar.list('u1', {}, { signal: controller.signal })) {
        seen.push(id);
        controller.abort('left');
      }
    })();
    await expect(all).rejects.toBe('left');
    expect([seen, sent.length]).toEqual([['c1', 'c2'], 1]);
  });

  test('retries each page, like any read', async () => {
    const { client, sent } = clientOf(page(['c1'], 'more'), lost, page(['c2'], null));
    const all = idsOf(client.calendar.list('u1'));
    await vi.runAllTimersAsync();
    expect(await all).toEqual(['c1', 'c2']);
    expect(sent).toHaveLength(3);
  });
});

describe('a list', () => {
  test('sends no request before it is used', async () => {
    const { client, sent } = clientOf(...pages);
    client.calendar.list('u1').pages();
    await vi.runAllTimersAsync();
    expect(sent).toEqual([]);
  });

  test('requests its first page once, however often it is used', async () => {
    const { client, sent } = clientOf(...pages);
    const list = client.calendar.list('u1');
    expect(await list).toBe(await list);
    expect(await idsOf(list)).toEqual(['c1', 'c2', 'c3']);
    expect(sent).toHaveLength(3);
  });

  test('of either client yields the items of its resource', async () => {
    const items = [{ id: 'x' }];
    const body = {
      users: items,
      calendars: items,
      events: items,
      schedules: items,
      services: items,
      bookings: items,
    };
    const { fetch } = stubFetch(json({ ...body, nextCursor: null }));
    const accountClient = NettuClient({ fetch, apiKey: 'sk_1' });
    const userClient = NettuUserClient({ fetch, token: 'a.b.c', nettuAccount: 'acc' });
    const lists = [
      accountClient.user.list(),
      accountClient.service.list(),
      accountClient.booking.ofService('s1'),
      userClient.booking.list(),
    ];
    for (const name of ['calendar', 'events', 'schedule'] as const)
      expect([await idsOf(accountClient[name].list('u1')), await idsOf(userClient[name].list())]).toEqual([
        ['x'],
        ['x'],
      ]);
    for (const list of lists) expect(await idsOf(list as AsyncIterable<{ id: string }>)).toEqual(['x']);
  });
});
