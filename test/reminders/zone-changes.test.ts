/** A change of a calendar's time zone costs the same with any number of events, and keeps their reminders. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { RunBudget } from '../../src/db/run-budget.ts';
import { backfillReminders } from '../../src/reminders/backfill.ts';
import { remind } from '../../src/reminders/remind.ts';
import { reading, through, writing } from '../support/database.ts';
import { DAILY, enter, fill, NOW, outbox, TEN, type World, world, written } from '../support/reminders.ts';
import { DAY, HOUR, MINUTE, open } from '../support/webhooks.ts';

describe("a change of a calendar's time zone", () => {
  const move = ({ account, calendarId }: World, timezone: string) =>
    account.call('PUT', `/user/calendar/${calendarId}`, { body: { settings: { timezone } } });

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

  it('reads and writes as many rows for each event, among 100 and among 1,000', async () => {
    const rowsPerEvent = async (count: number) => {
      const there = await world();
      await backfillReminders(open);
      await fill(there, count, TEN);
      await remind(open, () => NOW);
      await move(there, 'Europe/Oslo');
      const [read, written] = [reading(), writing()];
      await backfillReminders({ ...open, DB: read.db }, { stepEvents: count / 2 });
      await move(there, 'UTC');
      await backfillReminders({ ...open, DB: written.db }, { stepEvents: count / 2 });
      return [read.rows() / count, written.rows() / count];
    };
    for (const count of [100, 1000]) {
      const [read, written] = await rowsPerEvent(count);
      expect(read).toBeLessThan(10);
      expect(written).toBeLessThan(4);
    }
  });

  it('moves the reminders of its events, and of no other calendar, in steps', async () => {
    const there = await world();
    const path = `/user/${there.userId}/calendar`;
    const { calendar } = (await there.account.call('POST', path, { body: { timezone: 'UTC' } })).body;
    const other = { ...there, calendarId: calendar.id };
    for (let i = 0; i < 5; i++) await enter(there, { recurrence: DAILY });
    for (let i = 0; i < 5; i++) await enter(other, { recurrence: DAILY });
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

  /** Oslo has summer time from 31 March on, and Lagos has Oslo's winter time all year. */
  const SERIES = { startTs: Date.parse('2030-03-29T09:00:00+01:00'), recurrence: DAILY };
  const NOON = Date.parse('2030-04-04T12:00:00Z');
  const start = { 'Europe/Oslo': NOON + 19 * HOUR, 'Africa/Lagos': NOON + 20 * HOUR };

  it('does not send again what was sent', async () => {
    const there = await world();
    await backfillReminders(open);
    await enter(there);
    await remind(open, () => NOW + HOUR);
    expect((await outbox(there)).references).toBe(1);
    await move(there, 'Asia/Tokyo');
    await backfillReminders(open);
    await remind(open, () => NOW + 2 * HOUR);
    expect((await outbox(there)).references).toBe(1);
  });

  it.each([
    ['Europe/Oslo', 'Africa/Lagos'],
    ['Africa/Lagos', 'Europe/Oslo'],
  ] as const)(
    'keeps the reminders of its events in %s, whether or not the steps have come to them',
    async (before, after) => {
      for (const rechecked of [false, true]) {
        const there = await world(before);
        await backfillReminders(open);
        await enter(there, SERIES);
        await remind(open, () => NOON);
        const sent = (await outbox(there)).references;
        await move(there, after);
        // The mark has the time of the database: the test sets it to that of its clock.
        await env.DB.prepare('UPDATE calendars SET changed_at = ? WHERE account_id = ?')
          .bind(NOON + HOUR, there.account.id)
          .run();
        if (rechecked) await backfillReminders(open);
        await remind(open, () => NOON + HOUR);
        const due = start[before] - 10 * MINUTE;
        for (const [at, more] of [
          [due - 1, 0],
          [due, 1],
          [due + 4 * HOUR, 1],
        ] as const) {
          await remind(open, () => at);
          expect((await outbox(there)).references).toBe(sent + more);
        }
        expect(await written(there)).toContainEqual(['ten before', start[before]]);
        expect(await written(there)).not.toContainEqual(['ten before', start[after]]);
      }
    },
  );

  it('keeps what is due of an event that has no zone of its own, as those of the release before this one', async () => {
    const there = await world('Europe/Oslo');
    const event = await enter(there, SERIES);
    await env.DB.prepare(
      `UPDATE events SET timezone = NULL, recurrence = json_remove(recurrence, '$.weekStart') WHERE id = ?`,
    )
      .bind(event)
      .run();
    await remind(open, () => NOON);
    while ((await there.account.deliver(NOON)) !== null);
    const sent = (await there.account.bodies()).flatMap(({ reminders }) => reminders).length;
    await move(there, 'Africa/Lagos');
    await remind(open, () => start['Europe/Oslo']);
    expect(await there.account.deliver(start['Europe/Oslo'])).toBe(null);
    const reminders = (await there.account.bodies()).flatMap(({ reminders }) => reminders);
    expect(reminders).toHaveLength(sent + 1);
    expect(reminders.at(-1)).toMatchObject({
      event: { timezone: 'Europe/Oslo', recurrence: { ...DAILY, weekStart: 'Mon' } },
      instance: { startTs: start['Europe/Oslo'] },
    });
  });

  it.each([[false], [true]])(
    'moves those of whole days to the first moment of their date in the new zone (rechecked: %s)',
    async (rechecked) => {
      const there = await world('Europe/Oslo');
      await backfillReminders(open);
      const date = { startTs: undefined, duration: undefined, date: '2030-01-10' };
      const event = await enter(there, date);
      await remind(open, () => NOW);
      await move(there, 'Asia/Tokyo');
      await env.DB.prepare('UPDATE calendars SET changed_at = ? WHERE account_id = ?')
        .bind(NOW + HOUR, there.account.id)
        .run();
      if (rechecked) await backfillReminders(open);
      await remind(open, () => NOW + HOUR);
      const start = Date.parse('2030-01-10T00:00:00+09:00');
      await remind(open, () => start - 10 * MINUTE - 1);
      expect((await outbox(there)).references).toBe(0);
      await remind(open, () => start - 10 * MINUTE + 9 * HOUR);
      expect(await written(there)).toEqual([['ten before', start]]);
      while ((await there.account.deliver(start + 9 * HOUR)) !== null);
      expect((await there.account.bodies()).flatMap(({ reminders }) => reminders)).toMatchObject([
        {
          event: { id: event, allDay: true, date: '2030-01-10', days: 1, startTs: start, duration: DAY },
          instance: { startTs: start, endTs: start + DAY },
        },
      ]);
    },
  );

  it('starts over where another calendar changes meanwhile, the reminders that are due soonest first', async () => {
    const there = await world();
    await backfillReminders(open);
    await enter(there, { startTs: NOW + 30 * DAY, recurrence: DAILY });
    const soon = await enter(there, { recurrence: DAILY });
    await remind(open, () => NOW);
    await move(there, 'Asia/Tokyo');
    const rechecked = async () => {
      const { results } = await env.DB.prepare(
        `SELECT e.id FROM reminders r JOIN events e ON e.seq = r.event
         WHERE r.account_id = ? AND r.due = (SELECT changed_at FROM calendars WHERE changed_at IS NOT NULL)`,
      )
        .bind(there.account.id)
        .all<{ id: string }>();
      return results.map(({ id }) => id);
    };
    await env.DB.prepare('UPDATE calendars SET changed_at = ? WHERE changed_at IS NOT NULL')
      .bind(NOW + 1)
      .run();
    await backfillReminders(open, { stepEvents: 1, budget: new RunBudget(4, 60_000) });
    expect(await rechecked()).toEqual([soon]);
    // A change between the two halves of the last step: its mark stays, and so does the walk.
    let moved = false;
    const DB = through(async (run) => {
      const results = await run();
      if (!moved && results[0]?.results.some((row) => 'due' in (row as object))) {
        moved = true;
        await move(there, 'UTC');
      }
      return results;
    });
    await backfillReminders({ ...open, DB }, { budget: new RunBudget(5, 60_000) });
    expect(moved).toBe(true);
    const marks = () =>
      env.DB.prepare('SELECT count(*) AS n FROM calendars WHERE changed_at IS NOT NULL').first();
    expect(await marks()).toEqual({ n: 1 });
    await backfillReminders(open);
    expect(await marks()).toEqual({ n: 0 });
  });
});
