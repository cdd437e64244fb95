/** Each quota refuses what would pass it, exactly, with its numbers, and nothing is written. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { quotaDefaults } from '../../src/quotas.ts';
import type { QuotaName } from '../../src/sdk/types.ts';
import { book, cancel, HOUR, MINUTE, newWorld, type World } from '../support/bookings.ts';
import { type Account, newAccount, type Reply, type User } from '../support/client.ts';
import { countOf } from '../support/database.ts';
import { finishRemovals } from '../support/removals.ts';
import { expectCounted, expectRefused, quotasOf, setQuotas, useOf } from './support.ts';

const newEvent = (user: User, calendarId: string, body: object = {}): Promise<Reply> =>
  user.account.call('POST', `/user/${user.id}/events`, {
    body: { calendarId, startTs: 0, duration: HOUR, ...body },
  });

/** An account whose webhook, schedule and the like are of no interest, with a user and a calendar. */
async function newOwner(): Promise<{ account: Account; user: User; calendar: string }> {
  const account = await newAccount();
  const user = await account.newUser();
  return { account, user, calendar: await user.newCalendar() };
}

it('the limits of schema.sql are those of limits.ts', async () => {
  const { id } = await newAccount(null);
  const row = await env.DB.prepare('SELECT * FROM quota_limits WHERE account_id = ?').bind(id).first();
  expect(row).toEqual({ account_id: id, ...quotaDefaults });
});

it('a new account has the quotas that the answer of its creation shows', async () => {
  const account = await newAccount(null);
  const quotas = await quotasOf(account);
  expect(quotas).toEqual(
    Object.fromEntries(Object.entries(quotaDefaults).map(([name, limit]) => [name, { limit, use: 0 }])),
  );
});

/** How to create one of each; the account has a user and a calendar. */
const creations: Partial<Record<QuotaName, (owner: Awaited<ReturnType<typeof newOwner>>) => Promise<Reply>>> =
  {
    users: ({ account }) => account.call('POST', '/user', { body: {} }),
    calendars: ({ user }) => user.call('POST', '/calendar', { body: { timezone: 'UTC' } }),
    events: ({ user, calendar }) => newEvent(user, calendar),
    schedules: ({ user }) => user.call('POST', '/schedule', { body: { timezone: 'UTC' } }),
    services: ({ account }) => account.call('POST', '/service', { body: {} }),
  };

describe.each(Object.entries(creations))('%s', (name, create) => {
  const quota = name as QuotaName;

  it('the one beyond the limit is refused, and nothing is written', async () => {
    const owner = await newOwner();
    await setQuotas(owner.account, { [quota]: 3 });
    for (let use = await useOf(owner.account, quota); use < 3; use++)
      expect((await create(owner)).status).toBe(201);

    expectRefused(await create(owner), quota, 3, 3);

    expect(await countOf(quota, owner.account.id)).toBe(3);
    expect(await quotasOf(owner.account)).toMatchObject({ [quota]: { limit: 3, use: 3 } });
    await expectCounted(owner.account.id);
  });

  it('creations at the same time never pass the limit', async () => {
    const owner = await newOwner();
    const before = await useOf(owner.account, quota);
    await setQuotas(owner.account, { [quota]: before + 3 });

    const replies = await Promise.all(Array.from({ length: 12 }, () => create(owner)));

    expect(replies.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const reply of replies.filter(({ status }) => status !== 201))
      expectRefused(reply, quota, before + 3, before + 3);
    expect(await countOf(quota, owner.account.id)).toBe(before + 3);
  });

  it('a replay beyond the limit gets its answer, and a new key does not', async () => {
    const owner = await newOwner();
    const keyed = (key: string) => {
      const path = { users: '/user', services: '/service' }[name];
      const body = { calendars: { timezone: 'UTC' }, schedules: { timezone: 'UTC' } }[name] ?? {};
      const headers = { 'idempotency-key': key };
      if (path) return owner.account.call('POST', path, { body, headers });
      const event = { calendarId: owner.calendar, startTs: 0, duration: HOUR };
      return name === 'events'
        ? owner.user.call('POST', '/events', { body: event, headers })
        : owner.user.call('POST', `/${name.slice(0, -1)}`, { body, headers });
    };
    const first = await keyed('one');
    expect(first.status).toBe(201);
    await setQuotas(owner.account, { [quota]: 1 });

    const again = await keyed('one');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
    expect((await keyed('two')).problem.code).toBe('quota-exceeded');
    // The refused creation left no record, so its key is free.
    await setQuotas(owner.account, { [quota]: 100 });
    expect((await keyed('two')).status).toBe(201);
  });

  it('a deletion frees its place with the same request, and what is left of it is counted to the end', async () => {
    const owner = await newOwner();
    const made = (await create(owner)).body;
    const [[kind, { id }]] = Object.entries(made) as [[string, { id: string }]];
    const use = await useOf(owner.account, quota);
    await setQuotas(owner.account, { [quota]: use });
    expect((await create(owner)).problem.code).toBe('quota-exceeded');
    const path = { user: '/user', service: '/service', event: '/user/events' }[kind] ?? `/user/${kind}`;
    expect((await owner.account.call('DELETE', `${path}/${id}`)).status).toBe(200);
    expect(await useOf(owner.account, quota)).toBe(use - 1);
    expect((await create(owner)).status).toBe(201);
    await expectCounted(owner.account.id);
    await finishRemovals();
    await expectCounted(owner.account.id);
    expect(await useOf(owner.account, quota)).toBe(use);
  });

  it("another account's use does not count", async () => {
    const [full, other] = [await newOwner(), await newOwner()];
    await setQuotas(full.account, { [quota]: 0 });
    expect((await create(full)).problem.code).toBe('quota-exceeded');
    expect((await create(other)).status).toBe(201);
  });
});

