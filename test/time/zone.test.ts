import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstAt, isTimeZone, lastAt, toInstant, toLocal } from '../../src/time/zone.ts';
import { instant, zone } from './arbitraries.ts';
import names from './zones.json' with { type: 'json' };

const iso = (ms: number) => new Date(ms).toISOString().replace(/:00\.000Z$|Z$/, '');
const local = (text: string) => Date.parse(`${text}Z`);
const instantOf = (zone: string, text: string) => `${iso(toInstant(zone, local(text)))}Z`;

test('isTimeZone accepts every name of the tz database', () => {
  expect(names.length).toBeGreaterThan(590);
  expect(names.filter((name) => !isTimeZone(name))).toEqual([]);
});

test.each([
  'Asia/Calcutta',
  'Asia/Kolkata',
  'UTC',
  'US/Pacific',
  'EST5EDT',
  'Etc/GMT+5',
  'Etc/GMT-14',
  'GMT0',
  'Europe/Kyiv',
])('isTimeZone accepts %s', (name) => {
  expect(isTimeZone(name)).toBe(true);
});

test.each([
  ['an offset', '+01:00'],
  ['an offset without a colon', '-0330'],
  ['another letter case', 'europe/oslo'],
  ['another letter case', 'utc'],
  ['a name that only ICU has', 'PST'],
  ['a name that only ICU has', 'ACT'],
  ['a name that only ICU has', 'SystemV/PST8'],
  ['the placeholder of the tz database', 'Factory'],
  ['another file of the tz database', 'localtime'],
  ['an area', 'Europe'],
  ['an area', 'Etc/'],
  ['an area with a name of another area', 'US/Oslo'],
  ['an empty text', ''],
  ['a space', ' '],
  ['a name with a space', 'Europe/Oslo '],
  ['a member of Object', 'constructor'],
  ['an invented name', 'Mars/Olympus'],
])('isTimeZone rejects %s: %j', (_, name) => {
  expect(isTimeZone(name)).toBe(false);
});

test('an unknown zone throws', () => {
  expect(() => toLocal('Mars/Olympus', 0)).toThrow(RangeError);
  expect(() => toInstant('Mars/Olympus', 0)).toThrow(RangeError);
});

test('a time in a gap takes the offset from before it', () => {
  expect(instantOf('Europe/Oslo', '2026-03-29T01:59')).toBe('2026-03-29T00:59Z');
  expect(instantOf('Europe/Oslo', '2026-03-29T02:00')).toBe('2026-03-29T01:00Z');
  expect(instantOf('Europe/Oslo', '2026-03-29T02:30')).toBe('2026-03-29T01:30Z');
  expect(iso(toLocal('Europe/Oslo', toInstant('Europe/Oslo', local('2026-03-29T02:30'))))).toBe(
    '2026-03-29T03:30',
  );
  expect(instantOf('Europe/Oslo', '2026-03-29T03:00')).toBe('2026-03-29T01:00Z');
});

test('a time in an overlap is the first pass', () => {
  expect(instantOf('Europe/Oslo', '2026-10-25T01:59')).toBe('2026-10-24T23:59Z');
  expect(instantOf('Europe/Oslo', '2026-10-25T02:00')).toBe('2026-10-25T00:00Z');
  expect(instantOf('Europe/Oslo', '2026-10-25T02:59:59.999')).toBe('2026-10-25T00:59:59.999Z');
  expect(instantOf('Europe/Oslo', '2026-10-25T03:00')).toBe('2026-10-25T02:00Z');
});

test('the last millisecond before a change has the old offset', () => {
  const change = Date.UTC(2026, 2, 29, 1);
  expect(iso(toLocal('Europe/Oslo', change - 1))).toBe('2026-03-29T01:59:59.999');
  expect(iso(toLocal('Europe/Oslo', change))).toBe('2026-03-29T03:00');
});

test('Lord Howe changes its clocks by half an hour', () => {
  expect(instantOf('Australia/Lord_Howe', '2024-10-06T02:15')).toBe('2024-10-05T15:45Z');
  expect(iso(toLocal('Australia/Lord_Howe', Date.UTC(2024, 9, 5, 15, 45)))).toBe('2024-10-06T02:45');
  expect(instantOf('Australia/Lord_Howe', '2024-04-07T01:45')).toBe('2024-04-06T14:45Z');
  expect(instantOf('Australia/Lord_Howe', '2024-04-07T02:00')).toBe('2024-04-06T15:30Z');
});

