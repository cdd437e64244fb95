/** A calendar's events in a window: exactly those that take place in it, in any number, kind and length. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instances, type Series } from '../../../src/time/recurrence.ts';
import type { User } from '../../support/client.ts';
import {
  byAccount,
  byId,
  DAY,
  HOUR,
  made,
  newUser,
  occurs,
  type Stored,
  store,
  weekOf,
} from '../../support/events.ts';
import { series } from '../../time/arbitraries.ts';

const BASE = Date.UTC(2020, 0, 1);
const single = fc.record({
  startTs: fc.integer({ min: BASE, max: BASE + 3 * 365 * DAY }),
  duration: fc.oneof(
    fc.integer({ min: 0, max: 3 * HOUR }),
    fc.integer({ min: 0, max: 366 * DAY }),
    fc.constantFrom(0, HOUR, DAY),
  ),
  recurrence: fc.constant(null),
});
/** Any valid recurrence in those years. */
const recurring = series.map(({ startTs, duration, recurrence }) => {
  const start = BASE + (startTs % (3 * 365 * DAY));
  const { until, ...rest } = recurrence ?? {};
  const moved = until === undefined ? rest : { ...rest, until: Number(until) - startTs + start };
  return { startTs: start, duration, recurrence: moved as Series['recurrence'] };
});
const windows = fc.sample(
  fc
    .tuple(
      fc.integer({ min: BASE - DAY, max: BASE + 6 * 365 * DAY }),
      fc.oneof(fc.integer({ min: 1, max: 62 * DAY }), fc.constantFrom(1, HOUR, 7 * DAY)),
    )
    .map(([startTs, length]) => ({ startTs, endTs: startTs + length })),
  { numRuns: 150, seed: 3 },
);

it.each(['Europe/Oslo', 'Pacific/Kiritimati'])(
  'a window lists the same of 300 events in %s as the instances one by one',
  { timeout: 120_000 },
  async (timezone) => {
    const user = await newUser();
    const calendarId = await user.newCalendar(timezone);
    const events = [
      ...fc.sample(single, { numRuns: 120, seed: 1 }),
      ...fc.sample(recurring.filter(occurs), { numRuns: 180, seed: 2 }),
    ];
    const ids: string[] = [];
    for (const body of events) ids.push((await made(user, { calendarId, ...body })).id);
    let found = 0;
    for (const window of windows) {
      const each = events.map((event, i) => ({
        event: { id: ids[i] ?? '' },
        instances: instances({ ...event, busy: false, exdates: [] }, timezone, 'Mon', window).map(
          (instance) => ({ ...instance, originalStartTs: instance.startTs }),
        ),
      }));
      const expected = byId(each.filter(({ instances }) => instances.length > 0));
      expect([window, await weekOf(user, calendarId, window)]).toEqual([window, expected]);
      found += Object.keys(expected).length;
    }
    expect(found).toBeGreaterThan(1000);
  },
);

describe('length classes', () => {
  /** The classes in schema.sql, independent of the code. */
  const classes = async (): Promise<number[]> => {
    const { results } = await env.DB.prepare(
      "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'events'",
    ).all<{ sql: string }>();
    return [...(results[0]?.sql ?? '').matchAll(/<= (\d+) THEN (\d+)/g)].map(([, length]) => Number(length));
  };

  const find = async (user: User, calendar: string, startTs: number): Promise<string[]> =>
    Object.keys(await weekOf(user, calendar, { startTs, endTs: startTs + 1 }));

  it('are powers of four, and each event is in the smallest one that fits', async () => {
    const all = await classes();
    expect(all).toEqual(Array.from({ length: 9 }, (_, i) => 4 ** (11 + i)));
    const user = await newUser();
    const calendar = await user.newCalendar();
    const lengths = all.flatMap((length) => [length - 1, length, length + 1]);
    await store(
      user,
      calendar,
      lengths.map((duration) => ({ startTs: BASE, duration })),
    );
    const { results } = await env.DB.prepare(
      'SELECT duration, length_class FROM events WHERE account_id = ? ORDER BY duration',
    )
      .bind(user.account.id)
      .all<{ duration: number; length_class: number }>();
    expect(results.map(({ length_class }) => length_class)).toEqual(
      lengths.map((length) => all.find((one) => length <= one) ?? Number.MAX_SAFE_INTEGER),
    );
  });

  it('find an event or a series at both of its ends', { timeout: 60_000 }, async () => {
    const user = await newUser();
    for (const length of [0, 1, ...(await classes()).flatMap((one) => [one - 1, one, one + 1])]) {
      // An event of that length, and a series of two days whose last instance ends at the same time.
      const calendar = await user.newCalendar();
      const startTs = BASE + 12 * 365 * DAY;
      const end = startTs + length;
      const kinds: Stored[] = [{ startTs, duration: length }];
      if (length > DAY) {
        const interval = 1;
        const recurrence = { freq: 'daily', interval, until: end - HOUR } as const;
        kinds.push({ startTs, duration: HOUR, recurrence, lastStart: end - HOUR });
      }
      const ids = await store(user, calendar, kinds);
      expect(await find(user, calendar, startTs - 1)).toEqual([]);
      expect((await find(user, calendar, startTs)).sort()).toEqual([...ids].sort());
      if (length > 0) expect(await find(user, calendar, end - 1)).toContain(ids[0]);
      expect(await find(user, calendar, end)).toEqual(length === 0 ? ids : []);
      expect(await find(user, calendar, end + 1)).toEqual([]);
    }
  });

  it('find a series until the end of its last instance, to the millisecond', async () => {
    const user = await newUser();
    for (const length of await classes()) {
      const until = BASE + Math.floor(Math.min(length, 732 * DAY) / DAY) * DAY;
      for (const slack of [-1, 0, 1]) {
        // From the start to the end of the last instance: the length of a class, or a millisecond less or more.
        const duration = Math.min(length - (until - BASE) + slack, 366 * DAY);
        if (duration < 0) continue;
        const calendarId = await user.newCalendar();
        const recurrence = { freq: 'daily', interval: 1, until };
        const { id } = await made(user, { calendarId, startTs: BASE, duration, recurrence });
        const end = until + duration;
        expect(await find(user, calendarId, end - (duration > 0 ? 1 : 0))).toEqual([id]);
        expect(await find(user, calendarId, duration > 0 ? end : end + 1)).toEqual([]);
      }
    }
  });
});

it('a window lists an event once, even if it crosses all edges', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const recurrence = { freq: 'daily', interval: 1 };
  const { id } = await made(user, { calendarId, startTs: BASE, duration: 3 * DAY, recurrence });
  const reply = await byAccount.week(user, calendarId, { startTs: BASE + 10 * DAY, endTs: BASE + 11 * DAY });
  expect(reply.body.events).toHaveLength(1);
  expect(reply.body.events[0].event.id).toBe(id);
  expect(reply.body.events[0].instances).toHaveLength(3);
});
