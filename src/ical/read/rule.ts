/** RRULE (RFC 5545 section 3.3.10) as a recurrence of ours. */
import type { Recurrence, Weekday } from '../../sdk/types.ts';
import { recurrenceErrors } from '../../time/recurrence-errors.ts';

const DAYS: Readonly<Record<string, Weekday>> = {
  MO: 'Mon',
  TU: 'Tue',
  WE: 'Wed',
  TH: 'Thu',
  FR: 'Fri',
  SA: 'Sat',
  SU: 'Sun',
};
const FREQS = ['yearly', 'monthly', 'weekly', 'daily'] as const;
const LISTS = {
  BYMONTH: 'bymonth',
  BYMONTHDAY: 'bymonthday',
  BYYEARDAY: 'byyearday',
  BYWEEKNO: 'byweekno',
  BYSETPOS: 'bysetpos',
} as const;

/** Why an event cannot be represented, for a person. */
export class Unrepresentable extends Error {}

/**
 * @param startTs the start of the series, in milliseconds since the epoch.
 * @param instantOf reads UNTIL.
 * @throws Unrepresentable
 */
export function recurrenceIn(
  value: string,
  startTs: number,
  instantOf: (value: string) => number,
): Recurrence {
  const parts = new Map(
    value
      .toUpperCase()
      .split(';')
      .map((part) => part.trim().split('=') as [string, string?])
      .map(([name, list = '']) => [name, list]),
  );
  const freq = FREQS.find((freq) => freq.toUpperCase() === parts.get('FREQ'));
  if (!freq) throw new Unrepresentable('RRULE repeats by hours, minutes or seconds, or has no FREQ');
  const recurrence: Recurrence = { freq, interval: Number(parts.get('INTERVAL') ?? 1) };
  for (const [name, list] of parts) {
    const values = list.split(',').map((entry) => entry.trim());
    if (name === 'COUNT') recurrence.count = Number(list);
    else if (name === 'UNTIL') recurrence.until = instantOf(list);
    else if (name === 'BYDAY')
      recurrence.byweekday = values.map(weekdayIn) as NonNullable<Recurrence['byweekday']>;
    else if (name in LISTS) recurrence[LISTS[name as keyof typeof LISTS]] = values.map(Number) as never;
    else if (name === 'WKST' && DAYS[list]) recurrence.weekStart = DAYS[list];
    else if (name !== 'FREQ' && name !== 'INTERVAL' && name !== '' && !name.startsWith('X-'))
      throw new Unrepresentable(`RRULE has ${name.slice(0, 20)}`);
  }
  recurrence.weekStart ??= 'Mon';
  const [error] = recurrenceErrors(recurrence, startTs);
  if (error) throw new Unrepresentable(`RRULE: ${error.path} ${error.reason}`);
  return recurrence;
}

/** `-1FR` becomes `-1Fri`. */
function weekdayIn(value: string): string {
  const [, ordinal = '', day = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(value) ?? [];
  return `${ordinal === '' ? '' : Number(ordinal)}${DAYS[day] ?? '?'}`;
}
