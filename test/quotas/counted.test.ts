/** What is counted stays what the rows say, whichever way they come and go. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { clean } from '../../src/jobs/clean.ts';
import { emptyCopy, exportOf, importInto } from '../export/support.ts';
import {
  at,
  book,
  cancel,
  collective,
  group,
  HOUR,
  newHost,
  newService,
  newWorld,
} from '../support/bookings.ts';
import { type Account, newAccount, type User } from '../support/client.ts';
import { finishRemovals } from '../support/removals.ts';
import { expectCounted, quotasOf, setQuotas, useOf } from './support.ts';

const NUMBERS = 'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?4)';

/** Inserts events into a calendar, in one statement. */
const fill = (account: Account, user: User, calendar: string, count: number) =>
  env.DB.prepare(
    `${NUMBERS} INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated)
     SELECT ?1, ?2 || n || random(), ?2, ?3, n, 1000, 1, n, '[]', CASE WHEN n % 7 THEN '{}' ELSE json_object('text', printf('%.1000c', 'x')) END, 1, 1 FROM numbers`,
  )
    .bind(account.id, calendar, user.id, count)
    .run();

it('a random sequence of creations, updates and deletions', async () => {
  const account = await newAccount();
  const users: { user: User; calendars: string[]; events: string[] }[] = [];
  /** A small generator, so that a failing run can be repeated. */
  let seed = 19;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const text = () => ({ metadata: { text: 'x'.repeat(random(4) === 0 ? random(4000) : 10) } });
  const pick = <T>(list: T[]): T | undefined => list[random(list.length)];
  const take = <T>(list: T[]): T | undefined => list.splice(random(list.length), 1)[0];
  for (let step = 0; step < 400; step++) {
    const owner = pick(users);
    const choice = random(20);
    if (!owner || choice === 0) {
      users.push({ user: await account.newUser(text().metadata), calendars: [], events: [] });
    } else if (choice === 1) {
      await account.call('PUT', `/user/${owner.user.id}`, { body: text() });
    } else if (choice === 2 && random(3) === 0) {
      users.splice(users.indexOf(owner), 1);
      await account.call('DELETE', `/user/${owner.user.id}`);
    } else if (choice < 5 || owner.calendars.length === 0) {
      owner.calendars.push(await owner.user.newCalendar());
    } else if (choice === 5 && random(2) === 0) {
      await account.call('DELETE', `/user/calendar/${take(owner.calendars)}`);
    } else if (choice < 9) {
      await account.call('PUT', `/user/events/${pick(owner.events) ?? 'none'}`, { body: text() });
    } else if (choice < 11) {
      await account.call('DELETE', `/user/events/${take(owner.events) ?? 'none'}`);
    } else {
      const event = { calendarId: pick(owner.calendars), startTs: step, duration: HOUR, ...text() };
      const headers = { 'idempotency-key': `key ${random(1000)}` };
      const made = await account.call('POST', `/user/${owner.user.id}/events`, { body: event, headers });
      if (made.status === 201) owner.events.push(made.body.event.id);
    }
  }
  await expectCounted(account.id);
  expect((await useOf(account, 'events')) > 20).toBe(true);
});

