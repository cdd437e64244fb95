/** The limits of a whole request: the largest one succeeds, and one beyond is rejected before its rows are fetched. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { FREEBUSY_CALENDARS_MAX } from '../../../src/limits.ts';
import { ofAnyone, ofOwner } from '../../../src/resources/events/limits.ts';
import type { Recurrence } from '../../../src/sdk/types.ts';
import { call, type Reply, type User } from '../../support/client.ts';
import { through } from '../../support/database.ts';
import { DAY, HOUR, instancesOf, newUser, query, type Stored, store } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const BASE = Date.UTC(2199, 5, 1);
const window = { startTs: BASE, endTs: BASE + 62 * DAY };
const long = { timeout: 60_000 };

const many = (n: number, event: (i: number) => Stored): Stored[] =>
  Array.from({ length: n }, (_, i) => event(i));
const endless = (recurrence: Partial<Recurrence>, startTs = 0): Stored => ({
  startTs,
  duration: HOUR,
  lastStart: null,
  recurrence: { freq: 'daily', interval: 1, ...recurrence },
});
/** A rule that examines every day since 1970. */
const hostile = endless({
  freq: 'yearly',
  byyearday: [366],
  byweekno: [53, -53],
  bysetpos: [300],
  count: 739,
});

/** The rows and bytes that the database returned for a response. */
interface Fetched {
  reply: Reply;
  rows: number;
  bytes: number;
}

async function fetched(request: (db: D1Database) => Promise<Reply>): Promise<Fetched> {
  let [rows, bytes] = [0, 0];
  const db = through(async (run) => {
    const results = await run();
    for (const { results: found } of results) {
      rows += found.length;
      bytes += JSON.stringify(found).length;
    }
    return results;
  });
  return { reply: await request(db), rows, bytes };
}

const week = (user: User, calendar: string, span = window) =>
  fetched((DB) => user.call('GET', `/calendar/${calendar}/events${query(span)}`, { env: { DB } }));
const freebusy = (user: User, more = '', span = window) =>
  fetched((DB) =>
    call('GET', `/user/${user.id}/freebusy${query(span)}${more}`, {
      headers: { 'nettu-account': user.account.id },
      env: { DB },
    }),
  );

async function filled(...events: Stored[]): Promise<{ user: User; calendar: string }> {
  const user = await newUser();
  const calendar = await user.newCalendar();
  await store(user, calendar, events);
  return { user, calendar };
}

describe('the number of rows', () => {
  const single = (i: number): Stored => ({ startTs: BASE + i * 60_000, duration: 30_000 });

  it('returns as many as the limit allows, and rejects one more', long, async () => {
    const { user, calendar } = await filled(...many(ofOwner.rows, single));
    expect((await week(user, calendar)).reply.body.events).toHaveLength(ofOwner.rows);
    expect((await freebusy(user)).reply.body.busy).toHaveLength(ofAnyone.rows);
    await store(
      user,
      calendar,
      many(100, (i) => single(i + ofOwner.rows)),
    );
    for (const { reply, rows } of [await week(user, calendar), await freebusy(user)]) {
      expectProblem(reply, 'answer-too-large');
      expect(reply.problem.detail).toMatch(/shorter/);
      expect(rows).toBeLessThan(ofOwner.rows + 10);
    }
    const short = { startTs: BASE, endTs: BASE + DAY };
    expect((await week(user, calendar, short)).reply.body.events).toHaveLength(1440);
    expect((await freebusy(user, '', short)).reply.body.busy).toHaveLength(1440);
  });

  it(
    'counts a large event as several, and fetches at most one event more than the limit in bytes',
    long,
    async () => {
      const metadata = { notes: 'x'.repeat(100_000) };
      const { user, calendar } = await filled(...many(19, (i) => ({ ...single(i), metadata })));
      expect((await week(user, calendar)).reply.body.events).toHaveLength(19);
      await store(
        user,
        calendar,
        many(20, (i) => ({ ...single(i), metadata })),
      );
      const { reply, bytes } = await week(user, calendar);
      expectProblem(reply, 'answer-too-large');
      expect(bytes).toBeLessThan(ofOwner.rows * ofOwner.bytesPerRow + 150_000);
      // Free/busy reads no metadata.
      const { reply: busy, bytes: few } = await freebusy(user);
      expect(busy.body.busy).toHaveLength(20);
      expect(few).toBeLessThan(20_000);
    },
  );

  it('counts large exdates as several for an anonymous caller', long, async () => {
    const exdates = Array.from({ length: 1000 }, (_, i) => BASE + 100 * DAY + i);
    const { user, calendar } = await filled(...many(70, () => ({ ...endless({}), exdates })));
    const before = await freebusy(user);
    expect(before.reply.body.busy).toHaveLength(62);
    await store(
      user,
      calendar,
      many(30, () => ({ ...endless({}), exdates })),
    );
    const { reply, bytes } = await freebusy(user);
    expectProblem(reply, 'answer-too-large');
    expect(bytes).toBeLessThan(1.1 * ofAnyone.rows * ofAnyone.bytesPerRow);
    expect((await week(user, calendar)).reply.body.events).toHaveLength(100);
  });
});

