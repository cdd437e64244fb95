/** Reminders notify to the minute, for every instance, in the calendar's zone, and stop when the event changes or goes. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { backfillReminders } from '../../src/reminders/backfill.ts';
import { remind } from '../../src/reminders/remind.ts';
import type { Reminder } from '../../src/sdk/types.ts';
import type { User } from '../support/client.ts';
import { through, writing } from '../support/database.ts';
import { DAY, HOUR, MINUTE, type NotifiedAccount, notifiedAccount, open } from '../support/webhooks.ts';

/** The clock of these tests starts here, on a Monday in winter. */
const NOW = Date.parse('2030-01-07T00:00:00Z');
const TEN: Reminder[] = [{ delta: -10, identifier: 'ten before' }];

interface World {
  account: NotifiedAccount;
  user: User;
  calendarId: string;
}

async function world(timezone = 'UTC'): Promise<World> {
  const account = await notifiedAccount('ok', [], NOW);
  await backfillReminders(open);
  const user = await account.newUser();
  const { calendar } = (await account.call('POST', `/user/${user.id}/calendar`, { body: { timezone } })).body;
  return { account, user, calendarId: calendar.id };
}

async function enter({ account, user, calendarId }: World, body: object, now = NOW): Promise<string> {
  const event = { calendarId, duration: HOUR, reminders: TEN, ...body };
  const reply = await account.call('POST', `/user/${user.id}/events`, { body: event, now });
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return reply.body.event.id;
}

const put = async ({ account }: World, event: string, body: object, now: number) =>
  expect((await account.call('PUT', `/user/events/${event}`, { body, now })).status).toBe(200);

/** Runs the sweep at that time, and returns the identifiers and starts of each notification. */
async function sweep({ account }: World, now: number, DB = env.DB): Promise<[string, number][][]> {
  const before = new Set((await account.deliveries()).map(({ id }) => id));
  await remind({ ...open, DB }, () => now);
  const found: [string, number][][] = [];
  for (const { id, type } of await account.deliveries()) {
    if (before.has(id)) continue;
    expect(type).toBe('reminders');
    const { delivery } = (await account.call('GET', `/account/webhook/deliveries/${id}`)).body;
    const { reminders } = JSON.parse(delivery.body) as {
      reminders: { identifier: string; instance: { startTs: number } }[];
    };
    found.push(reminders.map(({ identifier, instance }) => [identifier, instance.startTs]));
  }
  return found;
}

/** Runs sweeps at these times, and returns the starts that they notify of, each with the time of its sweep. */
async function watch(there: World, times: readonly number[]): Promise<[at: number, startTs: number][]> {
  const found: [number, number][] = [];
  for (const now of times) {
    for (const notification of await sweep(there, now)) {
      for (const [, startTs] of notification) found.push([now, startTs]);
    }
  }
  return found;
}

const waiting = async ({ account }: World): Promise<number> =>
  (
    await env.DB.prepare(
      'SELECT count(*) AS n FROM reminders JOIN events ON events.seq = reminders.event WHERE events.account_id = ?',
    )
      .bind(account.id)
      .first<{ n: number }>()
  )?.n ?? 0;

it('has the format of the published service, with the current event', async () => {
  const there = await world();
  const event = await enter(there, { startTs: NOW + HOUR, metadata: { title: 'Stand-up' } });
  await sweep(there, NOW + 50 * MINUTE);
  await there.account.deliver(NOW + 50 * MINUTE);
  const [body] = await there.account.bodies();
  const path = `/user/events/${event}`;
  expect(body).toEqual({
    type: 'reminders',
    timestamp: expect.any(Number),
    reminders: [
      {
        event: (await there.account.call('GET', path, { now: NOW })).body.event,
        identifier: 'ten before',
        instance: { startTs: NOW + HOUR, endTs: NOW + 2 * HOUR, busy: false, originalStartTs: NOW + HOUR },
      },
    ],
  });
});

