/** A deletion takes effect with its request, however large it is, and the steps that follow change no answer. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { removeInSteps } from '../../src/removals/remove.ts';
import { at } from '../support/bookings.ts';
import { newAccount } from '../support/client.ts';
import { interrupted, reading, through, writing } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import { finishRemovals } from '../support/removals.ts';
import { answersOf, newRemovalWorld, removable, tracesOf } from './world.ts';

const kinds = Object.keys(removable) as (keyof typeof removable)[];

/** The events of a calendar, by one statement. */
const fill = (account: string, user: string, calendar: string, n: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?4)
     INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated, timezone)
     SELECT ?1, lower(hex(randomblob(16))), ?3, ?2, i * 1000, 1000, 1, i * 1000,
       iif(i % 10, '[]', '[{"delta":-5,"identifier":"x"}]'), '{"color":"red"}', 0, 0, 'UTC' FROM n`,
  )
    .bind(account, user, calendar, n)
    .run();

describe.each(kinds)('a removed %s', (kind) => {
  it('is gone with its request: the steps that follow change no answer, and leave nothing', async () => {
    const world = await newRemovalWorld();
    const [path, id] = removable[kind](world);
    const before = await world.account.deliveries();
    expect((await world.account.call('DELETE', path)).status).toBe(200);
    expectProblem(await world.account.call('DELETE', path), 'not-found');
    const atOnce = await answersOf(world);
    await finishRemovals();
    expect(await answersOf(world)).toEqual(atOnce);

    // Bookings stay, with the ids of what they were made of; so do the notifications, and the answers that are replayed.
    const kept = ['bookings', 'deliveries', 'remembered', 'user_metadata', 'event_metadata']; // words: allow
    expect((await tracesOf(id)).filter((table) => !kept.includes(table))).toEqual(
      kind.endsWith('service') ? ['events'] : [],
    );
    const news = (await world.account.deliveries())
      .slice(0, -before.length || undefined)
      .map(({ type }) => type);
    const resource = kind.endsWith('service') ? 'service' : kind === 'booker' ? 'user' : kind;
    expect(news.filter((type) => type.endsWith('.deleted') && type !== 'event.deleted')).toEqual([
      `${resource}.deleted`,
    ]);
    expect(news).not.toContain('service.updated');
  });
});

describe.each(['user', 'calendar'] as const)('the removal of a %s', (kind) => {
  it('writes the same few rows at any size, and is one round trip', async () => {
    const costs: number[] = [];
    for (const n of [50, 5000]) {
      const account = await newAccount();
      const user = await account.newUser();
      const calendar = await user.newCalendar();
      await fill(account.id, user.id, calendar, n);
      const { db, rows } = writing();
      const path = kind === 'user' ? `/user/${user.id}` : `/user/calendar/${calendar}`;
      expect((await account.call('DELETE', path, { env: { DB: db } })).status).toBe(200);
      costs.push(rows());
      expectProblem(
        await account.call('POST', `/user/${user.id}/events`, {
          body: { calendarId: calendar, startTs: 0, duration: 1 },
        }),
        'not-found',
      );
      if (kind === 'user') expectProblem(await user.call('GET', '/me'), 'user-unknown');
      const { body } = await account.call('GET', '/events/meta?key=color&value=red');
      expect(body.events).toEqual([]);
    }
    expect(costs[1]).toBe(costs[0]);
    expect(costs[1]).toBeLessThanOrEqual(20);
    await finishRemovals();
  });
});

describe('the steps', () => {
  const large = async (n: number) => {
    const account = await newAccount();
    const user = await account.newUser();
    const calendar = await user.newCalendar();
    await fill(account.id, user.id, calendar, n);
    return { account, user, calendar };
  };
  const left = async (account: string) =>
    (await env.DB.prepare('SELECT count(*) AS n FROM events WHERE account_id = ?')
      .bind(account)
      .first('n')) as number;

  it('write a bounded number of rows each, and leave what was created beside', async () => {
    const { account, user } = await large(3000);
    expect((await account.call('DELETE', `/user/${user.id}`)).status).toBe(200);
    const other = await account.newUser();
    await fill(account.id, other.id, await other.newCalendar(), 3);
    let most = 0;
    const db = through(async (run) => {
      const results = await run();
      most = Math.max(most, ...results.map(({ meta }) => meta.rows_written));
      return results;
    });
    await finishRemovals(db);
    expect(most).toBeLessThan(6000);
    expect(await left(account.id)).toBe(3);
    expect(await tracesOf(user.id)).toEqual([]);
  });

  it('go on after one that dies, which is put off alone', async () => {
    await finishRemovals();
    const [one, two] = [await large(20), await large(20)];
    for (const { account, user } of [one, two]) await account.call('DELETE', `/user/${user.id}`);
    let failed = '';
    const db = through(async (run, count) => {
      if (count !== 2) return run();
      failed = 'a step';
      throw new Error('D1_ERROR: too many terms');
    });
    await finishRemovals(db);
    expect(failed).toBe('a step');
    const counts = [await left(one.account.id), await left(two.account.id)].sort((a, b) => a - b);
    expect(counts).toEqual([0, 20]);
    await removeInSteps(env.DB, () => Date.now() + 120_000, { statements: 10_000 });
    expect([await left(one.account.id), await left(two.account.id)]).toEqual([0, 0]);
  });

  it('take turns between accounts', async () => {
    await finishRemovals();
    const [big, small] = [await large(4000), await large(5)];
    for (const { account, user } of [big, small]) await account.call('DELETE', `/user/${user.id}`);
    await removeInSteps(env.DB, Date.now, { statements: 60 });
    expect(await left(small.account.id)).toBe(0);
    expect(await left(big.account.id)).toBeGreaterThan(1000);
    await finishRemovals();
  });
});

it('a change whose version is not the required one removes nothing', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const headers = { 'if-match': '"other"' };
  expectProblem(await account.call('DELETE', `/user/${user.id}`, { headers }), 'precondition-failed');
  expect((await account.call('GET', `/user/${user.id}`)).status).toBe(200);
  expect(await env.DB.prepare('SELECT id FROM removals WHERE id = ?').bind(user.id).first()).toBe(null);
});

it('a booking is not written on a host, a service or a calendar that was removed meanwhile', async () => {
  for (const kind of ['user', 'calendar', 'group service'] as const) {
    const world = await newRemovalWorld();
    const [path] = removable[kind](world);
    const db = interrupted(() => world.account.call('DELETE', path), 2);
    const reply = await world.account.call('POST', `/service/${world.services.seats}/booking`, {
      body: { startTs: at(4), duration: 3_600_000 },
      now: at(0),
      env: { DB: db },
    });
    expect([404, 409, 201]).toContain(reply.status);
    if (reply.status === 201) expect(reply.body.booking.hostUserIds).not.toContain(world.gone.id);
  }
});

it('an account that is removed refuses every credential at once, and leaves nothing', async () => {
  const world = await newRemovalWorld();
  const { account, gone } = world;
  await fill(account.id, gone.id, gone.calendar, 3000);
  const { db, rows } = writing();
  await db.batch([
    db.prepare("INSERT INTO removals (account_id, id, kind) VALUES (?1, ?1, 'account')").bind(account.id),
  ]);
  expect(rows()).toBeLessThanOrEqual(20);
  expectProblem(await account.call('GET', '/account'), 'api-key-unknown');
  expect((await gone.user.call('GET', '/me')).status).toBe(401);
  expect((await gone.user.call('POST', '/calendar', { body: { timezone: 'UTC' } })).status).toBe(401);
  await finishRemovals();
  expect(await tracesOf(account.id)).toEqual([]);
  expect(await tracesOf(gone.id)).toEqual([]);
});

it('a look at removals reads no row while there are none', async () => {
  await finishRemovals();
  const { account, user, calendar } = await (async () => {
    const account = await newAccount();
    const user = await account.newUser();
    return { account, user, calendar: await user.newCalendar() };
  })();
  await fill(account.id, user.id, calendar, 30);
  const cost = async (path: string) => {
    const { db, rows } = reading();
    expect((await account.call('GET', path, { env: { DB: db } })).status).toBe(200);
    return rows();
  };
  expect(await cost(`/user/${user.id}`)).toBe(3);
  expect(await cost(`/user/calendar/${calendar}`)).toBe(3);
  expect(await cost(`/user/${user.id}/events?limit=20`)).toBeLessThanOrEqual(46);
});
