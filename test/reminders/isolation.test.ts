/** No event and no account keeps the reminders of another from being written and sent, and the outbox stores no copies. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { RunBudget } from '../../src/db/run-budget.ts';
import { backfillReminders, remind } from '../../src/reminders/remind.ts';
import type { Reminder } from '../../src/sdk/types.ts';
import { through, writing } from '../support/database.ts';
import { DAY, HOUR, MINUTE, type NotifiedAccount, notifiedAccount, open } from '../support/webhooks.ts';

/** The clock of these tests starts here. */
const NOW = Date.parse('2030-01-07T00:00:00Z');

interface World {
  account: NotifiedAccount;
  userId: string;
  calendarId: string;
}

async function world(): Promise<World> {
  const account = await notifiedAccount('ok', [], NOW);
  const user = await account.newUser();
  const path = `/user/${user.id}/calendar`;
  const { calendar } = (await account.call('POST', path, { body: { timezone: 'UTC' } })).body;
  return { account, userId: user.id, calendarId: calendar.id };
}

const TEN: Reminder[] = [{ delta: -10, identifier: 'ten before' }];
const HUNDRED: Reminder[] = new Array(100).fill(0).map((_, i) => ({ delta: 0, identifier: `${i}` }));

async function enter({ account, userId, calendarId }: World, body: object = {}): Promise<string> {
  const event = { calendarId, startTs: NOW + HOUR, duration: HOUR, reminders: TEN, ...body };
  const reply = await account.call('POST', `/user/${userId}/events`, { body: event, now: NOW });
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return reply.body.event.id;
}

/** Stores events by SQL, `each` with these reminders. */
const fill = ({ account, userId, calendarId }: World, count: number, reminders: readonly Reminder[]) =>
  env.DB.prepare(
    `INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated)
     SELECT ?1, lower(hex(randomblob(16))), ?2, ?3, ?4, 1000, 1, ?4, ?5, '{}', ?6, ?6 FROM json_each(?7)`,
  )
    .bind(
      account.id,
      calendarId,
      userId,
      NOW + HOUR,
      JSON.stringify(reminders),
      NOW,
      JSON.stringify(new Array(count).fill(0)),
    )
    .run();

/** The identifiers of all reminders in the outbox. */
async function written({ account }: World): Promise<string[]> {
  const found: string[] = [];
  for (const { id } of await account.deliveries()) {
    const { delivery } = (await account.call('GET', `/account/webhook/deliveries/${id}`)).body;
    for (const { identifier } of JSON.parse(delivery.body).reminders) found.push(identifier);
  }
  return found;
}

const stateOf = async ({ account }: World) => (await account.call('GET', '/account/webhook')).body.webhook;

async function outbox({ account }: World): Promise<{ rows: number; bytes: number; references: number }> {
  const row = await env.DB.prepare(
    `SELECT count(*) AS "rows", sum(octet_length(content)) AS bytes, sum(json_array_length(content)) AS "references"
     FROM deliveries WHERE account_id = ?`,
  )
    .bind(account.id)
    .first<{ rows: number; bytes: number; references: number }>();
  return row ?? { rows: 0, bytes: 0, references: 0 };
}

