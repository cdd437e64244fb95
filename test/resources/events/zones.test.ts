/** Events carry their own time zone and week start: a calendar's are for what is made from then on. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Recurrence } from '../../../src/sdk/types.ts';
import type { Reply, User } from '../../support/client.ts';
import {
  between,
  byAccount,
  byId,
  byUser,
  changed,
  DAY,
  HOUR,
  instancesOf,
  made,
  ms,
  newUser,
  occurs,
  startsOf,
  weekOf,
} from '../../support/events.ts';
import { expectProblem } from '../../support/problem.ts';
import { series } from '../../time/arbitraries.ts';

const changeSettings = async (user: User, calendar: string, settings: object) => {
  const reply = await user.account.call('PUT', `/user/calendar/${calendar}`, { body: { settings } });
  expect(reply.status).toBe(200);
};

const weekly = { freq: 'weekly', interval: 1, byweekday: ['Mon'] };
const starting = (hours: readonly string[]) => hours.map((hour) => `2024-${hour}:00Z`);
const inOslo = ['03-04T08', '03-11T08', '03-18T08', '03-25T08', '04-01T07', '04-08T07'];
const inNewYork = ['03-04T08', '03-11T07', '03-18T07', '03-25T07', '04-01T07', '04-08T07']; // 03:00
const window = between('2024-03-04T00:00Z', '2024-04-09T00:00Z');

it('a series keeps its zone whatever its calendar becomes, and a later one has the zone of that moment', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('Europe/Oslo');
  const body = { calendarId, startTs: ms('2024-03-04T08:00Z'), duration: HOUR, recurrence: weekly };
  const { id, timezone } = await made(user, body);
  expect(timezone).toBe('Europe/Oslo');
  for (const timezone of ['America/New_York', 'Asia/Tokyo', 'America/New_York']) {
    await changeSettings(user, calendarId, { timezone });
    expect(startsOf(await instancesOf(user, id, window))).toEqual(starting(inOslo));
    expect(startsOf((await weekOf(user, calendarId, window))[id] ?? [])).toEqual(starting(inOslo));
  }
  const later = await made(user, body);
  expect(later.timezone).toBe('America/New_York');
  expect(startsOf(await instancesOf(user, later.id, window))).toEqual(starting(inNewYork));
});

it('a series repeats on the clock of the zone that it names, and of the one that an update names', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('Asia/Tokyo');
  const body = { calendarId, startTs: ms('2024-03-04T08:00Z'), duration: HOUR, recurrence: weekly };
  const { id } = await made(user, { ...body, timezone: 'Europe/Oslo' });
  expect(startsOf(await instancesOf(user, id, window))).toEqual(starting(inOslo));
  expect((await changed(user, id, { timezone: 'America/New_York' })).timezone).toBe('America/New_York');
  expect(startsOf(await instancesOf(user, id, window))).toEqual(starting(inNewYork));
  expect(startsOf((await weekOf(user, calendarId, window))[id] ?? [])).toEqual(starting(inNewYork));
});

it('an event without a zone, as the release before this one makes it, keeps the first that its calendar had', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('Europe/Oslo');
  const body = { calendarId, startTs: ms('2024-03-04T08:00Z'), duration: HOUR, recurrence: weekly };
  const { id } = await made(user, body);
  await env.DB.prepare(
    `UPDATE events SET timezone = NULL, recurrence = json_remove(recurrence, '$.weekStart') WHERE id = ?`,
  )
    .bind(id)
    .run();
  for (const timezone of ['America/New_York', 'Asia/Tokyo']) {
    await changeSettings(user, calendarId, { timezone, weekStart: 'Sun' });
    const week = { startTs: window.startTs, endTs: window.endTs };
    expect(startsOf(await instancesOf(user, id, week))).toEqual(starting(inOslo));
    expect(startsOf((await weekOf(user, calendarId, week))[id] ?? [])).toEqual(starting(inOslo));
    const { event } = (await byUser.event(user, 'GET', id)).body;
    expect(event).toMatchObject({ timezone: 'Europe/Oslo', recurrence: { ...weekly, weekStart: 'Mon' } });
  }
});

it("a biweekly series counts weeks from its own weekStart, or from its calendar's of that moment", async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('UTC');
  // The WKST example of RFC 5545, on Tuesday, 5 August 1997.
  const recurrence = { freq: 'weekly', interval: 2, count: 4, byweekday: ['Tue', 'Sun'] };
  const body = { calendarId, startTs: ms('1997-08-05T13:00Z'), duration: HOUR };
  const august = between('1997-08-01T00:00Z', '1997-10-01T00:00Z');
  const days = { Mon: ['05', '10', '19', '24'], Sun: ['05', '17', '19', '31'] };
  const startsIn = (weekStart: 'Mon' | 'Sun') => days[weekStart].map((day) => `1997-08-${day}T13:00Z`);
  const first = await made(user, { ...body, recurrence });
  for (const weekStart of ['Sun', 'Mon'] as const) {
    await changeSettings(user, calendarId, { weekStart });
    const other = weekStart === 'Sun' ? 'Mon' : 'Sun';
    for (const [one, expected] of [
      [first, 'Mon'],
      [await made(user, { ...body, recurrence }), weekStart],
      [await made(user, { ...body, recurrence: { ...recurrence, weekStart: other } }), other],
    ] as const) {
      expect(one.recurrence?.weekStart).toBe(expected);
      expect(startsOf(await instancesOf(user, one.id, august))).toEqual(startsIn(expected));
    }
    const single = await made(user, body);
    expect((await changed(user, single.id, { recurrence })).recurrence?.weekStart).toBe(weekStart);
  }
});

it('exceptions follow a series that changes its zone, and an override has the zone of its series', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('Europe/Oslo');
  const startTs = ms('2024-03-04T08:00Z');
  const { id } = await made(user, { calendarId, startTs, duration: HOUR, recurrence: weekly });
  await changeSettings(user, calendarId, { timezone: 'America/New_York', weekStart: 'Sun' });
  const summer = ms('2024-04-01T07:00Z');
  const put = (original: number, body: object) =>
    byAccount.event(user, 'PUT', `${id}/instances/${original}`, { body });
  await byAccount.event(user, 'DELETE', `${id}/instances/${summer}`);
  await put(summer + 7 * DAY, { metadata: { one: 'yes' } });
  await put(summer + 14 * DAY, { startTs: summer + 15 * DAY });
  const zones = () => {
    const statement = 'SELECT timezone, count(*) AS n FROM events WHERE account_id = ? GROUP BY 1 ORDER BY 1';
    return env.DB.prepare(statement).bind(user.account.id).raw();
  };
  expect(await zones()).toEqual([['Europe/Oslo', 3]]);

  // No clock changes in Tokyo, so the occurrences of the summer are an hour later.
  const moved = await changed(user, id, { timezone: 'Asia/Tokyo' });
  expect(moved).toMatchObject({ exdates: [summer + HOUR], recurrence: { weekStart: 'Mon' } });
  expect(await zones()).toEqual([['Asia/Tokyo', 3]]);
  const april = between('2024-04-01T00:00Z', '2024-04-20T00:00Z');
  const overrides = [
    { originalStartTs: summer + 7 * DAY + HOUR, startTs: summer + 7 * DAY + HOUR, metadata: { one: 'yes' } },
    { originalStartTs: summer + 14 * DAY + HOUR, startTs: summer + 15 * DAY },
  ];
  expect((await byAccount.instances(user, id, april)).body.instances).toMatchObject(overrides);

  // The same of the part that follows, whose new rule has the week start of its calendar.
  const body = { originalStartTs: summer - 7 * DAY + HOUR, timezone: 'Europe/Oslo', recurrence: weekly };
  const { event, following } = (await byAccount.event(user, 'POST', `${id}/split`, { body })).body;
  expect([event.timezone, event.recurrence.weekStart]).toEqual(['Asia/Tokyo', 'Mon']);
  expect(following).toMatchObject({ timezone: 'Europe/Oslo', recurrence: { weekStart: 'Sun' } });
  expect(following.exdates).toEqual([summer]);
  expect((await byAccount.event(user, 'GET', following.id)).body.event).toEqual(following);
  expect(await zones()).toEqual([
    ['Asia/Tokyo', 1],
    ['Europe/Oslo', 3],
  ]);
});

const fieldsOf = (reply: Reply) => {
  expectProblem(reply, 'input-invalid');
  return reply.problem?.errors?.map(({ path }) => path);
};

it('a zone and a week start that do not exist are refused', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const body = { calendarId, startTs: 0, duration: HOUR };
  const { id } = await made(user, body);
  for (const [bad, path] of [
    [{ timezone: 'Mars/Base' }, 'timezone'],
    [{ timezone: '+01:00' }, 'timezone'],
    [{ recurrence: { ...weekly, weekStart: 'Monday' } }, 'recurrence.weekStart'],
  ] as const) {
    expect(fieldsOf(await byUser.create(user, { ...body, ...bad }))).toEqual([path]);
    expect(fieldsOf(await byUser.event(user, 'PUT', id, { body: bad }))).toEqual([path]);
  }
});

/** Series that end, in 2024 and 2025. */
const ending = fc
  .sample(
    series.filter(({ recurrence }) => Boolean(recurrence?.count ?? recurrence?.until)),
    { numRuns: 60, seed: 11 },
  )
  .map(({ startTs, duration, recurrence, ...rest }, i) => {
    const start = Date.UTC(2024, 0, 1) + (startTs % (365 * DAY));
    const until =
      recurrence?.until === undefined ? {} : { until: Number(recurrence.until) - startTs + start };
    const length = i % 3 === 0 ? 0 : duration % (2 * DAY);
    return {
      ...rest,
      startTs: start,
      duration: length,
      recurrence: { ...(recurrence as Recurrence), interval: 1, ...until },
    };
  })
  .filter(occurs);

