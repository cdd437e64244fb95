/**
 * The iCalendar text of events. test/ical/readers has other software expand random calendars; `random-calendars.json` is
 * what all of them agreed on.
 */
import { describe, expect, it } from 'vitest';
import { calendarText, type WrittenEvent } from '../../src/ical/calendar.ts';
import { contentLine } from '../../src/ical/content-lines.ts';
import type { Recurrence } from '../../src/sdk/types.ts';
import { Budget, Overspent } from '../../src/time/budget.ts';

const HOUR = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const event = (more: Partial<WrittenEvent>): WrittenEvent => ({
  id: 'e1',
  startTs: at('2030-01-08T08:00:00Z'),
  duration: HOUR,
  busy: true,
  recurrence: null,
  exdates: [],
  reminders: [],
  metadata: {},
  created: at('2029-12-01T00:00:00Z'),
  updated: at('2029-12-01T00:01:30Z'),
  timezone: 'Europe/Oslo',
  weekStart: 'Mon',
  ...more,
});
const textOf = (events: WrittenEvent[], detail: 'full' | 'busy' = 'full', name: string | null = null) =>
  [...calendarText({ name, detail }, events)].join('');
/** The lines of the events, unfolded. */
const linesOf = (more: Partial<WrittenEvent>, detail?: 'full' | 'busy'): string[] => {
  const unfolded = textOf([event(more)], detail)
    .replace(/\r\n /g, '')
    .split('\r\n');
  return unfolded.slice(unfolded.indexOf('BEGIN:VEVENT'), -2);
};
const ruled = (startTs: number, recurrence: Recurrence, more: Partial<WrittenEvent> = {}) =>
  linesOf({ startTs, recurrence, ...more }).filter((line) =>
    /^(DTSTART|RRULE|EXDATE|RECURRENCE-ID)/.test(line),
  );

describe('an event', () => {
  it('has its id, its times in its zone, its versions and whether it is busy', () => {
    expect(linesOf({})).toEqual([
      'BEGIN:VEVENT',
      'UID:e1',
      'DTSTART;TZID=Europe/Oslo:20300108T090000',
      'DTEND;TZID=Europe/Oslo:20300108T100000',
      'DTSTAMP:20291201T000130Z',
      'CREATED:20291201T000000Z',
      'LAST-MODIFIED:20291201T000130Z',
      'SEQUENCE:90',
      'TRANSP:OPAQUE',
      'END:VEVENT',
    ]);
  });

  it('says what its metadata says, escaped, and its reminders', () => {
    const metadata = {
      title: 'a;b,c\\d\r\ne\0',
      description: 'x',
      location: 'Oslo',
      url: 'https://a.test/?q=a,b',
    };
    const lines = linesOf({
      metadata,
      busy: false,
      reminders: [
        { delta: -90, identifier: '' },
        { delta: 15, identifier: 'x' },
      ],
    });
    expect(lines.slice(8)).toEqual([
      'TRANSP:TRANSPARENT',
      'SUMMARY:a\\;b\\,c\\\\d\\ne',
      'DESCRIPTION:x',
      'LOCATION:Oslo',
      'URL:https://a.test/?q=a,b',
      ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:a\\;b\\,c\\\\d\\ne', 'TRIGGER:-PT90M', 'END:VALARM'],
      ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER:PT15M', 'END:VALARM'],
      'END:VEVENT',
    ]);
    expect(linesOf({ metadata: { url: 'no url\r\nX:1' } }).join()).not.toContain('URL');
  });

  it('of a feed with the detail busy says nothing else, and what is not busy is left out', () => {
    const secret = {
      metadata: { title: 'secret', url: 'https://a.test' },
      reminders: [{ delta: 0, identifier: 'secret' }],
    };
    const text = textOf([event(secret), event({ id: 'e2', busy: false })], 'busy');
    expect(text).toContain('SUMMARY:Busy\r\nEND:VEVENT');
    expect(text).not.toMatch(/secret|URL|VALARM|e2/);
  });

  it('without a length has no end, and in UTC no zone', () => {
    expect(linesOf({ duration: 0 }).filter((line) => /^(DTEND|DURATION)/.test(line))).toEqual([]);
    const text = textOf([event({ timezone: 'UTC' })]);
    expect(text).toContain('DTSTART:20300108T080000Z\r\nDTEND:20300108T090000Z');
    expect(text).not.toContain('VTIMEZONE');
  });

  it('that begins or ends in the second of two equal hours says so in UTC', () => {
    const startTs = at('2030-10-27T00:30:00Z');
    expect(linesOf({ startTs }).slice(2, 4)).toEqual([
      'DTSTART;TZID=Europe/Oslo:20301027T023000',
      'DTEND:20301027T013000Z',
    ]);
  });
});

