/** Validation of a recurrence by RFC 5545, 3.3.10, and the contract's ranges: each error names its part. */
import { it } from 'vitest';
import { NOBODY } from '../../support/nobody.ts';
import { expectInvalidBody, MARK } from '../../support/parse.ts';

const DAY = 86_400_000;
const startTs = Date.UTC(2024, 0, 1, 9);
const least = { calendarId: NOBODY, startTs, duration: 1 };
const freqs = ['daily', 'weekly', 'monthly', 'yearly'] as const;

/** A rule, daily with interval 1 by default, and the paths of its errors. */
type Fault = [rule: object, ...paths: string[]];
const each = (name: string, values: unknown[], path = name, beside: object = {}): Fault[] =>
  values.map((value) => [{ ...beside, [name]: value }, path]);
const yearly = { freq: 'yearly' };
const notLists = [5, MARK, {}, true];

const refused: Fault[] = [
  ...each('freq', [undefined, null, 0, '', MARK, 'hourly', 'secondly', 'DAILY', ['daily']]),
  ...each('interval', [undefined, null, '1', MARK, 0, -1, 10_001, [1]]),
  ...each('count', ['5', MARK, 0, -1, 740, [5]]),
  ...each('until', [MARK, '5', startTs + 732 * DAY + 1, [startTs], 98_765_432_123_456]),
  ...each('byweekday', notLists, 'byweekday', yearly),
  ...each('byweekday', [[5], [null], [''], [MARK], ['mon'], ['Monday'], ['MO']], 'byweekday[0]', yearly),
  ...each(
    'byweekday',
    [['0Mon'], ['54Mon'], ['-54Mon'], ['+1Mon'], ['1 Mon'], ['1']],
    'byweekday[0]',
    yearly,
  ),
  ...each('byweekday', [['1.5Mon'], ['--1Mon'], ['Mon1'], ['1Mon '], ['100Mon']], 'byweekday[0]', yearly),
  ...each('bymonthday', notLists),
  ...each('bymonthday', [[0], [32], [-32], ['1'], [null], [MARK]], 'bymonthday[0]'),
  ...each('bymonth', notLists),
  ...each('bymonth', [[0], [13], [-1], ['1'], ['may'], ['Jan'], [MARK], [null], [true]], 'bymonth[0]'),
  ...each('byyearday', notLists, 'byyearday', yearly),
  ...each('byyearday', [[0], [367], [-367], ['1'], [null]], 'byyearday[0]', yearly),
  ...each('byweekno', notLists, 'byweekno', yearly),
  ...each('byweekno', [[0], [54], [-54], ['1'], [null]], 'byweekno[0]', yearly),
  ...each('bysetpos', notLists, 'bysetpos', { bymonthday: [1] }),
  ...each('bysetpos', [[0], [367], [-367], ['1'], [null]], 'bysetpos[0]', { bymonthday: [1] }),
  // Combinations that RFC 5545 forbids.
  ...freqs.map((freq): Fault => [{ freq, bysetpos: [1] }, 'bysetpos']),
  [{ bysetpos: [1], bymonthday: [] }, 'bysetpos'],
  [{ freq: 'weekly', bymonthday: [1] }, 'bymonthday'],
  ...['daily', 'weekly'].map((freq): Fault => [{ freq, byweekday: ['Mon', '1Mon'] }, 'byweekday[1]']),
  ...['daily', 'weekly'].map((freq): Fault => [{ freq, byweekday: ['-1Fri'] }, 'byweekday[0]']),
  ...['daily', 'weekly', 'monthly'].map((freq): Fault => [{ freq, byyearday: [1] }, 'byyearday']),
  ...['daily', 'weekly', 'monthly'].map((freq): Fault => [{ freq, byweekno: [1] }, 'byweekno']),
  [{ ...yearly, byweekno: [1], byweekday: ['1Mon'] }, 'byweekday[0]'],
  // One error per part.
  [{ freq: 'weekly', interval: 0, count: 740, bymonthday: [1] }, 'interval', 'count', 'bymonthday'],
  [{ bymonthday: [1, 0, 5, 32] }, 'bymonthday[1]', 'bymonthday[3]'],
  [{ bymonth: Array(13).fill(1) }, 'bymonth'],
];

it.each(refused.map(([rule, ...paths]) => [JSON.stringify(rule).slice(0, 80), rule, paths] as const))(
  'rejects %s',
  async (_, rule, paths) => {
    const recurrence = { freq: 'daily', interval: 1, ...rule };
    const named = paths.map((path) => `recurrence.${path}`);
    await expectInvalidBody('createEvent', { ...least, recurrence }, ...named);
    await expectInvalidBody('changeEvent', { startTs, recurrence }, ...named);
    // Without the event's start, the SQL statement compares `until`: see updates.test.ts.
    if (!('until' in rule && typeof rule.until === 'number')) {
      await expectInvalidBody('changeEvent', { recurrence }, ...named);
    }
  },
);

it('rejects a fraction in every number, with one error each', async () => {
  const lists = ['bymonthday', 'bymonth', 'byyearday', 'byweekno', 'bysetpos'];
  for (const name of ['interval', 'count', 'until', ...lists]) {
    const inList = lists.includes(name);
    const base = { freq: 'yearly', interval: 1, byweekday: ['Mon'] };
    const recurrence = { ...base, [name]: inList ? [1.5] : 1.5 };
    const path = `recurrence.${name}${inList ? '[0]' : ''}`;
    await expectInvalidBody('createEvent', { ...least, recurrence }, path);
  }
});