it('deleting frees, also where the operator has set the quota below the use', async () => {
  const { account, user, calendar } = await newOwner();
  const events: string[] = [];
  for (let i = 0; i < 4; i++) events.push((await newEvent(user, calendar)).body.event.id);
  await setQuotas(account, { events: 2 });

  expectRefused(await newEvent(user, calendar), 'events', 2, 4);
  for (const id of events.slice(0, 3))
    expect((await account.call('DELETE', `/user/events/${id}`)).status).toBe(200);

  expect((await newEvent(user, calendar)).status).toBe(201);
  expectRefused(await newEvent(user, calendar), 'events', 2, 2);
});

describe('bytes', () => {
  const text = (kib: number) => ({
    metadata: { text: 'x'.repeat(1000).concat('y'.repeat(24)).repeat(kib).slice(0, 4000) },
  });

  it('a creation and an update that would pass the limit are refused; one that keeps or shrinks the text is not', async () => {
    const { account, user, calendar } = await newOwner();
    const { event } = (await newEvent(user, calendar, text(4))).body;
    const use = await useOf(account, 'bytes');
    // A user, a calendar, and an event of 4,000 characters that are stored twice.
    expect(use).toBe(1024 * (1 + 1 + 8));
    await setQuotas(account, { bytes: use });

    expectRefused(await newEvent(user, calendar), 'bytes', use, use);
    const update = (body: object) => account.call('PUT', `/user/events/${event.id}`, { body });
    expectRefused(
      await update({ metadata: { text: 'z'.repeat(4000), more: 'z'.repeat(4000) } }),
      'bytes',
      use,
      use,
    );
    expect((await account.call('GET', `/user/events/${event.id}`)).body.event.metadata).toEqual(
      text(4).metadata,
    );
    expect((await update({ metadata: { text: 'z'.repeat(4000) } })).status).toBe(200);
    expect((await update({ busy: true })).status).toBe(200);
    expect((await update({ metadata: {} })).status).toBe(200);
    expect(await useOf(account, 'bytes')).toBe(1024 * 3);
    expect((await newEvent(user, calendar)).status).toBe(201);
  });

  it.each([
    ['a user', 'POST', '/user', {}],
    ['a calendar', 'POST', '/user/:user/calendar', { timezone: 'UTC' }],
    ['a schedule', 'POST', '/user/:user/schedule', { timezone: 'UTC', rules: [] }],
    ['a service', 'POST', '/service', {}],
  ])('the text of %s counts', async (_, method, path, body) => {
    const { account, user } = await newOwner();
    const before = await useOf(account, 'bytes');
    const at = path.replace(':user', user.id);
    const { body: made } = await account.call(method, at, { body: { ...body, ...text(4) } });
    expect(await useOf(account, 'bytes')).toBe(before + 1024 * 8);
    const [[kind, { id }]] = Object.entries(made) as [[string, { id: string }]];
    const one = ['user', 'service'].includes(kind) ? `/${kind}/${id}` : `/user/${kind}/${id}`;
    await setQuotas(account, { bytes: before + 1024 * 8 });
    const more = { metadata: { text: 'x'.repeat(4096), more: 'x'.repeat(4096) } };
    expectRefused(
      await account.call('PUT', one, { body: more }),
      'bytes',
      before + 1024 * 8,
      before + 1024 * 8,
    );
    await account.call('PUT', one, { body: { metadata: {} } });
    expect(await useOf(account, 'bytes')).toBe(before + 1024);
  });
});

