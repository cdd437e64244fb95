/** Search entries equal the metadata of their resource, go with it, and cost one row written per changed entry. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newUser, type User } from '../support/client.ts';
import { countOf, writing } from '../support/database.ts';
import { finishRemovals } from '../support/removals.ts';

interface Kind {
  table: string;
  entries: string;
  name: string;
  /** The path that creates a resource for a user, and the body besides its metadata. */
  creation: (user: User) => Promise<[path: string, body: object]>;
  root: string;
  /** Rows written by a creation without metadata: the row and its indexes. */
  rows: number;
  /** Rows written by a deletion, whatever the metadata: the removal, its index, and an availability revision. */
  gone?: number;
}
const kinds: Kind[] = [
  {
    table: 'users',
    entries: 'user_metadata',
    name: 'user',
    creation: async () => ['/user', {}],
    root: '/user',
    rows: 3,
    gone: 3,
  },
  {
    table: 'calendars',
    entries: 'calendar_metadata',
    name: 'calendar',
    creation: async ({ id }) => [`/user/${id}/calendar`, { timezone: 'UTC' }],
    root: '/user/calendar',
    rows: 3,
    gone: 4,
  },
  {
    table: 'events',
    entries: 'event_metadata',
    name: 'event',
    creation: async (user) => [
      `/user/${user.id}/events`,
      { calendarId: await user.newCalendar(), startTs: 0, duration: 1 },
    ],
    root: '/user/events',
    rows: 4,
  },
  {
    table: 'schedules',
    entries: 'schedule_metadata',
    name: 'schedule',
    creation: async ({ id }) => [`/user/${id}/schedule`, { timezone: 'UTC' }],
    root: '/user/schedule',
    rows: 3,
    gone: 4,
  },
  {
    table: 'services',
    entries: 'service_metadata',
    name: 'service',
    creation: async () => ['/service', {}],
    root: '/service',
    rows: 3,
    gone: 3,
  },
];

/** Expects the search entries to equal the metadata of all resources. */
async function expectInSync(): Promise<void> {
  const differences = kinds.flatMap(({ table, entries }) => {
    const stored = `SELECT '${table}', account_id, key, value, seq FROM ${entries}`;
    const expected = `SELECT '${table}', account_id, entry.key, entry.value, seq FROM ${table}, json_each(metadata) entry`;
    return [`${stored} EXCEPT ${expected}`, `${expected} EXCEPT ${stored}`];
  });
  const answers = await env.DB.batch(differences.map((text) => env.DB.prepare(text)));
  expect(answers.map(({ results }) => results)).toEqual(differences.map(() => []));
}

const metadataOf = (size: number, value: (i: number) => string = (i) => `v${i}`) =>
  Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, value(i)]));

