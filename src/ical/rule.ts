/** A recurrence as the value of RRULE (RFC 5545 section 3.3.10), with every part that our own expansion goes by. */
import type { Recurrence, Weekday } from '../sdk/types.ts';
import type { Budget } from '../time/budget.ts';
import { WEEKDAYS } from '../time/calendar.ts';
import { daysOf } from '../time/days.ts';
import { EVERY, untilOf as latestStart, type Rule, ruleOf } from '../time/rule.ts';
import { DAY_MS, SECOND_MS } from '../time/units.ts';
import { toInstant, toLocal } from '../time/zone.ts';
import { dateOf, utcTime } from './times.ts';
import { isUtc, oddDays } from './zones.ts';

/** A recurring event, as far as its rule needs it. */
export interface RuledSeries {
  startTs: number;
  recurrence: Recurrence;
  timezone: string;
  weekStart: Weekday;
  /** Whether it repeats by date, as a whole day does: then UNTIL is a date. */
  allDay?: boolean | undefined;
}

/** How a series is written. */
export interface WrittenRule {
  /** The local day of its first occurrence, numbered from 1970-01-01: other readers count the start as one, too. */
  firstDay: number;
  /** The wall clock time of each occurrence, in milliseconds since midnight. */
  timeMs: number;
  text: string;
  /** The local days of occurrences whose wall clock time does not exist, or exists twice. */
  oddDays: number[];
}

/** The last local day that a rule may reach for its first occurrence: some 30 years, which every leap day is within. */
const SEARCH_DAYS = 30 * 366;

const EVERY_MONTH = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

const short = (weekday: number): string => (WEEKDAYS[weekday] ?? '').slice(0, 2).toUpperCase();

/**
 * A series as the value of RRULE, from its first occurrence on; null for a series without any occurrence in 30 years.
 *
 * @throws Overspent
 */
export function writtenRule(series: RuledSeries, budget: Budget): WrittenRule | null {
  const { startTs, recurrence, timezone, weekStart } = series;
  budget.convert(timezone, startTs);
  const local = toLocal(timezone, startTs);
  const start = Math.floor(local / DAY_MS);
  const timeMs = local - start * DAY_MS;
  const rule = ruleOf(recurrence, start, weekStart, budget);
  const until = untilOf(series, start, timeMs);
  const last = Math.min(start + SEARCH_DAYS, until?.day ?? Infinity);
  // The start is mostly an occurrence itself, and one day costs less than a year of them.
  const [firstDay = daysOf(rule, start, last, budget).next().value] = daysOf(rule, start, start, budget);
  if (firstDay === undefined || (until && instantOf(series, firstDay, start, timeMs) > until.instant))
    return null;
  const odd = isUtc(timezone) ? [] : oddDays(timezone, timeMs, firstDay);
  const days = odd.filter((day) => {
    if (until && instantOf(series, day, start, timeMs) > until.instant) return false;
    const [found] = daysOf(rule, day, day, budget);
    return found === day;
  });
  return { firstDay, timeMs, text: partsOf(rule, boundOf(series, rule, until, budget)), oddDays: days };
}

/** The instant of the occurrence on a day: the first one keeps the exact start. */
const instantOf = ({ startTs, timezone }: RuledSeries, day: number, start: number, timeMs: number): number =>
  day === start ? startTs : toInstant(timezone, day * DAY_MS + timeMs);

/** The end of a rule: an instant in whole seconds, and a local day that it does not pass. */
function untilOf({ startTs, recurrence, timezone }: RuledSeries, start: number, timeMs: number) {
  if (recurrence.until === undefined) return null;
  const until = latestStart(recurrence);
  // All starts have the same part of a second, which iCalendar cannot say.
  const part = ((startTs % SECOND_MS) + SECOND_MS) % SECOND_MS;
  const whole = Math.floor((until - part) / SECOND_MS) * SECOND_MS;
  const day = Math.floor(toLocal(timezone, until) / DAY_MS);
  // The last day of which the occurrence is not after it: a clock may have gone back.
  const last = toInstant(timezone, day * DAY_MS + timeMs) > until ? day - 1 : day;
  return { day: Math.max(start, day + 1), instant: until, whole, last };
}

type Until = ReturnType<typeof untilOf>;

/** COUNT or UNTIL: a rule has one of them at most (section 3.3.10), and ours may have both. */
function boundOf(series: RuledSeries, rule: Rule, until: Until, budget: Budget): string[] {
  const { count } = rule;
  if (until && count !== Infinity) {
    let days = 0;
    for (const _ of daysOf(rule, rule.start, until.last, budget)) days += 1;
    if (days >= count) return [`COUNT=${count}`];
  }
  if (until) return [`UNTIL=${series.allDay ? dateOf(until.last) : utcTime(until.whole)}`];
  return count === Infinity ? [] : [`COUNT=${count}`];
}

function partsOf(rule: Rule, bound: string[]): string {
  const { interval, weekStart, byweekno, byyearday, bymonthday, byweekday, bysetpos } = rule;
  // The same rule in the form that most readers get right. ical.js reads dates of a year without months as one date.
  const byDates = bymonthday && !byweekno && !byyearday && !byweekday && !bysetpos;
  const isDates = byDates && rule.freq === 'yearly';
  const freq = isDates && interval === 1 ? 'monthly' : rule.freq;
  const bymonth = rule.bymonth ?? (isDates && interval > 1 ? EVERY_MONTH : undefined);
  const list = (name: string, values: Set<number> | undefined) =>
    values ? [`${name}=${[...values].sort((a, b) => a - b).join(',')}`] : [];
  const days = [...(byweekday ?? [])].flatMap(([weekday, ordinals]) =>
    ordinals.has(EVERY) ? [short(weekday)] : [...ordinals].map((ordinal) => `${ordinal}${short(weekday)}`),
  );
  return [
    `FREQ=${freq.toUpperCase()}`,
    ...(interval > 1 ? [`INTERVAL=${interval}`] : []),
    ...bound,
    ...list('BYMONTH', bymonth),
    ...list('BYWEEKNO', byweekno),
    ...list('BYYEARDAY', byyearday),
    ...list('BYMONTHDAY', bymonthday),
    ...(days.length ? [`BYDAY=${days.join(',')}`] : []),
    ...list('BYSETPOS', bysetpos),
    ...(weekStart === 0 ? [] : [`WKST=${short(weekStart)}`]),
  ].join(';');
}
