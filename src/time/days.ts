/**
 * The days that a rule names. Without its time parts the table of RFC 5545, 3.3.10, is a filter on the days
 * of each period, with BYSETPOS applied to what passes.
 */
import { type Budget, PRICE, unlimited } from './budget.ts';
import {
  firstOfMonth,
  firstOfWeek,
  includes,
  type Month,
  monthOf,
  type Span,
  weekdayOf,
  yearNumber,
} from './calendar.ts';
import { EVERY, type Rule } from './rule.ts';

/**
 * The local days from `from` to `to`, both included, on which a rule has an instance, in order. Without a
 * count the search begins at `from`, however long ago the start was; with one it has to begin at the start.
 *
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
  // What is neither counted nor has a place among others need not be looked at.
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

/** The periods that are looked at, every `step` of them: a number for each, and its first day. */
interface Periods {
  indexOf(day: number): number;
  firstOf(index: number): number;
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
    case 'daily': // by the month as well: day by day costs several times as much
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

/** A function from a period, or a part of one, to those of its days that all by-rules let pass. */
function chooser(rule: Rule, budget: Budget): (first: number, end: number) => number[] {
  const { freq, interval, start, weekStart, ordinalsIn } = rule;
  const { bymonth, byweekno, byyearday, bymonthday, byweekday, bysetpos } = rule;
  const daily = freq === 'daily';
  const lists = [byweekno, byyearday, bymonthday, byweekday, bysetpos].filter((list) => list);
  const price = PRICE.day * (1 + lists.length);

  function passes(day: number, month: Month): boolean {
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
      // A week belongs to the year that has four or more of its days, which is the year of its fourth day.
      const fourth = firstOfWeek(day, weekStart) + 3;
      if (!holdsInSevens(byweekno, fourth, includes(year, fourth) ? year : monthOf(fourth).year))
        return false;
    }
    return true;
  }

  let month: Month = { number: 0, first: 0, end: 0, year: { first: 0, end: 0 } };
  return (first, end) => {
    const days: number[] = [];
    budget.spend(PRICE.period);
    for (let day = first; day < end; ) {
      if (!includes(month, day)) {
        budget.spend(PRICE.month);
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
    return days.filter((_, place) => (daily ? holds(bysetpos, 0, 1) : holds(bysetpos, place, days.length)));
  };
}

/** Is a place (from 0) among so many one of those listed, which count from 1, or from -1 at the end? */
function holds(list: Set<number>, place: number, length: number): boolean {
  return list.has(place + 1) || list.has(place - length);
}

/** The same for the place of a day among those of a span that fall on its weekday. */
function holdsInSevens(list: Set<number>, day: number, { first, end }: Span): boolean {
  const before = Math.floor((day - first) / 7);
  const after = Math.floor((end - 1 - day) / 7);
  return holds(list, before, before + 1 + after);
}
