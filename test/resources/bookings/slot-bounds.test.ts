/** Limits of a slots query: the Worker knows its size before it does the work, and answers it or returns 400. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { PAGE_MAX_BYTES } from '../../../src/limits.ts';
import type { Recurrence } from '../../../src/sdk/types.ts';
import { type Account, newAccount, type User } from '../../support/client.ts';
import { reading, through } from '../../support/database.ts';
import { type Stored, store } from '../../support/events.ts';
import { expectProblem } from '../../support/problem.ts';
import {
  busyCalendar,
  DAY,
  daily,
  dates,
  getSlots,
  HOUR,
  join,
  MINUTE,
  newSchedule,
  newService,
  open,
  type SlotsQuery,
} from '../../support/scheduling.ts';

const long = { timeout: 120_000 };
const START = Date.UTC(2030, 0, 1);
const ALL: SlotsQuery = { startDate: '2030-01-01', endDate: '2030-04-11', interval: 5 * MINUTE };

/** The characters that the database returns and the rows that it reads. */
async function cost(account: Account, service: string, query: SlotsQuery) {
  let characters = 0;
  const read = reading();
  const DB = through(async (run) => {
    const results = await run();
    characters += JSON.stringify(results.map(({ results }) => results)).length;
    return results;
  });
  const reply = await getSlots(account, service, query, { env: { DB } });
  await getSlots(account, service, query, { env: { DB: read.db } });
  return { reply, characters, rows: read.rows() };
}

/** Copies the service's only host, with schedule, busy calendar and events, until there are `count`. */
async function multiply(service: string, count = 100): Promise<void> {
  const clones = JSON.stringify(Array.from({ length: count - 1 }, () => crypto.randomUUID()));
  const copy = (table: string, columns: string, values: string) =>
    env.DB.prepare(
      `INSERT INTO ${table} (${columns}) SELECT ${values} FROM service_users h CROSS JOIN json_each(?2) n
       ${table === 'users' || table === 'service_users' ? '' : `JOIN ${table} t ON t.account_id = h.account_id AND t.user_id = h.user_id`}
       WHERE h.service_id = ?1 AND h.user_id NOT IN (SELECT value FROM json_each(?2))`,
    ).bind(service, clones);
  await env.DB.batch([
    copy('users', 'account_id, id, metadata', `h.account_id, n.value, '{}'`),
    copy(
      'schedules',
      'account_id, id, user_id, timezone, rules, metadata',
      `h.account_id, n.value, n.value, t.timezone, t.rules, '{}'`,
    ),
    copy(
      'calendars',
      'account_id, id, user_id, timezone, week_start, metadata',
      `h.account_id, n.value, n.value, t.timezone, t.week_start, '{}'`,
    ),
    copy(
      'events',
      'account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start, reminders, metadata, created, updated',
      `h.account_id, t.id || n.value, n.value, n.value, t.start_ts, t.duration, t.busy, t.recurrence, t.last_start, '[]', '{}', 0, 0`,
    ),
    copy(
      'service_users',
      'account_id, service_id, user_id, schedule_id, buffer_before, buffer_after, closest, busy',
      `h.account_id, h.service_id, n.value, n.value, 0, 0, 0, json_array(n.value)`,
    ),
  ]);
}

async function hostile(events: Stored[], timezone = 'UTC') {
  const { account, service, user } = await open('00:00-24:00', { timezone });
  const calendar = await user.newCalendar(timezone);
  await busyCalendar('PUT', service, user, calendar);
  await store(user, calendar, events);
  return { account, service, user, calendar };
}

describe('the size of the answer', () => {
  it('is at most 2 MB, with 100 hosts and with one', long, async () => {
    const { account, service, user } = await hostile([]);
    await multiply(service);
    const bytesOf = async (query: SlotsQuery) => {
      const { status, body, problem } = await getSlots(account, service, query);
      return status === 200 ? JSON.stringify(body).length : problem.code;
    };
    const hundred = { ...ALL, interval: 2 * HOUR, endDate: '2030-02-11' };
    const one = { ...ALL, hostUserIds: user.id, endDate: '2030-03-13' };
    for (const [query, longer] of [
      [hundred, '2030-02-12'],
      [one, '2030-03-16'],
    ] as const) {
      const bytes = await bytesOf(query);
      expect(bytes).toBeGreaterThan(0.95 * PAGE_MAX_BYTES);
      expect(bytes).toBeLessThanOrEqual(PAGE_MAX_BYTES);
      expect(await bytesOf({ ...query, endDate: longer })).toBe('answer-too-large');
    }
  });

  it('is known before an event is read: at most 100,000 slots of the grid times hosts', long, async () => {
    const event: Stored = { startTs: START + 90 * MINUTE, duration: MINUTE };
    const { account, service, user } = await hostile(Array(100).fill(event));
    await multiply(service);
    const rowsOf = async (query: SlotsQuery) => {
      const { reply, rows } = await cost(account, service, query);
      expectProblem(reply, 'answer-too-large');
      return rows;
    };
    // 100 hosts have 10,000 events.
    expect(await rowsOf({ ...ALL, endDate: '2030-01-03' })).toBeGreaterThan(10_000);
    for (const query of [{ ...ALL, endDate: '2030-01-04' }, ALL, { ...ALL, interval: 20 * MINUTE }])
      expect(await rowsOf(query)).toBeLessThan(1000);
    // So many hosts are few enough.
    const { body } = await getSlots(account, service, {
      ...ALL,
      endDate: '2030-02-01',
      hostUserIds: user.id,
    });
    expect(body.dates).toHaveLength(32);
  });

  it('depends on the hosts: a service without hosts accepts the largest query', async () => {
    const account = await newAccount();
    const service = await newService(account);
    expect((await getSlots(account, service, ALL)).body).toEqual({ dates: [] });
  });
});