describe('a series', () => {
  const tuesday = at('2030-01-08T08:00:00Z');
  // biome-ignore format: a table is read down its columns
  const cases: [name: string, start: number, rule: Recurrence, lines: string[]][] = [
    ['writes the parts that its start implies', tuesday, { freq: 'weekly', interval: 2, count: 4 }, ['DTSTART;TZID=Europe/Oslo:20300108T090000', 'RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU']],
    ['begins at its first occurrence', tuesday, { freq: 'weekly', interval: 1, byweekday: ['Fri', 'Mon'] }, ['DTSTART;TZID=Europe/Oslo:20300111T090000', 'RRULE:FREQ=WEEKLY;BYDAY=FR,MO']],
    ['writes ordinals, months and positions', tuesday, { freq: 'monthly', interval: 1, byweekday: ['2Tue', '-1Fri'], bymonth: ['March', 'January'], bysetpos: [-1] }, ['DTSTART;TZID=Europe/Oslo:20300125T090000', 'RRULE:FREQ=MONTHLY;BYMONTH=1,3;BYDAY=2TU,-1FR;BYSETPOS=-1']],
    ['writes the dates of a year as those of its months', tuesday, { freq: 'yearly', interval: 1, bymonthday: [-1] }, ['DTSTART;TZID=Europe/Oslo:20300131T090000', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1']],
    ['ends by the instant of until', tuesday, { freq: 'daily', interval: 1, until: at('2030-01-10T08:00:00.500Z') }, ['DTSTART;TZID=Europe/Oslo:20300108T090000', 'RRULE:FREQ=DAILY;UNTIL=20300110T080000Z']],
    ['of a count and an until has the one that ends first: the count', tuesday, { freq: 'daily', interval: 1, count: 3, until: at('2030-01-10T08:00:00Z') }, ['DTSTART;TZID=Europe/Oslo:20300108T090000', 'RRULE:FREQ=DAILY;COUNT=3']],
    ['of a count and an until has the one that ends first: the until', tuesday, { freq: 'daily', interval: 1, count: 3, until: at('2030-01-10T07:59:00Z') }, ['DTSTART;TZID=Europe/Oslo:20300108T090000', 'RRULE:FREQ=DAILY;UNTIL=20300110T075900Z']],
    ['without any occurrence is left out', tuesday, { freq: 'yearly', interval: 1, bymonth: ['February'], bymonthday: [30] }, []],
    ['that ends before it begins is left out', tuesday, { freq: 'daily', interval: 1, until: tuesday - 1 }, []],
  ];

  it.each(cases)('%s', (_, start, rule, lines) => {
    expect(ruled(start, rule)).toEqual(lines);
  });

  it('writes a week start other than Monday', () => {
    expect(ruled(tuesday, { freq: 'weekly', interval: 2 }, { weekStart: 'Sun' })[1]).toBe(
      'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU',
    );
  });

  it('writes an occurrence in a gap or an overlap by itself, in UTC, unless it is excluded', () => {
    const startTs = at('2030-03-29T01:30:00Z');
    const daily = { freq: 'daily', interval: 1, until: at('2030-12-01T00:00:00Z') } as const;
    const all = ruled(startTs, daily);
    expect(all.slice(2)).toEqual([
      'RECURRENCE-ID;TZID=Europe/Oslo:20300331T023000',
      'DTSTART:20300331T013000Z',
      'RECURRENCE-ID;TZID=Europe/Oslo:20301027T023000',
      'DTSTART:20301027T003000Z',
    ]);
    const exdates = [at('2030-03-31T01:30:00Z'), at('2030-03-30T01:30:00Z'), at('2030-03-30T02:00:00Z')];
    expect(ruled(startTs, daily, { exdates }).slice(2)).toEqual([
      'EXDATE;TZID=Europe/Oslo:20300330T023000,20300331T023000',
      'RECURRENCE-ID;TZID=Europe/Oslo:20301027T023000',
      'DTSTART:20301027T003000Z',
    ]);
  });

  it('of whole days is written by dates, each of its times and its length', () => {
    const day = (date: number) => Date.UTC(2030, 0, date);
    const whole = { allDay: true, timezone: 'UTC', startTs: day(7), duration: 2 * 24 * HOUR };
    const times = (more: Partial<WrittenEvent>) =>
      linesOf({ ...whole, ...more }).filter((line) =>
        /^(DT(START|END)|DURATION|RRULE|EXDATE|RECURRENCE)/.test(line),
      );
    expect(times({})).toEqual(['DTSTART;VALUE=DATE:20300107', 'DTEND;VALUE=DATE:20300109']);
    const weekly = { freq: 'weekly', interval: 1, until: day(29) - 1 } as const;
    const moved = { originalStartTs: day(21), startTs: day(23), duration: 24 * HOUR, busy: true };
    const overrides = [{ ...moved, reminders: [], metadata: {}, updated: 0 }];
    expect(times({ recurrence: weekly, exdates: [day(14)], overrides })).toEqual([
      ...['DTSTART;VALUE=DATE:20300107', 'DURATION:P2D', 'RRULE:FREQ=WEEKLY;UNTIL=20300128;BYDAY=MO'],
      'EXDATE;VALUE=DATE:20300114',
      ...['RECURRENCE-ID;VALUE=DATE:20300121', 'DTSTART;VALUE=DATE:20300123', 'DURATION:P1D'],
    ]);
  });

  it('keeps its exact start in the second of two equal hours', () => {
    const startTs = at('2030-10-27T01:30:00Z');
    expect(ruled(startTs, { freq: 'daily', interval: 1, count: 2 })).toEqual([
      'DTSTART;TZID=Europe/Oslo:20301027T023000',
      'RRULE:FREQ=DAILY;COUNT=2',
      'RECURRENCE-ID;TZID=Europe/Oslo:20301027T023000',
      'DTSTART:20301027T013000Z',
    ]);
  });
});

describe('a time zone', () => {
  const zone = (timezone: string, startTs = at('2030-01-08T08:00:00Z')) =>
    textOf([event({ timezone, startTs })]).replace(/^.*(?=BEGIN:VTIMEZONE)|BEGIN:VEVENT.*$/gs, '');

  it('has the rule that its last years follow, and the changes before', () => {
    const text = zone('America/New_York', at('2006-01-08T08:00:00Z'));
    expect(text).toContain('RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU');
    expect(text).toContain('RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU');
    expect(text).toContain('RDATE:20060402T020000');
    expect(zone('Europe/Oslo')).toContain('RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU');
  });

  it('has all changes where no rule fits, and none where the offset stays', () => {
    expect(zone('Africa/Casablanca', at('2010-01-01T00:00:00Z'))).toMatch(/RDATE:2013\d{4}T/);
    expect(zone('Asia/Kolkata').match(/BEGIN:(STANDARD|DAYLIGHT)/g)).toEqual(['BEGIN:STANDARD']);
  });

  it('stands once for all events, before them', () => {
    const text = textOf([event({}), event({ id: 'e2' }), event({ id: 'e3', timezone: 'Asia/Tokyo' })]);
    expect(text.match(/TZID:.*/g)).toEqual(['TZID:Europe/Oslo', 'TZID:Asia/Tokyo']);
    expect(text.lastIndexOf('END:VTIMEZONE')).toBeLessThan(text.indexOf('BEGIN:VEVENT'));
  });
});

describe('a text', () => {
  it('has a head with its name, and CRLF everywhere', () => {
    const text = textOf([], 'full', 'Work, mine');
    expect(text).toMatch(/^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n/);
    expect(text).toContain('X-WR-CALNAME:Work\\, mine\r\n');
    expect(text).toMatch(/\r\nEND:VCALENDAR\r\n$/);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it.each([
    'x'.repeat(200),
    'é'.repeat(100),
    '日本語'.repeat(40),
    '🎉'.repeat(50),
    'x'.repeat(75),
    'x'.repeat(76),
  ])('folds %j to lines of at most 75 octets, at characters', (value) => {
    const folded = contentLine(value);
    for (const line of folded.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(folded.replace(/\r\n /g, '')).toBe(`${value}\r\n`);
    expect(folded.isWellFormed()).toBe(true);
  });

  it('costs a bounded time, whatever the rules', () => {
    const never = event({
      recurrence: { freq: 'daily', interval: 1, bymonth: ['February'], bymonthday: [30] },
    });
    const budget = new Budget(100_000_000);
    expect(() => calendarText({ name: null, detail: 'full' }, Array(5000).fill(never), budget)).toThrow(
      Overspent,
    );
  });
});