describe('the time', () => {
  it('is never early, and at most a minute late', async () => {
    const there = await world();
    const startTs = NOW + 2 * HOUR + 30_000;
    await enter(there, { startTs });
    const due = startTs - 10 * MINUTE;
    const times = [due - DAY, due - MINUTE, due - 1, due, due + 1, due + MINUTE];
    expect(await watch(there, times)).toEqual([[due, startTs]]);
    expect(await waiting(there)).toBe(0);
  });

  it('is met for an event that is created seconds before', async () => {
    const there = await world();
    const startTs = NOW + 10 * MINUTE + 40_000;
    await enter(there, { startTs }, NOW + 10_000);
    expect(await sweep(there, NOW + MINUTE)).toEqual([[['ten before', startTs]]]);
  });

  it('has passed for some instances of a new event: they have no reminder', async () => {
    const there = await world();
    await enter(there, { startTs: NOW + 9 * MINUTE });
    await enter(there, { startTs: NOW - 3 * DAY, recurrence: { freq: 'daily', interval: 1 } }, NOW);
    const notified = await watch(
      there,
      [1, 12, 24, 36, 48].map((hours) => NOW + hours * HOUR),
    );
    expect(notified.map(([, startTs]) => startTs)).toEqual([NOW + DAY, NOW + 2 * DAY]);
  });

  it('follows the wall clock of the calendar over a change to summer time', async () => {
    const there = await world('Europe/Oslo');
    const startTs = Date.parse('2030-03-29T09:00:00+01:00');
    await enter(there, { startTs, recurrence: { freq: 'daily', interval: 1, count: 4 } });
    const dates = ['03-29', '03-30', '03-31', '04-01', '04-02'];
    const times = dates.flatMap((date) =>
      ['06:49', '06:50', '07:49', '07:50'].map((time) => Date.parse(`2030-${date}T${time}Z`)),
    );
    const notified = await watch(there, times);
    expect(notified.map(([at]) => new Date(at).toISOString().slice(5, 16))).toEqual([
      '03-29T07:50',
      '03-30T07:50',
      '03-31T06:50',
      '04-01T06:50',
    ]);
    await sweep(there, startTs + 60 * DAY);
    expect(await waiting(there)).toBe(0);
  });

  it('may be after the start, and the same for several reminders', async () => {
    const there = await world();
    const reminders = [
      { delta: 30, identifier: 'after' },
      { delta: 0, identifier: 'at' },
      { delta: 0, identifier: 'at, too' },
    ];
    await enter(there, { startTs: NOW + HOUR, reminders });
    expect(await sweep(there, NOW + HOUR)).toEqual([
      [
        ['at', NOW + HOUR],
        ['at, too', NOW + HOUR],
      ],
    ]);
    expect(await sweep(there, NOW + 90 * MINUTE)).toEqual([[['after', NOW + HOUR]]]);
  });

  it('may be missed: the next sweep notifies, once', async () => {
    const there = await world();
    await enter(there, { startTs: NOW + HOUR, recurrence: { freq: 'daily', interval: 1 } });
    await sweep(there, NOW);
    const [notification] = await sweep(there, NOW + 3 * DAY);
    expect(notification?.map(([, startTs]) => (startTs - NOW - HOUR) / DAY)).toEqual([0, 1, 2]);
    expect(await sweep(there, NOW + 3 * DAY)).toEqual([]);
  });

  it('notifies once when the clock goes back', async () => {
    const there = await world();
    await enter(there, { startTs: NOW + HOUR, recurrence: { freq: 'daily', interval: 1, count: 2 } });
    const due = NOW + 50 * MINUTE;
    expect(await sweep(there, due)).toHaveLength(1);
    const notified = await watch(there, [due - HOUR, due, due + 1, due + DAY - 1, due + DAY]);
    expect(notified).toEqual([[due + DAY, NOW + HOUR + DAY]]);
  });
});

