/** Which reminders of an event are due, and when to check it again: in its time zone, to the minute, and never early. */
import { describe, expect, it } from 'vitest';
import type { EventReminders } from '../../src/reminders/due.ts';
import * as reminders from '../../src/reminders/due.ts';
import type { Recurrence } from '../../src/sdk/types.ts';
import { Budget, PRICE_NS, unlimited } from '../../src/time/budget.ts';
import { lastStart } from '../../src/time/recurrence.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (iso: string) => Date.parse(iso);
const START = at('2030-03-01T09:00:00+01:00');

const remindersOf = (
  recurrence: Recurrence | null,
  deltas = [-10],
  exdates: number[] = [],
  startTs = START,
): EventReminders => ({
  series: { startTs, duration: HOUR, busy: true, recurrence, exdates },
  deltas,
  zone: 'Europe/Oslo',
  lastStart: lastStart(startTs, recurrence),
});
const dueOf = (of: EventReminders, since: number, now: number) =>
  reminders.dueOf(of, since, now, unlimited());
const daily: Recurrence = { freq: 'daily', interval: 1 };

describe('a single event', () => {
  it('is due at its time, not a millisecond earlier, and only once', () => {
    const time = START - 10 * MINUTE;
    expect(dueOf(remindersOf(null), time - DAY, time - 1)).toEqual({ due: [], next: time });
    const due = [{ reminder: 0, startTs: START, at: time }];
    expect(dueOf(remindersOf(null), time - DAY, time)).toEqual({ due, next: null });
    expect(dueOf(remindersOf(null), time, time + HOUR)).toEqual({ due, next: null });
    expect(dueOf(remindersOf(null), time + 1, time + HOUR)).toEqual({ due: [], next: null });
  });

  it('is checked once more a day before', () => {
    const time = START - 10 * MINUTE;
    expect(dueOf(remindersOf(null), 0, time - 400 * DAY).next).toBe(time - DAY);
    expect(dueOf(remindersOf(null), 0, time - 3 * DAY).next).toBe(time - DAY);
    expect(dueOf(remindersOf(null), 0, time - DAY).next).toBe(time);
  });

  it('has all its reminders before and after the start, the earliest first', () => {
    const reminders = remindersOf(null, [30, -10, 0, -10]);
    expect(dueOf(reminders, START - HOUR, START)).toEqual({
      due: [
        { reminder: 1, startTs: START, at: START - 10 * MINUTE },
        { reminder: 3, startTs: START, at: START - 10 * MINUTE },
        { reminder: 2, startTs: START, at: START },
      ],
      next: START + 30 * MINUTE,
    });
    expect(dueOf(reminders, START + 1, START + HOUR)).toEqual({
      due: [{ reminder: 0, startTs: START, at: START + 30 * MINUTE }],
      next: null,
    });
  });

  it('has no reminder when an exdate removes it', () => {
    expect(dueOf(remindersOf(null, [-10], [START]), 0, START)).toEqual({ due: [], next: null });
  });
});

