/** A calendar whose time zone or week start changes: its series follow, and none is lost. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Recurrence } from '../../../src/sdk/types.ts';
import type { User } from '../../support/client.ts';
import {
  between,
  byAccount,
  byId,
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
import { series } from '../../time/arbitraries.ts';

const changeSettings = async (user: User, calendar: string, settings: object) => {
  const reply = await user.account.call('PUT', `/user/calendar/${calendar}`, { body: { settings } });
  expect(reply.status).toBe(200);
};

it('a series keeps its local time in the new zone, from the instant of its start', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('Europe/Oslo');
  const recurrence = { freq: 'weekly', interval: 1, byweekday: ['Mon'] };
  const { id } = await made(user, {
    calendarId,
    startTs: ms('2024-03-04T08:00Z'),
    duration: HOUR,
    recurrence,
  });
  const window = between('2024-03-04T00:00Z', '2024-04-09T00:00Z');
  const inOslo = ['03-04T08', '03-11T08', '03-18T08', '03-25T08', '04-01T07', '04-08T07'];
  const inNewYork = ['03-04T08', '03-11T07', '03-18T07', '03-25T07', '04-01T07', '04-08T07']; // 03:00
  const inTokyo = ['03-04T08', '03-11T08', '03-18T08', '03-25T08', '04-01T08', '04-08T08']; // 17:00
  for (const [timezone, hours] of [
    ['Europe/Oslo', inOslo],
    ['America/New_York', inNewYork],
    ['Asia/Tokyo', inTokyo],
    ['Europe/Oslo', inOslo],
  ] as const) {
    await changeSettings(user, calendarId, { timezone });
    const expected = hours.map((hour) => `2024-${hour}:00Z`);
    expect(startsOf(await instancesOf(user, id, window))).toEqual(expected);
    expect(startsOf((await weekOf(user, calendarId, window))[id] ?? [])).toEqual(expected);
  }
});

it('a weekday rule follows the new zone', async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('UTC');
  const recurrence = { freq: 'weekly', interval: 1, byweekday: ['Mon'] };
  // Monday at 23:00 in UTC is Tuesday at 13:00 in Kiritimati.
  const { id } = await made(user, {
    calendarId,
    startTs: ms('2024-03-04T23:00Z'),
    duration: HOUR,
    recurrence,
  });
  const window = between('2024-03-04T00:00Z', '2024-03-19T00:00Z');
  const starts = async () => startsOf(await instancesOf(user, id, window));
  expect(await starts()).toEqual(['2024-03-04T23:00Z', '2024-03-11T23:00Z', '2024-03-18T23:00Z']);
  await changeSettings(user, calendarId, { timezone: 'Pacific/Kiritimati' });
  expect(await starts()).toEqual(['2024-03-10T23:00Z', '2024-03-17T23:00Z']);
});

it("a biweekly series counts weeks from the calendar's weekStart", async () => {
  const user = await newUser();
  const calendarId = await user.newCalendar('UTC');
  // The WKST example of RFC 5545, on Tuesday, 5 August 1997.
  const recurrence = { freq: 'weekly', interval: 2, count: 4, byweekday: ['Tue', 'Sun'] };
  const { id } = await made(user, {
    calendarId,
    startTs: ms('1997-08-05T13:00Z'),
    duration: HOUR,
    recurrence,
  });
  const window = between('1997-08-01T00:00Z', '1997-10-01T00:00Z');
  for (const [weekStart, days] of [
    ['Mon', ['05', '10', '19', '24']],
    ['Sun', ['05', '17', '19', '31']],
    ['Mon', ['05', '10', '19', '24']],
  ] as const) {
    await changeSettings(user, calendarId, { weekStart });
    const expected = days.map((day) => `1997-08-${day}T13:00Z`);
    expect(startsOf(await instancesOf(user, id, window))).toEqual(expected);
    expect(startsOf((await weekOf(user, calendarId, window))[id] ?? [])).toEqual(expected);
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
    const until = recurrence?.until === undefined ? {} : { until: recurrence.until - startTs + start };
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
