/** Dates as text, `2030-01-31`, and what a date grid asks of them. No clock, no zone but where one is named. */

/** A date of the Gregorian calendar, `2030-01-31`; as text they sort. */
export type IsoDate = string;

const DAY_MS = 24 * 60 * 60 * 1000;

/** The date as an instant (ms), for arithmetic and for `Intl` with the zone UTC. */
export const toUtc = (date: IsoDate): number => Date.parse(`${date}T00:00Z`);
const fromUtc = (ms: number): IsoDate => new Date(ms).toISOString().slice(0, 10);

/** What the clocks of `zone` call the date of the instant `ms`. */
export function dateIn(zone: string, ms: number): IsoDate {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(ms);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

export const addDays = (date: IsoDate, days: number): IsoDate => fromUtc(toUtc(date) + days * DAY_MS);

/** The same day of another month, or the last that it has: a month after January 31st is February 28th. */
export function addMonths(date: IsoDate, months: number): IsoDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return fromUtc(Date.UTC(year, month - 1 + months, Math.min(day, last)));
}

/** 1 for Monday … 7 for Sunday, as in ISO 8601 and `Intl`'s week info. */
export const weekday = (date: IsoDate): number => new Date(toUtc(date)).getUTCDay() || 7;

export const monthOf = (date: IsoDate): string => date.slice(0, 7);

/** How far into its week a date lies: 0 … 6. */
const intoWeek = (date: IsoDate, weekStart: number): number => (weekday(date) - weekStart + 7) % 7;

/** The month of `date` in weeks of seven; undefined where a week has days of another month. */
export function weeksOf(date: IsoDate, weekStart: number): (IsoDate | undefined)[][] {
  const month = monthOf(date);
  const weeks: (IsoDate | undefined)[][] = [];
  let day = addDays(`${month}-01`, -intoWeek(`${month}-01`, weekStart));
  do {
    const monday = day;
    weeks.push(
      Array.from({ length: 7 }, (_, index) => addDays(monday, index)).map((one) =>
        monthOf(one) === month ? one : undefined,
      ),
    );
    day = addDays(day, 7);
  } while (monthOf(day) === month);
  return weeks;
}

/**
 * Where a key leads from a date, by the ARIA Authoring Practices ("Date Picker Dialog Example", keyboard support of the
 * date grid); undefined for a key that does not lead anywhere.
 *
 * @param rtl whether the week runs from right to left: the arrows follow what is seen.
 */
export function dateForKey(
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  date: IsoDate,
  weekStart: number,
  rtl: boolean,
): IsoDate | undefined {
  const forward = rtl ? -1 : 1;
  const months = shiftKey ? 12 : 1;
  switch (key) {
    case 'ArrowRight':
      return addDays(date, forward);
    case 'ArrowLeft':
      return addDays(date, -forward);
    case 'ArrowDown':
      return addDays(date, 7);
    case 'ArrowUp':
      return addDays(date, -7);
    case 'Home':
      return addDays(date, -intoWeek(date, weekStart));
    case 'End':
      return addDays(date, 6 - intoWeek(date, weekStart));
    case 'PageDown':
      return addMonths(date, months);
    case 'PageUp':
      return addMonths(date, -months);
    default:
      return undefined;
  }
}
