/** Searches by one metadata entry match exactly, stay in the account, keep the order, and read few rows. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Account, call, newAccount } from '../support/client.ts';
import { reading } from '../support/database.ts';

/** The searchable resources; `make` creates one with this metadata and returns its id. */
const kinds = [
  {
    table: 'users',
    path: '/user/meta',
    at: (id: string) => `/user/${id}`,
    make: async (account: Account, metadata: object): Promise<string> =>
      (await account.call('POST', '/user', { body: { metadata } })).body.user.id,
  },
  {
    table: 'calendars',
    path: '/calendar/meta',
    at: (id: string) => `/user/calendar/${id}`,
    make: async (account: Account, metadata: object): Promise<string> => {
      const user = (await account.call('POST', '/user')).body.user.id;
      const body = { timezone: 'UTC', metadata };
      return (await account.call('POST', `/user/${user}/calendar`, { body })).body.calendar.id;
    },
  },
  {
    table: 'schedules',
    path: '/schedule/meta',
    at: (id: string) => `/user/schedule/${id}`,
    make: async (account: Account, metadata: object): Promise<string> => {
      const user = (await account.call('POST', '/user')).body.user.id;
      const body = { timezone: 'UTC', metadata };
      return (await account.call('POST', `/user/${user}/schedule`, { body })).body.schedule.id;
    },
  },
  {
    table: 'services',
    path: '/service/meta',
    at: (id: string) => `/service/${id}`,
    make: async (account: Account, metadata: object): Promise<string> =>
      (await account.call('POST', '/service', { body: { metadata } })).body.service.id,
  },
];

const search = (query: Record<string, unknown>) => `?${new URLSearchParams(query as Record<string, string>)}`;

describe.each(kinds.map((kind) => [kind.path, kind] as const))('%s', (path, { table, at, make }) => {
  const find = async (account: Account, query: Record<string, unknown>): Promise<string[]> => {
    const reply = await account.call('GET', path + search(query));
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.body)).toEqual([table]);
    return reply.body[table].map(({ id }: { id: string }) => id);
  };

  it('returns whole resources in the order of their creation, 20 by default', async () => {
    const account = await newAccount();
    const ids: string[] = [];
    for (let i = 0; i < 23; i++) ids.push(await make(account, { color: 'red', n: `${i}` }));
    const query = { key: 'color', value: 'red' };
    expect(await find(account, query)).toEqual(ids.slice(0, 20));
    expect(await find(account, { ...query, skip: 20 })).toEqual(ids.slice(20));
    expect(await find(account, { ...query, skip: 2, limit: 3 })).toEqual(ids.slice(2, 5));
    expect(await find(account, { ...query, limit: 100 })).toEqual(ids);
    expect(await find(account, { ...query, skip: 23 })).toEqual([]);
    const [one] = (await account.call('GET', path + search({ key: 'n', value: '7' }))).body[table];
    expect(one).toMatchObject({ id: ids[7], metadata: { color: 'red', n: '7' } });
    const single = (await account.call('GET', at(ids[7] ?? ''))).body;
    if (table === 'services') expect(single).toEqual({ ...one, users: [] });
    else expect(Object.values(single)).toEqual([one]);
  });

  it('keeps that order while resources change or go', async () => {
    const account = await newAccount();
    const [a = '', b = '', c = ''] = [
      await make(account, { k: 'x' }),
      await make(account, { k: 'x' }),
      await make(account, { k: 'y' }),
    ];
    await account.call('PUT', at(a), { body: { metadata: { k: 'y' } } });
    expect(await find(account, { key: 'k', value: 'y' })).toEqual([a, c]);
    expect(await find(account, { key: 'k', value: 'x' })).toEqual([b]);
    await account.call('PUT', at(a), { body: { metadata: { k: 'x', other: 'z' } } });
    expect(await find(account, { key: 'k', value: 'x' })).toEqual([a, b]);
    await account.call('PUT', at(a), { body: { metadata: {} } });
    await account.call('PUT', at(b), { body: {} });
    expect(await find(account, { key: 'k', value: 'x' })).toEqual([b]);
    await account.call('DELETE', at(b));
    expect(await find(account, { key: 'k', value: 'x' })).toEqual([]);
  });

  it('matches key and value exactly', async () => {
    const account = await newAccount();
    const id = await make(account, { Color: 'Red', empty: '' });
    expect(await find(account, { key: 'Color', value: 'Red' })).toEqual([id]);
    expect(await find(account, { key: 'empty', value: '' })).toEqual([id]);
    for (const [key, value] of [
      ['color', 'Red'],
      ['Color', 'red'],
      ['Color', 'Re'],
      ['Color', 'Red '],
      ['Color', '%'],
      ['Co%', 'Red'],
      ['Color', 'R_d'],
      ['Color', '*'],
      ['Color', ''],
      ['Red', 'Color'],
      ["' OR 1=1 --", 'Red'],
    ]) {
      expect(await find(account, { key, value })).toEqual([]);
    }
  });

  it('finds nothing in another account', async () => {
    const [account, other] = [await newAccount(), await newAccount()];
    const [mine] = [await make(account, { k: 'x' }), await make(other, { k: 'x' })];
    await make(other, { k: 'theirs' });
    expect(await find(account, { key: 'k', value: 'x' })).toEqual([mine]);
    expect(await find(account, { key: 'k', value: 'theirs' })).toEqual([]);
  });

  /** Inserts rows into an account with SQL: every nth has the metadata of the search. */
  async function fill(account: Account, count: number, nth: number): Promise<void> {
    const owner = await make(account, {});
    const metadata = `json_object('color', iif(n % ${nth} = 0, 'red', 'n' || n), 'n', 'x')`;
    const id = `printf('%08x-0000-4000-8000-000000000000', n)`;
    const numbers = `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${count})`;
    const user = `(SELECT user_id FROM ${table} WHERE id = '${owner}')`;
    const [columns, values] = {
      users: ['', ''],
      calendars: ['user_id, timezone, week_start,', `${user}, 'UTC', 'Mon',`],
      schedules: ['user_id, timezone, rules,', `${user}, 'UTC', '[]',`],
      services: ['multi_person,', `'{"variant":"collective"}',`],
    }[table] as [string, string];
    const insert = `INSERT INTO ${table} (account_id, id, ${columns} metadata) ${numbers}
      SELECT ?1, ${id}, ${values} ${metadata} FROM c`;
    await env.DB.prepare(insert).bind(account.id).run();
  }

  async function rowsRead(count: number, nth: number): Promise<number> {
    const account = await newAccount();
    await fill(account, count, nth);
    const { db, rows } = reading();
    const query = search({ key: 'color', value: 'red' });
    const reply = await call('GET', path + query, { headers: account.headers, env: { DB: db } });
    expect(reply.body[table]).toHaveLength(20);
    return rows();
  }

  it('reads no more rows in an account of 2,000 than in one of 20', async () => {
    const small = await rowsRead(20, 1);
    expect(small).toBeGreaterThan(0);
    expect(await rowsRead(2000, 1)).toBeLessThanOrEqual(small + 1);
    expect(await rowsRead(2000, 100)).toBeLessThanOrEqual(small);
  });
});
