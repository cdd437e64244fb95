/** Event metadata: updates replace it as a whole or keep it, and a search finds events by it, exactly and in order. */
import { expect, it } from 'vitest';
import type { Account, User } from '../../support/client.ts';
import { countOf, reading } from '../../support/database.ts';
import { byAccount, changed, DAY, made, newUser, store } from '../../support/events.ts';

const when = { startTs: DAY, duration: 1000 };

async function find(account: Account, query: Record<string, string>): Promise<string[]> {
  const reply = await account.call('GET', `/events/meta?${new URLSearchParams(query)}`);
  expect(reply.status).toBe(200);
  expect(Object.keys(reply.body)).toEqual(['events']);
  return reply.body.events.map(({ id }: { id: string }) => id);
}

const make = async (user: User, calendarId: string, metadata: object) =>
  (await made(user, { calendarId, ...when, metadata })).id;

it('replaces metadata as a whole, or keeps it if absent', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const id = await make(user, calendarId, { a: 'b', c: 'd' });
  const steps = [
    [{}, { a: 'b', c: 'd' }],
    [{ busy: true }, { a: 'b', c: 'd' }],
    [{ metadata: { c: 'e' } }, { c: 'e' }],
    [{ startTs: 5 }, { c: 'e' }],
    [{ metadata: {} }, {}],
    [{ metadata: { __proto: 'x', constructor: 'y' } }, { __proto: 'x', constructor: 'y' }],
  ] as const;
  for (const [body, metadata] of steps) {
    expect((await changed(user, id, body)).metadata).toEqual(metadata);
    expect((await byAccount.event(user, 'GET', id)).body.event.metadata).toEqual(metadata);
    expect(await countOf('event_metadata', user.account.id)).toBe(Object.keys(metadata).length);
  }
});

it('finds whole events in creation order, 20 by default', async () => {
  const user = await newUser();
  const other = await user.account.newUser();
  const calendars = [await user.newCalendar(), await user.newCalendar(), await other.newCalendar()] as const;
  const ids: string[] = [];
  for (let i = 0; i < 23; i++) {
    const [owner, calendarId] = i % 3 === 2 ? [other, calendars[2]] : [user, calendars[i % 2] ?? ''];
    const body = { calendarId, startTs: (30 - i) * DAY, duration: 1 };
    ids.push((await made(owner, { ...body, metadata: { color: 'red', n: `${i}` } })).id);
  }
  const red = { key: 'color', value: 'red' };
  expect(await find(user.account, red)).toEqual(ids.slice(0, 20));
  expect(await find(user.account, { ...red, skip: '20' })).toEqual(ids.slice(20));
  expect(await find(user.account, { ...red, skip: '2', limit: '3' })).toEqual(ids.slice(2, 5));
  expect(await find(user.account, { ...red, limit: '100' })).toEqual(ids);
  expect(await find(user.account, { ...red, skip: '23' })).toEqual([]);
  const found = await user.account.call('GET', '/events/meta?key=n&value=7');
  const { event } = (await byAccount.event(user, 'GET', ids[7] ?? '')).body;
  expect(found.body).toEqual({ events: [event] });
});

it('follows updates and deletions, and keeps the order', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const [a, b, c] = [
    await make(user, calendarId, { k: 'x' }),
    await make(user, calendarId, { k: 'x' }),
    await make(user, calendarId, { k: 'y' }),
  ];
  const of = (value: string) => find(user.account, { key: 'k', value });
  await changed(user, a, { metadata: { k: 'y' } });
  expect([await of('x'), await of('y')]).toEqual([[b], [a, c]]);
  await changed(user, a, { metadata: { k: 'x', other: 'z' } });
  expect([await of('x'), await of('y')]).toEqual([[a, b], [c]]);
  await byAccount.event(user, 'DELETE', b);
  expect([await of('x'), await of('y')]).toEqual([[a], [c]]);
});

it('matches exactly, within one account', async () => {
  const [user, stranger] = [await newUser(), await newUser()];
  const id = await make(user, await user.newCalendar(), { Color: 'Red' });
  await make(stranger, await stranger.newCalendar(), { Color: 'Red', only: 'theirs' });
  expect(await find(user.account, { key: 'Color', value: 'Red' })).toEqual([id]);
  for (const [key, value] of [
    ['color', 'Red'],
    ['Color', 'red'],
    ['Color', 'Re%'],
    ['Color', ''],
    ['only', 'theirs'],
    ["' OR 1=1 --", 'Red'],
  ] as const) {
    expect(await find(user.account, { key, value })).toEqual([]);
  }
});

it('searches users, calendars and events separately', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const metadata = { k: 'x' };
  const event = await make(user, calendarId, metadata);
  await user.account.call('PUT', `/user/${user.id}`, { body: { metadata } });
  await user.account.call('PUT', `/user/calendar/${calendarId}`, { body: { metadata } });
  expect(await find(user.account, { key: 'k', value: 'x' })).toEqual([event]);
  const { calendars } = (await user.account.call('GET', '/calendar/meta?key=k&value=x')).body;
  expect(calendars).toMatchObject([{ id: calendarId }]);
});

it('reads the rows of its page only', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const events = Array.from({ length: 2000 }, () => ({ ...when, metadata: { color: 'red' } }));
  const ids = await store(user, calendarId, events);
  const { db, rows } = reading();
  const reply = await user.account.call('GET', '/events/meta?key=color&value=red', { env: { DB: db } });
  expect(reply.body.events.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 20));
  expect(rows()).toBeLessThan(100);
});