/** Events of five minutes in January that do not repeat. */
const singles = (count: number): Stored[] =>
  Array.from({ length: count }, (_, i) => ({ startTs: START + i * MINUTE, duration: 5 * MINUTE }));

it('accepts 30,000 events in the window and rejects one more', long, async () => {
  const { account, service, user, calendar } = await hostile(singles(30_000));
  const january = { startDate: '2030-01-01', endDate: '2030-01-31' };
  expect((await getSlots(account, service, january)).status).toBe(200);
  await store(user, calendar, [{ startTs: START, duration: 1 }]);
  const more = await cost(account, service, january);
  expectProblem(more.reply, 'answer-too-large');
  expect(JSON.stringify(more.reply.body)).not.toContain('30000');
  await store(user, calendar, singles(20_000));
  const most = await cost(account, service, january);
  expectProblem(most.reply, 'answer-too-large');
  expect(most.rows).toBeLessThan(more.rows + 200);
  expect(most.characters).toBeLessThan(2_000_000);
  expect((await getSlots(account, service, { startDate: '2030-02-10' })).status).toBe(200);
});

it('counts events of calendars and bookings together', long, async () => {
  const { account, service, user, calendar } = await hostile(singles(15_001));
  const ids = await store(user, await user.newCalendar(), singles(15_000));
  await env.DB.prepare('UPDATE events SET service_id = ? WHERE id IN (SELECT value FROM json_each(?))')
    .bind(service, JSON.stringify(ids))
    .run();
  const january = { startDate: '2030-01-01', endDate: '2030-01-31' };
  expectProblem(await getSlots(account, service, january), 'answer-too-large');
  await env.DB.prepare('DELETE FROM events WHERE calendar_id = ? AND start_ts = ?')
    .bind(calendar, START)
    .run();
  expect((await getSlots(account, service, january)).status).toBe(200);
});

const rules: [string, Recurrence][] = [
  ['never occurs', { freq: 'yearly', interval: 1, byyearday: [366], byweekno: [53], bymonth: [2] }],
  [
    'names every day of the year',
    { freq: 'yearly', interval: 1, byyearday: Array.from({ length: 366 }, (_, i) => i + 1) },
  ],
  ['occurs every day', { freq: 'daily', interval: 1 }],
  ['counts from long ago', { freq: 'daily', interval: 1, count: 739, byweekday: ['Mon', 'Tue'] }],
];
it.each(rules)(
  'rejects a series that %s, 200 times for each of 100 hosts, in bounded work',
  long,
  async (_, recurrence) => {
    const event: Stored = { startTs: START - 300 * DAY, duration: HOUR, recurrence, lastStart: null };
    const { account, service, user } = await hostile(Array(200).fill(event), 'Australia/Lord_Howe');
    await multiply(service);
    const month = { startDate: '2030-01-01', endDate: '2030-01-31', timezone: 'Australia/Lord_Howe' };
    const { reply, characters, rows } = await cost(account, service, month);
    expectProblem(reply, 'answer-too-large');
    expect(reply.problem.detail).toMatch(/hostUserIds/);
    expect(characters).toBeLessThan(3_000_000);
    expect(rows).toBeLessThan(200_000);
    // One day of one host stays within the limit.
    const day = { startDate: '2030-01-07', hostUserIds: user.id };
    expect((await getSlots(account, service, day)).status).toBe(200);
  },
);

it('rejects megabytes of exdates and rules without reading them', long, async () => {
  const { account, service, user } = await hostile([]);
  const calendar = await user.newCalendar();
  await busyCalendar('PUT', service, user, calendar);
  const ids = await store(user, calendar, Array(100).fill({ startTs: START, duration: MINUTE }));
  const exdates = JSON.stringify(Array.from({ length: 1000 }, (_, i) => START + DAY + i));
  await env.DB.prepare('UPDATE events SET exdates = ? WHERE id IN (SELECT value FROM json_each(?))')
    .bind(exdates, JSON.stringify(ids))
    .run();
  const { reply, characters } = await cost(account, service, { startDate: '2030-01-01' });
  expectProblem(reply, 'answer-too-large');
  expect(characters).toBeLessThan(50_000);
});

it('reads only the rules near the window from schedules of 400 rules', long, async () => {
  const account = await newAccount();
  const service = await newService(account);
  const user: User = await join(service, account);
  const days = Array.from({ length: 391 }, (_, i) => ({
    variant: { type: 'Date' as const, value: new Date(START + (i + 60) * DAY).toISOString().slice(0, 10) },
    intervals: Array.from({ length: 1 }, (_, n) => ({
      start: { hours: 2 * n, minutes: 0 },
      end: { hours: 2 * n + 1, minutes: 0 },
    })),
  }));
  const { id } = await newSchedule(user, [
    ...daily('09:00-10:00'),
    ...days,
    dates('2029-12-20', '2030-01-02', '11:00-12:00'),
    dates('2030-02-01', '2030-02-20', ''),
  ]);
  await account.call('PUT', `/service/${service}/users/${user.id}`, {
    body: { availability: { variant: 'Schedule', id } },
  });
  const { reply, characters } = await cost(account, service, { startDate: '2030-01-01' });
  expect(reply.status).toBe(200);
  const [{ slots }] = reply.body.dates;
  expect(slots[0].start).toBe(Date.UTC(2030, 0, 1, 11)); // those of the dates around it
  expect(characters).toBeLessThan(2500);
});
