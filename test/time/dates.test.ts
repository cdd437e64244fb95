import { expect, test } from 'vitest';
import { formatDate, parseDate } from '../../src/time/dates.ts';

const day = (year: number, month: number, date: number) => Date.UTC(year, month - 1, date) / 86_400_000;

test.each([
  ['2030-01-05', day(2030, 1, 5), '2030-01-05'],
  ['2030-1-5', day(2030, 1, 5), '2030-01-05'],
  ['2030-12-31', day(2030, 12, 31), '2030-12-31'],
  ['2028-2-29', day(2028, 2, 29), '2028-02-29'],
  ['2000-02-29', day(2000, 2, 29), '2000-02-29'],
  ['1970-01-01', 0, '1970-01-01'],
  ['1969-12-31', -1, '1969-12-31'],
  ['9999-12-31', day(9999, 12, 31), '9999-12-31'],
  ['0001-1-1', -719_162, '0001-01-01'],
  ['0099-12-31', -683_004, '0099-12-31'],
])('parses %s', (text, number, padded) => {
  expect(parseDate(text)).toBe(number);
  expect(formatDate(number)).toBe(padded);
});

test.each([
  ['a day beyond the end of the month', '2030-02-29'],
  ['a day beyond the end of the month', '2030-4-31'],
  ['29 February in a year that is not a leap year', '2100-02-29'],
  ['day zero', '2030-01-00'],
  ['day 99', '2030-01-99'],
  ['day 99', '2030-12-99'],
  ['day 99 of month 99', '2030-99-99'],
  ['month zero', '2030-00-10'],
  ['month 13', '2030-13-01'],
  ['a month of three digits', '2030-001-01'],
  ['a day of three digits', '2030-01-001'],
  ['the year zero', '0000-01-01'],
  ['a year of two digits', '30-01-01'],
  ['a year of five digits', '12030-01-01'],
  ['a year before Christ', '-2030-01-01'],
  ['no year', '-01-01'],
  ['a time', '2030-01-01T00:00'],
  ['a space', ' 2030-01-01'],
  ['a line break', '2030-01-01\n'],
  ['full-width digits', '２０３０-01-01'],
  ['another order', '01-02-2030'],
  ['slashes', '2030/01/01'],
  ['an exponent', '1e10-1-1'],
  ['an empty text', ''],
])('rejects %s: %j', (_, text) => {
  expect(parseDate(text)).toBeUndefined();
});
