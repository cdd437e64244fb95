/** When an event takes place: local time across clock changes, the end of a series, the edges of a window. */
import { describe, expect, it } from 'vitest';
import type { Timespan } from '../../../src/sdk/types.ts';
import {
  between,
  byUser,
  changed,
  DAY,
  HOUR,
  instancesOf,
  made,
  ms,
  newUser,
  startsOf,
  weekOf,
} from '../../support/events.ts';

const daily = { freq: 'daily', interval: 1 };

/** The starts of a daily event in a zone, from its own route and its calendar's, which must agree. */
async function starts(zone: string, start: string, window: Timespan, more: object = {}): Promise<string[]> {
  const user = await newUser();
  const calendarId = await user.newCalendar(zone);
  const body = { calendarId, startTs: ms(start), duration: HOUR, recurrence: daily, ...more };
  const { id } = await made(user, body);
  const instances = await instancesOf(user, id, window);
  expect(await weekOf(user, calendarId, window)).toEqual(instances.length > 0 ? { [id]: instances } : {});
  expect((await byUser.instances(user, id, window)).body.instances).toEqual(instances);
  for (const { startTs, endTs, busy } of instances) expect([endTs - startTs, busy]).toEqual([HOUR, false]);
  return startsOf(instances);
}

describe('a recurring event keeps its local time when the clocks change', () => {
  it.each([
    [
      'Europe/Oslo, 09:00 in spring',
      'Europe/Oslo',
      '2024-03-29T08:00Z',
      '2024-03-30T08:00Z 2024-03-31T07:00Z 2024-04-01T07:00Z',
    ],
    [
      'Europe/Oslo, 09:00 in autumn',
      'Europe/Oslo',
      '2024-07-01T07:00Z',
      '2024-10-26T07:00Z 2024-10-27T08:00Z 2024-10-28T08:00Z',
    ],
    [
      'America/New_York, 09:00 in spring',
      'America/New_York',
      '2024-01-01T14:00Z',
      '2024-03-09T14:00Z 2024-03-10T13:00Z 2024-03-11T13:00Z',
    ],
    [
      'America/New_York, 09:00 in autumn',
      'America/New_York',
      '2023-08-01T13:00Z',
      '2024-11-02T13:00Z 2024-11-03T14:00Z 2024-11-04T14:00Z',
    ],
    [
      'Pacific/Auckland, 09:00 in autumn',
      'Pacific/Auckland',
      '2024-01-01T20:00Z',
      '2024-04-05T20:00Z 2024-04-06T21:00Z 2024-04-07T21:00Z',
    ],
    [
      'Pacific/Auckland, 09:00 in spring',
      'Pacific/Auckland',
      '2024-06-01T21:00Z',
      '2024-09-27T21:00Z 2024-09-28T20:00Z 2024-09-29T20:00Z',
    ],
    [
      'Australia/Sydney, 09:00 in autumn',
      'Australia/Sydney',
      '2024-01-01T22:00Z',
      '2024-04-05T22:00Z 2024-04-06T23:00Z 2024-04-07T23:00Z',
    ],
    [
      'Australia/Lord_Howe, 09:00 in autumn',
      'Australia/Lord_Howe',
      '2024-01-01T22:00Z',
      '2024-04-05T22:00Z 2024-04-06T22:30Z 2024-04-07T22:30Z',
    ],
    [
      'Australia/Lord_Howe, 09:00 in spring',
      'Australia/Lord_Howe',
      '2024-06-01T22:30Z',
      '2024-10-04T22:30Z 2024-10-05T22:00Z 2024-10-06T22:00Z',
    ],
    [
      '02:30 in a gap becomes 03:30',
      'Europe/Oslo',
      '2024-03-01T01:30Z',
      '2024-03-30T01:30Z 2024-03-31T01:30Z 2024-04-01T00:30Z',
    ],
    [
      '02:30 in a gap becomes 03:30 in New York',
      'America/New_York',
      '2024-03-01T07:30Z',
      '2024-03-09T07:30Z 2024-03-10T07:30Z 2024-03-11T06:30Z',
    ],
    [
      '02:15 in a gap of half an hour becomes 02:45',
      'Australia/Lord_Howe',
      '2024-08-31T15:45Z',
      '2024-10-04T15:45Z 2024-10-05T15:45Z 2024-10-06T15:15Z',
    ],
    [
      '02:30 in an overlap means its first pass',
      'Europe/Oslo',
      '2024-10-01T00:30Z',
      '2024-10-26T00:30Z 2024-10-27T00:30Z 2024-10-28T01:30Z',
    ],
    [
      '01:45 in an overlap of half an hour means its first pass',
      'Australia/Lord_Howe',
      '2024-03-01T14:45Z',
      '2024-04-05T14:45Z 2024-04-06T14:45Z 2024-04-07T15:15Z',
    ],
    [
      'the first instance keeps a start in the second pass',
      'Europe/Oslo',
      '2024-10-27T01:30Z',
      '2024-10-27T01:30Z 2024-10-28T01:30Z 2024-10-29T01:30Z',
    ],
  ])('%s', async (_, zone, start, expected) => {
    const [first = '', , last = ''] = expected.split(' ');
    const window = { startTs: ms(first), endTs: ms(last) + 1 };
    expect(await starts(zone, start, window)).toEqual(expected.split(' '));
  });

  it('an alias of a time zone has the rules of that zone', async () => {
    const window = between('2024-03-10T00:00Z', '2024-03-11T00:00Z');
    expect(await starts('US/Eastern', '2024-01-01T14:00Z', window)).toEqual(['2024-03-10T13:00Z']);
  });
});

