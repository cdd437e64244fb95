/** The calendar file of a booking, by RFC 5545. */
import { expect, it } from 'vitest';
import { icsOf } from '../../src/elements/ics.ts';

const entry = {
  uid: '4e6c@nettu-scheduler',
  startMs: Date.parse('2030-01-15T09:00Z'),
  endMs: Date.parse('2030-01-15T09:30Z'),
  changedMs: Date.parse('2030-01-01T00:00:00.250Z'),
  sequence: 2,
  summary: 'Consultation',
};

it('has one event in UTC, with the members that 3.6.1 requires', () => {
  expect(icsOf(entry)).toBe(
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Nettu//Scheduler elements//EN',
      'METHOD:PUBLISH',
      'BEGIN:VEVENT',
      'UID:4e6c@nettu-scheduler',
      'DTSTAMP:20300101T000000Z',
      'DTSTART:20300115T090000Z',
      'DTEND:20300115T093000Z',
      'SEQUENCE:2',
      'SUMMARY:Consultation',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  );
});

it('escapes what has a meaning in text (3.3.11)', () => {
  expect(icsOf({ ...entry, summary: 'a, b; c\\d\ne' })).toContain('SUMMARY:a\\, b\\; c\\\\d\\ne\r\n');
});

it('folds lines at 75 bytes, and never inside a character (3.1)', () => {
  const summary = '相談'.repeat(40);
  const file = icsOf({ ...entry, summary });
  for (const line of file.split('\r\n'))
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  expect(file.replaceAll('\r\n ', '')).toContain(`SUMMARY:${summary}\r\n`);
});
