/**
 * The days of a recurrence rule. As our rules have no time parts, the table of RFC 5545 section 3.3.10 becomes a filter
 * on the days of each period, and BYSETPOS selects among the days that pass.
 */
import { type Budget, PRICE_NS, unlimited } from './budget.ts';
import {
  type CalendarMonth,
  firstOfMonth,
  firstOfWeek,
  includes,
  monthOf,
  type Span,
  weekdayOf,
  yearNumber,
} from './calendar.ts';
import { EVERY, type Rule } from './rule.ts';

/**
 * The local days on which a rule has an instance, in order. Without a count, the search starts at `from`, however long
 * ago the start was. With a count, it starts with the series, and counts from there.
 *
 * @param from the first day, included.
 * @param to the last day, included.
 * @param budget pays for the search.
 * @throws Overspent
 */
export function* daysOf(rule: Rule, from: number, to: number, budget = unlimited()): Generator<number> {
  const { start, count, bysetpos } = rule;
  const { indexOf, firstOf, step } = periods(rule);
  const chosen = chooser(rule, budget);
  const isCounted = count !== Infinity;
  let left = count;
  let index = indexOf(start);
  if (!isCounted && from > start) index += step * Math.ceil((indexOf(from) - index) / step);
  // A day before `from`, or after `to`, matters only to a count or to BYSETPOS.
  const low = bysetpos ? -Infinity : isCounted ? start : Math.max(start, from);
  const high = bysetpos ? Infinity : to + 1;
  for (; firstOf(index) <= to; index += step) {
    for (const day of chosen(Math.max(low, firstOf(index)), Math.min(high, firstOf(index + 1)))) {
      if (day < start) continue;
      if (day > to) return;
      if (day >= from) yield day;
      left -= 1;
      if (left === 0) return;
    }
  }
}

/** The periods of a rule, numbered. */
interface Periods {
  /** The number of the period of a day. */
  indexOf(day: number): number;
  /** The first day of a period. */
  firstOf(index: number): number;
  /** The rule applies to every `step`th period. */
  step: number;
}

function periods({ freq, interval, weekStart }: Rule): Periods {
  switch (freq) {
    case 'weekly': {
      const weekZero = firstOfWeek(0, weekStart);
      return {
        indexOf: (day) => Math.floor((day - weekZero) / 7),
        firstOf: (index) => weekZero + index * 7,
        step: interval,
      };
    }
    case 'daily': // by month too, as single days cost several times as much
    case 'monthly':
      return {
        indexOf: (day) => yearNumber(day) * 12 + monthOf(day).number - 1,
        firstOf: (index) => firstOfMonth(0, index),
        step: freq === 'daily' ? 1 : interval,
      };
    case 'yearly':
      return { indexOf: yearNumber, firstOf: (index) => firstOfMonth(index, 0), step: interval };
  }
}

/** A function that returns the days of a period, or of a part of one, that pass all by-rules. */
function chooser(rule: Rule, budget: Budget): (first: number, end: number) => number[] {
  const { freq, interval, start, weekStart, ordinalsIn } = rule;
  const { bymonth, byweekno, byyearday, bymonthday, byweekday, bysetpos } = rule;
  const daily = freq === 'daily';
  const lists = [byweekno, byyearday, bymonthday, byweekday, bysetpos].filter((list) => list);
  const price = PRICE_NS.day * (1 + lists.length);

  function passes(day: number, month: CalendarMonth): boolean {
    const { year } = month;
    if (daily && (day - start) % interval !== 0) return false;
    if (bymonthday && !holds(bymonthday, day - month.first, month.end - month.first)) return false;
    if (byyearday && !holds(byyearday, day - year.first, year.end - year.first)) return false;
    if (byweekday) {
      const ordinals = byweekday.get(weekdayOf(day));
      if (!ordinals) return false;
      const span = ordinalsIn === 'month' ? month : year;
      if (!ordinals.has(EVERY) && !holdsInSevens(ordinals, day, span)) return false;
    }
    if (byweekno) {
      // A week belongs to the year that has at least four of its days: the year of its fourth day.
      const fourth = firstOfWeek(day, weekStart) + 3;
      if (!holdsInSevens(byweekno, fourth, includes(year, fourth) ? year : monthOf(fourth).year))
        return false;
    }
    return true;
  }

  let month: CalendarMonth = { number: 0, first: 0, end: 0, year: { first: 0, end: 0 } };
  return (first, end) => {
    const days: number[] = [];
    budget.spend(PRICE_NS.period);
    for (let day = first; day < end; ) {
      if (!includes(month, day)) {
        budget.spend(PRICE_NS.month);
        month = monthOf(day);
      }
      const stop = Math.min(end, month.end);
      if (!bymonth || bymonth.has(month.number)) {
        budget.spend(price * (stop - day));
        for (; day < stop; day++) if (passes(day, month)) days.push(day);
      }
      day = stop;
    }
    if (!bysetpos) return days;
    return days.filter((_, index) => (daily ? holds(bysetpos, 0, 1) : holds(bysetpos, index, days.length)));
  };
}

/** Whether a list of positions, from 1 or backwards from -1, has an index (from 0) among `length` entries. */
function holds(positions: Set<number>, index: number, length: number): boolean {
  return positions.has(index + 1) || positions.has(index - length);
}

/** The same for the index of a day among the days of a span that fall on its weekday. */
function holdsInSevens(positions: Set<number>, day: number, { first, end }: Span): boolean {
  const before = Math.floor((day - first) / 7);
  const after = Math.floor((end - 1 - day) / 7);
  return holds(positions, before, before + 1 + after);
}