describe('a cascade', () => {
  it.each([
    [
      'a calendar',
      (user: User, calendar: string) => user.account.call('DELETE', `/user/calendar/${calendar}`),
    ],
    ['a user', (user: User) => user.account.call('DELETE', `/user/${user.id}`)],
  ])('the deletion of %s takes its events off', async (what, remove) => {
    const account = await newAccount();
    const [user, other] = [await account.newUser(), await account.newUser()];
    const [one, two] = [await user.newCalendar(), await user.newCalendar()];
    await fill(account, user, one, 900);
    await fill(account, user, two, 137);
    await fill(account, other, await other.newCalendar(), 3);
    expect(await useOf(account, 'events')).toBe(1088 + 3);
    await expectCounted(account.id);
    expect((await remove(user, one)).status).toBe(200);
    await expectCounted(account.id);
    await finishRemovals();
    await expectCounted(account.id);
    expect(await useOf(account, 'events')).toBe(what === 'a user' ? 3 : 144 + 3);
  });

  it('bookings: groups, several hosts, a deleted host, service and user', async () => {
    const world = await newWorld({ hosts: 3, multiPerson: collective });
    const { account, hosts } = world;
    const seats = { account, service: await newService(account, [await newHost(account)], group(5)) };
    const guest = await account.newUser();
    for (const hour of [1, 2, 3]) await book(world, at(hour), { metadata: { text: 'x'.repeat(3000) } });
    for (let i = 0; i < 3; i++) await book(seats, at(9));
    await cancel(seats, await book(seats, at(9)));
    await expectCounted(account.id);
    expect(await quotasOf(account)).toMatchObject({ bookings: { use: 7 }, events: { use: 10 } });
    await account.call('DELETE', `/user/${hosts[0].id}`);
    await account.call('DELETE', `/service/${seats.service}`);
    await account.call('DELETE', `/user/${guest.id}`);
    await expectCounted(account.id);
  });

  it('hosts, feeds, subscriptions and long UIDs of imported events, of a deleted calendar, service and user', async () => {
    const account = await newAccount();
    const [user, other] = [await account.newUser(), await account.newUser()];
    const newService = async () => (await account.call('POST', '/service', { body: {} })).body.service.id;
    const services = [await newService(), await newService()];
    for (const service of services)
      for (const { id: userId } of [user, other])
        await account.call('POST', `/service/${service}/users`, { body: { userId } });
    const calendars = [await user.newCalendar(), await user.newCalendar(), await other.newCalendar()];
    const subscription = { url: 'https://calendars.example/a.ics' };
    for (const { id } of [user, other])
      await account.call('POST', `/user/${id}/calendar`, { body: { timezone: 'UTC', subscription } });
    const before = await useOf(account, 'bytes');
    for (const calendar of calendars) {
      const path = `/user/calendar/${calendar}`;
      const { body } = await account.call('POST', `${path}/feeds`, { body: { detail: 'full' } });
      await account.call('POST', `${path}/feeds`, { body: { detail: 'busy' } });
      await account.call('DELETE', `${path}/feeds/${body.feed.id}`);
      const uids = ['short', 'é'.repeat(256), 'é'.repeat(512)];
      const events = uids.map((uid) => `BEGIN:VEVENT\nUID:${uid}\nDTSTART:20300101T000000Z\nEND:VEVENT\n`);
      const raw = `BEGIN:VCALENDAR\n${events.join('')}END:VCALENDAR`;
      const headers = { 'content-type': 'text/calendar' };
      expect((await account.call('POST', `${path}/import`, { raw, headers })).body.created).toBe(3);
    }
    // A feed, three events, and 1 and 2 KiB of UIDs.
    expect(await useOf(account, 'bytes')).toBe(before + 3 * 1024 * (1 + 3 + 3));
    await expectCounted(account.id);
    await account.call('DELETE', `/user/calendar/${calendars[0]}`);
    await account.call('DELETE', `/service/${services[0]}/users/${user.id}`);
    await account.call('DELETE', `/service/${services[1]}`);
    await account.call('DELETE', `/user/${other.id}`);
    await finishRemovals();
    await expectCounted(account.id);
    // A user with a calendar, a service, a feed with its events, and a calendar with a subscription.
    expect(await useOf(account, 'bytes')).toBe(1024 * (1 + 1 + 1 + 1 + 3 + 3 + 1 + 2));
  });

  it('of the account itself leaves no counter', async () => {
    const world = await newWorld();
    await book(world, at(1));
    await env.DB.prepare('DELETE FROM accounts WHERE id = ?').bind(world.account.id).run();
    const left = await env.DB.prepare('SELECT * FROM usage WHERE account_id = ?')
      .bind(world.account.id)
      .all();
    expect(left.results).toEqual([]);
  });
});

