/** No event and no account keeps the reminders of another from being written, and no job another job. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { RunBudget } from '../../src/db/run-budget.ts';
import type { Message } from '../../src/env.ts';
import { everyMinute } from '../../src/jobs/every-minute.ts';
import { backfillReminders } from '../../src/reminders/backfill.ts';
import { remind } from '../../src/reminders/remind.ts';
import type { Reminder } from '../../src/sdk/types.ts';
import { through } from '../support/database.ts';
import { DAILY, enter, fill, NOW, outbox, TEN, type World, world, written } from '../support/reminders.ts';
import { DAY, HOUR, open } from '../support/webhooks.ts';

const HUNDRED: Reminder[] = new Array(100).fill(0).map((_, i) => ({ delta: 0, identifier: `${i}` }));

const identifiers = async (there: World) => (await written(there)).map(([identifier]) => identifier);
const stateOf = async ({ account }: World) => (await account.call('GET', '/account/webhook')).body.webhook;

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
    expect(await identifiers(other)).toEqual(['ten before']);
    const before = (await outbox(hostile)).references;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(200);
    await remind(open, () => NOW + HOUR);
    expect((await outbox(hostile)).references).toBe(3000);
  });

  it('are delivered to others before all of them are written', async () => {
    const [hostile, other] = [await world(), await world()];
    await fill(hostile, 3000, TEN);
    await enter(other);
    let seen: number | undefined;
    const sendBatch = async (messages: { body: Message }[]) => {
      if (!messages.some(({ body }) => 'account' in body && body.account === other.account.id)) return;
      seen ??= (await outbox(hostile)).references;
    };
    const DELIVERIES = { sendBatch, send: async () => {} } as unknown as Queue<Message>;
    await everyMinute({ ...open, DELIVERIES, DELIVERIES_SLOW: DELIVERIES }, { clock: () => NOW + HOUR });
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(3000);
    expect((await outbox(hostile)).references).toBe(3000);
  });

  it('of one series that was missed for weeks are written in parts, each once', async () => {
    const there = await world();
    const reminders = HUNDRED.map((reminder, i) => ({ ...reminder, delta: i }));
    await enter(there, { recurrence: DAILY, reminders });
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

/** A binding that refuses to read the due events of an account. */
function refusing(account: string): D1Database {
  const session = env.DB.withSession();
  const bad = new WeakSet<object>();
  const prepare = (text: string) => {
    const statement = session.prepare(text);
    return {
      bind: (...params: unknown[]) => {
        const bound = statement.bind(...params);
        if (text.includes('AS deltas') && params.some((param) => String(param).includes(account)))
          bad.add(bound);
        return bound;
      },
    };
  };
  const batch = async (statements: D1PreparedStatement[]) => {
    if (statements.some((statement) => bad.has(statement)))
      throw new Error('refused by a test: SQLITE_ERROR');
    return session.batch(statements);
  };
  return {
    withSession: () => ({ prepare, batch, getBookmark: () => session.getBookmark() }),
  } as unknown as D1Database;
}

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

