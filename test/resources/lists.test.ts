/** Lists: pages in creation order through both doors, metadata filters, and cursors that only the service can create. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Account, NOBODY, newAccount, type Reply, type User } from '../support/client.ts';
import { reading } from '../support/database.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { finishRemovals } from '../support/removals.ts';

interface Kind {
  plural: string;
  accountPath: (user: User) => string;
  /** The path through the user's door, if there is one. */
  userPath?: string;
  make: (user: User, metadata: object) => Promise<string>;
  remove: (user: User, id: string) => Promise<Reply>;
}

const made = async (reply: Promise<Reply>, name: string): Promise<string> => (await reply).body[name].id;

const kinds: Kind[] = [
  {
    plural: 'users',
    accountPath: () => '/user',
    make: ({ account }, metadata) => made(account.call('POST', '/user', { body: { metadata } }), 'user'),
    remove: ({ account }, id) => account.call('DELETE', `/user/${id}`),
  },
  {
    plural: 'calendars',
    accountPath: ({ id }) => `/user/${id}/calendar`,
    userPath: '/calendar',
    make: (user, metadata) =>
      made(user.call('POST', '/calendar', { body: { timezone: 'UTC', metadata } }), 'calendar'),
    remove: (user, id) => user.call('DELETE', `/calendar/${id}`),
  },
  {
    plural: 'events',
    accountPath: ({ id }) => `/user/${id}/events`,
    userPath: '/events',
    make: async (user, metadata) => {
      const calendarId = await user.newCalendar();
      const body = { calendarId, startTs: 0, duration: 1, metadata };
      return made(user.call('POST', '/events', { body }), 'event');
    },
    remove: (user, id) => user.call('DELETE', `/events/${id}`),
  },
  {
    plural: 'schedules',
    accountPath: ({ id }) => `/user/${id}/schedule`,
    userPath: '/schedule',
    make: (user, metadata) =>
      made(user.call('POST', '/schedule', { body: { timezone: 'UTC', metadata } }), 'schedule'),
    remove: (user, id) => user.call('DELETE', `/schedule/${id}`),
  },
  {
    plural: 'services',
    accountPath: () => '/service',
    make: ({ account }, metadata) =>
      made(account.call('POST', '/service', { body: { metadata } }), 'service'),
    remove: ({ account }, id) => account.call('DELETE', `/service/${id}`),
  },
];

type Query = Record<string, string>;
const search = (query: Query) => (Object.keys(query).length ? `?${new URLSearchParams(query)}` : '');

const doors = kinds.flatMap((kind) => {
  const byAccount = (user: User, query: Query = {}) =>
    user.account.call('GET', kind.accountPath(user) + search(query));
  const { userPath: path } = kind;
  if (!path)
    return [{ title: `GET ${kind.accountPath({ id: ':userId' } as User)} (account)`, kind, get: byAccount }];
  const byUser = (user: User, query: Query = {}) => user.call('GET', path + search(query));
  return [
    { title: `GET ${kind.accountPath({ id: ':userId' } as User)} (account)`, kind, get: byAccount },
    { title: `GET ${path} (user)`, kind, get: byUser },
  ];
});

const idsOf = (reply: Reply, { plural }: Kind): string[] => {
  expect(reply.status).toBe(200);
  expect(Object.keys(reply.body).sort()).toEqual([plural, 'nextCursor'].sort());
  return reply.body[plural].map(({ id }: { id: string }) => id);
};

/** A list of users includes the user who calls it. */
async function start({ plural }: Kind): Promise<{ user: User; ids: string[] }> {
  const user = await (await newAccount()).newUser();
  return { user, ids: plural === 'users' ? [user.id] : [] };
}

