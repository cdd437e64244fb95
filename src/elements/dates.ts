/** Arithmetic with dates such as `2030-01-31`, for the date grid. It never reads the clock or the browser's time zone. */

/** A date of the Gregorian calendar such as `2030-01-31`. The text order is the order in time. */
export type IsoDate = string;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Midnight UTC of the date in milliseconds since the epoch, for arithmetic and for `Intl` with the time zone UTC. */
export const toUtc = (date: IsoDate): number => Date.parse(`${date}T00:00Z`);
const fromUtc = (ms: number): IsoDate => new Date(ms).toISOString().slice(0, 10);

/** The date in `zone` at the time `ms`, in milliseconds since the epoch. */
export const dateIn = (zone: string, ms: number): IsoDate =>
  // Sweden writes dates so.
  new Date(ms).toLocaleDateString('sv-u-ca-gregory-nu-latn', { timeZone: zone });

export const addDays = (date: IsoDate, days: number): IsoDate => fromUtc(toUtc(date) + days * DAY_MS);

export const daysBetween = (first: IsoDate, last: IsoDate): number => (toUtc(last) - toUtc(first)) / DAY_MS;

/** The same day of another month, or its last day: one month after January 31 is February 28. */
export function addMonths(date: IsoDate, months: number): IsoDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return fromUtc(Date.UTC(year, month - 1 + months, Math.min(day, last)));
}

/** From 1 for Monday to 7 for Sunday, as in ISO 8601 and in the week info of `Intl`. */
export const weekday = (date: IsoDate): number => new Date(toUtc(date)).getUTCDay() || 7;

export const monthOf = (date: IsoDate): string => date.slice(0, 7);

export const firstOfMonth = (date: IsoDate): IsoDate => `${monthOf(date)}-01`;
export const lastOfMonth = (date: IsoDate): IsoDate => addDays(addMonths(firstOfMonth(date), 1), -1);

export const later = (date: IsoDate, other: IsoDate): IsoDate => (date < other ? other : date);

/** The days since the start of the week, from 0 to 6. */
const daysIntoWeek = (date: IsoDate, weekStart: number): number => (weekday(date) - weekStart + 7) % 7;

/** The weeks of the month of `date`. Each has seven entries; a day of another month is undefined. */
export function weeksOf(date: IsoDate, weekStart: number): (IsoDate | undefined)[][] {
  const month = monthOf(date);
  const weeks: (IsoDate | undefined)[][] = [];
  let day = addDays(`${month}-01`, -daysIntoWeek(`${month}-01`, weekStart));
  do {
    const first = day;
    weeks.push(
      Array.from({ length: 7 }, (_, index) => addDays(first, index)).map((one) =>
        monthOf(one) === month ? one : undefined,
      ),
    );
    day = addDays(day, 7);
  } while (monthOf(day) === month);
  return weeks;
}

/**
 * The date that a key moves the cursor to, by the ARIA Authoring Practices ("Date Picker Dialog Example", keyboard support
 * of the date grid); undefined for any other key.
 *
 * @param rtl whether the week runs from right to left, so that the left arrow moves forward.
 */
export function dateForKey(
  { key, shiftKey }: { key: string; shiftKey: boolean },
  date: IsoDate,
  weekStart: number,
  rtl: boolean,
): IsoDate | undefined {
  const forward = rtl ? -1 : 1;
  const months = shiftKey ? 12 : 1;
  const days = {
    ArrowRight: forward,
    ArrowLeft: -forward,
    ArrowDown: 7,
    ArrowUp: -7,
    Home: -daysIntoWeek(date, weekStart),
    End: 6 - daysIntoWeek(date, weekStart),
  }[key];
  if (days !== undefined) return addDays(date, days);
  const pages = { PageDown: months, PageUp: -months }[key];
  return pages === undefined ? pages : addMonths(date, pages);
}

/** The part of the day in `zone` at the time `ms`: the afternoon begins at 12:00, the evening at 17:00. */
export function dayPartOf(ms: number, zone: string): 'morning' | 'afternoon' | 'evening' {
  const hour = Number(
    new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23', timeZone: zone }).format(ms),
  );
  if (hour < 12) return 'morning';
  return hour < 17 ? 'afternoon' : 'evening';
}