describe('bookings and holds', () => {
  const hold = { holdFor: 30 };
  const NOW = Date.now();
  /** Whole hours of the day after tomorrow. */
  const at = (hour: number) => (Math.floor(NOW / (24 * HOUR)) + 2) * 24 * HOUR + hour * HOUR;
  const tryBook = ({ account, service }: World, hour: number, body = {}) =>
    account.call('POST', `/service/${service}/booking`, {
      body: { startTs: at(hour), duration: HOUR, ...body },
    });
  const bookAs = (user: User, { service }: World, hour: number, body = {}) =>
    user.call('POST', `/service/${service}/booking`, {
      body: { startTs: at(hour), duration: HOUR, ...body },
    });

  it('a booking beyond the limit is refused without its event; a cancelled one still counts', async () => {
    const world = await newWorld();
    await setQuotas(world.account, { bookings: 2 });
    const first = await book(world, at(1), {}, { now: NOW });
    await book(world, at(2), {}, { now: NOW });
    await cancel(world, first, { now: NOW });
    expectRefused(await tryBook(world, 3), 'bookings', 2, 2);
    expect(await countOf('events', world.account.id)).toBe(1);
    await expectCounted(world.account.id);
  });

  it('a booking counts its event: beyond that quota neither is written', async () => {
    const world = await newWorld();
    await setQuotas(world.account, { events: 0 });
    expectRefused(await tryBook(world, 3), 'events', 0, 0);
    expect(await countOf('bookings', world.account.id)).toBe(0);
  });

  it('live holds are limited for the account, for each user, and for those of no user', async () => {
    const world = await newWorld();
    const { account } = world;
    await setQuotas(account, { holds: 4, userHolds: 1, guestHolds: 2 });
    const [ann, bob] = [await account.newUser(), await account.newUser()];

    expect((await bookAs(ann, world, 1, hold)).status).toBe(201);
    expectRefused(await bookAs(ann, world, 2, hold), 'userHolds', 1, 1);
    expect((await tryBook(world, 3, hold)).status).toBe(201);
    expect((await tryBook(world, 4, hold)).status).toBe(201);
    expectRefused(await tryBook(world, 5, hold), 'guestHolds', 2, 2);
    expect((await bookAs(bob, world, 6, hold)).status).toBe(201);
    const cyd = await account.newUser();
    expectRefused(await bookAs(cyd, world, 7, hold), 'holds', 4, 4);
    expect(await quotasOf(account)).toMatchObject({
      holds: { limit: 4, use: 4 },
      userHolds: { limit: 1, use: 1 },
      guestHolds: { limit: 2, use: 2 },
    });
    // What is no hold is not limited so.
    expect((await bookAs(ann, world, 8)).status).toBe(201);
  });

  it('a hold that is confirmed, cancelled or over no longer counts', async () => {
    const world = await newWorld();
    await setQuotas(world.account, { guestHolds: 1 });
    const ends = [
      ({ id }: { id: string }) =>
        world.account.call('PUT', `/booking/${id}`, { body: { state: 'confirmed' } }),
      ({ id }: { id: string }) => world.account.call('DELETE', `/booking/${id}`),
      ({ id }: { id: string }) =>
        env.DB.prepare('UPDATE bookings SET expires_at = ? WHERE id = ?')
          .bind(NOW - MINUTE, id)
          .run(),
    ];
    for (const [i, end] of ends.entries()) {
      const held = await tryBook(world, 2 * i, hold);
      expect(held.status).toBe(201);
      expectRefused(await tryBook(world, 2 * i + 1, hold), 'guestHolds', 1, 1);
      await end(held.body.booking);
      expect(await useOf(world.account, 'holds')).toBe(0);
    }
  });
});

it('idempotency records beyond the limit: the creation is refused, and one without a key is not', async () => {
  const account = await newAccount();
  const keyed = () =>
    account.call('POST', '/user', { body: {}, headers: { 'idempotency-key': crypto.randomUUID() } });
  await setQuotas(account, { idempotencyRecords: 1 });
  // One in sixteen is counted, at random: this many are counted but once in 10^14 runs.
  const replies: Reply[] = [];
  for (let i = 0; i < 500; i++) {
    replies.push(await keyed());
    if (replies.at(-1)?.status !== 201) break;
  }
  const use = await useOf(account, 'idempotencyRecords');
  expect(use).toBe(16);
  expectRefused(replies.at(-1) as Reply, 'idempotencyRecords', 1, 16);
  expect((await account.call('POST', '/user', { body: {} })).status).toBe(201);
  await expectCounted(account.id);
});

it("a user's token learns the quota that refuses it, and no other", async () => {
  const { account, user, calendar } = await newOwner();
  await setQuotas(account, { events: 0 });
  const refused = await user.call('POST', '/events', {
    body: { calendarId: calendar, startTs: 0, duration: HOUR },
  });
  expectRefused(refused, 'events', 0, 0);
  expect((await user.call('GET', '/account')).status).toBe(401);
  expect(JSON.stringify((await user.call('GET', '/me')).body)).not.toContain('quota');
});

it('a caller whose credential does not hold learns nothing of a quota', async () => {
  const { account, user, calendar } = await newOwner();
  await setQuotas(account, { events: 0 });
  const token = await user.token();
  const body = { calendarId: calendar, startTs: 0, duration: HOUR };
  await user.call('GET', '/me', { token });
  await account.call('PUT', `/user/${user.id}/tokens`, { body: { notBefore: Date.now() + HOUR } });
  expect((await user.call('POST', '/events', { body, token })).problem.code).toBe('token-revoked');
});
