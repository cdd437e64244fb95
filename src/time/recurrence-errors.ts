/** What the contract and RFC 5545, 3.3.10, forbid in a recurrence beyond its JSON types. */
import { RECURRENCE_COUNT_MAX, RECURRENCE_INTERVAL_MAX, UNTIL_MAX_DAYS } from '../limits.ts';
import type { FieldError } from '../problem.ts';
import type { Recurrence } from '../sdk/types.ts';
import { MONTHS, parseWeekday } from './rule.ts';
import { DAY_MS } from './units.ts';

type Frequency = Recurrence['freq'];

/** What is known of a by-rule that is a list. */
interface List {
  name: 'byweekday' | 'bymonthday' | 'bymonth' | 'byyearday' | 'byweekno' | 'bysetpos';
  /** How many distinct values there are, and so the greatest length. */
  size: number;
  has(value: string | number): boolean;
  /** Why a value that it has not is refused. */
  reason: string;
  freqs: Frequency[];
}

const ORDINAL_MAX = 53;
const ALL: Frequency[] = ['yearly', 'monthly', 'weekly', 'daily'];

const LISTS: List[] = [
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

/** The greatest length of each by-rule: so that a longer list is refused before its values are looked at. */
export const sizes = Object.fromEntries(LISTS.map(({ name, size }) => [name, size])) as Record<
  List['name'],
  number
>;

/**
 * Everything that is wrong with the recurrence of a series that starts at `startTs` (ms): paths within the
 * recurrence, and reasons that never repeat a value. None when `instances` can take it. An empty list counts
 * as an absent one.
 */
export function faults(recurrence: Recurrence, startTs: number): FieldError[] {
  const { freq, interval, count, until, byweekno } = recurrence;
  const found: FieldError[] = [];
  const refuse = (path: string, reason: string) => found.push({ path, reason });

  if (!isWhole(interval, RECURRENCE_INTERVAL_MAX))
    refuse('interval', `must be a whole number from 1 to ${RECURRENCE_INTERVAL_MAX}`);
  if (count !== undefined && !isWhole(count, RECURRENCE_COUNT_MAX)) {
    refuse('count', `must be a whole number from 1 to ${RECURRENCE_COUNT_MAX}`);
  }
  if (until !== undefined && until - startTs > UNTIL_MAX_DAYS * DAY_MS) {
    refuse('until', `must be at most ${UNTIL_MAX_DAYS} days after startTs`);
  }

  const lists = LISTS.filter(({ name }) => recurrence[name]?.length);
  for (const { name, size, has, reason, freqs } of lists) {
    const values: readonly (string | number)[] = recurrence[name] ?? [];
    if (!freqs.includes(freq)) refuse(name, `must not be in a ${freq} recurrence`);
    else if (values.length > size) refuse(name, `must have at most ${size} values`);
    else for (const [i, value] of values.entries()) if (!has(value)) refuse(`${name}[${i}]`, reason);
  }
  if (lists.length === 1 && lists[0]?.name === 'bysetpos')
    refuse('bysetpos', 'must stand beside another by-rule');

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

/** The values that count from 1, or from -1 at the end. */
function fromEitherEnd(max: number): Pick<List, 'size' | 'has' | 'reason'> {
  return {
    size: 2 * max,
    has: (value) => isWhole(Math.abs(Number(value)), max),
    reason: `must be a whole number from 1 to ${max} or -${max} to -1`,
  };
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