describe('a series', () => {
  it('continues from instance to instance, at the wall clock of its zone', () => {
    const found: string[] = [];
    let [since, now]: [number, number | null] = [START - DAY, START - DAY];
    while (now !== null && now < at('2030-04-02T00:00:00Z')) {
      const { due, next } = dueOf(remindersOf({ freq: 'weekly', interval: 1 }), since, now);
      found.push(...due.map(({ startTs }) => new Date(startTs).toISOString()));
      [since, now] = [now + 1, next];
    }
    expect(found).toEqual([
      '2030-03-01T08:00:00.000Z',
      '2030-03-08T08:00:00.000Z',
      '2030-03-15T08:00:00.000Z',
      '2030-03-22T08:00:00.000Z',
      '2030-03-29T08:00:00.000Z',
    ]);
    // In Oslo summer time begins on 31 March.
    expect(dueOf(remindersOf(daily), at('2030-03-31T00:00:00Z'), at('2030-03-31T00:00:00Z')).next).toBe(
      at('2030-03-31T09:00:00+02:00') - 10 * MINUTE,
    );
  });

  it('returns missed reminders in order', () => {
    const { due, next } = dueOf(remindersOf(daily), START, START + 3 * DAY);
    expect(due.map(({ startTs }) => (startTs - START) / DAY)).toEqual([1, 2, 3]);
    expect(next).toBe(START + 4 * DAY - 10 * MINUTE);
  });

  it('costs more with each reminder of an instance', () => {
    const costOf = (deltas: number[]) => {
      const work = new Budget(1e9);
      reminders.dueOf(remindersOf(daily, deltas), START, START, work);
      return 1e9 - work.leftNs;
    };
    // Forty days ahead are expanded.
    expect(costOf(new Array(100).fill(0)) - costOf([0])).toBeGreaterThanOrEqual(99 * 40 * PRICE_NS.reminder);
    expect(PRICE_NS.reminder).toBeGreaterThan(0);
  });

  it('skips an instance that an exdate removes', () => {
    const exdates = [START + DAY, START + 2 * DAY];
    expect(dueOf(remindersOf(daily, [-10], exdates), START, START)).toEqual({
      due: [],
      next: START + 3 * DAY - 10 * MINUTE - DAY,
    });
  });

  it('ends with the last reminder of its last instance', () => {
    const counted: Recurrence = { ...daily, count: 3 };
    const last = START + 2 * DAY;
    expect(dueOf(remindersOf(counted, [-10, 60]), last, last)).toEqual({ due: [], next: last + HOUR });
    const end = dueOf(remindersOf(counted, [-10, 60]), last + HOUR, last + 4 * DAY);
    expect(end).toEqual({ due: [{ reminder: 1, startTs: last, at: last + HOUR }], next: null });
  });

  it('without an instance in the search window is checked again at the end of that window', () => {
    const yearly: Recurrence = { freq: 'yearly', interval: 4 };
    let [now, looks]: [number, number] = [START, 0];
    const found: number[] = [];
    while (now < START + 4 * 366 * DAY) {
      const { due, next } = dueOf(remindersOf(yearly), now, now);
      found.push(...due.map(({ startTs }) => startTs));
      looks += 1;
      expect(next).toBeGreaterThan(now);
      now = next ?? Number.POSITIVE_INFINITY;
    }
    expect(found).toEqual([at('2034-03-01T09:00:00+01:00')]);
    expect(looks).toBeLessThan(45);
  });

  it('finds the farthest reminders, before and after', () => {
    const year = 535_680 * MINUTE;
    const early = dueOf(remindersOf({ ...daily, count: 2 }, [-535_680]), 0, START - year);
    expect(early).toEqual({
      due: [{ reminder: 0, startTs: START, at: START - year }],
      next: START + DAY - year,
    });
    const late = dueOf(remindersOf({ ...daily, count: 2 }, [535_680]), START, START + DAY + year);
    expect(late.due.map(({ startTs }) => startTs)).toEqual([START, START + DAY]);
    expect(late.next).not.toBe(undefined);
  });
});

describe('when a zone gets another offset between two checks', () => {
  // Lagos has Oslo's winter time all year, as if Oslo abolished or introduced summer time.
  const weekly = remindersOf({ freq: 'weekly', interval: 1 });
  const [summer, winter] = [weekly, { ...weekly, zone: 'Africa/Lagos' }];
  const before = at('2030-04-04T00:00:00Z');
  const [early, late] = [at('2030-04-05T06:50:00Z'), at('2030-04-05T07:50:00Z')];

  it('a reminder that is now later is due at its new time, once', () => {
    expect(dueOf(summer, before, before).next).toBe(early);
    expect(dueOf(winter, before, early)).toEqual({ due: [], next: late });
    expect(dueOf(winter, early + 1, late).due).toHaveLength(1);
  });

  it('a reminder that is now earlier is still due, once', () => {
    expect(dueOf(winter, before, before).next).toBe(late);
    expect(dueOf(summer, before, late).due).toHaveLength(1);
    expect(dueOf(summer, late + 1, late + HOUR).due).toEqual([]);
  });

  it('a reminder is on time if the change is known a day before', () => {
    const look = dueOf(winter, before - 3 * DAY, before - 3 * DAY).next as number;
    expect(look).toBe(late - DAY);
    expect(dueOf(summer, before - 3 * DAY, look).next).toBe(early);
  });
});