describe('a series', () => {
  const start = '2024-01-01T09:00Z';
  const march = between('2024-01-01T00:00Z', '2024-03-01T00:00Z');
  const days = (n: number) =>
    startsOf(Array.from({ length: n }, (_, i) => ({ startTs: ms(start) + i * DAY, endTs: 0, busy: false })));

  it.each([
    ['takes place on its until', { until: ms(start) + 4 * DAY }, 5],
    ['ends before an instance a millisecond after its until', { until: ms(start) + 4 * DAY - 1 }, 4],
    ['takes place once if its until equals its start', { until: ms(start) }, 1],
    ['ends after its count', { count: 5 }, 5],
    ['ends after its count if that comes before the until', { count: 3, until: ms(start) + 4 * DAY }, 3],
    ['ends at its until if that comes before the count', { count: 30, until: ms(start) + 4 * DAY }, 5],
  ])('%s', async (_, end, n) => {
    expect(await starts('UTC', start, march, { recurrence: { ...daily, ...end } })).toEqual(days(n));
  });

  it('goes on until 2200 without count and until', async () => {
    const window = between('2199-12-30T00:00Z', '2200-01-02T00:00Z');
    const expected = ['2199-12-30T09:00Z', '2199-12-31T09:00Z', '2200-01-01T09:00Z'];
    expect(await starts('UTC', start, window)).toEqual(expected);
  });

  it('omits exdates, by their exact instants, after counting', async () => {
    const user = await newUser();
    const calendarId = await user.newCalendar('Europe/Oslo');
    const recurrence = { ...daily, count: 5 };
    const { id } = await made(user, { calendarId, startTs: ms(start), duration: 0, recurrence });
    const exdates = [1, 3].map((n) => ms(start) + n * DAY);
    await changed(user, id, { exdates: [...exdates, ms(start) + 2 * DAY + 1] });
    const left = [0, 2, 4].map((n) => days(5)[n]);
    expect(startsOf(await instancesOf(user, id, march))).toEqual(left);
    expect(startsOf((await weekOf(user, calendarId, march))[id] ?? [])).toEqual(left);
    await changed(user, id, { exdates: [0, 1, 2, 3, 4].map((n) => ms(start) + n * DAY) });
    expect(await weekOf(user, calendarId, march)).toEqual({});
  });

  it('does not take place at a start that its rule does not match', async () => {
    const recurrence = { freq: 'weekly', interval: 1, byweekday: ['Tue'], count: 2 };
    const expected = ['2024-01-02T09:00Z', '2024-01-09T09:00Z'];
    expect(await starts('UTC', start, march, { recurrence })).toEqual(expected);
  });
});

describe('a window contains an event that overlaps it', () => {
  const window = between('2024-05-06T00:00Z', '2024-05-13T00:00Z');
  const { startTs: W, endTs: E } = window;
  const cases: [string, start: number, duration: number, isIn: boolean][] = [
    ['the event crosses the start', W - HOUR, 2 * HOUR, true],
    ['the event crosses the end', E - HOUR, 2 * HOUR, true],
    ['the event covers the whole window', W - DAY, 30 * DAY, true],
    ['the event is exactly the window', W, E - W, true],
    ['the event ends exactly at the start', W - HOUR, HOUR, false],
    ['the event ends a millisecond after the start', W - HOUR, HOUR + 1, true],
    ['the event starts exactly at the end', E, HOUR, false],
    ['the event starts a millisecond before the end', E - 1, HOUR, true],
    ['the event has no duration, at the start', W, 0, true],
    ['the event has no duration, before the start', W - 1, 0, false],
    ['the event has no duration, before the end', E - 1, 0, true],
    ['the event has no duration, at the end', E, 0, false],
    ['the event of 366 days ends a millisecond after the start', W - 366 * DAY + 1, 366 * DAY, true],
    ['the event of 366 days ends at the start', W - 366 * DAY, 366 * DAY, false],
    ['the event of 366 days starts a millisecond before the end', E - 1, 366 * DAY, true],
  ];

  it.each(cases)('%s', async (_, startTs, duration, isIn) => {
    const user = await newUser();
    const calendarId = await user.newCalendar('America/New_York');
    const expected = isIn
      ? [{ startTs, endTs: startTs + duration, busy: true, originalStartTs: startTs }]
      : [];
    const recurrences = [null, { freq: 'yearly', interval: 10_000 }, { ...daily, count: 1 }];
    for (const recurrence of [...recurrences, { ...daily, until: startTs }]) {
      const { id } = await made(user, { calendarId, startTs, duration, busy: true, recurrence });
      expect(await instancesOf(user, id, window)).toEqual(expected);
      expect((await weekOf(user, calendarId, window))[id]).toEqual(isIn ? expected : undefined);
    }
  });

  it('a series that overlaps itself returns every instance in progress', async () => {
    const user = await newUser();
    const calendarId = await user.newCalendar();
    const recurrence = { ...daily, count: 400 };
    const { id } = await made(user, { calendarId, startTs: W - 365 * DAY, duration: 366 * DAY, recurrence });
    const instances = await instancesOf(user, id, window);
    expect(instances.map(({ startTs }) => startTs)).toEqual(
      Array.from({ length: 365 + 7 }, (_, i) => W - 365 * DAY + i * DAY),
    );
    expect(await weekOf(user, calendarId, window)).toEqual({ [id]: instances });
  });
});
