/** Feeds: addresses under which anyone who knows one reads a calendar as iCalendar text. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { call, counting, newUser, type User } from '../../support/client.ts';
import { countOf, reading, writing } from '../../support/database.ts';
import { DAY, HOUR } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const NOW = Date.UTC(2030, 0, 7, 8);
let user: User;
let calendarId: string;
beforeAll(async () => {
  user = await newUser();
  calendarId = await user.newCalendar('Europe/Oslo');
});

/** By the account: a token of today is not valid then. */
const eventIn = async (calendar: string, more: object = {}) =>
  (
    await user.account.call('POST', `/user/${user.id}/events`, {
      body: { calendarId: calendar, startTs: NOW + DAY, duration: HOUR, busy: true, ...more },
      now: NOW,
    })
  ).body.event;
const pathOf = (url: string): string => new URL(url).pathname.replace('/api/v1', '');
const feedOf = async (calendar = calendarId, body: object = { detail: 'full' }) =>
  (await user.call('POST', `/calendar/${calendar}/feeds`, { body })).body;
const readFeed = (url: string, headers: Record<string, string> = {}, more: object = {}) =>
  call('GET', pathOf(url), { headers, now: NOW, ...more });

describe('a feed', () => {
  it('is shown once, listed without its address, and gone with its removal', async () => {
    const calendar = await user.newCalendar();
    const { feed, url } = await feedOf(calendar, { detail: 'busy', name: 'Phone' });
    expect(feed).toEqual({
      id: feed.id,
      name: 'Phone',
      detail: 'busy',
      hint: url.slice(-8, -4),
      created: feed.created,
    });
    expect(url).toMatch(/^https:\/\/nettu\.test\/api\/v1\/feed\/feed_[\w-]{32}\.ics$/);
    expect((await user.call('GET', `/calendar/${calendar}/feeds`)).body).toEqual({ feeds: [feed] });
    const stored = await env.DB.prepare('SELECT * FROM feeds WHERE id = ?').bind(feed.id).first();
    expect(JSON.stringify(stored)).not.toContain(/feed_[\w-]+/.exec(url)?.[0]);
    expect((await readFeed(url)).status).toBe(200);
    expect((await user.call('DELETE', `/calendar/${calendar}/feeds/${feed.id}`)).body).toEqual({ feed });
    expectProblem(await readFeed(url), 'not-found');
    expectProblem(await user.call('DELETE', `/calendar/${calendar}/feeds/${feed.id}`), 'not-found');
  });

  it('refuses another detail, a long name and the eleventh feed', async () => {
    const calendar = await user.newCalendar();
    const post = (body: object) => user.call('POST', `/calendar/${calendar}/feeds`, { body });
    expectInvalid(await post({}), 'detail');
    expectInvalid(await post({ detail: 'none' }), 'detail');
    expectInvalid(await post({ detail: 'full', name: 'x'.repeat(129) }), 'name');
    await Promise.all(Array.from({ length: 10 }, () => post({ detail: 'full' })));
    expectProblem(await post({ detail: 'full' }), 'feed-limit');
    expect(await countOf('feeds', user.account.id)).toBeGreaterThanOrEqual(10);
  });

  it('gives the same address again for the same Idempotency-Key, which the database cannot read', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const post = () =>
      user.call('POST', `/calendar/${calendarId}/feeds`, { body: { detail: 'full' }, headers });
    const [first, second] = [await post(), await post()];
    expect(second.body).toEqual(first.body);
    const { results } = await env.DB.prepare('SELECT answer FROM remembered').all(); // words: allow
    expect(JSON.stringify(results)).not.toContain('feed_');
  });

  it('needs the permission UpdateCalendar, also to be listed', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', `/${crypto.randomUUID()}`],
    ] as const) {
      const claims = { schedulerPolicy: { allow: ['CreateCalendar'] } };
      const body = method === 'POST' ? { body: { detail: 'full' } } : {};
      const reply = await user.call(method, `/calendar/${calendarId}/feeds${path}`, { claims, ...body });
      expectProblem(reply, 'policy-denied');
    }
  });

  it('is 404 once its calendar, its user or its account is deleted, and leaves no row', async () => {
    for (const remove of ['calendar', 'user'] as const) {
      const owner = await newUser();
      const calendar = await owner.newCalendar();
      const { url } = (await owner.call('POST', `/calendar/${calendar}/feeds`, { body: { detail: 'full' } }))
        .body;
      expect((await readFeed(url)).status).toBe(200);
      const path = remove === 'calendar' ? `/user/calendar/${calendar}` : `/user/${owner.id}`;
      await owner.account.call('DELETE', path);
      expectProblem(await readFeed(url), 'not-found');
      expect(await countOf('feeds', owner.account.id)).toBe(0);
    }
  });

  it('of a suspended account is 403', async () => {
    const owner = await newUser();
    const calendar = await owner.newCalendar();
    const { url } = (await owner.call('POST', `/calendar/${calendar}/feeds`, { body: { detail: 'full' } }))
      .body;
    await env.DB.prepare('INSERT INTO suspensions VALUES (?, 1)').bind(owner.account.id).run();
    expectProblem(await readFeed(url), 'account-suspended');
  });

  it.each([
    'x',
    'feed_x',
    `feed_${'x'.repeat(32)}`,
    `feed_7-${'x'.repeat(32)}`,
    `feed_${'x'.repeat(200)}`,
    'sk_x',
  ])('with the secret %s is 404', async (secret) => {
    expectProblem(await call('GET', `/feed/${secret}.ics`), 'not-found');
  });
});