describe('many reminders at one moment', () => {
  it('of 500 events with 100 each are all written, and those of another account in the first step', async () => {
    const [hostile, other] = [await world(), await world()];
    await fill(hostile, 500, HUNDRED);
    await enter(other);
    let [longest, steps] = [0, 0];
    let seen: number | null = null;
    const DB = through(async (run) => {
      const results = await run();
      if (seen === null && (await outbox(other)).rows > 0) seen = steps;
      steps += 1;
      return results;
    });
    await remind(
      { ...open, DB: measured(DB, (bytes) => (longest = Math.max(longest, bytes))) },
      () => NOW + HOUR,
    );
    expect((await outbox(hostile)).references).toBe(50_000);
    expect((await outbox(other)).references).toBe(1);
    expect(seen).toBeLessThan(5);
    // D1 takes 2 MB in one value.
    expect(longest).toBeGreaterThan(100_000);
    expect(longest).toBeLessThan(1_000_000);
  });

  it('of one account do not keep those of another waiting when the budget of a run is spent', async () => {
    const [hostile, other] = [await world(), await world()];
    await fill(hostile, 3000, TEN);
    await enter(other);
    const budget = new RunBudget(5, 60_000);
    await remind(open, () => NOW + HOUR, { stepEvents: 100, budget });
    expect(budget.spent).toBe(true);
    expect(await written(other)).toEqual(['ten before']);
    const before = (await outbox(hostile)).references;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(200);
    await remind(open, () => NOW + HOUR);
    expect((await outbox(hostile)).references).toBe(3000);
  });

  it('of one series that was missed for weeks are written in parts, each once', async () => {
    const there = await world();
    const reminders = HUNDRED.map((reminder, i) => ({ ...reminder, delta: i }));
    await enter(there, { recurrence: { freq: 'daily', interval: 1 }, reminders });
    await remind(open, () => NOW + 62 * DAY);
    // From the 1st to the 62nd day, and the 100 reminders of each.
    expect((await outbox(there)).references).toBe(6200);
    const { results } = await env.DB.prepare(
      `SELECT count(*) AS n FROM (SELECT DISTINCT ref.value ->> 2, ref.value ->> 3 FROM deliveries d, json_each(d.content) ref
       WHERE d.account_id = ?)`,
    )
      .bind(there.account.id)
      .all<{ n: number }>();
    expect(results[0]?.n).toBe(6200);
  });
});

/** A binding that reports the longest bound value of each statement, in characters. */
function measured(db: D1Database, report: (length: number) => void): D1Database {
  const session = db.withSession();
  const prepare = (text: string) => {
    const statement = session.prepare(text);
    return {
      bind: (...params: unknown[]) => {
        for (const param of params) if (typeof param === 'string') report(param.length);
        return statement.bind(...params);
      },
    };
  };
  return {
    withSession: () => ({ prepare, batch: session.batch, getBookmark: () => session.getBookmark() }),
  } as unknown as D1Database;
}

