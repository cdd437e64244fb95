/** When an event takes place: from a time on, or on whole days. The calendar panel moves events from one to the other. */
import type { CalendarEvent, Occurrence } from '@nettu/scheduler-sdk';
import { instantOf, wallClock } from './clock.ts';

/** `startTs` in milliseconds since the epoch and `duration` in milliseconds; or the first date and the number of dates. */
export type When = { startTs: number; duration: number } | { date: string; days: number };

const DAY_MS = 24 * 60 * 60 * 1000;

/** The date that comes so many days after `date`, such as `2030-01-31`. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);

/** The number of dates from one date to the other, which is exclusive. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

export const isWhole = (when: When): when is { date: string; days: number } => 'date' in when;

export const whenOf = ({ date, days, startTs, endTs }: Occurrence): When =>
  date === undefined ? { startTs, duration: endTs - startTs } : { date, days: days ?? 1 };

/** The name of an occurrence: where the rule puts it. */
export const nameOf = ({ originalDate, originalStartTs }: Occurrence): string | number =>
  originalDate ?? originalStartTs;

/** How the clock of `zone` reads at the start, in milliseconds, as if it were in UTC. */
const clockOf = (when: When, zone: string): number =>
  Date.parse(isWhole(when) ? when.date : `${wallClock(when.startTs, zone)}Z`);

/**
 * What an update says so that a series takes place at another time: as far as one of its occurrences is moved. It moves on the
 * clock of its zone. A rule with weekdays keeps them, so only the time of day changes. What stays as it is, is left out.
 *
 * @param start the start of the series, or of the part of it that moves.
 */
export function moved(
  { timezone, recurrence }: Pick<CalendarEvent, 'timezone' | 'recurrence'>,
  start: When,
  was: When,
  to: When,
): Partial<{ startTs: number; duration: number; date: string; days: number }> {
  const [first, from, target] = [start, was, to].map((when) => clockOf(when, timezone)) as [
    number,
    number,
    number,
  ];
  const clock = recurrence?.byweekday ? first - timeOfDay(first) + timeOfDay(target) : first + target - from;
  const local = new Date(clock).toISOString();
  const turns = isWhole(to) !== isWhole(was);
  if (isWhole(to)) {
    const stays = !turns && clock === first && isWhole(was) && to.days === was.days;
    return stays ? {} : { date: local.slice(0, 10), days: to.days };
  }
  const moves = turns || clock !== first;
  const lasts = isWhole(was) || to.duration !== was.duration;
  return {
    ...(moves && { startTs: instantOf(local.slice(0, 16), timezone) }),
    ...(lasts && { duration: to.duration }),
  };
}

const timeOfDay = (clock: number): number => ((clock % DAY_MS) + DAY_MS) % DAY_MS;
