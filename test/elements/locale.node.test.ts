/** Dates, times and lengths in a language. */
import { expect, it } from 'vitest';
import { type Language, languageOf, weekStartIn } from '../../src/elements/locale.ts';

const MINUTE_MS = 60_000;
const NOON = Date.parse('2030-01-15T12:00Z');

it.each([
  ['en_GB', 'en-GB'],
  ['nb_NO.UTF-8', 'nb-NO'],
  ['sr_RS@latin', 'sr-RS'],
  ['DE-at', 'de-AT'],
  ['not a language', 'en'],
  ['', 'en'],
])('reads %j as %s', (tag, locale) => {
  expect(languageOf(tag).locale).toBe(locale);
});

it('knows the first day of the week of every region, for browsers that do not', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const regions = letters.flatMap((one) => letters.map((other) => one + other));
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const differing = regions
    // Without the codes of former countries, such as BU for Burma.
    .filter(
      (region) => names.of(region) && String(Intl.getCanonicalLocales(`und-${region}`)).endsWith(region),
    )
    .filter((region) => {
      const info = new Intl.Locale(`en-${region}`) as Intl.Locale & {
        getWeekInfo?(): { firstDay: number };
        weekInfo?: { firstDay: number };
      };
      return weekStartIn(region) !== (info.getWeekInfo?.() ?? info.weekInfo)?.firstDay;
    });
  expect(differing).toEqual([]);
});

it.each(['ja', 'ko', 'zh', 'en', 'ar-EG'])('writes the day of a month in %s as a number only', (tag) => {
  expect(languageOf(tag).dayOfMonth('2030-01-15')).toMatch(/^\p{Nd}{2}$/u);
});

it('shows the clock that the page wants, and otherwise that of the language', () => {
  const clock = (language: Language) => [language.hour12, language.time(NOON + 60 * MINUTE_MS, 'UTC')];
  expect(clock(languageOf('en-US'))).toEqual([true, expect.stringMatching(/^1:00\sPM$/)]);
  expect(clock(languageOf('en-US', 24))).toEqual([false, '13:00']);
  expect(clock(languageOf('nb'))).toEqual([false, '13:00']);
  expect(clock(languageOf('en-GB', 12))).toEqual([true, expect.stringMatching(/^0?1:00\spm$/)]);
  // Midnight is 00:00, never 24:00.
  expect(languageOf('en-US', 24).time(NOON + 12 * 60 * MINUTE_MS, 'UTC')).toBe('00:00');
});

it.each([
  [15, '15 minutes'],
  [60, '1 hour'],
  [90, '1 hour 30 minutes'],
  [24 * 60, '24 hours'],
])('writes a length of %i minutes as %s', (minutes, text) => {
  expect(languageOf('en').length(minutes * MINUTE_MS)).toBe(text);
});

it('writes start and end, and what is left of a hold', () => {
  const language = languageOf('en-GB');
  const text = language.dayAndTimes(NOON, NOON + 90 * MINUTE_MS, 'UTC');
  expect(text).toMatch(/^Tuesday,? 15 January, 12:00\s?–\s?13:30$/);
  expect(language.countdown(9 * MINUTE_MS + 5000)).toMatch(/^0?9:05$/);
});