describe.each(doors.map((door) => [door.title, door] as const))('%s', (_, { kind, get }) => {
  /** The ids of all pages. */
  async function walk(user: User, query: Query): Promise<string[][]> {
    const pages: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const reply: Reply = await get(user, { ...query, ...(cursor && { cursor }) });
      pages.push(idsOf(reply, kind));
      cursor = reply.body.nextCursor;
    }
    return pages;
  }

  it('returns whole resources in creation order, 20 by default, or in reverse', async () => {
    const { user, ids } = await start(kind);
    while (ids.length < 23) ids.push(await kind.make(user, {}));
    expect(await walk(user, {})).toEqual([ids.slice(0, 20), ids.slice(20)]);
    expect(await walk(user, { limit: '23' })).toEqual([ids]);
    expect(await walk(user, { limit: '10', order: 'desc' })).toEqual([
      ids.toReversed().slice(0, 10),
      ids.toReversed().slice(10, 20),
      ids.toReversed().slice(20),
    ]);
    const [first] = (await get(user, { limit: '1', order: 'desc' })).body[kind.plural];
    const singular = kind.plural.slice(0, -1);
    const root = { users: '/user', services: '/service' }[kind.plural] ?? `/user/${kindPath[kind.plural]}`;
    const whole = (await user.account.call('GET', `${root}/${first.id}`)).body;
    const { users: _hosts, ...resource } = whole[singular] ?? whole;
    expect(first).toEqual(resource);
  });

  it('returns an empty list without resources', async () => {
    const { user, ids } = await start(kind);
    expect(await walk(user, {})).toEqual([ids]);
  });

  it('filters by every metadata entry in the query, in any order', async () => {
    const { user } = await start(kind);
    const red = { color: 'red', 'a]b[c': ' ü&=', plan: 'free' };
    const wanted = [await kind.make(user, red), await kind.make(user, { color: 'red', plan: 'paid' })];
    await kind.make(user, { color: 'blue', plan: 'free' });
    wanted.push(await kind.make(user, red));
    await kind.make(user, {});
    expect(await walk(user, { 'metadata[color]': 'red' })).toEqual([wanted]);
    const free = [wanted[0], wanted[2]];
    expect(await walk(user, { 'metadata[color]': 'red', 'metadata[plan]': 'free', limit: '1' })).toEqual([
      [free[0]],
      [free[1]],
    ]);
    expect(await walk(user, { 'metadata[a]b[c]': ' ü&=', order: 'desc' })).toEqual([free.toReversed()]);
    expect(await walk(user, { 'metadata[color]': 'red', 'metadata[plan]': 'none' })).toEqual([[]]);
    const one = await get(user, { 'metadata[plan]': 'free', 'metadata[color]': 'red', limit: '1' });
    const query = { 'metadata[color]': 'red', 'metadata[plan]': 'free', limit: '5' };
    expect(idsOf(await get(user, { ...query, cursor: one.body.nextCursor }), kind)).toEqual([free[1]]);
  });

  it('continues after the last page despite deletions and new resources', async () => {
    const { user } = await start(kind);
    const filter = { 'metadata[n]': '1' };
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await kind.make(user, { n: '1' }));
    const first = await get(user, { limit: '2', ...filter });
    expect(idsOf(first, kind)).toEqual(ids.slice(0, 2));
    for (const id of ids.slice(0, 3)) expect((await kind.remove(user, id)).status).toBe(200);
    await finishRemovals();
    const more = await kind.make(user, { n: '1' });
    const next = { limit: '2', ...filter, cursor: first.body.nextCursor };
    const second = await get(user, next);
    expect(idsOf(second, kind)).toEqual(ids.slice(3));
    const third = await get(user, { ...next, cursor: second.body.nextCursor });
    expect(idsOf(third, kind)).toEqual([more]);
    expect(third.body.nextCursor).toBe(null);
  });

  it('returns nothing of another account or user', async () => {
    const { user, ids } = await start(kind);
    const others = [await user.account.newUser(), await (await newAccount()).newUser()];
    for (const other of others) await kind.make(other, { color: 'red' });
    const shown = idsOf(await get(user, {}), kind);
    const everyone = ['users', 'services'].includes(kind.plural);
    if (!everyone) expect(shown).toEqual(ids);
    for (const id of shown) expect((await kind.remove(others[1] as User, id)).status).not.toBe(200);
    const red = idsOf(await get(user, { 'metadata[color]': 'red' }), kind);
    expect(red).toHaveLength(everyone ? 1 : 0);
  });

  it('rejects a cursor that is damaged, forged, or from another list, order, filter, user or account', async () => {
    const { user } = await start(kind);
    for (let i = 0; i < 3; i++) await kind.make(user, { color: 'red' });
    const { nextCursor } = (await get(user, { limit: '1' })).body;
    expect(idsOf(await get(user, { limit: '1', cursor: nextCursor }), kind)).toHaveLength(1);
    const middle = nextCursor.length / 2;
    const damaged = `${nextCursor.slice(0, middle)}${nextCursor[middle] === 'A' ? 'B' : 'A'}${nextCursor.slice(middle + 1)}`;
    expect(idsOf(await get(user, { limit: '1', cursor: '' }), kind)).toHaveLength(1);
    for (const cursor of [
      'x',
      '1',
      damaged,
      nextCursor.slice(1),
      `${nextCursor}AAAA`,
      btoa('1 x'),
      '%',
      NOBODY,
    ]) {
      expectInvalid(await get(user, { cursor }), 'cursor');
    }
    for (const other of [{ order: 'desc' }, { 'metadata[color]': 'red' }]) {
      expectInvalid(await get(user, { ...other, cursor: nextCursor } as Query), 'cursor');
    }
    for (const stranger of [await (await newAccount()).newUser()]) {
      expectInvalid(await get(stranger, { cursor: nextCursor }), 'cursor');
    }
    for (const { kind: otherKind, get: otherGet } of doors.filter(({ kind: other }) => other !== kind)) {
      await otherKind.make(user, {});
      expectInvalid(await otherGet(user, { cursor: nextCursor }), 'cursor');
    }
    if (kind.userPath)
      expectInvalid(await get(await user.account.newUser(), { cursor: nextCursor }), 'cursor');
  });

  it('reads only the rows of its page, at any depth, even with metadata', async () => {
    const { user } = await start(kind);
    await fill(kind.plural, user, 1200);
    for (const filter of [{}, { 'metadata[color]': 'red' }] as Query[]) {
      const costs: number[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { db, rows } = reading();
        const path = kind.accountPath(user) + search({ ...filter, limit: '100', ...(cursor && { cursor }) });
        const reply: Reply = await user.account.call('GET', path, { env: { DB: db } });
        costs.push(rows());
        cursor = reply.body.nextCursor;
      }
      const whole = costs.slice(1, 12);
      expect(whole).toHaveLength(11);
      expect(Math.max(...whole) - Math.min(...whole)).toBeLessThanOrEqual(2);
      expect(Math.max(...costs)).toBeLessThan('metadata[color]' in filter ? 700 : 120);
    }
  });
});

