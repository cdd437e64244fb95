/** The stored end of an event, by which its calendar finds it: correct after every kind and order of updates. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CalendarEvent, Timespan } from '../../../src/sdk/types.ts';
import type { User } from '../../support/client.ts';
import {
  byAccount,
  byId,
  changed,
  DAY,
  HOUR,
  instancesOf,
  made,
  newUser,
  occurs,
  weekOf,
} from '../../support/events.ts';

const BASE = Date.UTC(2024, 0, 1);
const time = fc.integer({ min: 0, max: 400 * 24 * 4 }).map((quarters) => BASE + (quarters * HOUR) / 4);
const length = fc.constantFrom(0, 1, HOUR, 5 * HOUR, DAY, 10 * DAY, 100 * DAY, 366 * DAY);

const ending: fc.Arbitrary<{ count?: number; untilDays?: number }> = fc.oneof(
  fc.constant({}),
  fc.record({ count: fc.constantFrom(1, 2, 3, 10, 40) }),
  fc.record({ untilDays: fc.constantFrom(0, 1, 5.5, 30, 200, 330) }),
  fc.record({ count: fc.constantFrom(2, 20), untilDays: fc.constantFrom(3, 100) }),
);
const rule = fc
  .tuple(
    fc.constantFrom(
      ...[
        { freq: 'daily' },
        { freq: 'weekly', byweekday: ['Mon', 'Sun'] },
        { freq: 'monthly', bymonthday: [31] },
      ],
      ...[{ freq: 'yearly' }, { freq: 'monthly', byweekday: ['-1Fri'] }],
    ),
    fc.constantFrom(1, 2, 3),
    ending,
    time,
  )
  .map(([by, interval, { untilDays, ...rest }, from]) => ({
    ...{ ...by, interval, ...rest },
    ...(untilDays !== undefined && { until: from + untilDays * DAY }),
  }));

const creation = fc.record(
  { startTs: time, duration: length, recurrence: rule },
  { requiredKeys: ['startTs', 'duration'] },
);
const update = fc.record(
  {
    startTs: time,
    duration: length,
    recurrence: fc.oneof(rule, fc.constant(null)),
    exdates: fc.array(time, { maxLength: 2 }),
    busy: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Compares the calendar's list with the instances of its events, read one by one. */
async function compare(user: User, calendar: string, ids: string[], window: Timespan): Promise<void> {
  const each: Parameters<typeof byId>[0] = [];
  for (const id of ids) {
    const instances = await instancesOf(user, id, window);
    if (instances.length > 0) each.push({ event: { id }, instances });
  }
  expect([window, await weekOf(user, calendar, window)]).toEqual([window, byId(each)]);
}

/** The windows that a wrong bound would miss: at either end of the first and the last instances. */
async function edges(user: User, { id, startTs, duration }: CalendarEvent): Promise<Timespan[]> {
  const found: Timespan[] = [];
  for (let at = startTs; at < startTs + 372 * DAY; at += 62 * DAY) {
    const instances = await instancesOf(user, id, { startTs: at, endTs: at + 62 * DAY });
    const last = instances.at(-1);
    if (last) found.push({ startTs: last.startTs, endTs: last.startTs + 1 });
    if (last && duration > 0) found.push({ startTs: last.endTs - 1, endTs: last.endTs });
  }
  return [...found.slice(0, 2), ...found.slice(-2)];
}

it('a calendar lists exactly the instances of its events after every update', {
  timeout: 120_000,
}, async () => {
  const [created, updates] = [
    fc.sample(creation.filter(occurs), { numRuns: 8, seed: 5 }),
    fc.sample(fc.tuple(fc.nat(7), update), { numRuns: 60, seed: 6 }),
  ];
  const user = await newUser();
  const calendarId = await user.newCalendar('Europe/Oslo');
  const ids: string[] = [];
  for (const body of created) ids.push((await made(user, { calendarId, ...body })).id);
  let taken = 0;
  for (const [which, body] of updates) {
    const id = ids[which] ?? '';
    const reply = await byAccount.event(user, 'PUT', id, { body });
    expect([200, 400]).toContain(reply.status);
    if (reply.status === 400) continue;
    taken += 1;
    const far = { startTs: BASE + 700 * DAY, endTs: BASE + 762 * DAY };
    for (const window of [...(await edges(user, reply.body.event)), far]) {
      await compare(user, calendarId, ids, window);
    }
  }
  expect(taken).toBeGreaterThan(40);
});

it('an update that ends a series moves its bound', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const endless = { freq: 'daily', interval: 1 };
  const body = { calendarId, startTs: BASE, duration: HOUR, recurrence: endless };
  const bound = async (id: string) =>
    env.DB.prepare('SELECT last_start FROM events WHERE id = ?').bind(id).first<number>('last_start');
  const until = BASE + 10 * DAY;
  for (const [change, lastStart] of [
    [{ recurrence: null }, BASE],
    [{ recurrence: null, startTs: BASE + DAY }, BASE + DAY],
    [{ recurrence: { ...endless, until } }, until],
    [{ recurrence: { ...endless, until }, startTs: BASE + DAY }, until],
  ] as const) {
    const { id } = await made(user, body);
    expect(await bound(id)).toBeNull();
    await changed(user, id, change);
    expect(await bound(id)).toBe(lastStart);
    // An update of neither keeps the bound; a new start keeps the until, or moves the single event.
    await changed(user, id, { duration: DAY, busy: true });
    expect(await bound(id)).toBe(lastStart);
    await changed(user, id, { startTs: BASE + 2 * DAY });
    expect(await bound(id)).toBe('until' in (change.recurrence ?? {}) ? until : BASE + 2 * DAY);
  }
});

it('a long count is bounded by its weeks or days where its end takes too long to compute', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const recurrence = { freq: 'weekly', interval: 3, count: 739 };
  const bound = async (id: string) =>
    env.DB.prepare('SELECT last_start FROM events WHERE id = ?').bind(id).first<number>('last_start');
  const { id } = await made(user, { calendarId, startTs: BASE, duration: HOUR, recurrence });
  expect(await bound(id)).toBe(BASE + (739 * 3 * 7 + 8) * DAY);
  await changed(user, id, { startTs: BASE + DAY, recurrence });
  expect(await bound(id)).toBe(BASE + (739 * 3 * 7 + 9) * DAY);
  const sparse = { freq: 'yearly', interval: 1, byweekno: [53], byyearday: [366], count: 739 };
  await changed(user, id, { startTs: BASE, recurrence: sparse });
  expect(await bound(id)).toBeNull();
});
