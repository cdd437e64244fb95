/** Searches by several metadata entries: the rarest entry decides the rows read, and there is an upper bound. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { type Account, newAccount, type Reply } from '../support/client.ts';
import { reading } from '../support/database.ts';

const USERS = 30_000;

/** Creates users 1 … n: all have `a` to `e`, a few have `rare`, and each has either `odd` or `even`. */
async function populated(): Promise<Account> {
  const account = await newAccount();
  await env.DB.prepare(
    `WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ${USERS})
     INSERT INTO users (account_id, id, metadata)
     SELECT ?, '00000000-0000-4000-8000-' || printf('%012x', n), json_object('a', '1', 'b', '1', 'c', '1', 'd', '1', 'e', '1',
       CASE WHEN n % 3000 THEN 'common' ELSE 'rare' END, '1', CASE n % 2 WHEN 1 THEN 'odd' ELSE 'even' END, '1') FROM i`,
  )
    .bind(account.id)
    .run();
  return account;
}

async function search(account: Account, keys: string[], more = ''): Promise<{ reply: Reply; rows: number }> {
  const { db, rows } = reading();
  const query = keys.map((key) => `metadata[${key}]=1`).join('&');
  const reply = await account.call('GET', `/user?${query}${more}`, { env: { DB: db } });
  expect(reply.status).toBe(200);
  return { reply, rows: rows() };
}

it('reads few rows, whether many, few or no users match', async () => {
  const account = await populated();
  for (const [keys, found, most] of [
    [['a'], 20, 7 * 20],
    [['a', 'b'], 20, 9 * 20],
    [['a', 'b', 'c', 'd', 'e'], 20, 15 * 20],
    [['rare', 'a'], 10, 15 * 10],
    [['a', 'b', 'c', 'd', 'rare'], 10, 30 * 10],
    [['a', 'nothing'], 0, 20],
  ] as const) {
    const { reply, rows } = await search(account, [...keys]);
    expect(reply.body.users).toHaveLength(found);
    expect(rows, keys.join()).toBeLessThan(most);
  }
});

it('ends a page early when two lists never meet, and reaches the end over several pages', async () => {
  const account = await populated();
  for (const order of ['asc', 'desc']) {
    let pages = 0;
    let cursor: string | null = '';
    while (cursor !== null) {
      const { reply, rows } = await search(
        account,
        ['odd', 'even'],
        `&order=${order}${cursor && `&cursor=${cursor}`}`,
      );
      expect(reply.body.users).toEqual([]);
      expect(rows).toBeLessThan(40_000);
      cursor = reply.body.nextCursor;
      pages += 1;
    }
    expect(pages).toBeGreaterThan(3);
    expect(pages).toBeLessThan(20);
  }
});

it('pages that end early skip nothing and repeat nothing', async () => {
  const account = await populated();
  // Three users between all those with one of the two entries have both.
  const [both] = (await search(account, ['rare', 'odd'])).reply.body.users;
  expect(both).toBe(undefined);
  for (const n of [7001, 7002, 29_999]) {
    const id = `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
    await account.call('PUT', `/user/${id}`, { body: { metadata: { odd: '1', even: '1' } } });
  }
  for (const order of ['asc', 'desc']) {
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { reply } = await search(
        account,
        ['odd', 'even'],
        `&limit=1&order=${order}${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...reply.body.users.map(({ id }: { id: string }) => Number.parseInt(id.slice(-12), 16)));
      cursor = reply.body.nextCursor;
    }
    expect(found).toEqual(order === 'asc' ? [7001, 7002, 29_999] : [29_999, 7002, 7001]);
  }
});

it('page 1,001 reads as many rows as page 2', async () => {
  const account = await populated();
  const page = async (cursor: string, limit: number) => {
    const { db, rows } = reading();
    const path = `/user?limit=${limit}${cursor && `&cursor=${cursor}`}`;
    const { body } = await account.call('GET', path, { env: { DB: db } });
    return { cursor: body.nextCursor as string, first: body.users[0].id as string, rows: rows() };
  };
  let at = await page('', 20);
  const second = await page(at.cursor, 20);
  // Each page may have its own size: large ones get there sooner.
  at = await page('', 100);
  for (let n = 1; n < 200; n++) at = await page(at.cursor, 100);
  const late = await page(at.cursor, 20);
  expect(Number.parseInt(late.first.slice(-12), 16)).toBe(20_001);
  expect(late.rows).toBe(second.rows);
  expect(late.rows).toBeLessThan(30);
});

/** Returns a seeded generator of numbers from 0 to 1. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

it.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'pages return every user that exists throughout exactly once, while others come and go (seed %i)',
  async (seed) => {
    const random = chance(seed * 7919 + 1);
    const account = await newAccount();
    const create = async () => (await account.newUser(random() < 0.7 ? { a: '1', b: '1' } : { a: '1' })).id;
    const there = new Set<string>();
    for (let i = 0; i < 15; i++) there.add(await create());
    const filter = seed % 3 === 0 ? '' : seed % 3 === 1 ? '&metadata[a]=1' : '&metadata[a]=1&metadata[b]=1';
    const order = seed % 2 ? 'asc' : 'desc';
    const list = async (cursor: string) =>
      (
        await account.call(
          'GET',
          `/user?limit=${1 + Math.floor(random() * 4)}&order=${order}${filter}${cursor && `&cursor=${cursor}`}`,
        )
      ).body;
    const all = (await account.call('GET', `/user?limit=100${filter}`)).body.users as { id: string }[];
    const survivors = new Set(all.map(({ id }) => id));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { users: { id: string }[]; nextCursor: string | null } = await list(cursor);
      seen.push(...page.users.map(({ id }) => id));
      cursor = page.nextCursor;
      if (random() < 0.5) await create();
      const [victim] = [...there].sort(() => random() - 0.5);
      if (victim && random() < 0.4) {
        await account.call('DELETE', `/user/${victim}`);
        there.delete(victim);
        survivors.delete(victim);
      }
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => survivors.has(id)).sort()).toEqual([...survivors].sort());
  },
);