it.each(['Pacific/Kiritimati', 'America/Adak', 'Etc/GMT+12'])(
  'a calendar that moves to %s keeps every event',
  { timeout: 120_000 },
  async (timezone) => {
    const user = await newUser();
    const [origin, other] = ['Pacific/Kiritimati', 'Etc/GMT+12'].filter((zone) => zone !== timezone);
    const calendarId = await user.newCalendar(origin ?? other ?? 'UTC');
    const ids: string[] = [];
    for (const body of ending) ids.push((await made(user, { calendarId, ...body })).id);
    await changeSettings(user, calendarId, { timezone, weekStart: 'Thu' });
    let last = 0;
    for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2026, 6, 1); at += 62 * DAY) {
      const window = { startTs: at, endTs: at + 62 * DAY };
      const each: { event: { id: string }; instances: Awaited<ReturnType<typeof instancesOf>> }[] = [];
      for (const id of ids) {
        const instances = await instancesOf(user, id, window);
        if (instances.length > 0) each.push({ event: { id }, instances });
      }
      expect(await weekOf(user, calendarId, window)).toEqual(byId(each));
      for (const { event, instances } of each) {
        // A window of one millisecond at the last instance, which a bound that is too early would miss.
        const startTs = instances.at(-1)?.startTs ?? 0;
        const { events } = (await byAccount.week(user, calendarId, { startTs, endTs: startTs + 1 })).body;
        expect(events.map(({ event }: { event: { id: string } }) => event.id)).toContain(event.id);
        last = Math.max(last, startTs);
      }
    }
    expect(last).toBeGreaterThan(Date.UTC(2025, 0, 1));
  },
);