describe('a change', () => {
  const startTs = NOW + 5 * HOUR;
  const due = startTs - 10 * MINUTE;
  const starts = async (there: World, now: number) =>
    (await sweep(there, now)).flat().map(([, startTs]) => startTs);

  it('of the start moves the reminders', async () => {
    const there = await world();
    const event = await enter(there, { startTs });
    await sweep(there, NOW);
    await put(there, event, { startTs: startTs + HOUR }, NOW + HOUR);
    expect(await starts(there, due)).toEqual([]);
    expect(await starts(there, due + HOUR)).toEqual([startTs + HOUR]);
    // The new start is so close that its reminder has passed.
    await put(there, event, { startTs: due + HOUR + MINUTE }, due + HOUR + MINUTE);
    expect(await starts(there, due + 2 * HOUR)).toEqual([]);
  });

  it('of the rule, the exdates or the reminders applies at once', async () => {
    const there = await world();
    const event = await enter(there, { startTs });
    await sweep(there, NOW);
    await put(there, event, { recurrence: { freq: 'daily', interval: 1 } }, NOW + HOUR);
    expect(await starts(there, due)).toEqual([startTs]);
    await put(there, event, { exdates: [startTs + DAY] }, due + HOUR);
    expect(await starts(there, due + DAY)).toEqual([]);
    await put(there, event, { reminders: [{ delta: -60, identifier: 'an hour before' }] }, due + DAY + HOUR);
    expect(await starts(there, startTs + 2 * DAY - HOUR)).toEqual([startTs + 2 * DAY]);
    expect(await starts(there, due + 2 * DAY)).toEqual([]);
    await put(there, event, { reminders: [] }, due + 2 * DAY);
    expect(await waiting(there)).toBe(0);
    expect(await starts(there, due + 3 * DAY)).toEqual([]);
    await put(there, event, { reminders: TEN }, due + 3 * DAY);
    expect(await starts(there, due + 4 * DAY)).toEqual([startTs + 3 * DAY, startTs + 4 * DAY]);
  });

  it('of anything else keeps the reminders that are due and not yet sent', async () => {
    const there = await world();
    const event = await enter(there, { startTs, recurrence: { freq: 'daily', interval: 1 } });
    await sweep(there, NOW);
    await put(there, event, { metadata: { a: 'b' } }, due + 10_000);
    await put(there, event, { exdates: [startTs + DAY] }, due + 20_000);
    expect(await starts(there, due + MINUTE)).toEqual([startTs]);
  });

  it("of the calendar's time zone keeps the reminders on the clock of their event", async () => {
    const there = await world('Europe/Oslo');
    const event = Date.parse('2030-03-28T09:00:00+01:00');
    await enter(there, { startTs: event, recurrence: { freq: 'weekly', interval: 1 } });
    await sweep(there, NOW);
    expect(await starts(there, event)).toEqual([event]);
    // In Oslo, summer time begins on the 31st.
    const path = `/user/calendar/${there.calendarId}`;
    await there.account.call('PUT', path, { body: { settings: { timezone: 'Africa/Lagos' } } });
    const instance = event + 7 * DAY - HOUR;
    const next = instance - 10 * MINUTE;
    const notified = await watch(there, [event + 6 * DAY, next - HOUR, next - 1, next, next + HOUR]);
    expect(notified).toEqual([[next, instance]]);
  });

  it('between the two steps of a sweep discards the result for the former event', async () => {
    const there = await world();
    const event = await enter(there, { startTs, recurrence: { freq: 'daily', interval: 1 } });
    await sweep(there, NOW);
    const DB = through(async (run, count) => {
      if (count === 2) await put(there, event, { exdates: [startTs] }, due);
      return run();
    });
    expect(await sweep(there, due, DB)).toEqual([]);
    expect(await sweep(there, due + MINUTE)).toEqual([]);
    expect(await starts(there, due + DAY)).toEqual([startTs + DAY]);
  });

  it('that deletes the event, calendar or user deletes the reminders', async () => {
    for (const path of [
      (_: World, event: string) => `/user/events/${event}`,
      ({ calendarId }: World) => `/user/calendar/${calendarId}`,
      ({ user }: World) => `/user/${user.id}`,
    ]) {
      const there = await world();
      const event = await enter(there, { startTs });
      await sweep(there, NOW);
      expect(await waiting(there)).toBe(1);
      expect((await there.account.call('DELETE', path(there, event), { now: NOW })).status).toBe(200);
      expect(await sweep(there, due)).toEqual([]);
      expect(await waiting(there)).toBe(0);
    }
  });
});