describe('the text', () => {
  it('is the same in a feed and for the calendar, through both doors', async () => {
    const calendar = await user.newCalendar('Europe/Oslo');
    await eventIn(calendar, { metadata: { title: 'Dentist' } });
    const { url } = await feedOf(calendar);
    const feed = await readFeed(url);
    expect(feed.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(feed.body).toContain('SUMMARY:Dentist');
    expect((await user.call('GET', `/calendar/${calendar}.ics`)).body).toBe(feed.body);
    expect((await user.account.call('GET', `/user/calendar/${calendar}.ics`, { now: NOW })).body).toBe(
      feed.body,
    );
    expectProblem(await (await user.account.newUser()).call('GET', `/calendar/${calendar}.ics`), 'not-found');
  });

  it('with the detail busy says only when the user is busy', async () => {
    const calendar = await user.newCalendar();
    await eventIn(calendar, { metadata: { title: 'Dentist' } });
    await eventIn(calendar, { busy: false });
    const { body } = await readFeed((await feedOf(calendar, { detail: 'busy', name: 'Busy' })).url);
    expect(body).not.toContain('Dentist');
    expect(body.match(/BEGIN:VEVENT/g)).toHaveLength(1);
    expect(body).toContain('X-WR-CALNAME:Busy');
  });

  it('has the events of the last 90 days and all to come, series among them, and no hold', async () => {
    const calendar = await user.newCalendar();
    const made = async (days: number, more: object = {}) =>
      (await eventIn(calendar, { startTs: NOW + days * DAY, ...more })).id as string;
    const inside = [
      await made(-90),
      await made(-89),
      await made(9000),
      await made(-3000, { recurrence: { freq: 'daily', interval: 1 } }),
      await made(-100, { duration: 11 * DAY }),
    ];
    const outside = [
      await made(-91),
      await made(-600, { recurrence: { freq: 'daily', interval: 1, count: 3 } }),
      await made(1),
    ];
    await env.DB.prepare('UPDATE events SET expires_at = ? WHERE id = ?')
      .bind(NOW + HOUR, outside[2])
      .run();
    const { body } = await readFeed((await feedOf(calendar)).url);
    expect((body.match(/UID:.*/g) as string[]).map((line) => line.slice(4).trim()).sort()).toEqual(
      inside.sort(),
    );
  });

  it('has an etag that changes only with its content', async () => {
    const calendar = await user.newCalendar();
    const event = await eventIn(calendar);
    const { url } = await feedOf(calendar);
    const first = await readFeed(url);
    const etag = first.headers.get('etag') ?? '';
    expect(new Date(first.headers.get('last-modified') ?? '').getTime()).toBe(event.updated);
    expect(first.headers.get('cache-control')).toBe('private, max-age=300');
    const known = (now = NOW) => readFeed(url, { 'if-none-match': `W/${etag}` }, { now });
    const same = await known(NOW + 50 * DAY);
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, null, etag]);
    for (const change of [
      () => user.call('PUT', `/events/${event.id}`, { body: { duration: 2 * HOUR } }),
      () => user.call('PUT', `/calendar/${calendar}`, { body: { timezone: 'Asia/Tokyo' } }),
      () => user.call('DELETE', `/events/${event.id}`),
    ]) {
      const before = (await readFeed(url)).headers.get('etag');
      await change();
      expect((await readFeed(url)).headers.get('etag')).not.toBe(before);
    }
    expect((await known()).status).toBe(200);
    const head = await call('HEAD', pathOf(url));
    expect([head.status, head.body]).toEqual([200, null]);
  });

  it('of a feed is one round trip that writes nothing, and reads a bounded number of rows', async () => {
    const calendar = await user.newCalendar();
    for (let i = 0; i < 20; i++) await eventIn(calendar);
    const { url } = await feedOf(calendar);
    const { db, trips } = counting();
    await readFeed(url, {}, { env: { DB: db } });
    expect(trips()).toBe(1);
    const [read, written] = [reading(), writing()];
    await readFeed(url, {}, { env: { DB: read.db } });
    await readFeed(url, {}, { env: { DB: written.db } });
    expect(written.rows()).toBe(0);
    expect(read.rows()).toBeLessThan(20 * 3 + 40);
  });

  it('of more than 5,000 events is 400 answer-too-large, and 5,000 are streamed', async () => {
    const calendar = await user.newCalendar('Europe/Oslo');
    const event = await eventIn(calendar, {
      recurrence: { freq: 'weekly', interval: 1 },
      metadata: { title: 'x' },
    });
    const copy = (count: number) =>
      env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start, reminders, metadata, created, updated, nth)
         SELECT account_id, lower(hex(randomblob(16))), calendar_id, user_id, start_ts, duration, busy, recurrence, last_start, reminders, metadata, created, updated, 2
         FROM events, n WHERE id = ?`,
      )
        .bind(count, event.id)
        .run();
    await copy(4999);
    const { url } = await feedOf(calendar);
    const full = await readFeed(url);
    expect(full.body.match(/BEGIN:VEVENT/g)).toHaveLength(5000);
    await copy(1);
    expectProblem(await readFeed(url), 'answer-too-large');
  });
});
