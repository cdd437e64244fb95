/** The grid of a date is on the wall clock, however the clock changes on it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gridOf, windowOf } from '../../src/slots/grid.ts';
import type { Host } from '../../src/slots/host.ts';
import { openings } from '../../src/slots/openings.ts';
import { bookingSlots } from '../../src/slots/slots.ts';
import { parseDate } from '../../src/time/dates.ts';
import { isTimeZone } from '../../src/time/zone.ts';
import { DAY, dates, HOUR, MINUTE } from './arbitraries.ts';
import { walkedGrid } from './walked-grid.ts';

const dayOf = (date: string) => parseDate(date) ?? Number.NaN;

function startsOf(zone: string, day: number, interval: number): number[] {
  return gridOf(zone, day, interval).flatMap(({ start, end }) =>
    Array.from({ length: Math.ceil((end - start) / interval) }, (_, i) => start + i * interval),
  );
}

/** The local times of a grid. */
function shown(zone: string, date: string, interval: number): string[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'medium' });
  return startsOf(zone, dayOf(date), interval).map((start) => format.format(start).replace(/:00$/, ''));
}

const everyTwoHours = '00:00 02:00 04:00 06:00 08:00 10:00 12:00 14:00 16:00 18:00 20:00 22:00';

test.each([
  ['a date without a change', 'Europe/Oslo', '2024-04-07', 120, everyTwoHours],
  ['a start in a gap', 'Europe/Oslo', '2024-03-31', 120, everyTwoHours.replace(' 02:00', '')],
  ['a gap between two starts', 'America/New_York', '2024-03-10', 90, /^00:00 01:30 03:00 04:30 .* 22:30$/],
  ['a start in an overlap', 'Europe/Oslo', '2024-10-27', 120, everyTwoHours.replace('02:00', '02:00 02:00')],
  ['an overlap between two starts', 'America/New_York', '2024-11-03', 120, everyTwoHours],
  [
    'all starts in an overlap',
    'Europe/Oslo',
    '2024-10-27',
    45,
    /^00:00 00:45 01:30 02:15 02:15 03:00 03:45 /,
  ],
  [
    'an overlap of half an hour',
    'Australia/Lord_Howe',
    '2024-04-07',
    20,
    /^.* 01:20 01:40 01:40 02:00 02:20 /,
  ],
  ['a gap of half an hour', 'Australia/Lord_Howe', '2024-10-06', 20, /^.* 01:20 01:40 02:40 03:00 /],
  ['no midnight', 'America/Sao_Paulo', '2018-11-04', 120, everyTwoHours.replace('00:00 ', '')],
  [
    'no midnight, and steps of an hour and a half',
    'Africa/Cairo',
    '2024-04-26',
    90,
    /^01:30 03:00 .* 22:30$/,
  ],
  ['the last hour twice', 'Africa/Cairo', '2024-10-31', 60, /^00:00 01:00 .* 22:00 23:00 23:00$/],
  ['the date left and entered again', 'America/St_Johns', '2006-10-28', 20, /^.* 23:20 23:40 23:20 23:40$/],
  ['midnight twice', 'America/St_Johns', '2006-10-29', 120, everyTwoHours.replace('00:00', '00:00 00:00')],
  ['a date that the zone skips', 'Pacific/Apia', '2011-12-30', 120, ''],
  ['the date after it', 'Pacific/Apia', '2011-12-31', 120, everyTwoHours],
  ['an offset with seconds', 'Africa/Monrovia', '1972-01-06', 120, everyTwoHours],
  ['a gap of 44 minutes 30 seconds', 'Africa/Monrovia', '1972-01-07', 10, /^00:50 01:00 .* 23:50$/],
])('%s: %s %s, every %i minutes', (_, zone, date, minutes, expected) => {
  const times = shown(zone, date, minutes * MINUTE).join(' ');
  if (typeof expected === 'string') expect(times).toBe(expected);
  else expect(times).toMatch(expected);
});

const zones = Intl.supportedValuesOf('timeZone').filter(isTimeZone);
const anyDate = fc.record({
  zone: fc.constantFrom(...zones),
  day: fc.integer({ min: 0, max: dayOf('2199-12-31') }),
});
const nearChange = fc
  .record({ at: fc.constantFrom(...dates), off: fc.integer({ min: -1, max: 1 }) })
  .map(({ at: [zone, date], off }) => ({ zone, day: dayOf(date) + off }));
const interval = fc.oneof(
  fc.integer({ min: 1, max: 24 }).map((fives) => fives * 5 * MINUTE),
  fc.integer({ min: 5 * MINUTE, max: 2 * HOUR }),
);

test('the grid has exactly the instants that a walk through the date finds', () => {
  fc.assert(
    fc.property(nearChange, interval, ({ zone, day }, interval) => {
      expect(startsOf(zone, day, interval)).toEqual(walkedGrid(zone, day, interval));
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(anyDate, interval, ({ zone, day }, interval) => {
      expect(startsOf(zone, day, interval)).toEqual(walkedGrid(zone, day, interval));
    }),
    { numRuns: 30 },
  );
});

const always: Host = {
  id: 'a',
  availability: [{ start: -DAY, end: dayOf('2300-01-01') * DAY }],
  busy: [],
  bookings: [],
  bufferBefore: 0,
  bufferAfter: 0,
  earliest: -DAY,
  latest: null,
};

test.each(['2030-03-31', '2030-10-27'])(
  'opening hours after the change have the slots of any Sunday: %s',
  (date) => {
    const zone = 'Europe/Oslo';
    const time = (hours: number, minutes = 0) => ({ hours, minutes });
    const rule = {
      variant: { type: 'WDay', value: 'Sun' },
      intervals: [{ start: time(8), end: time(16, 30) }],
    } as const;
    const timesOn = (day: number, interval: number) => {
      const query = { zone, first: day, last: day, interval, duration: 30 * MINUTE };
      const rules = [{ ...rule, intervals: [...rule.intervals] }];
      const host = { ...always, availability: openings(rules, zone, windowOf(query)) };
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'medium' });
      return bookingSlots(query, [host], { variant: 'collective' }).flatMap(({ slots }) =>
        slots.map(({ start }) => format.format(start)),
      );
    };
    for (const interval of [7 * MINUTE, 45 * MINUTE, 90 * MINUTE, 2 * HOUR]) {
      expect(timesOn(dayOf(date), interval)).toEqual(timesOn(dayOf(date) - 7, interval));
      expect(timesOn(dayOf(date), interval).length).toBeGreaterThan(3);
    }
  },
);