const kindPath: Record<string, string> = { calendars: 'calendar', events: 'events', schedules: 'schedule' };

/** Inserts this many rows directly, each with the same metadata entry. */
async function fill(
  table: string,
  { id, account }: { id: string; account: Account },
  n: number,
): Promise<void> {
  const calendar = crypto.randomUUID();
  const uuid = "'00000000-0000-4000-8000-' || printf('%012x', i.value + random() % 1000000000000)";
  const columns: Record<string, [string, string]> = {
    users: ['', ''],
    services: [', multi_person', `, '{"variant":"collective"}'`],
    calendars: [', user_id, timezone, week_start', `, '${id}', 'UTC', 'Mon'`],
    schedules: [', user_id, timezone, rules', `, '${id}', 'UTC', '[]'`],
    events: [
      ', user_id, calendar_id, start_ts, duration, busy, last_start, reminders, created, updated, timezone',
      `, '${id}', '${calendar}', 0, 1, 0, 0, '[]', 0, 0, 'UTC'`,
    ],
  };
  const [names, values] = columns[table] as [string, string];
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata) VALUES (?, ?, ?, 'UTC', 'Mon', '{}')`,
    ).bind(account.id, calendar, id),
    env.DB.prepare(
      `WITH RECURSIVE i (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM i WHERE value < ${n})
       INSERT INTO ${table} (account_id, id, metadata${names}) SELECT ?, ${uuid}, '{"color":"red"}'${values} FROM i`,
    ).bind(account.id),
  ]);
}

it('returns 404 for an unknown user or one of another account', async () => {
  const account = await newAccount();
  const stranger = await (await newAccount()).newUser();
  for (const id of [NOBODY, stranger.id, 'x']) {
    for (const path of [`/user/${id}/calendar`, `/user/${id}/events`, `/user/${id}/schedule`]) {
      expectProblem(await account.call('GET', path), 'not-found');
    }
  }
});

it('a list of events omits expired holds', async () => {
  const user = await (await newAccount()).newUser();
  const calendarId = await user.newCalendar();
  const event = async () =>
    (
      await user.call('POST', '/events', {
        body: { calendarId, startTs: 0, duration: 1, metadata: { a: '1' } },
      })
    ).body.event.id;
  const [first, held, last] = [await event(), await event(), await event()];
  await env.DB.prepare('UPDATE events SET expires_at = 1000 WHERE id = ?').bind(held).run();
  for (const query of ['', '?metadata[a]=1']) {
    const { events } = (await user.call('GET', `/events${query}`)).body;
    expect(events.map(({ id }: { id: string }) => id)).toEqual([first, last]);
  }
});
