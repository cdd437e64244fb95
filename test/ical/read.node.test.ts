/** What calendar files mean: files in the style of real exporters, each with the trait that breaks importers, and hostile ones. */
import { describe, expect, it } from 'vitest';
import { calendarText } from '../../src/ical/calendar.ts';
import { readCalendar } from '../../src/ical/read/calendar.ts';
import { instances } from '../../src/time/recurrence.ts';
import { random, randomCalendar } from './readers/random-calendars.ts';

const WORK_NS = 100_000_000;
const at = (iso: string): number => Date.parse(iso);
const target = { timezone: 'Europe/Oslo', weekStart: 'Mon' } as const;
const read = (text: string, to: Parameters<typeof readCalendar>[1] = target) => {
  const found = readCalendar(text, to, WORK_NS);
  if (!found) throw new Error('no calendar');
  return found;
};
const calendar = (...lines: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'].join('\r\n');
const vevent = (...lines: string[]) =>
  [
    'BEGIN:VEVENT',
    ...(lines.some((line) => line.startsWith('UID')) ? [] : ['UID:a']),
    ...lines,
    'END:VEVENT',
  ].join('\r\n');
const event = (...lines: string[]) => read(calendar(vevent(...lines)));
/** A zone of an exporter, with the rules of Berlin. */
const zone = (tzid: string) =>
  [
    ...['BEGIN:VTIMEZONE', `TZID:${tzid}`],
    ...[
      'BEGIN:STANDARD',
      'DTSTART:16011028T030000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'END:STANDARD',
    ],
    ...[
      'BEGIN:DAYLIGHT',
      'DTSTART:16010325T020000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'END:DAYLIGHT',
    ],
    'END:VTIMEZONE',
  ].join('\r\n');
const NINE = at('2030-01-08T08:00:00Z');

describe('a file of', () => {
  it('Google: zones in UTC and by name, folded text, an occurrence that moved, one that is cancelled, and another app’s alarm', () => {
    const text = calendar(
      'PRODID:-//Google Inc//Google Calendar 70.9054//EN',
      vevent(
        'DTSTART;TZID=Europe/Berlin:20300108T090000',
        'DTEND;TZID=Europe/Berlin:20300108T100000',
        'RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU',
        'SEQUENCE:2',
        'STATUS:CONFIRMED',
        'LAST-MODIFIED:20291201T000000Z',
        'SUMMARY:Team\\, we',
        ' ekly',
        'BEGIN:VALARM',
        'ACTION:NONE',
        'TRIGGER;VALUE=DATE-TIME:19760401T005545Z',
        'END:VALARM',
        'BEGIN:VALARM',
        'TRIGGER:-P0DT0H10M0S',
        'DESCRIPTION:soon',
        'END:VALARM',
      ),
      vevent(
        'DTSTART;TZID=Europe/Berlin:20300116T110000',
        'DTEND;TZID=Europe/Berlin:20300116T120000',
        'RECURRENCE-ID;TZID=Europe/Berlin:20300115T090000',
        'SUMMARY:Team',
        'TRANSP:TRANSPARENT',
      ),
      vevent(
        'DTSTART;TZID=Europe/Berlin:20300122T090000',
        'RECURRENCE-ID:20300122T080000Z',
        'STATUS:CANCELLED',
      ),
    );
    const { events, skipped } = read(text);
    expect(skipped).toEqual([]);
    expect(events).toMatchObject([
      {
        ...{
          uid: 'a',
          part: '',
          sequence: 2,
          modified: at('2029-12-01T00:00:00Z'),
          startTs: NINE,
          duration: 3_600_000,
          busy: true,
        },
        recurrence: { freq: 'weekly', interval: 1, count: 4, byweekday: ['Tue'] },
        exdates: [NINE + 7 * 86_400_000, NINE + 14 * 86_400_000],
        reminders: [{ delta: -10, identifier: 'soon' }],
        metadata: { title: 'Team, weekly' },
      },
      {
        part: `I${NINE + 7 * 86_400_000}`,
        startTs: at('2030-01-16T10:00:00Z'),
        busy: false,
        recurrence: null,
      },
    ]);
  });

  it.each([
    'W. Europe Standard Time',
    'W. Europe',
    'Customized Time Zone',
    '(UTC+01:00) Amsterdam, Bern',
    '/freeassociation.sourceforge.net/Europe/Berlin',
    '/mozilla.org/20050126_1/Europe/Berlin',
  ])('Outlook, Lotus Notes, Evolution or Thunderbird: the zone %s', (tzid) => {
    const text = calendar(
      zone(tzid),
      vevent(
        `DTSTART;TZID="${tzid}":20300708T090000`,
        `DTEND;TZID="${tzid}":20300708T093000`,
        'X-MICROSOFT-CDO-BUSYSTATUS:FREE',
      ),
    );
    expect(read(text)).toMatchObject({
      events: [{ startTs: at('2030-07-08T07:00:00Z'), duration: 1_800_000, busy: false }],
      skipped: [],
    });
  });

  it('Apple: a floating time, a length in place of an end, and a broken line in a text', () => {
    const found = event(
      'DTSTART:20300708T090000',
      'DURATION:PT1H30M',
      'DESCRIPTION:first',
      'a second, third',
      'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="A:b;c":geo:1,2',
    );
    expect(found.events).toMatchObject([
      {
        startTs: at('2030-07-08T07:00:00Z'),
        duration: 5_400_000,
        metadata: { description: 'first\na second, third' },
      },
    ]);
  });

  it('Radicale, Nextcloud or Fastmail: bare line feeds, a byte order mark, lower case, and no end of the calendar', () => {
    const text = `\uFEFFbegin:vcalendar\nbegin:vevent\nuid:a\ndtstart;tzid=europe/oslo;TZID=Europe/Oslo:20300108T090000\nsummary:x\nend:vevent`;
    expect(read(text).events).toMatchObject([{ startTs: NINE, duration: 0, metadata: { title: 'x' } }]);
  });

  it('an airline: departs in one zone, and arrives in another', () => {
    const found = event(
      'DTSTART;TZID=Europe/Oslo:20300108T090000',
      'DTEND;TZID=America/New_York:20300108T110000',
    );
    expect(found.events).toMatchObject([{ startTs: NINE, duration: 8 * 3_600_000 }]);
  });

  it('holidays and schools: whole days, on days of 23 and 25 hours, too, with an end that is not included', () => {
    const days = (start: string, ...more: string[]) =>
      event(`DTSTART;VALUE=DATE:${start}`, ...more).events[0];
    expect(days('20300331')).toMatchObject({ startTs: at('2030-03-31T00:00:00Z'), days: 1 });
    expect(days('20300701', 'DTEND;VALUE=DATE:20300722')).toMatchObject({ days: 21 });
    expect(days('20300701', 'DURATION:P2D')).toMatchObject({ days: 2 });
    expect(days('20300701', 'RRULE:FREQ=YEARLY;UNTIL=20310701', 'EXDATE;VALUE=DATE:20310701')).toMatchObject({
      days: 1,
      recurrence: { freq: 'yearly', until: at('2031-07-02T00:00:00Z') - 1 },
      exdates: [at('2031-07-01T00:00:00Z')],
    });
  });

  it('a series repeats on the clock of its own zone, and counts its weeks from its own day', () => {
    const series = (zone: string, rule: string) =>
      event(`DTSTART;TZID=${zone}:20300108T090000`, rule).events[0];
    expect(series('America/New_York', 'RRULE:FREQ=DAILY')).toMatchObject({ timezone: 'America/New_York' });
    expect(series('Eastern Standard Time', 'RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU')).toMatchObject({
      timezone: 'America/New_York',
      recurrence: { weekStart: 'Sun' },
    });
    expect(series('Asia/Tokyo', 'RRULE:FREQ=WEEKLY;INTERVAL=2')).toMatchObject({
      recurrence: { weekStart: 'Mon' },
    });
    expect(event('DTSTART:20300108T090000').events[0]).toMatchObject({ timezone: 'Europe/Oslo', days: null });
  });

  it('sports: added dates, each with a length of its own, beside the first', () => {
    const found = event(
      'DTSTART:20300108T080000Z',
      'DURATION:PT1H',
      'RDATE:20300109T080000Z,20300110T080000Z',
      'RDATE;VALUE=PERIOD:20300111T080000Z/PT2H',
      'EXDATE:20300110T080000Z',
    );
    expect(
      found.events.map(({ part, startTs, duration }) => [
        part[0] ?? '',
        startTs - NINE,
        duration / 3_600_000,
      ]),
    ).toEqual([
      ['', 0, 1],
      ['R', 86_400_000, 1],
      ['R', 3 * 86_400_000, 2],
    ]);
  });
});

describe('a rule', () => {
  const start = 'DTSTART;TZID=Europe/Oslo:20300108T090000';

  it('that leaves its start out still has it, as one of its count', () => {
    const { events } = event(start, 'RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=3');
    expect(events).toMatchObject([
      { part: 'S', recurrence: null },
      { part: '', recurrence: { count: 2, byweekday: ['Fri'] } },
    ]);
  });

  it('that ends before its start is the start alone, and an exception beyond all times is none', () => {
    const { events } = event('DTSTART:20300108T080000Z', 'RRULE:FREQ=DAILY;UNTIL=20200101T000000Z');
    expect(events).toMatchObject([{ startTs: NINE, recurrence: null }]);
    const exdates = 'EXDATE:99990101T080000Z,20300109T080000Z';
    const { events: endless } = event('DTSTART:20300108T080000Z', 'RRULE:FREQ=DAILY', exdates);
    expect(endless).toMatchObject([{ exdates: [at('2030-01-09T08:00:00Z')] }]);
  });

  it('has the added dates that are events, by their end or length; the others are named', () => {
    const dates = ['20300109T080000Z/20300109T093000Z', '99990101T080000Z', '19600101T080000Z'];
    const lengths = ['20300110T080000Z/-PT1H', '20300111T080000Z/PT999999H'];
    const rdate = `RDATE;VALUE=PERIOD:${[...dates, ...lengths].join(',')}`;
    const { events, skipped } = event('DTSTART:20300108T080000Z', 'DURATION:PT1H', rdate);
    const found = events.map(({ startTs, duration }) => [startTs, duration / 60_000]);
    expect(found).toEqual([
      [NINE, 60],
      [at('2030-01-09T08:00:00Z'), 90],
    ]);
    expect(skipped).toHaveLength(4);
  });

  it('that ends by a date includes that day', () => {
    expect(event(start, 'RRULE:FREQ=DAILY;UNTIL=20300110').events[0]?.recurrence?.until).toBe(
      at('2030-01-10T22:59:59.999Z'),
    );
  });

  it('that ends years later becomes several series with the same instances', () => {
    const { events } = event(
      start,
      'RRULE:FREQ=WEEKLY;INTERVAL=3;UNTIL=20360108T080000Z',
      'EXDATE;TZID=Europe/Oslo:20340117T090000',
    );
    const all = events.flatMap((series) => {
      expect(Number(series.recurrence?.until ?? 0) - series.startTs).toBeLessThanOrEqual(732 * 86_400_000);
      return instances(series, 'Europe/Oslo', 'Mon', { startTs: 0, endTs: at('2040-01-01T00:00:00Z') }).map(
        ({ startTs }) => startTs,
      );
    });
    const endless = {
      startTs: NINE,
      duration: 0,
      busy: true,
      recurrence: { freq: 'weekly', interval: 3 },
      exdates: [at('2034-01-17T08:00:00Z')],
    } as const;
    const expected = instances({ ...endless, exdates: [...endless.exdates] }, 'Europe/Oslo', 'Mon', {
      startTs: 0,
      endTs: at('2036-01-08T08:00:00.001Z'),
    });
    expect(all).toEqual(expected.map(({ startTs }) => startTs));
    expect(events.length).toBe(3);
  });

  // biome-ignore format: a table is read down its columns
  it.each([
    ['RRULE:FREQ=HOURLY', 'hours'],
    ['RRULE:FREQ=DAILY;BYHOUR=9,10', 'BYHOUR'],
    ['RRULE:FREQ=DAILY;COUNT=1000', 'count'],
    ['RRULE:FREQ=DAILY;INTERVAL=0', 'interval'],
    ['RRULE:FREQ=DAILY;UNTIL=tomorrow', 'UNTIL'],
    ['RRULE:FREQ=MONTHLY;BYDAY=XX', 'byweekday'],
    ['RRULE:FREQ=YEARLY;UNTIL=20990101', 'too far'],
    ['RRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY', 'several'],
    ['RRULE:FREQ=DAILY\r\nEXRULE:FREQ=WEEKLY', 'EXRULE'],
    ['RRULE:FREQ=DAILY\r\nEXDATE:never', 'EXDATE'],
    ['RDATE:never', 'RDATE'],
    ['DTEND:20290101T000000Z', 'ends before'],
    ['DTEND:20320101T000000Z', '366'],
    ['DURATION:an hour', 'DURATION'],
  ])('%j is skipped, with the reason', (line, reason) => {
    const { events, skipped } = event(start, line);
    expect(events).toEqual([]);
    expect(skipped).toEqual([{ uid: 'a', reason: expect.stringContaining(reason) }]);
  });

  it.each([
    [['DTSTART;TZID=Nowhere:20300108T090000'], 'time zone'],
    [['DTSTART:19690101T000000Z'], '1970'],
    [['DTSTART:20300230T000000Z'], 'no date'],
    [['SUMMARY:x'], 'DTSTART'],
    [['DTSTART:20300108T090000Z', 'RECURRENCE-ID;RANGE=THISANDFUTURE:20300108T090000Z'], 'all that follow'],
  ])('%j is skipped, with the reason', (lines, reason) => {
    const { events, skipped } = event(...lines);
    expect(events).toEqual([]);
    expect(skipped).toEqual([{ uid: 'a', reason: expect.stringContaining(reason) }]);
  });

  it('of a cancelled event is nothing, and its UID is known', () => {
    expect(event(start, 'RRULE:FREQ=DAILY', 'STATUS:CANCELLED')).toEqual({
      events: [],
      skipped: [],
      uids: ['a'],
    });
  });

  it('alone is left out where a text is too long, and another component is named', () => {
    const { events, skipped } = read(
      calendar(
        vevent(start, `DESCRIPTION:${'x'.repeat(5000)}`),
        'BEGIN:VTODO',
        'UID:t',
        'END:VTODO',
        'BEGIN:VEVENT',
        start,
        'END:VEVENT',
      ),
    );
    expect(events).toMatchObject([{ metadata: {} }]);
    expect(skipped.map(({ uid }) => uid)).toEqual(['t', null, 'a']);
  });
});

describe('hostile text', () => {
  const valid = [...calendarText({ name: 'x', detail: 'full' }, randomCalendar(7).events)].join('');
  // biome-ignore format: a table is read down its columns
  it.each([
    ['a line of 1 MB', calendar(vevent('DTSTART:20300108T080000Z', `SUMMARY:${'x'.repeat(2 ** 20)}`))],
    ['quotes that never end', calendar(vevent(`DTSTART;X="${'";"'.repeat(100_000)}:20300108T080000Z`))],
    ['100,000 properties', calendar(vevent('DTSTART:20300108T080000Z', 'X-A:1\r\n'.repeat(100_000)))],
    ['nested components', `BEGIN:VCALENDAR\n${'BEGIN:VEVENT\n'.repeat(80_000)}`],
    ['ends without beginnings', `BEGIN:VCALENDAR\n${'END:VEVENT\n'.repeat(80_000)}`],
    ['folds without text', `BEGIN:VCALENDAR\n${' \n'.repeat(400_000)}`],
    ['exceptions without end', calendar(vevent('DTSTART:20300108T080000Z', `EXDATE:${'20300109T080000Z,'.repeat(50_000)}20300110T080000Z`))],
    ['lists without end', calendar(vevent('DTSTART:20300108T080000Z', `RRULE:FREQ=YEARLY;BYYEARDAY=${'1,'.repeat(400_000)}1`))],
    ['one UID 20,000 times', calendar(...Array(20_000).fill(vevent('DTSTART:20300108T080000Z')))],
    ['rules that never match', calendar(...Array.from({ length: 5000 }, (_, i) => vevent(`UID:${i}`, 'DTSTART;TZID=Europe/Oslo:20300108T080000', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20600101')))],
    ['NUL', calendar(vevent('DTSTART:20300108T080000Z', 'SUMMARY:a\0b'))],
  ])('%s ends soon', (_, text) => {
    const started = performance.now();
    const found = readCalendar(text, target, WORK_NS);
    // Some tens of milliseconds on an idle machine.
    expect(performance.now() - started).toBeLessThan(5000);
    expect(JSON.stringify(found)).not.toContain('\\u0000');
  });

  it('that is cut, or has bytes changed, is read or skipped, and never fails', () => {
    const next = random(1);
    for (let i = 0; i < 2000; i++) {
      const cut = valid.slice(0, Math.floor(next() * valid.length));
      const changed = [...cut];
      for (let j = 0; j < 5; j++)
        changed[Math.floor(next() * cut.length)] = String.fromCharCode(Math.floor(next() * 128));
      readCalendar(next() < 0.3 ? cut : changed.join(''), target, WORK_NS);
    }
  });

  it.each(['', 'x', '<html></html>', '{}', 'BEGIN:VEVENT\nEND:VEVENT'])('%j is no calendar', (text) => {
    expect(readCalendar(text, target, WORK_NS)).toBeNull();
  });
});

it('what the service writes, it reads with the same instances', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { events, window } = randomCalendar(seed);
    for (const one of events) {
      const text = [...calendarText({ name: null, detail: 'full' }, [one])].join('');
      const to = { timezone: one.timezone, weekStart: one.weekStart };
      const back = readCalendar(text, to, WORK_NS);
      const starts = (all: { startTs: number }[]) =>
        [...new Set(all.map(({ startTs }) => startTs))].sort((a, b) => a - b);
      const expected = starts(instances(one, one.timezone, one.weekStart, window));
      const found = (back?.events ?? []).flatMap((series) =>
        instances(series, one.timezone, one.weekStart, window),
      );
      expect(back?.skipped, text).toEqual([]);
      expect(starts(found), text).toEqual(expected);
    }
  }
});
