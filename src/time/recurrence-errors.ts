/** The rules for a recurrence beyond its JSON types: those of RFC 5545 section 3.3.10, and the bounds of the contract. */
import { RECURRENCE_COUNT_MAX, RECURRENCE_INTERVAL_MAX, UNTIL_MAX_DAYS } from '../limits.ts';
import type { FieldError } from '../problem.ts';
import type { Recurrence } from '../sdk/types.ts';
import { neverOccurs } from './recurrence.ts';
import { MONTHS, parseWeekday, untilOf } from './rule.ts';
import { DAY_MS } from './units.ts';

/** The rules for a by-rule. */
interface ByRule {
  name: 'byweekday' | 'bymonthday' | 'bymonth' | 'byyearday' | 'byweekno' | 'bysetpos';
  /** The number of distinct values, and so the longest list. */
  size: number;
  has(value: string | number): boolean;
  /** The error for any other value. */
  reason: string;
  /** The frequencies that take this by-rule. */
  freqs: Recurrence['freq'][];
}

const ORDINAL_MAX = 53;
const ALL: Recurrence['freq'][] = ['yearly', 'monthly', 'weekly', 'daily'];

const BY_RULES: ByRule[] = [
  {
    name: 'byweekday',
    size: 7 * (1 + 2 * ORDINAL_MAX),
    has: (value) => Math.abs(parseWeekday(String(value))?.ordinal ?? Infinity) <= ORDINAL_MAX,
    reason: `must be Mon … Sun, alone or after an ordinal from 1 to ${ORDINAL_MAX} or -${ORDINAL_MAX} to -1`,
    freqs: ALL,
  },
  {
    name: 'bymonth',
    size: 12,
    has: (value) => MONTHS.some((month, index) => value === month || value === index + 1),
    reason: 'must be January … December or a whole number from 1 to 12',
    freqs: ALL,
  },
  { name: 'bymonthday', ...fromEitherEnd(31), freqs: ['yearly', 'monthly', 'daily'] },
  { name: 'byyearday', ...fromEitherEnd(366), freqs: ['yearly'] },
  { name: 'byweekno', ...fromEitherEnd(53), freqs: ['yearly'] },
  { name: 'bysetpos', ...fromEitherEnd(366), freqs: ALL },
];

/** The longest list of each by-rule, so that a schema refuses a longer one before it reads the values. */
export const sizes = Object.fromEntries(BY_RULES.map(({ name, size }) => [name, size])) as Record<
  ByRule['name'],
  number
>;

/**
 * All errors of a recurrence; none where `instances` can expand it. An empty list counts as an absent one.
 *
 * @param startTs the start of the series, in milliseconds since the epoch.
 * @returns paths within the recurrence, and reasons that never repeat a value.
 */
export function recurrenceErrors(recurrence: Recurrence, startTs: number): FieldError[] {
  const { freq, interval, count, byweekno } = recurrence;
  const found: FieldError[] = [];
  const refuse = (path: string, reason: string) => found.push({ path, reason });

  if (!isWhole(interval, RECURRENCE_INTERVAL_MAX))
    refuse('interval', `must be a whole number from 1 to ${RECURRENCE_INTERVAL_MAX}`);
  if (count !== undefined && !isWhole(count, RECURRENCE_COUNT_MAX)) {
    refuse('count', `must be a whole number from 1 to ${RECURRENCE_COUNT_MAX}`);
  }
  if (recurrence.until !== undefined && untilOf(recurrence) - startTs > UNTIL_MAX_DAYS * DAY_MS) {
    refuse('until', `must be at most ${UNTIL_MAX_DAYS} days after startTs`);
  }

  const lists = BY_RULES.filter(({ name }) => recurrence[name]?.length);
  for (const { name, size, has, reason, freqs } of lists) {
    const values: readonly (string | number)[] = recurrence[name] ?? [];
    if (!freqs.includes(freq)) refuse(name, `must not be in a ${freq} recurrence`);
    else if (values.length > size) refuse(name, `must have at most ${size} values`);
    else for (const [i, value] of values.entries()) if (!has(value)) refuse(`${name}[${i}]`, reason);
  }
  if (lists.length === 1 && lists[0]?.name === 'bysetpos')
    refuse('bysetpos', 'must be combined with another by-rule');

  const noOrdinals =
    freq === 'daily' || freq === 'weekly'
      ? `must not have an ordinal in a ${freq} recurrence`
      : freq === 'yearly' && byweekno?.length && 'must not have an ordinal beside byweekno';
  if (noOrdinals) {
    for (const [i, value] of (recurrence.byweekday ?? []).entries()) {
      if (parseWeekday(value)?.ordinal) refuse(`byweekday[${i}]`, noOrdinals);
    }
  }
  return found;
}

/**
 * The error of a recurrence without `recurrenceErrors` that has no occurrence; none where it has one, or where it takes too
 * long to find out.
 */
export function emptyErrors(recurrence: Recurrence, startTs: number, wholeDays: boolean): FieldError[] {
  if (!neverOccurs(recurrence, startTs, wholeDays)) return [];
  const start = wholeDays ? 'date' : 'startTs';
  const because =
    untilOf(recurrence) < startTs ? `until is before ${start}` : `no date from ${start} on fits the rule`;
  return [{ path: '', reason: `must have an occurrence: ${because}` }];
}

/** Values that count from 1, or backwards from -1. */
function fromEitherEnd(max: number): Pick<ByRule, 'size' | 'has' | 'reason'> {
  return {
    size: 2 * max,
    has: (value) => isWhole(Math.abs(Number(value)), max),
    reason: `must be a whole number from 1 to ${max} or -${max} to -1`,
  };
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