describe('the number of calendars', () => {
  it('accepts as many as the limit allows, named or not, and rejects one more', long, async () => {
    const user = await newUser();
    const ids = await calendarsOf(user, FREEBUSY_CALENDARS_MAX, { notes: 'x'.repeat(50_000) });
    for (const more of ['', `&calendarIds=${ids}`]) {
      const { reply, bytes } = await freebusy(user, more);
      expect(reply.body).toEqual({ busy: [], userId: user.id });
      expect(bytes).toBeLessThan(20_000);
    }
    const one = await user.newCalendar();
    expectProblem((await freebusy(user)).reply, 'answer-too-large');
    const named = await freebusy(user, `&calendarIds=${[...ids, one]}`);
    expectInvalid(named.reply, 'calendarIds');
    expect((await freebusy(user, `&calendarIds=${ids}`)).reply.status).toBe(200);
  });
});

describe('the amount of work', () => {
  it("is smaller for an anonymous caller than for the account's own", async () => {
    const { user, calendar } = await filled(hostile);
    expect((await freebusy(user)).reply.body.busy).toEqual([]);
    await store(user, calendar, [hostile, hostile, hostile, hostile]);
    expectProblem((await freebusy(user)).reply, 'answer-too-large');
    expect((await week(user, calendar)).reply.body.events).toEqual([]);
    await store(
      user,
      calendar,
      many(20, () => hostile),
    );
    expectProblem((await week(user, calendar)).reply, 'answer-too-large');
    expect((await freebusy(user, '', { startTs: 0, endTs: DAY })).reply.body.busy).toEqual([]);
  });

  it('allows any single event', async () => {
    const { user, calendar } = await filled();
    const [id = ''] = await store(user, calendar, [{ ...hostile, duration: 366 * DAY }]);
    expect(await instancesOf(user, id, window)).toEqual([]);
  });

  it('allows as many instances as the limit, and rejects one more', long, async () => {
    const daily = { ...endless({}), duration: 366 * DAY };
    const { user, calendar } = await filled();
    const [id = ''] = await store(user, calendar, [daily]);
    const each = (await instancesOf(user, id, window)).length;
    expect(each).toBeGreaterThan(400);
    const most = Math.floor(ofOwner.instances / each);
    await store(
      user,
      calendar,
      many(most - 1, () => daily),
    );
    expect((await week(user, calendar)).reply.body.events).toHaveLength(most);
    await store(user, calendar, [daily]);
    expectProblem((await week(user, calendar)).reply, 'answer-too-large');
  });

  it('allows an ordinary busy calendar', long, async () => {
    const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] as const;
    const { user, calendar } = await filled(
      ...many(500, (i) => endless({}, i * HOUR)),
      ...many(500, (i) => endless({ freq: 'weekly', byweekday: [...weekdays] }, i * HOUR)),
    );
    const { reply } = await week(user, calendar, { startTs: BASE, endTs: BASE + 7 * DAY });
    expect(reply.body.events).toHaveLength(1000);

    const other = await newUser();
    for (const id of await calendarsOf(other, 20)) {
      await store(other, id, [
        ...many(60, (i) => ({ startTs: BASE + i * DAY, duration: HOUR })),
        ...many(30, (i) => endless({ freq: 'weekly' }, i * DAY)),
        ...many(6, (i) => endless({ freq: 'monthly', byweekday: ['-1Fri'] }, i * DAY)),
        ...many(4, (i) => endless({}, BASE - i * DAY)),
      ]);
    }
    expect((await freebusy(other)).reply.status).toBe(200);
  });
});

async function calendarsOf(user: User, n: number, metadata: object = {}): Promise<string[]> {
  const ids = Array.from({ length: n }, () => crypto.randomUUID());
  await env.DB.prepare(
    `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
     SELECT ?, value, ?, 'Europe/Oslo', 'Mon', ? FROM json_each(?)`,
  )
    .bind(user.account.id, user.id, JSON.stringify(metadata), JSON.stringify(ids))
    .run();
  return ids;
}
