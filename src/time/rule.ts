/** A recurrence, prepared for checking days: its lists become sets, and its start supplies the parts that it omits. */
import type { Recurrence, Weekday } from '../sdk/types.ts';
import { PRICE_NS, unlimited } from './budget.ts';
import { monthOf, WEEKDAYS, weekdayOf } from './calendar.ts';

export const MONTHS: readonly string[] =
  'January February March April May June July August September October November December'.split(' ');

/** The ordinal of a weekday without one: every such weekday of the period. */
export const EVERY = 0;

export interface Rule {
  freq: Recurrence['freq'];
  interval: number;
  /** Infinity without a count. */
  count: number;
  /** The local day of the first instance. */
  start: number;
  /** 0 for Monday. */
  weekStart: number;
  bymonth: Set<number> | undefined;
  byweekno: Set<number> | undefined;
  byyearday: Set<number> | undefined;
  bymonthday: Set<number> | undefined;
  /** The ordinals of each weekday, 0 for Monday. */
  byweekday: Map<number, Set<number>> | undefined;
  /** The period in which the ordinals count. */
  ordinalsIn: 'month' | 'year';
  bysetpos: Set<number> | undefined;
}

/** The latest start of an instance, in milliseconds since the epoch. Input that is stored has no date any more. */
export const untilOf = ({ until = Infinity }: Recurrence): number =>
  typeof until === 'string' ? Date.parse(until) : until;

/**
 * The rule of a recurrence (RFC 5545 section 3.3.10). An empty list counts as an absent one. The caller applies `until`,
 * because `until` is an instant.
 *
 * @param recurrence without `recurrenceErrors`.
 * @param start the local day on which the series starts.
 * @param weekStart of a recurrence that names none.
 * @throws Overspent
 */
export function ruleOf(
  recurrence: Recurrence,
  start: number,
  weekStart: Weekday,
  budget = unlimited(),
): Rule {
  const { freq, interval, count = Infinity } = recurrence;
  const {
    bymonth = [],
    byweekno = [],
    byyearday = [],
    bymonthday = [],
    byweekday = [],
    bysetpos = [],
  } = recurrence;
  const lists = [bymonth, byweekno, byyearday, bymonthday, byweekday, bysetpos];
  budget.spend(PRICE_NS.entry * lists.reduce((sum, list) => sum + list.length, 0));
  const rule: Rule = {
    freq,
    interval,
    count,
    start,
    weekStart: WEEKDAYS.indexOf(recurrence.weekStart ?? weekStart),
    bymonth: setOf(recurrence.bymonth?.map(monthNumber)),
    byweekno: setOf(recurrence.byweekno),
    byyearday: setOf(recurrence.byyearday),
    bymonthday: setOf(recurrence.bymonthday),
    byweekday: ordinalsByWeekday(recurrence.byweekday),
    ordinalsIn: freq === 'monthly' || recurrence.bymonth?.length ? 'month' : 'year',
    bysetpos: setOf(recurrence.bysetpos),
  };
  const namesDays = rule.bymonthday ?? rule.byweekday ?? rule.byyearday;
  if (freq === 'daily' || namesDays) return rule;
  if (freq === 'weekly' || rule.byweekno) {
    rule.byweekday = new Map([[weekdayOf(start), new Set([EVERY])]]);
  } else {
    const month = monthOf(start);
    rule.bymonthday = new Set([start - month.first + 1]);
    if (freq === 'yearly') rule.bymonth ??= new Set([month.number]);
  }
  return rule;
}

/** The weekday (0 for Monday) and the ordinal, or EVERY, of `-1Fri` or `Fri`; undefined for any other text. */
export function parseWeekday(value: string): { weekday: number; ordinal: number } | undefined {
  const [, ordinal = EVERY, name] = /^(-?[1-9]\d?)?([A-Z][a-z]{2})$/.exec(value) ?? [];
  const weekday = (WEEKDAYS as readonly (string | undefined)[]).indexOf(name);
  return weekday < 0 ? undefined : { weekday, ordinal: Number(ordinal) };
}

function ordinalsByWeekday(list: string[] = []): Map<number, Set<number>> | undefined {
  const ordinals = new Map<number, Set<number>>();
  for (const value of list) {
    const { weekday, ordinal } = parseWeekday(value) ?? { weekday: -1, ordinal: EVERY };
    ordinals.set(weekday, (ordinals.get(weekday) ?? new Set()).add(ordinal));
  }
  return ordinals.size > 0 ? ordinals : undefined;
}

function setOf(list: number[] = []): Set<number> | undefined {
  return list.length > 0 ? new Set(list) : undefined;
}

/** The number of a month, 1 … 12. */
function monthNumber(month: string | number): number {
  return typeof month === 'number' ? month : MONTHS.indexOf(month) + 1;
}