describe.each(kinds.map((kind) => [kind.name, kind] as const))('the search entries of a %s', (name, kind) => {
  const make = async (user: User, metadata: object): Promise<string> => {
    const [path, body] = await kind.creation(user);
    return (await user.account.call('POST', path, { body: { ...body, metadata } })).body[name].id;
  };
  const change = (user: User, id: string, metadata: object) =>
    user.account.call('PUT', `${kind.root}/${id}`, { body: { metadata } });
  const seqOf = (id: string) =>
    env.DB.prepare(`SELECT seq FROM ${kind.table} WHERE id = ?`).bind(id).first<number>('seq');

  it.each([0, 3, 64])('cost one row per added or removed entry, for a resource with %i', async (size) => {
    const user = await newUser();
    const [path, body] = await kind.creation(user);
    const written = async (method: string, at: string, sent?: object) => {
      const { db, rows } = writing();
      const reply = await user.account.call(method, at, { body: sent, env: { DB: db } });
      expect(reply.status).toBeLessThan(300);
      return { id: reply.body[name].id as string, rows: rows() };
    };

    const created = await written('POST', path, { ...body, metadata: metadataOf(size) });
    // The counters of the account take one row; 64 entries are a KiB of text, which is counted, too.
    expect(created.rows).toBe(kind.rows + size + 1);
    const counted = size === 64 ? 1 : 0;
    const at = `${kind.root}/${created.id}`;
    const changes: [metadata: object, rows: number][] = [
      [metadataOf(size), 0],
      [metadataOf(size, (i) => (i === 0 ? 'another' : `v${i}`)), size ? 2 : 0],
      [metadataOf(size, (i) => `w${i}`), 2 * size],
      [{}, size + counted],
      [metadataOf(size), size + counted],
    ];
    for (const [metadata, rows] of changes) {
      expect((await written('PUT', at, { metadata })).rows).toBe(1 + rows);
      await expectInSync();
    }
    expect((await written('DELETE', at)).rows).toBe(kind.gone ?? 1 + size + 1);
    await finishRemovals();
    await expectInSync();
  });

  it('follow every change, even between nearly equal entries', async () => {
    const user = await newUser();
    const steps = [
      {},
      JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}'),
      JSON.parse('{"__proto__":"b","constructor":"a","toString":"c"}'),
      { 1: '1', '01': '1.0', '1.0': '01', '1e0': '', ' 1': 'null' },
      { 1: '01', '01': '1', '1.0': '1.0', '1e0': ' ', ' 1': 'NULL' },
      { 'caf\u00e9': 'x', 'cafe\u0301': 'X', '"\\\n\u0001': '\u2028"\\', '👩‍👩‍👧': '😀' },
      { 'caf\u00e9': 'X', 'cafe\u0301': 'x', '"\\\n\u0001': '\u2028"\\\\', '👩‍👩‍👧': '😁' },
      { long: 'v'.repeat(4096), ['k'.repeat(128)]: `${'v'.repeat(4095)}w` },
      { long: `${'v'.repeat(4095)}w`, ['k'.repeat(128)]: 'v'.repeat(4096) },
    ];
    const id = await make(user, steps.at(-1) ?? {});
    for (const metadata of steps) {
      expect(Object.entries((await change(user, id, metadata)).body[name].metadata).sort()).toEqual(
        Object.entries(metadata).sort(),
      );
      await expectInSync();
      const other = await make(user, metadata);
      await expectInSync();
      await user.account.call('DELETE', `${kind.root}/${other}`);
      await expectInSync();
    }
  });

  it('leave nothing behind for a new resource with the same seq', async () => {
    const user = await newUser();
    await finishRemovals();
    const id = await make(user, { k: 'old', l: 'old' });
    const seq = await seqOf(id);
    await user.account.call('DELETE', `${kind.root}/${id}`);
    await finishRemovals();
    const query = kind.table === 'events' ? '/events/meta' : `/${name}/meta`;
    const next = await make(user, { l: 'new' });
    expect(await seqOf(next)).toBe(seq);
    const found = async (key: string, value: string) =>
      (await user.account.call('GET', `${query}?key=${key}&value=${value}`)).body[kind.table].length;
    expect([await found('k', 'old'), await found('l', 'old'), await found('l', 'new')]).toEqual([0, 0, 1]);
    await expectInSync();
  });
});

/** Creates a user with a calendar, an event and a schedule, and a service, all with metadata. */
async function newResources(user: User) {
  const metadata = metadataOf(5);
  const { account } = user;
  const { id } = await account.newUser(metadata);
  const post = async (path: string, body: object) => (await account.call('POST', path, { body })).body;
  const calendar = (await post(`/user/${id}/calendar`, { timezone: 'UTC', metadata })).calendar.id;
  const { event } = await post(`/user/${id}/events`, {
    calendarId: calendar,
    startTs: 0,
    duration: 1,
    metadata,
  });
  const { schedule } = await post(`/user/${id}/schedule`, { timezone: 'UTC', metadata });
  const { service } = await post('/service', { metadata });
  return {
    user: `/user/${id}`,
    calendar: `/user/calendar/${calendar}`,
    event: `/user/events/${event.id}`,
    schedule: `/user/schedule/${schedule.id}`,
    service: `/service/${service.id}`,
  };
}

const entryCounts = ({ account }: User) =>
  Promise.all(kinds.map(({ entries }) => countOf(entries, account.id)));

it.each([
  ['an event', 'event', [10, 10, 5, 10, 10]],
  ['a calendar', 'calendar', [10, 5, 5, 10, 10]],
  ['a schedule', 'schedule', [10, 10, 10, 5, 10]],
  ['a service', 'service', [10, 10, 10, 10, 5]],
  ['a user', 'user', [5, 5, 5, 5, 10]],
] as const)(
  'deleting %s deletes the entries of everything that goes with it, and no others',
  async (_, kind, expected) => {
    const user = await newUser();
    const [gone] = [await newResources(user), await newResources(user)];
    expect(await entryCounts(user)).toEqual([10, 10, 10, 10, 10]);
    expect((await user.account.call('DELETE', gone[kind])).status).toBe(200);
    expect(await entryCounts(user)).toEqual(expected);
    await expectInSync();
  },
);

it('deleting an account deletes the entries of all its resources', async () => {
  const [user, other] = [await newUser(), await newUser()];
  for (const one of [user, other]) await newResources(one);
  await env.DB.prepare('DELETE FROM accounts WHERE id = ?').bind(user.account.id).run();
  expect([await entryCounts(user), await entryCounts(other)]).toEqual([
    [0, 0, 0, 0, 0],
    [5, 5, 5, 5, 5],
  ]);
  await expectInSync();
});
