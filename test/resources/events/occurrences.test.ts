/** One occurrence of a series: changed, moved, cancelled, reset; and what becomes of it when its series changes. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { importCopy } from '../../../src/export/import.ts';
import type { CalendarEvent, Occurrence } from '../../../src/sdk/types.ts';
import { copyOf, emptyCopy, exportOf } from '../../export/support.ts';
import { book, at as bookable, newWorld } from '../../support/bookings.ts';
import { NOBODY, policy, type User } from '../../support/client.ts';
import { costing, countOf, interrupted } from '../../support/database.ts';
import { byAccount, changed, DAY, doors, HOUR, made, newUser, query, weekOf } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const MONDAY = Date.UTC(2030, 0, 7, 9);
const week = { startTs: MONDAY - 9 * HOUR, endTs: MONDAY + 7 * DAY - 9 * HOUR };
const daily = { freq: 'daily', interval: 1 } as const;

interface Series {
  user: User;
  calendarId: string;
  id: string;
  event: CalendarEvent;
}

async function series(body: object = {}, timezone = 'UTC'): Promise<Series> {
  const user = await newUser();
  const calendarId = await user.newCalendar(timezone);
  const event = await made(user, {
    calendarId,
    startTs: MONDAY,
    duration: HOUR,
    busy: true,
    recurrence: daily,
    ...body,
  });
  return { user, calendarId, id: event.id, event };
}

const at = (id: string, original: number, more = '') => `${id}/instances/${original}${more}`;
const put = ({ user, id }: Series, original: number, body: object, options: object = {}) =>
  byAccount.event(user, 'PUT', at(id, original), { body, ...options });
const cancel = ({ user, id }: Series, original: number) => byAccount.event(user, 'DELETE', at(id, original));
const get = async ({ user, id }: Series): Promise<CalendarEvent> =>
  (await byAccount.event(user, 'GET', id)).body.event;

/** The occurrences in a window: by the route of the event, and by that of its calendar, which must be the same. */
async function occurrencesOf({ user, id, calendarId }: Series, window = week): Promise<Occurrence[]> {
  const own = (await byAccount.instances(user, id, window)).body;
  const listed = (await byAccount.week(user, calendarId, window)).body.events;
  const mine = listed.filter(({ event }: { event: CalendarEvent }) => event.id === id);
  expect(mine).toEqual(own.instances.length ? [{ event: own.event, instances: own.instances }] : []);
  return own.instances;
}

/** The days of the week on which occurrences start, with their original days where those differ. */
const days = (occurrences: readonly Occurrence[]): (number | [number, number])[] =>
  occurrences.map(({ startTs, originalStartTs }) => {
    const [day, original] = [startTs, originalStartTs].map((ts) => (ts - MONDAY) / DAY) as [number, number];
    return day === original ? day : [original, day];
  });

const busyOf = async ({ user }: Series, window = week): Promise<number[][]> =>
  (await user.call('GET', `/user/${user.id}/freebusy${query(window)}`)).body.busy.map(
    ({ startTs, endTs }: Occurrence) => [startTs, endTs],
  );

