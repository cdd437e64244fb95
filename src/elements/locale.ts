/** Formats dates and times in a language, with `Intl`. */
import { type IsoDate, toUtc } from './dates.ts';

/** The week and text info of `Intl.Locale`. Newer Chromium and Safari have methods for it, older ones properties. */
interface LocaleInfo {
  getWeekInfo?(): { firstDay: number };
  weekInfo?: { firstDay: number };
  getTextInfo?(): { direction?: string };
  textInfo?: { direction?: string };
}

/** For browsers without text info. */
const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/;

export interface Language {
  locale: string;
  direction: 'ltr' | 'rtl';
  /** From 1 for Monday to 7 for Sunday. */
  weekStart: number;
  month(date: IsoDate): string;
  /** With the weekday and the year. */
  day(date: IsoDate): string;
  dayOfMonth(date: IsoDate): string;
  weekdayShort(date: IsoDate): string;
  weekdayLong(date: IsoDate): string;
  /**
   * The local time in `zone`.
   *
   * @param ms milliseconds since the epoch.
   * @param withOffset whether to add the offset from UTC, for a local time that occurs twice.
   */
  time(ms: number, zone: string, withOffset?: boolean): string;
  dayAndTime(ms: number, zone: string): string;
}

/** @param tag a BCP 47 tag. One that `Intl` does not accept counts as English. */
export function languageOf(tag: string): Language {
  let locale = tag;
  try {
    Intl.getCanonicalLocales(tag);
  } catch {
    locale = 'en';
  }
  const info = new Intl.Locale(locale) as LocaleInfo;
  const direction =
    (info.getTextInfo?.() ?? info.textInfo)?.direction ?? (RIGHT_TO_LEFT.test(locale) ? 'rtl' : 'ltr');
  const formatters = new Map<string, Intl.DateTimeFormat>();
  const formatter = (options: Intl.DateTimeFormatOptions) => {
    const key = JSON.stringify(options);
    const cached = formatters.get(key) ?? new Intl.DateTimeFormat(locale, options);
    formatters.set(key, cached);
    return cached;
  };
  const format = (ms: number, options: Intl.DateTimeFormatOptions) => formatter(options).format(ms);
  const ofDate = (date: IsoDate, options: Intl.DateTimeFormatOptions) =>
    format(toUtc(date), { ...options, timeZone: 'UTC', calendar: 'gregory' });
  const day = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  const time = (ms: number, timeZone: string) => format(ms, { timeStyle: 'short', timeZone });
  const offset = (ms: number, timeZone: string) =>
    formatter({ timeZone, timeZoneName: 'shortOffset' })
      .formatToParts(ms)
      .find(({ type }) => type === 'timeZoneName')?.value;
  return {
    locale,
    direction: direction === 'rtl' ? 'rtl' : 'ltr',
    weekStart: (info.getWeekInfo?.() ?? info.weekInfo)?.firstDay ?? 1,
    month: (date) => ofDate(date, { month: 'long', year: 'numeric' }),
    day: (date) => ofDate(date, { ...day, year: 'numeric' }),
    dayOfMonth: (date) => ofDate(date, { day: 'numeric' }),
    weekdayShort: (date) => ofDate(date, { weekday: 'short' }),
    weekdayLong: (date) => ofDate(date, { weekday: 'long' }),
    time: (ms, zone, withOffset) => (withOffset ? `${time(ms, zone)} ${offset(ms, zone)}` : time(ms, zone)),
    dayAndTime: (ms, timeZone) =>
      `${format(ms, { ...day, calendar: 'gregory', timeZone })}, ${time(ms, timeZone)}`,
  };
}
