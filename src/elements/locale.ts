/** Formats dates and times in a language, with `Intl`. */
import { type IsoDate, toUtc } from './dates.ts';
import { offsetOf } from './zones.ts';

/** The week and text info of `Intl.Locale`. Newer Chromium and Safari have methods for it, older ones properties. */
interface LocaleInfo {
  getWeekInfo?(): { firstDay: number };
  weekInfo?: { firstDay: number };
  getTextInfo?(): { direction?: string };
  textInfo?: { direction?: string };
}

/** For browsers without text info. */
const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/;

/** The regions whose week starts on Saturday or Sunday, two letters each (Unicode CLDR 48, supplemental weekData). */
const SATURDAY = 'AFBHDJDZEGIQIRJOKWLYOMQASDSY';
const SUNDAY =
  'AGASBDBRBSBTBWBZCACODMDOETGTGUHKHNIDILINISJMJPKEKHKRLAMHMMMOMTMXMZNINPPAPEPHPKPRPTPYSASGSVTHTTTWUMUSVEVIWSYEZAZW';

/**
 * The first day of the week in a region, from 1 for Monday to 7 for Sunday, for Firefox, which has no week info.
 *
 * @param region two letters, such as `NO`.
 */
export function weekStartIn(region: string | undefined): number {
  const isIn = (regions: string) => regions.match(/../g)?.includes(String(region));
  if (region === 'MV') return 5;
  if (isIn(SATURDAY)) return 6;
  return isIn(SUNDAY) ? 7 : 1;
}

export interface Language {
  locale: string;
  direction: 'ltr' | 'rtl';
  /** From 1 for Monday to 7 for Sunday. */
  weekStart: number;
  /** Whether times have the hours 1 … 12. */
  hour12: boolean;
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
  /** The day, and the local times of start and end, in milliseconds since the epoch. */
  dayAndTimes(ms: number, endMs: number, zone: string): string;
  /** A length in milliseconds in hours and minutes. */
  length(ms: number): string;
  /** A length below an hour in milliseconds as minutes and seconds, such as `9:59`. */
  countdown(ms: number): string;
}

/**
 * @param tag a BCP 47 tag, or a POSIX locale such as `en_GB.UTF-8`. One that `Intl` does not accept counts as English.
 * @param hours the clock of the times; by default that of the language.
 */
export function languageOf(tag: string, hours?: 12 | 24): Language {
  let locale = tag.replace(/[.@].*/, '').replaceAll('_', '-');
  try {
    Intl.getCanonicalLocales(locale);
  } catch {
    locale = 'en';
  }
  const info = new Intl.Locale(locale || 'en') as Intl.Locale & LocaleInfo;
  locale = info.baseName === locale ? locale : info.toString();
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
  const gregorian = { timeZone: 'UTC', calendar: 'gregory' };
  const ofDate = (date: IsoDate, options: Intl.DateTimeFormatOptions) =>
    format(toUtc(date), { ...options, ...gregorian });
  const day = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  const clock: Intl.DateTimeFormatOptions = {
    timeStyle: 'short',
    ...(hours && { hourCycle: hours === 12 ? 'h12' : 'h23' }),
  };
  const time = (ms: number, timeZone: string) => format(ms, { ...clock, timeZone });
  const dayIn = (ms: number, timeZone: string) => format(ms, { ...day, calendar: 'gregory', timeZone });
  const count = (value: number, unit: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  return {
    locale,
    direction: direction === 'rtl' ? 'rtl' : 'ltr',
    weekStart: (info.getWeekInfo?.() ?? info.weekInfo)?.firstDay ?? weekStartIn(info.maximize().region),
    hour12: Boolean(formatter(clock).resolvedOptions().hour12),
    month: (date) => ofDate(date, { month: 'long', year: 'numeric' }),
    day: (date) => ofDate(date, { ...day, year: 'numeric' }),
    // Only the number: Japanese and Korean would add the word for day.
    dayOfMonth: (date) =>
      formatter({ day: 'numeric', ...gregorian })
        .formatToParts(toUtc(date))
        .find(({ type }) => type === 'day')?.value ?? '',
    weekdayShort: (date) => ofDate(date, { weekday: 'short' }),
    weekdayLong: (date) => ofDate(date, { weekday: 'long' }),
    time: (ms, zone, withOffset) => (withOffset ? `${time(ms, zone)} ${offsetOf(zone, ms)}` : time(ms, zone)),
    dayAndTime: (ms, zone) => `${dayIn(ms, zone)}, ${time(ms, zone)}`,
    dayAndTimes: (ms, endMs, zone) =>
      `${dayIn(ms, zone)}, ${formatter({ ...clock, timeZone: zone }).formatRange(ms, endMs)}`,
    length: (ms) => {
      const [hour, minute] = [Math.floor(ms / 3_600_000), Math.round(ms / 60_000) % 60];
      return [hour && count(hour, 'hour'), minute && count(minute, 'minute')].filter(Boolean).join(' ');
    },
    countdown: (ms) => format(ms, { minute: 'numeric', second: '2-digit', timeZone: 'UTC' }),
  };
}
