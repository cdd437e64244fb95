/**
 * Time zones as iCalendar writes them (RFC 5545 section 3.6.5): every change of the offset from the year before the first
 * event on. Where the last years go by one rule, that rule; otherwise the changes themselves, up to `LAST_YEAR`.
 */
import { BoundedMap } from '../bounded-map.ts';
import { firstOfMonth, monthOf, WEEKDAYS, weekdayOf } from '../time/calendar.ts';
import { DAY_MS } from '../time/units.ts';
import { type Change, changesOf, toLocal } from '../time/zone.ts';
import { contentLine } from './content-lines.ts';
import { localTime, offsetOf } from './times.ts';

/** The last year whose changes are looked up. A fixed one, so that the text of a zone does not change by itself. */
export const LAST_YEAR = 2055;
/** The years from which changes are looked up: of few years there are few texts to cache. */
const FIRST_YEARS = [1970, 2010, 2025] as const;
/** How many years in a row make a rule. */
const RULE_YEARS = 6;

/** The texts that an isolate caches, and the changes. The oldest goes first. */
const TEXTS_MAX = 128;
const texts = new BoundedMap<string, string>(TEXTS_MAX);
const changes = new BoundedMap<string, Change[]>(TEXTS_MAX);

const blockOf = (firstYear: number): number =>
  FIRST_YEARS.findLast((year) => year < firstYear) ?? FIRST_YEARS[0];

/**
 * The local days, numbered from 1970-01-01, on which a wall clock time does not exist in the zone, or exists twice.
 *
 * @param timeMs since midnight.
 * @param firstDay the day to begin with.
 */
export function oddDays(zone: string, timeMs: number, firstDay: number): number[] {
  const year = new Date(firstDay * DAY_MS).getUTCFullYear();
  return changesFrom(zone, blockOf(year)).flatMap(({ at, before, after }) => {
    const from = at + Math.min(before, after);
    const to = at + Math.max(before, after);
    const day = Math.ceil((from - timeMs) / DAY_MS);
    return day >= firstDay && day * DAY_MS + timeMs < to ? [day] : [];
  });
}

/** Whether times of a zone are written in UTC, without a zone. */
export const isUtc = (zone: string): boolean => zone === 'UTC';

/**
 * The component VTIMEZONE of a zone.
 *
 * @param firstYear the year of its first time, such as 2030.
 */
export function zoneText(zone: string, firstYear: number): string {
  const from = blockOf(firstYear);
  const key = `${zone} ${from}`;
  const cached = texts.get(key);
  if (cached !== undefined) return cached;
  const text = written(zone, from);
  texts.set(key, text);
  return text;
}

/** The changes of a zone from a year on, up to `LAST_YEAR`, cached. */
const changesFrom = (zone: string, year: number): Change[] => {
  const key = `${zone} ${year}`;
  const cached = changes.get(key) ?? changesOf(zone, Date.UTC(year, 0, 1), Date.UTC(LAST_YEAR + 1, 0, 1));
  changes.set(key, cached);
  return cached;
};

function written(zone: string, from: number): string {
  const start = Date.UTC(from, 0, 1);
  const changes = changesFrom(zone, from);
  const offset = toLocal(zone, start) - start;
  const first = { at: start - offset, before: offset, after: offset };
  const kinds = new Map<string, Change[]>();
  for (const change of changes) {
    const kind = `${change.before} ${change.after}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), change]);
  }
  const observances = [...kinds.values()].flatMap((all) => {
    const { ruled, rule } = ruleOfLast(all);
    const single = all.slice(0, all.length - ruled.length);
    return [
      ...(single.length ? [observance(single, null, changes)] : []),
      ...(rule ? [observance(ruled, rule, changes)] : []),
    ];
  });
  return [
    'BEGIN:VTIMEZONE\r\n',
    contentLine(`TZID:${zone}`),
    observance([first], null, []),
    ...observances,
    'END:VTIMEZONE\r\n',
  ].join('');
}

/** One observance (section 3.6.5): changes from one offset to the same other one. */
function observance(changes: readonly Change[], rule: string | null, all: readonly Change[]): string {
  const [first] = changes as [Change];
  const name = isDaylight(first, all) ? 'DAYLIGHT' : 'STANDARD';
  const local = ({ at, before }: Change) => localTime(at + before);
  const lines = [
    `BEGIN:${name}`,
    `DTSTART:${local(first)}`,
    // RDATE repeats DTSTART, which ical.js and libical leave out beside other dates.
    ...(rule
      ? [`RRULE:${rule}`]
      : changes.length > 1
        ? changes.map((change) => `RDATE:${local(change)}`)
        : []),
    `TZOFFSETFROM:${offsetOf(first.before)}`,
    `TZOFFSETTO:${offsetOf(first.after)}`,
    `TZNAME:${offsetOf(first.after)}`,
    `END:${name}`,
  ];
  return lines.map(contentLine).join('');
}

/** Whether clocks go forward, and back again with their next change. */
function isDaylight(change: Change, all: readonly Change[]): boolean {
  const next = all[all.indexOf(change) + 1];
  return change.after > change.before && next !== undefined && next.after < next.before;
}

/** The last changes of one kind that follow one yearly rule, and the rule; none where there is no such rule. */
function ruleOfLast(changes: readonly Change[]): { ruled: readonly Change[]; rule: string | null } {
  const none = { ruled: [], rule: null };
  const facts = changes.map(({ at, before }) => {
    const day = Math.floor((at + before) / DAY_MS);
    const month = monthOf(day);
    return {
      year: new Date(day * DAY_MS).getUTCFullYear(),
      month: month.number,
      date: day - month.first + 1,
      weekday: weekdayOf(day),
      time: at + before - day * DAY_MS,
    };
  });
  const last = facts.at(-1);
  if (!last || last.year !== LAST_YEAR) return none;
  let [low, high] = [last.date, last.date];
  let count = 0;
  for (const fact of facts.toReversed()) {
    const same =
      fact.year === last.year - count &&
      fact.month === last.month &&
      fact.weekday === last.weekday &&
      fact.time === last.time;
    const dates = [Math.min(low, fact.date), Math.max(high, fact.date)] as const;
    if (!same || dates[1] - dates[0] > 6) break;
    [low, high] = dates;
    count += 1;
  }
  if (count < RULE_YEARS) return none;
  // Of several weekdays on one date, some years may not have shown the whole week yet.
  if (high - low < 6) return none;
  const name = WEEKDAYS[last.weekday]?.slice(0, 2).toUpperCase();
  const length = firstOfMonth(0, last.month) - firstOfMonth(0, last.month - 1);
  const dates = Array.from({ length: 7 }, (_, i) => low + i);
  const day =
    high === length && last.month !== 2
      ? `BYDAY=-1${name}`
      : low % 7 === 1
        ? `BYDAY=${Math.ceil(low / 7)}${name}`
        : `BYMONTHDAY=${dates.join(',')};BYDAY=${name}`;
  return {
    ruled: changes.slice(changes.length - count),
    rule: `FREQ=YEARLY;BYMONTH=${last.month};${day}`,
  };
}