describe('the webhook', () => {
  const startTs = NOW + 5 * HOUR;
  const due = startTs - 10 * MINUTE;

  it('that is set later gets the reminders of existing events from then on', async () => {
    const there = await world();
    await there.account.call('DELETE', '/account/webhook');
    await enter(there, { startTs, recurrence: { freq: 'daily', interval: 1 } });
    await enter(there, { startTs: NOW + HOUR });
    for (let i = 0; i < 3; i++) await enter(there, { startTs, reminders: [] });
    expect(await waiting(there)).toBe(0);
    expect(await sweep(there, due)).toEqual([]);
    const body = { webhookUrl: 'http://localhost/' };
    await there.account.call('PUT', '/account/webhook', { body, env: open, now: due + HOUR });
    await backfillReminders(open, { stepEvents: 2 });
    expect(await waiting(there)).toBe(2);
    expect(await sweep(there, due + HOUR)).toEqual([]);
    expect(await waiting(there)).toBe(1);
    expect(await sweep(there, due + DAY)).toEqual([[['ten before', startTs + DAY]]]);
  });

  it('that is removed and set again gets no reminder that was due meanwhile', async () => {
    const there = await world();
    await enter(there, { startTs, recurrence: { freq: 'daily', interval: 1 } });
    await sweep(there, NOW);
    await there.account.call('DELETE', '/account/webhook');
    expect(await sweep(there, due)).toEqual([]);
    const body = { webhookUrl: 'http://localhost/' };
    await there.account.call('PUT', '/account/webhook', { body, env: open, now: due + 2 * DAY + HOUR });
    await backfillReminders(open);
    expect(await sweep(there, due + 3 * DAY)).toEqual([[['ten before', startTs + 3 * DAY]]]);
  });
});

describe('many reminders at once', () => {
  it('are sent in notifications of at most 100, each of one account', async () => {
    const [there, other] = [await world(), await world()];
    const reminders = new Array(30).fill(0).map((_, i) => ({ delta: 0, identifier: `${i}` }));
    for (let i = 0; i < 9; i++) await enter(there, { startTs: NOW + HOUR, reminders });
    await enter(other, { startTs: NOW + HOUR, reminders });
    const sizes = (await sweep(there, NOW + HOUR)).map((notification) => notification.length);
    expect(sizes.sort()).toEqual([100, 100, 70]);
    const identifiers = (await other.account.deliveries()).length;
    expect(identifiers).toBe(1);
  });

  it('are sent in notifications of at most 256 KiB', async () => {
    const there = await world();
    const metadata = Object.fromEntries(new Array(15).fill(0).map((_, i) => [`${i}`, 'x'.repeat(4000)]));
    const reminders = new Array(10).fill({ delta: 0, identifier: 'x' });
    await enter(there, { startTs: NOW + HOUR, reminders, metadata });
    expect((await sweep(there, NOW + HOUR)).map((notification) => notification.length).sort()).toEqual([
      2, 4, 4,
    ]);
    await there.account.deliver(NOW + HOUR);
    expect((await there.account.deliveries()).map(({ state }) => state)).toEqual(
      new Array(3).fill('delivered'),
    );
  });

  it('are sent once each by concurrent sweeps in small steps', async () => {
    const there = await world();
    const expected = new Array(23).fill(0).map((_, i) => NOW + HOUR + i);
    for (const startTs of expected) await enter(there, { startTs });
    await sweep(there, NOW);
    const now = NOW + 51 * MINUTE;
    const before = (await there.account.deliveries()).length;
    await Promise.all([1, 2, 3].map(() => remind(open, () => now, { stepEvents: 5 })));
    expect(before).toBe(0);
    const starts: number[] = [];
    for (const { id } of await there.account.deliveries()) {
      const { delivery } = (await there.account.call('GET', `/account/webhook/deliveries/${id}`)).body;
      starts.push(
        ...JSON.parse(delivery.body).reminders.map(
          (one: { instance: { startTs: number } }) => one.instance.startTs,
        ),
      );
    }
    expect(starts.sort()).toEqual(expected);
  });

  it('cost a sweep no row read before they are due, and a series is one row', async () => {
    const there = await world();
    await enter(there, { startTs: NOW + HOUR, recurrence: { freq: 'daily', interval: 1 } });
    for (let i = 0; i < 50; i++) await enter(there, { startTs: NOW + 100 * DAY + i });
    await sweep(there, NOW);
    expect(await waiting(there)).toBe(51);
    let read = 0;
    const DB = through(async (run) => {
      const results = await run();
      for (const { meta } of results) read += meta.rows_read;
      return results;
    });
    await remind({ ...open, DB }, () => NOW + 10 * MINUTE);
    expect(read).toBeLessThan(3);
    const { db, rows } = writing();
    await remind({ ...open, DB: db }, () => NOW + 50 * MINUTE);
    // The notification and its index entry, the account's next delivery and next reminder, the row of the series and its
    // index entry; and two rows for the one notification in sixteen that is counted.
    expect(rows()).toBeLessThanOrEqual(10);
    expect(await waiting(there)).toBe(51);
  });
});