describe('the outbox', () => {
  it('keeps at most 5 MB of 60 events with 56 kB and 100 reminders each', async () => {
    const there = await world();
    const metadata = Object.fromEntries(new Array(13).fill(0).map((_, i) => [`${i}`, 'x'.repeat(4000)]));
    for (let i = 0; i < 60; i++) await enter(there, { metadata, reminders: HUNDRED });
    await remind(open, () => NOW + HOUR);
    const { references, bytes } = await outbox(there);
    expect(references).toBe(6000);
    expect(bytes).toBeLessThan(1_000_000);
  });

  it('can send what it holds, when the event has grown, or its identifiers are control characters', async () => {
    const there = await world();
    const small = await enter(there, { reminders: HUNDRED });
    const identifier = '\u0001'.repeat(256);
    const reminders = new Array(20).fill({ delta: 0, identifier });
    await enter(there, { reminders, metadata: { title: '\u0001'.repeat(4000) } });
    await remind(open, () => NOW + HOUR);
    const metadata = Object.fromEntries(new Array(15).fill(0).map((_, i) => [`${i}`, 'x'.repeat(4000)]));
    const path = `/user/events/${small}`;
    expect((await there.account.call('PUT', path, { body: { metadata }, now: NOW })).status).toBe(200);
    const at = NOW + HOUR;
    for (let next = await there.account.deliver(at); next !== null; ) next = await there.account.deliver(at);
    const states = (await there.account.deliveries('?limit=100')).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['delivered']));
    const sent = (await there.account.bodies()).flatMap(({ reminders }) => reminders);
    expect(sent).toHaveLength(120);
    const identifiers = sent.map((one: { identifier: string }) => one.identifier);
    expect(new Set(identifiers.filter((one: string) => one !== identifier)).size).toBe(100);
  });

  it('sends nothing for what was deleted, moved or changed after it was written', async () => {
    const there = await world();
    const ids = [await enter(there), await enter(there), await enter(there), await enter(there)];
    const kept = await enter(there, { metadata: { title: 'old' } });
    await remind(open, () => NOW + HOUR);
    const [deleted, moved, other, cleared] = ids.map((id) => `/user/events/${id}`);
    const { account } = there;
    await account.call('DELETE', deleted as string, { now: NOW });
    await account.call('PUT', moved as string, { body: { startTs: NOW + 5 * HOUR }, now: NOW });
    const twenty = [{ delta: -20, identifier: 'twenty before' }];
    await account.call('PUT', other as string, { body: { reminders: twenty }, now: NOW });
    await account.call('PUT', cleared as string, { body: { exdates: [NOW + HOUR] }, now: NOW });
    await account.call('PUT', `/user/events/${kept}`, { body: { metadata: { title: 'new' } }, now: NOW });
    expect(await account.deliver(NOW + HOUR)).toBe(null);
    const bodies = await account.bodies();
    expect(bodies).toHaveLength(1);
    expect(bodies[0].reminders).toMatchObject([{ event: { id: kept, metadata: { title: 'new' } } }]);
  });

  it('makes no request when nothing is left to send', async () => {
    const there = await world();
    const event = await enter(there);
    await remind(open, () => NOW + HOUR);
    expect((await outbox(there)).rows).toBe(1);
    await there.account.call('DELETE', `/user/events/${event}`, { now: NOW });
    expect(await there.account.deliver(NOW + HOUR)).toBe(null);
    expect(await there.account.received()).toEqual([]);
    expect((await outbox(there)).rows).toBe(0);
  });

  it('sends the copies that the release before this one stored', async () => {
    const there = await world();
    const id = await enter(there);
    await env.DB.prepare(
      `INSERT INTO deliveries (account_id, type, content)
       SELECT account_id, 'reminders', json_array(json_object('event', json(json), 'identifier', 'copied', 'startTs', 5))
       FROM event_json WHERE account_id = ?`,
    )
      .bind(there.account.id)
      .run();
    await there.account.deliver(Date.now());
    expect((await there.account.bodies())[0].reminders).toMatchObject([
      { event: { id }, identifier: 'copied', instance: { startTs: 5, endTs: 5 + HOUR } },
    ]);
  });
});