describe('an event that fails', () => {
  const quietly = async (work: () => Promise<unknown>) => {
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    await work();
    const lines = logged.mock.calls.length;
    logged.mockRestore();
    return lines;
  };

  it.each([
    [
      'an unknown time zone',
      "UPDATE events SET timezone = 'Mars/Base' WHERE account_id = ? AND id = ?",
      'event',
    ],
    [
      'reminders that are no JSON',
      "UPDATE events SET reminders = '[' WHERE account_id = ? AND id = ?",
      'event',
    ],
    [
      'reminders of another kind',
      `UPDATE events SET reminders = '["x", 5]' WHERE account_id = ? AND id = ?`,
      'event',
    ],
    [
      'a recurrence that is no JSON',
      "UPDATE events SET recurrence = '{' WHERE account_id = ? AND id = ?",
      'event',
    ],
  ])('for %s is put off alone, longer each time, and shown to its account', async (_, spoil, row) => {
    const [there, sound] = [await world(), await world()];
    const event = await enter(there, { recurrence: DAILY });
    await enter(sound);
    await remind(open, () => NOW);
    await env.DB.prepare(spoil)
      .bind(there.account.id, row === 'event' ? event : there.calendarId)
      .run();
    await env.DB.prepare('UPDATE reminders SET due = ? WHERE account_id = ?')
      .bind(NOW, there.account.id)
      .run();
    expect(await quietly(() => remind(open, () => NOW + HOUR))).toBe(1);
    expect(await identifiers(sound)).toEqual(['ten before']);
    const failing = { eventId: event, failures: 1, nextAttempt: NOW + 2 * HOUR, error: expect.any(String) };
    expect(await stateOf(there)).toMatchObject({ failingEvents: [failing] });
    expect((await stateOf(sound)).failingEvents).toEqual([]);
    await quietly(() => remind(open, () => NOW + 2 * HOUR));
    expect((await stateOf(there)).failingEvents).toMatchObject([
      { failures: 2, nextAttempt: NOW + 4 * HOUR },
    ]);
  });

  it('because it takes too long to expand is put off alone', async () => {
    const [there, sound] = [await world('Europe/Oslo'), await world()];
    const reminders = new Array(100).fill(0).map((_, i) => ({ delta: i, identifier: `${i}` }));
    const event = await enter(there, { startTs: 0, recurrence: DAILY, reminders });
    await enter(sound);
    // Both as if nobody had looked since 1970.
    await env.DB.batch([
      env.DB.prepare('UPDATE reminders SET since = 0 WHERE account_id = ?').bind(there.account.id),
      env.DB.prepare('UPDATE webhooks SET since = 0 WHERE account_id = ?').bind(there.account.id),
    ]);
    expect(await quietly(() => remind(open, () => NOW + HOUR))).toBe(1);
    expect(await identifiers(sound)).toEqual(['ten before']);
    expect(await stateOf(there)).toMatchObject({
      failingEvents: [{ eventId: event, failures: 1, error: 'the recurrence takes too long to expand' }],
    });
  });

  it('when it is read is found by halves: its account waits, and no other', async () => {
    const worlds = [await world(), await world(), await world()];
    for (const there of worlds) await enter(there);
    const [bad, ...sound] = worlds as [World, World, World];
    // The first statement of a step names its accounts.
    const DB = refusing(bad.account.id);
    expect(await quietly(() => remind({ ...open, DB }, () => NOW + HOUR))).toBe(1);
    for (const there of sound) expect(await identifiers(there)).toEqual(['ten before']);
    await remind(open, () => NOW + HOUR);
    expect((await outbox(bad)).rows).toBe(0);
    await remind(open, () => NOW + 2 * HOUR);
    expect(await identifiers(bad)).toEqual(['ten before']);
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
    expect((await identifiers(there)).sort()).toEqual(['0', '1', '2', '3', '5', '6', '7', '8']);
    expect((await stateOf(there)).failingEvents).toMatchObject([{ eventId: ids[4], failures: 1 }]);
    await remind(open, () => NOW + 3 * HOUR);
    expect(await written(there)).toHaveLength(9);
    expect((await stateOf(there)).failingEvents).toEqual([]);
  });
});

describe('a backfill', () => {
  const backfilledTo = async ({ account }: World) =>
    (
      await env.DB.prepare('SELECT backfilled_to FROM webhooks WHERE account_id = ?')
        .bind(account.id)
        .first<{ backfilled_to: string | null }>()
    )?.backfilled_to;

  it('takes a step of each account in turn, however many have more to go', async () => {
    await env.DB.prepare('UPDATE webhooks SET backfilled_to = NULL').run();
    const large: World[] = [];
    for (let i = 0; i < 21; i++) large.push(await world());
    const small = large.pop() as World;
    for (const there of large) await fill(there, 1000, []);
    await fill(small, 25, []);
    // Every account gets four steps of two statements: enough for 25 events.
    const budget = new RunBudget(4 * 2 * 21 + 20, 60_000);
    await backfillReminders(open, { stepEvents: 10, budget });
    expect(budget.spent).toBe(true);
    expect(await backfilledTo(small)).toBe(null);
    for (const there of large) expect(await backfilledTo(there)).toEqual(expect.any(String));
  });

  it('that fails for one account goes on for the others', async () => {
    await env.DB.prepare('UPDATE webhooks SET backfilled_to = NULL').run();
    const [there, sound] = [await world(), await world()];
    await enter(there);
    await env.DB.prepare(
      `CREATE TRIGGER refuses BEFORE UPDATE OF backfilled_to ON webhooks WHEN NEW.account_id = '${there.account.id}'
       BEGIN SELECT RAISE(ABORT, 'refused by a test'); END`,
    ).run();
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    await backfillReminders(open);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
    await env.DB.prepare('DROP TRIGGER refuses').run();
    expect([await backfilledTo(there), await backfilledTo(sound)]).toEqual(['', null]);
  });

  it('does not send again what was sent before it came to the event', async () => {
    const there = await world();
    await enter(there);
    await remind(open, () => NOW + HOUR);
    expect((await outbox(there)).references).toBe(1);
    await backfillReminders(open);
    await remind(open, () => NOW + 2 * HOUR);
    expect((await outbox(there)).references).toBe(1);
    await remind(open, () => NOW + 3 * HOUR);
    const left = await env.DB.prepare('SELECT count(*) AS n FROM reminders WHERE account_id = ?')
      .bind(there.account.id)
      .first();
    expect(left).toEqual({ n: 0 });
  });
});
