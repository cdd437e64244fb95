/** What the contract and RFC 5545, 3.3.10, forbid in a recurrence beyond its JSON types. */
import type { FieldError } from '../problem.ts';
import type { Recurrence } from '../sdk/types.ts';
import { DAY } from './calendar.ts';
import { MONTHS, parseWeekday } from './rule.ts';

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

const MAX_INTERVAL = 10_000;
const MAX_COUNT = 739;
export const MAX_UNTIL_DAYS = 732;
const MAX_ORDINAL = 53;
const ALL: Frequency[] = ['yearly', 'monthly', 'weekly', 'daily'];

const LISTS: List[] = [
  {
    name: 'byweekday',
    size: 7 * (1 + 2 * MAX_ORDINAL),
    has: (value) => Math.abs(parseWeekday(String(value))?.ordinal ?? Infinity) <= MAX_ORDINAL,
    reason: `must be Mon … Sun, alone or after an ordinal from 1 to ${MAX_ORDINAL} or -${MAX_ORDINAL} to -1`,
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

  if (!isWhole(interval, MAX_INTERVAL))
    refuse('interval', `must be a whole number from 1 to ${MAX_INTERVAL}`);
  if (count !== undefined && !isWhole(count, MAX_COUNT)) {
    refuse('count', `must be a whole number from 1 to ${MAX_COUNT}`);
  }
  if (until !== undefined && until - startTs > MAX_UNTIL_DAYS * DAY) {
    refuse('until', `must be at most ${MAX_UNTIL_DAYS} days after startTs`);
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