test('23:30 occurs twice in St. Johns, where clocks went back over midnight', () => {
  const [first, second] = [Date.UTC(2006, 9, 29, 2, 0), Date.UTC(2006, 9, 29, 3, 0)];
  expect(iso(toLocal('America/St_Johns', first))).toBe('2006-10-28T23:30');
  expect(iso(toLocal('America/St_Johns', second))).toBe('2006-10-28T23:30');
  expect(toInstant('America/St_Johns', local('2006-10-28T23:30'))).toBe(first);
});

test('times on 30 December 2011, which Apia skipped, equal those of the next day', () => {
  expect(instantOf('Pacific/Apia', '2011-12-29T09:00')).toBe('2011-12-29T19:00Z');
  expect(instantOf('Pacific/Apia', '2011-12-30T09:00')).toBe('2011-12-30T19:00Z');
  expect(instantOf('Pacific/Apia', '2011-12-31T09:00')).toBe('2011-12-30T19:00Z');
});

test.each([
  [
    'a time without a clock change',
    'Asia/Kathmandu',
    '2024-05-01T00:00',
    '2024-04-30T18:15Z',
    '2024-04-30T18:15Z',
  ],
  ['a time in a gap', 'Europe/Oslo', '2026-03-29T02:30', '2026-03-29T01:00Z', '2026-03-29T01:00Z'],
  ['the start of a gap', 'Europe/Oslo', '2026-03-29T02:00', '2026-03-29T01:00Z', '2026-03-29T01:00Z'],
  ['the end of a gap', 'Europe/Oslo', '2026-03-29T03:00', '2026-03-29T01:00Z', '2026-03-29T01:00Z'],
  ['a time in an overlap', 'Europe/Oslo', '2026-10-25T02:30', '2026-10-25T00:30Z', '2026-10-25T01:30Z'],
  ['the start of an overlap', 'Europe/Oslo', '2026-10-25T02:00', '2026-10-25T00:00Z', '2026-10-25T00:00Z'],
  ['the end of an overlap', 'Europe/Oslo', '2026-10-25T03:00', '2026-10-25T02:00Z', '2026-10-25T02:00Z'],
  ['a gap at midnight', 'Africa/Cairo', '2024-04-26T00:00', '2024-04-25T22:00Z', '2024-04-25T22:00Z'],
  ['a gap at midnight', 'Asia/Beirut', '2024-03-31T00:00', '2024-03-30T22:00Z', '2024-03-30T22:00Z'],
  [
    'a clock that goes back at midnight',
    'Africa/Cairo',
    '2024-11-01T00:00',
    '2024-10-31T22:00Z',
    '2024-10-31T22:00Z',
  ],
  [
    'a date whose first hour repeats',
    'America/Havana',
    '2024-11-03T00:00',
    '2024-11-03T04:00Z',
    '2024-11-03T04:00Z',
  ],
  [
    'a date that begins twice',
    'America/St_Johns',
    '2006-10-29T00:00',
    '2006-10-29T02:30Z',
    '2006-10-29T03:30Z',
  ],
  [
    'a date that begins twice, three hours apart',
    'Antarctica/Casey',
    '2010-03-05T00:00',
    '2010-03-04T13:00Z',
    '2010-03-04T16:00Z',
  ],
  ['a skipped date', 'Pacific/Apia', '2011-12-30T00:00', '2011-12-30T10:00Z', '2011-12-30T10:00Z'],
  ['noon of a skipped date', 'Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00Z', '2011-12-30T10:00Z'],
  [
    'the date after a skipped one',
    'Pacific/Apia',
    '2011-12-31T00:00',
    '2011-12-30T10:00Z',
    '2011-12-30T10:00Z',
  ],
  ['another skipped date', 'Pacific/Kwajalein', '1993-08-21T18:00', '1993-08-21T12:00Z', '1993-08-21T12:00Z'],
])('firstAt and lastAt of %s: %s %s', (_, zone, text, first, last) => {
  expect(`${iso(firstAt(zone, local(text)))}Z`).toBe(first);
  expect(`${iso(lastAt(zone, local(text)))}Z`).toBe(last);
});