describe('an event that fails', () => {
  const quietly = async (work: () => Promise<void>) => {
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    await work();
    const lines = logged.mock.calls.length;
    logged.mockRestore();
    return lines;
  };

  it.each([
    [
      'an unknown time zone',
      "UPDATE calendars SET timezone = 'Mars/Base' WHERE account_id = ? AND id = ?",
      'calendarId',
    ],
    [
      'reminders that are no JSON',
      "UPDATE events SET reminders = '[' WHERE account_id = ? AND id = ?",
      'event',
    ],
    [
      'a recurrence that is no JSON',
      "UPDATE events SET recurrence = '{' WHERE account_id = ? AND id = ?",
      'event',
    ],
  ])('for %s is put off alone, longer each time, and shown to its account', async (_, spoil, row) => {
    const [there, sound] = [await world(), await world()];
    const event = await enter(there, { recurrence: { freq: 'daily', interval: 1 } });
    await enter(sound);
    await remind(open, () => NOW);
    await env.DB.prepare(spoil)
      .bind(there.account.id, row === 'event' ? event : there.calendarId)
      .run();
    await env.DB.prepare('UPDATE reminders SET due = ? WHERE account_id = ?')
      .bind(NOW, there.account.id)
      .run();
    expect(await quietly(() => remind(open, () => NOW + HOUR))).toBe(1);
    expect(await written(sound)).toEqual(['ten before']);
    const failing = { eventId: event, failures: 1, nextAttempt: NOW + 2 * HOUR, error: expect.any(String) };
    expect(await stateOf(there)).toMatchObject({ failingEvents: [failing] });
    expect((await stateOf(sound)).failingEvents).toEqual([]);
    await quietly(() => remind(open, () => NOW + 2 * HOUR));
    expect((await stateOf(there)).failingEvents).toMatchObject([
      { failures: 2, nextAttempt: NOW + 4 * HOUR },
    ]);
  });

  it('in the database is found by halves, and the others are written', async () => {
    const there = await world();
    const ids: string[] = [];
    for (let i = 0; i < 9; i++)
      ids.push(await enter(there, { reminders: [{ delta: 0, identifier: `${i}` }] }));
    await env.DB.prepare(
      `CREATE TRIGGER refuses BEFORE INSERT ON deliveries WHEN instr(NEW.content, '${ids[4]}')
       BEGIN SELECT RAISE(ABORT, 'refused by a test'); END`,
    ).run();
    try {
      expect(await quietly(() => remind(open, () => NOW + HOUR))).toBe(1);
    } finally {
      await env.DB.prepare('DROP TRIGGER refuses').run();
    }
    expect((await written(there)).sort()).toEqual(['0', '1', '2', '3', '5', '6', '7', '8']);
    expect((await stateOf(there)).failingEvents).toMatchObject([{ eventId: ids[4], failures: 1 }]);
    await remind(open, () => NOW + 3 * HOUR);
    expect(await written(there)).toHaveLength(9);
    expect((await stateOf(there)).failingEvents).toEqual([]);
  });
});

describe("a change of a calendar's time zone", () => {
  it.each([[20], [200]])('writes the same rows with %i events', async (count) => {
    const there = await world();
    await fill(there, count, TEN);
    await remind(open, () => NOW);
    const { db, rows } = writing();
    const body = { settings: { timezone: 'Europe/Oslo' } };
    await there.account.call('PUT', `/user/calendar/${there.calendarId}`, { body, env: { ...open, DB: db } });
    expect(rows()).toBeGreaterThan(0);
    expect(rows()).toBeLessThanOrEqual(10);
  });

  it('moves the reminders of its events, and of no other calendar, in steps', async () => {
    const there = await world();
    const path = `/user/${there.userId}/calendar`;
    const { calendar } = (await there.account.call('POST', path, { body: { timezone: 'UTC' } })).body;
    const other = { ...there, calendarId: calendar.id };
    const recurrence = { freq: 'daily', interval: 1 };
    for (let i = 0; i < 5; i++) await enter(there, { recurrence });
    for (let i = 0; i < 5; i++) await enter(other, { recurrence });
    const dueIn = async (calendarId: string) => {
      const { results } = await env.DB.prepare(
        `SELECT DISTINCT r.due FROM reminders r JOIN events e ON e.seq = r.event WHERE e.calendar_id = ?`,
      )
        .bind(calendarId)
        .all<{ due: number }>();
      return results.map(({ due }) => due);
    };
    await remind(open, () => NOW + HOUR);
    const due = NOW + DAY + 50 * MINUTE;
    expect(await dueIn(there.calendarId)).toEqual([due]);
    const body = { settings: { timezone: 'Asia/Tokyo' } };
    await there.account.call('PUT', `/user/calendar/${there.calendarId}`, { body });
    await backfillReminders(open, { stepEvents: 3, budget: new RunBudget(10_000, 60_000) });
    const again = await dueIn(there.calendarId);
    expect(again).toEqual([expect.any(Number)]);
    expect(again[0]).toBeLessThan(due);
    expect(await dueIn(other.calendarId)).toEqual([due]);
    const marks = await env.DB.prepare(
      'SELECT count(*) AS n FROM calendars WHERE changed_at IS NOT NULL',
    ).first();
    expect(marks).toEqual({ n: 0 });
  });
});
