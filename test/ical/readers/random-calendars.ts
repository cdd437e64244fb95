/** Random calendars, and when their events take place by our own expansion: for the check against other readers. */
import type { WrittenEvent } from '../../../src/ical/calendar.ts';
import type { Recurrence, Weekday } from '../../../src/sdk/types.ts';
import { WEEKDAYS } from '../../../src/time/calendar.ts';
import { instances } from '../../../src/time/recurrence.ts';
import { recurrenceErrors } from '../../../src/time/recurrence-errors.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/time/units.ts';

/** Zones with and without summer time, with odd offsets, and with laws that changed. */
export const ZONES = [
  'UTC',
  'Europe/Oslo',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'Asia/Tehran',
  'Europe/Istanbul',
  'Asia/Gaza',
  'Pacific/Apia',
  'America/Mexico_City',
  'Asia/Pyongyang',
  'Europe/Dublin',
  'America/St_Johns',
  'Antarctica/Troll',
];

export interface RandomCalendar {
  events: WrittenEvent[];
  window: { startTs: number; endTs: number };
  /** The start and the end of every instance in the window, by the id of its event. */
  expected: Record<string, [start: number, end: number][]>;
}

/** A generator of random numbers below 1 (mulberry32), so that a seed gives the same calendars. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomCalendar(seed: number): RandomCalendar {
  const next = random(seed);
  const below = (max: number) => Math.floor(next() * max);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const some = <T>(list: readonly T[], max: number): T[] => [
    ...new Set(Array.from({ length: 1 + below(max) }, () => oneOf(list))),
  ];
  const signed = (max: number) => (1 + below(max)) * (next() < 0.3 ? -1 : 1);
  const year = 2005 + below(30);
  const window = { startTs: Date.UTC(year, 0, 1), endTs: Date.UTC(year + 3, 0, 1) };

  function recurrence(startTs: number): Recurrence | null {
    const freq = oneOf(['yearly', 'monthly', 'weekly', 'daily'] as const);
    const rule: Recurrence = { freq, interval: next() < 0.6 ? 1 : 1 + below(4) };
    const bound = next();
    if (bound < 0.4) rule.count = 1 + below(40);
    else if (bound < 0.7) rule.until = startTs + below(700) * DAY_MS + below(24) * HOUR_MS;
    const weekdays = some(WEEKDAYS, 3);
    if (freq === 'weekly' && next() < 0.7) rule.byweekday = weekdays;
    if (freq === 'daily' && next() < 0.3) rule.byweekday = weekdays;
    if (freq === 'monthly') {
      const kind = next();
      if (kind < 0.3) rule.byweekday = some(WEEKDAYS, 2).map((day) => `${signed(4)}${day}` as const);
      else if (kind < 0.6) rule.bymonthday = [signed(31)];
      else if (kind < 0.7) {
        rule.byweekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'];
        rule.bysetpos = [next() < 0.5 ? -1 : 1];
      }
    }
    if (freq === 'yearly') {
      const kind = next();
      if (kind < 0.3) rule.bymonth = some([1, 2, 3, 6, 10, 12], 2);
      else if (kind < 0.6) {
        rule.bymonth = some([3, 4, 10, 11], 2);
        rule.byweekday = [`${signed(4)}${oneOf(WEEKDAYS)}`];
      } else if (kind < 0.7) rule.bymonthday = [signed(28)];
    }
    if (freq !== 'yearly' && next() < 0.1) rule.bymonth = some([1, 3, 5, 7, 9, 10, 11], 4);
    return recurrenceErrors(rule, startTs).length > 0 ? null : rule;
  }

  const events = Array.from({ length: 1 + below(4) }, (_, i): WrittenEvent => {
    const timezone = oneOf(ZONES);
    const startTs = Date.UTC(year, 0, 1) + below(900) * DAY_MS + below(96) * 15 * MINUTE_MS;
    const rule = next() < 0.15 ? null : recurrence(startTs);
    const weekStart: Weekday = next() < 0.7 ? 'Mon' : oneOf(['Sun', 'Sat'] as const);
    const event: WrittenEvent = {
      id: `event-${seed}-${i}`,
      startTs,
      duration: oneOf([0, 15, 60, 90, 600]) * MINUTE_MS,
      busy: next() < 0.5,
      recurrence: rule,
      exdates: [],
      reminders: next() < 0.2 ? [{ delta: -15, identifier: 'soon' }] : [],
      metadata: next() < 0.5 ? { title: 'A; title, with \\ and\nlines, and ü 日本語 🎉 '.repeat(3) } : {},
      created: startTs - DAY_MS,
      updated: startTs,
      timezone,
      weekStart,
    };
    const all = instances(event, timezone, weekStart, window);
    if (rule && next() < 0.4)
      event.exdates = [...new Set(Array.from({ length: 3 }, () => oneOf(all)?.startTs ?? startTs))];
    return event;
  });
  const expected = Object.fromEntries(
    events.map((event) => [
      event.id,
      instances(event, event.timezone, event.weekStart, window).map(
        ({ startTs, endTs }): [number, number] => [startTs, endTs],
      ),
    ]),
  );
  return { events, window, expected };
}