test('every local time before firstAt is earlier, and none from lastAt on', () => {
  const half = 1_800_000;
  fc.assert(
    fc.property(zone, instant, (zone, instant) => {
      const wanted = Math.floor(toLocal(zone, instant) / half) * half;
      const [first, last] = [firstAt(zone, wanted), lastAt(zone, wanted)];
      expect(toLocal(zone, first)).toBeGreaterThanOrEqual(wanted);
      expect(toLocal(zone, last)).toBeGreaterThanOrEqual(wanted);
      expect(toLocal(zone, first - 1)).toBeLessThan(wanted);
      expect(toLocal(zone, last - 1)).toBeLessThan(first === last ? wanted : wanted + 1);
      for (let step = 0; step < 60; step++) {
        expect(toLocal(zone, first - 1 - step * half)).toBeLessThan(wanted);
        expect(toLocal(zone, last + step * half)).toBeGreaterThanOrEqual(wanted);
      }
    }),
  );
});

test('firstAt and lastAt equal a search minute by minute around clock changes', () => {
  const minute = 60_000;
  for (const [zone, day] of [
    ['Africa/Cairo', '2024-04-26'],
    ['Africa/Cairo', '2024-11-01'],
    ['America/Havana', '2024-11-03'],
    ['America/St_Johns', '2006-10-29'],
    ['America/St_Johns', '2006-04-02'],
    ['Antarctica/Casey', '2010-03-05'],
    ['Australia/Lord_Howe', '2024-04-07'],
    ['Australia/Lord_Howe', '2024-10-06'],
    ['Europe/Oslo', '2024-03-31'],
    ['Pacific/Apia', '2011-12-30'],
    ['Antarctica/Troll', '2012-03-25'], // a gap across two buckets of zone.ts
  ] as const) {
    const noon = local(`${day}T12:00`);
    const shown: [instant: number, local: number][] = [];
    for (let at = noon - 3 * 864e5; at < noon + 3 * 864e5; at += minute) shown.push([at, toLocal(zone, at)]);
    for (let wanted = noon - 864e5; wanted < noon + 864e5; wanted += 5 * minute) {
      const first = shown.find(([, local]) => local >= wanted)?.[0];
      const last = (shown.findLast(([, local]) => local < wanted)?.[0] ?? 0) + minute;
      expect([zone, iso(wanted), firstAt(zone, wanted), lastAt(zone, wanted)]).toEqual([
        zone,
        iso(wanted),
        first,
        last,
      ]);
    }
  }
});

test('summer time continues in the far future', () => {
  expect(instantOf('Europe/Oslo', '2299-01-01T12:00')).toBe('2299-01-01T11:00Z');
  expect(instantOf('Europe/Oslo', '2299-07-01T12:00')).toBe('2299-07-01T10:00Z');
});

test('toLocal equals the local time of Intl', () => {
  fc.assert(
    fc.property(zone, instant, (zone, instant) => {
      const shown = new Date(instant).toLocaleString('sv-SE', { timeZone: zone });
      expect(iso(Math.floor(toLocal(zone, instant) / 1000) * 1000)).toBe(iso(local(shown.replace(' ', 'T'))));
      expect((toLocal(zone, instant) - instant) % 1000).toBeCloseTo(0);
    }),
  );
});

test('toInstant returns the first instant with a local time', () => {
  fc.assert(
    fc.property(zone, instant, (zone, instant) => {
      const local = toLocal(zone, instant);
      const back = toInstant(zone, local);
      expect(back).toBeLessThanOrEqual(instant);
      expect(toLocal(zone, back)).toBe(local);
    }),
    { numRuns: 1000 },
  );
});

test('results stay the same with more zones and instants than the caches keep', () => {
  const noon = Date.UTC(2026, 6, 1, 12);
  const before = names.map((name) => toLocal(name, noon));
  for (let day = 0; day < 10_000; day++) toLocal('Europe/Oslo', day * 864e5);
  expect(names.map((name) => toLocal(name, noon))).toEqual(before);
  expect(iso(toLocal('Europe/Oslo', noon))).toBe('2026-07-01T14:00');
});