describe.each(doors)('by %s', (_, door) => {
  it('an occurrence is changed, cancelled and reset, and keeps its name', async () => {
    const there = await series();
    const { user, id } = there;
    const tuesday = MONDAY + DAY;
    const before = await door.event(user, 'GET', id);
    const own = { startTs: tuesday + 3 * HOUR, duration: 2 * HOUR, metadata: { room: 'B' } };
    const reply = await door.event(user, 'PUT', at(id, tuesday), { body: own });
    const instance = {
      ...{ startTs: own.startTs, endTs: own.startTs + 2 * HOUR, busy: true },
      ...{ originalStartTs: tuesday, overridden: true, metadata: { room: 'B' } },
    };
    expect([reply.status, reply.body]).toEqual([
      200,
      { event: { ...there.event, updated: expect.any(Number) }, instance },
    ]);
    expect(reply.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect((await door.event(user, 'GET', id)).headers.get('etag')).toBe(reply.headers.get('etag'));
    expect((await occurrencesOf(there))[1]).toEqual(instance);
    expect(await busyOf(there)).toContainEqual([own.startTs, own.startTs + 2 * HOUR]);
    expect(await busyOf(there)).toHaveLength(7);

    const gone = await door.event(user, 'DELETE', at(id, tuesday));
    expect([gone.status, gone.body.event.exdates]).toEqual([200, [tuesday]]);
    expect(days(await occurrencesOf(there))).toEqual([0, 2, 3, 4, 5, 6]);
    expect((await door.event(user, 'DELETE', at(id, tuesday))).status).toBe(200);

    const reset = await door.event(user, 'POST', at(id, tuesday, '/reset'));
    const plain = { startTs: tuesday, endTs: tuesday + HOUR, busy: true, originalStartTs: tuesday };
    expect([reset.status, reset.body.event.exdates, reset.body.instance]).toEqual([200, [], plain]);
    expect(days(await occurrencesOf(there))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    // A cancelled one takes place again, and no member at all is a reset.
    await door.event(user, 'DELETE', at(id, tuesday));
    expect(
      (await door.event(user, 'PUT', at(id, tuesday), { body: { busy: false } })).body.event.exdates,
    ).toEqual([]);
    expect(await busyOf(there)).toHaveLength(6);
    expect((await door.event(user, 'PUT', at(id, tuesday), { body: {} })).body.instance).toEqual(plain);
    expect(await busyOf(there)).toHaveLength(7);
    expect(await countOf('events', user.account.id)).toBe(1);
  });

  it('what is no occurrence is 404, and a body is held to the rules of an event', async () => {
    const there = await series({ recurrence: { ...daily, count: 3 } });
    const { user, id, calendarId } = there;
    const single = await made(user, { calendarId, startTs: MONDAY, duration: HOUR });
    for (const path of [
      ...[MONDAY + 1, MONDAY - DAY, MONDAY + 3 * DAY].map((original) => at(id, original)),
      ...[
        at(single.id, MONDAY),
        at(NOBODY, MONDAY),
        `${id}/instances/x`,
        `${id}/instances/-1`,
        `${id}/instances/007`,
      ],
    ]) {
      expectProblem(await door.event(user, 'PUT', path, { body: { busy: false } }), 'not-found');
      expectProblem(await door.event(user, 'DELETE', path), 'not-found');
      expectProblem(await door.event(user, 'POST', `${path}/reset`), 'not-found');
    }
    for (const [body, field] of [
      [{ startTs: -1 }, 'startTs'],
      [{ duration: 367 * DAY }, 'duration'],
      [{ busy: 'yes' }, 'busy'],
      [{ metadata: [] }, 'metadata'],
      [{ reminders: [{ delta: 'x', identifier: '' }] }, 'reminders[0].delta'],
    ] as const)
      expectInvalid(await door.event(user, 'PUT', at(id, MONDAY), { body }), field);
    expect(await get(there)).toEqual(there.event);
  });
});

it("another user's occurrence is 404, a token needs the permission, and If-Match holds", async () => {
  const there = await series();
  const { user, id } = there;
  const other = await user.account.newUser();
  const path = `/events/${at(id, MONDAY)}`;
  const reader = { claims: policy(['DeleteCalendarEvent', 'CreateCalendarEvent']) };
  for (const [method, to] of [
    ['PUT', path],
    ['DELETE', path],
    ['POST', `${path}/reset`],
  ] as const) {
    expectProblem(await other.call(method, to, { body: { busy: false } }), 'not-found');
    expectProblem(await user.call(method, to, { body: { busy: false }, ...reader }), 'policy-denied');
    const stale = { body: { busy: false }, headers: { 'if-match': '"zz"' } };
    expectProblem(await user.call(method, to, stale), 'precondition-failed');
  }
  expect(await get(there)).toEqual(there.event);
});

describe('an occurrence that is moved', () => {
  it('is in every window that it lies in, however far from its series, and in no other', async () => {
    const there = await series({ recurrence: { ...daily, count: 7 } });
    const far = MONDAY + 3 * 365 * DAY;
    await put(there, MONDAY + DAY, { startTs: far });
    await put(there, MONDAY + 2 * DAY, { startTs: MONDAY - 365 * DAY, metadata: { why: 'early' } });
    await put(there, MONDAY + 3 * DAY, { startTs: MONDAY + 4 * DAY });
    await put(there, MONDAY + 5 * DAY, { startTs: week.startTs - HOUR, duration: HOUR + 1 });
    expect(days(await occurrencesOf(there))).toEqual([[5, -10 / 24], 0, [3, 4], 4, 6]);
    for (const [startTs, original] of [
      [far, MONDAY + DAY],
      [MONDAY - 365 * DAY, MONDAY + 2 * DAY],
    ] as const) {
      const found = await occurrencesOf(there, { startTs, endTs: startTs + 1 });
      expect(found).toMatchObject([{ originalStartTs: original, startTs, overridden: true }]);
      expect(await busyOf(there, { startTs, endTs: startTs + 1 })).toEqual([[startTs, startTs + HOUR]]);
    }
  });

  it('is no event of its own: not in a list, a search, a page, or by any id', async () => {
    const there = await series({ metadata: { color: 'red' } });
    await put(there, MONDAY, { metadata: { color: 'blue' } });
    const { account } = there.user;
    expect((await account.call('GET', `/user/${there.user.id}/events`)).body.events).toHaveLength(1);
    for (const [value, n] of [
      ['blue', 0],
      ['red', 1],
    ] as const)
      expect((await account.call('GET', `/events/meta?key=color&value=${value}`)).body.events).toHaveLength(
        n,
      );
    const id = encodeURIComponent(`${there.id}/${MONDAY}`);
    expectProblem(await byAccount.event(there.user, 'GET', id), 'not-found');
    await byAccount.event(there.user, 'DELETE', there.id);
    for (const table of ['events', 'event_metadata'])
      expect([table, await countOf(table, account.id)]).toEqual([table, 0]);
  });
});

describe('when the series changes', () => {
  it('what an occurrence does not differ in follows the series, and what it differs in stays', async () => {
    const there = await series();
    await put(there, MONDAY, { duration: 3 * HOUR });
    await put(there, MONDAY + DAY, { startTs: MONDAY + 20 * HOUR, busy: false });
    await changed(there.user, there.id, { duration: 2 * HOUR, busy: true });
    const [first, second] = await occurrencesOf(there);
    expect(first).toMatchObject({ startTs: MONDAY, endTs: MONDAY + 3 * HOUR, busy: true });
    expect(second).toMatchObject({ startTs: MONDAY + 20 * HOUR, endTs: MONDAY + 22 * HOUR, busy: false });
    await changed(there.user, there.id, { busy: false, metadata: { a: 'b' } });
    expect((await occurrencesOf(there)).map(({ busy }) => busy)).not.toContain(true);
  });

  it('exceptions follow the start on the wall clock, over each other, in one transaction', async () => {
    const there = await series({ recurrence: { freq: 'weekly', interval: 1 } }, 'Europe/Oslo');
    const winter = MONDAY + 7 * DAY;
    const summer = MONDAY + 26 * 7 * DAY - HOUR;
    await cancel(there, winter);
    await put(there, summer, { metadata: { a: 'b' } });
    await put(there, winter + 7 * DAY, { startTs: winter + 8 * DAY });
    expect(await changed(there.user, there.id, { startTs: MONDAY + DAY + HOUR })).toMatchObject({
      exdates: [winter + DAY + HOUR],
    });
    const moved = summer + DAY + HOUR;
    const window = { startTs: moved - DAY, endTs: moved + DAY };
    expect(await occurrencesOf(there, window)).toEqual([
      {
        startTs: moved,
        endTs: moved + HOUR,
        busy: true,
        originalStartTs: moved,
        overridden: true,
        metadata: { a: 'b' },
      },
    ]);
    const kept = await occurrencesOf(there, { startTs: winter + 7 * DAY, endTs: winter + 10 * DAY });
    expect(kept).toMatchObject([{ startTs: winter + 8 * DAY, originalStartTs: winter + 8 * DAY + HOUR }]);
    // Each of these takes the name that another one has.
    const daily = await series();
    for (const day of [1, 2, 3]) await put(daily, MONDAY + day * DAY, { metadata: { day: String(day) } });
    await changed(daily.user, daily.id, { startTs: MONDAY + 12 * HOUR });
    await changed(daily.user, daily.id, {
      startTs: MONDAY + DAY,
      recurrence: { ...daily.event.recurrence, interval: 2 },
    });
    expect((await occurrencesOf(daily)).flatMap(({ metadata }) => (metadata ? [metadata] : []))).toEqual([
      { day: '1' },
      { day: '3' },
    ]);
  });

  it('a changed rule keeps what still is an occurrence, exdates of the request win, and no rule drops all', async () => {
    const there = await series();
    await cancel(there, MONDAY + DAY);
    for (const day of [2, 4]) await put(there, MONDAY + day * DAY, { metadata: { day: String(day) } });
    const recurrence = { freq: 'weekly', interval: 1, byweekday: ['Mon', 'Tue', 'Wed'] } as const;
    expect((await changed(there.user, there.id, { recurrence })).exdates).toEqual([MONDAY + DAY]);
    expect((await occurrencesOf(there)).map(({ metadata }) => metadata)).toEqual([undefined, { day: '2' }]);
    expect(await countOf('events', there.user.account.id)).toBe(2);
    expect((await changed(there.user, there.id, { exdates: [MONDAY + 2 * DAY] })).exdates).toEqual([
      MONDAY + 2 * DAY,
    ]);
    expect(days(await occurrencesOf(there))).toEqual([0, 1]);
    expect(await countOf('events', there.user.account.id)).toBe(1);
    await put(there, MONDAY, { startTs: MONDAY + HOUR });
    expect(await changed(there.user, there.id, { recurrence: null })).toMatchObject({ exdates: [] });
    expect(await occurrencesOf(there)).toEqual([
      { startTs: MONDAY, endTs: MONDAY + HOUR, busy: true, originalStartTs: MONDAY },
    ]);
    expect(await countOf('events', there.user.account.id)).toBe(1);
  });

  it.each([
    [
      'an end before the start',
      { recurrence: { ...daily, until: MONDAY + DAY } },
      { startTs: MONDAY + 2 * DAY },
    ],
    [
      'no date that fits',
      {},
      { recurrence: { freq: 'monthly', interval: 1, bymonth: [2], bymonthday: [30] } },
    ],
    [
      'no date that fits its new start',
      { recurrence: { freq: 'yearly', interval: 2, bymonthday: [29], bymonth: [2] } },
      { startTs: Date.UTC(2031, 0, 7, 9) },
    ],
  ])('a series without any occurrence is refused: %s', async (_, body, change) => {
    const there = await series(body);
    expectInvalid(await byAccount.event(there.user, 'PUT', there.id, { body: change }), 'recurrence');
    expect(await get(there)).toEqual(there.event);
  });
});

it('a change that meets another one is decided again, and none is lost', async () => {
  const there = await series();
  let turn = 0;
  const DB = interrupted(async () => {
    if (++turn === 2) await cancel(there, MONDAY);
  }, 'each');
  expect((await put(there, MONDAY + DAY, { busy: false }, { env: { DB } })).status).toBe(200);
  const { exdates } = await get(there);
  expect(exdates).toEqual([MONDAY]);
  expect(days(await occurrencesOf(there))).toEqual([1, 2, 3, 4, 5, 6]);
  let version = 0;
  const busy = interrupted(
    () => changed(there.user, there.id, { metadata: { n: String(++version) } }),
    'each',
  );
  expectProblem(await put(there, MONDAY, { busy: false }, { env: { DB: busy } }), 'contended');
});

it('a series has a thousand exceptions, and no more', async () => {
  const there = await series();
  const exdates = Array.from({ length: 999 }, (_, i) => MONDAY + (i + 10) * DAY);
  await changed(there.user, there.id, { exdates });
  expect((await put(there, MONDAY, { busy: false })).status).toBe(200);
  expectProblem(await put(there, MONDAY + DAY, { busy: false }), 'exception-limit');
  expectProblem(await cancel(there, MONDAY + DAY), 'exception-limit');
  expect((await put(there, MONDAY, { busy: true })).status).toBe(200);
  const more = [...exdates, MONDAY + 3 * DAY];
  expectProblem(
    await byAccount.event(there.user, 'PUT', there.id, { body: { exdates: more } }),
    'exception-limit',
  );
  expect((await byAccount.event(there.user, 'POST', at(there.id, MONDAY, '/reset'))).status).toBe(200);
});

it('the event of a booking takes place once', async () => {
  const world = await newWorld();
  const { account } = world;
  const booking = await book(world, bookable(9));
  const [event] = booking.eventIds;
  for (const [method, more] of [
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/reset'],
  ] as const) {
    const path = `/user/events/${at(event ?? '', booking.startTs, more)}`;
    expectProblem(await account.call(method, path, { body: { busy: true } }), 'booking-event');
  }
});

it('an occurrence costs a row and its entries in the indexes; an event without any costs what it did', async () => {
  const there = await series();
  const spent = async (run: (DB: D1Database) => Promise<unknown>) => {
    const { db, rows } = costing();
    await run(db);
    return rows();
  };
  const path = `/user/events/${there.id}/instances${query(week)}`;
  const read = (DB: D1Database) => there.user.account.call('GET', path, { env: { DB } });
  const busy = (DB: D1Database) =>
    there.user.account.call('GET', `/user/${there.user.id}/freebusy${query(week)}`, { env: { DB } });
  const before = [await spent(read), await spent(busy)].map(({ read }) => read);
  // The row, its id, its user and its time, the account's count of events, and the row of the series.
  const first = await spent((DB) => put(there, MONDAY, { startTs: MONDAY + HOUR }, { env: { DB } }));
  expect(first.written).toBe(6);
  const again = await spent((DB) => put(there, MONDAY, { startTs: MONDAY + 2 * HOUR }, { env: { DB } }));
  expect(again.written).toBeLessThanOrEqual(4);
  const after = [await spent(read), await spent(busy)].map(({ read }) => read);
  expect(after.map((rows, i) => rows - (before[i] ?? 0))).toEqual([expect.any(Number), 1]);
  // SQLite also reads the entry after those of the series, if the index has one: the ids are random.
  expect((after[0] ?? 0) - (before[0] ?? 0)).toBeLessThanOrEqual(3);
  // Free/busy reads up to four entries more where the index goes on.
  expect([before[0], (before[1] ?? 0) <= 30]).toEqual([3, true]);
});

it('an export has the overrides, and an import brings them back', async () => {
  const there = await series();
  await put(there, MONDAY, { startTs: MONDAY + 3 * HOUR, metadata: { a: 'b' } });
  await cancel(there, MONDAY + DAY);
  const lines = await exportOf(there.user.account.apiKey);
  const copy = await emptyCopy();
  expect(await importCopy(copy, copyOf(lines))).toBe(true);
  const before = await occurrencesOf(there);
  const { account } = there.user;
  const path = `/user/events/${there.id}/instances${query(week)}`;
  const imported = await account.call('GET', path, { env: { DB: copy } });
  expect(imported.body).toEqual({ event: await get(there), instances: before });
  expect(env.DB).not.toBe(copy);
  expect(await weekOf(there.user, there.calendarId, week)).toEqual({ [there.id]: before });
});

it('a feed says RECURRENCE-ID for an occurrence that differs; one of busy times says what is busy', async () => {
  const there = await series({ recurrence: { ...daily, count: 4 }, metadata: { title: 'Stand-up' } });
  const { user, calendarId } = there;
  await put(there, MONDAY, { startTs: MONDAY + 3 * HOUR, metadata: { title: 'Late' } });
  await put(there, MONDAY + DAY, { busy: false });
  await cancel(there, MONDAY + 2 * DAY);
  const textOf = async (path: string): Promise<string> =>
    (await user.account.call('GET', path, { now: MONDAY })).body.replaceAll('\r\n', '\n');
  const components = (text: string) =>
    text
      .split('BEGIN:VEVENT\n')
      .slice(1)
      .map((event) =>
        event.split('\n').filter((line) => /^(UID|DTSTART|EXDATE|RECURRENCE-ID|SUMMARY|TRANSP)/.test(line)),
      );
  const uid = `UID:${there.id}`;
  expect(components(await textOf(`/user/calendar/${calendarId}.ics`))).toEqual([
    [uid, 'DTSTART:20300107T090000Z', 'EXDATE:20300109T090000Z', 'TRANSP:OPAQUE', 'SUMMARY:Stand-up'],
    [uid, 'RECURRENCE-ID:20300107T090000Z', 'DTSTART:20300107T120000Z', 'TRANSP:OPAQUE', 'SUMMARY:Late'],
    [
      uid,
      'RECURRENCE-ID:20300108T090000Z',
      'DTSTART:20300108T090000Z',
      'TRANSP:TRANSPARENT',
      'SUMMARY:Stand-up',
    ],
  ]);
  const body = { detail: 'busy' };
  const { url } = (await user.account.call('POST', `/user/calendar/${calendarId}/feeds`, { body })).body;
  expect(components(await textOf(new URL(url).pathname.replace('/api/v1', '')))).toEqual([
    [
      uid,
      'DTSTART:20300107T090000Z',
      'EXDATE:20300108T090000Z,20300109T090000Z',
      'TRANSP:OPAQUE',
      'SUMMARY:Busy',
    ],
    [uid, 'RECURRENCE-ID:20300107T090000Z', 'DTSTART:20300107T120000Z', 'TRANSP:OPAQUE', 'SUMMARY:Busy'],
  ]);
});