describe('idempotency records', () => {
  const SENT = 400;
  const send = (account: Account, key: string, now = Date.now()) =>
    account.call('POST', '/service', { body: {}, headers: { 'idempotency-key': key }, now });

  it('are counted one in sixteen, and go with the sweep and with a user', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    for (let i = 0; i < SENT; i++) await send(account, `key ${i}`);
    for (let i = 0; i < 50; i++)
      await user.call('POST', '/calendar', {
        body: { timezone: 'UTC' },
        headers: { 'idempotency-key': `key ${i}` },
      });
    await expectCounted(account.id);
    const use = await useOf(account, 'idempotencyRecords');
    // The standard deviation is 82: five of them.
    expect([use > SENT - 410, use < SENT + 50 + 410]).toEqual([true, true]);

    // A key that has expired is used again: REPLACE deletes the former record without a trigger.
    const later = Date.now() + 25 * HOUR;
    for (let i = 0; i < 60; i++) await send(account, `key ${i}`, later);
    await expectCounted(account.id);
    await account.call('DELETE', `/user/${user.id}`);
    await expectCounted(account.id);
    await clean(env.DB, () => later + 25 * HOUR);
    await expectCounted(account.id);
    expect(await useOf(account, 'idempotencyRecords')).toBe(0);
  });
});

describe('an import', () => {
  it('counts what it inserts', async () => {
    const world = await newWorld({ hosts: 2, multiPerson: collective });
    const { account, hosts } = world;
    await book(world, at(1));
    await fill(account, hosts[0].user, hosts[0].calendar, 50);
    const lines = await exportOf(account.apiKey);
    const copy = await emptyCopy();
    await importInto(copy, lines);
    await expectCounted(account.id, copy);
    const counted = (db: D1Database) =>
      db
        .prepare(
          'SELECT users, calendars, events, schedules, services, bookings, kib FROM usage WHERE account_id = ?',
        )
        .bind(account.id)
        .first();
    expect(await counted(copy)).toEqual(await counted(env.DB));
  });

  it('is refused beyond a quota, by its name, and goes on once the operator has raised it', async () => {
    const account = await newAccount();
    for (let i = 0; i < 5; i++) await account.newUser();
    const lines = await exportOf(account.apiKey);
    const copy = await emptyCopy();
    await copy.prepare('INSERT INTO accounts (id, created) VALUES (?, 1)').bind(account.id).run();
    await setQuotas(account, { users: 3 }, copy);
    await expect(importInto(copy, lines)).rejects.toThrow(/3 users/);
    await expectCounted(account.id, copy);
    await setQuotas(account, { users: 5 }, copy);
    expect(await importInto(copy, lines)).toBe(true);
    // Once more: what is there is not counted again.
    expect(await importInto(copy, lines)).toBe(false);
    await expectCounted(account.id, copy);
  });
});

describe('the overrides of a series', () => {
  const daily = { freq: 'daily', interval: 1 };
  const ways: Record<
    string,
    (account: Account, user: User, calendar: string, id: string) => Promise<unknown>
  > = {
    'go with it': (account, _, __, id) => account.call('DELETE', `/user/events/${id}`),
    'go with its calendar': (account, _, calendar) => account.call('DELETE', `/user/calendar/${calendar}`),
    'go with its user': (account, user) => account.call('DELETE', `/user/${user.id}`),
    'go with the rest of it': async (account, _, __, id) => {
      const body = { originalStartTs: at(8) + 24 * HOUR };
      const { following } = (await account.call('POST', `/user/events/${id}/split`, { body })).body;
      await account.call('DELETE', `/user/events/${following.id}`);
    },
  };
  it.each(Object.entries(ways))('%s', async (_, remove) => {
    const account = await newAccount();
    const user = await account.newUser();
    const calendarId = await user.newCalendar();
    const create = (recurrence: object | null) =>
      account.call('POST', `/user/${user.id}/events`, {
        body: { calendarId, startTs: at(8), duration: HOUR, recurrence },
      });
    const { id } = (await create(daily)).body.event;
    // 16 events of a user are counted exactly, and 18 by twos.
    for (let day = 0; day < 17; day++) {
      const path = `/user/events/${id}/instances/${at(8) + day * 24 * HOUR}`;
      await account.call('PUT', path, { body: { busy: true } });
      await expectCounted(account.id);
    }
    await remove(account, user, calendarId, id);
    await finishRemovals();
    await expectCounted(account.id);
    await create(null);
    await expectCounted(account.id);
  });
});
