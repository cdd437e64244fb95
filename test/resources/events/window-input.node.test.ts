/** Validation of a query's window: two integers, the end after the start, at most 62 days. */
import { expect, it } from 'vitest';
import { NOBODY } from '../../support/nobody.ts';
import { expectInvalidQuery, MARK, membersOf, queryOf, routesWhere } from '../../support/parse.ts';

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const END = START + 62 * DAY;
/** Every route that needs a window. The lists of bookings do without. */
const windowed = routesWhere(
  ({ does }) => membersOf(does.query).includes('endTs') && !membersOf(does.query).includes('cursor'),
);

const refused: [search: string, ...paths: string[]][] = [
  ['', 'startTs', 'endTs'],
  ['startTs=5', 'endTs'],
  ['endTs=5', 'startTs'],
  ['startTs=5&endTs=5', 'endTs'],
  ['startTs=5&endTs=4', 'endTs'],
  [`startTs=${START}&endTs=${END + 1}`, 'endTs'],
  [`startTs=0&endTs=${END}`, 'endTs'],
  ['startTs=1&startTs=2&endTs=5', 'startTs'],
  ['startTs=1&endTs=5&endTs=5', 'endTs'],
  ['startts=1&endts=5', 'startTs', 'endTs', 'startts'],
  [`startTs=${START}&endTs=${END}&unknown=1`, 'unknown'],
  ...['', ' ', MARK, 'NaN', 'null', '1.5', '1e3', '0x10', '5 ', '+5', 'Infinity', '٣'].flatMap(
    (bad): [string, string][] => [
      [`startTs=${encodeURIComponent(bad)}&endTs=5`, 'startTs'],
      [`startTs=1&endTs=${encodeURIComponent(bad)}`, 'endTs'],
    ],
  ),
  ['startTs=99999999999999999999&endTs=99999999999999999999', 'startTs', 'endTs'],
  [`startTs=${MARK}&endTs=${MARK}`, 'startTs', 'endTs'],
];

it('three routes need a window', () => {
  expect(windowed).toHaveLength(3);
});

it.each(refused)('every route with a window rejects "%s"', async (search, ...paths) => {
  for (const route of windowed) await expectInvalidQuery(route, search, ...paths);
});

it.each([
  `startTs=${START}&endTs=${END}`,
  `startTs=${START}&endTs=${START + 1}`,
  'startTs=0&endTs=1',
  `endTs=${Date.UTC(2200, 0)}&startTs=${Date.UTC(2199, 11)}`,
])('every route with a window accepts "%s"', async (search) => {
  for (const route of windowed) {
    expect(Object.keys((await queryOf(route, search)) as object).sort()).toEqual(['endTs', 'startTs']);
  }
});

it.each(['x', MARK, `${NOBODY},x`, NOBODY.replace(/^0/, 'G'), `${NOBODY};${NOBODY}`, `["${NOBODY}"]`])(
  'rejects calendarIds=%s',
  async (calendarIds) => {
    await expectInvalidQuery('getFreebusy', { startTs: '0', endTs: '5', calendarIds }, 'calendarIds');
  },
);

it('rejects repeated calendarIds, and lists a bad window beside bad ids', async () => {
  const twice = `startTs=0&endTs=5&calendarIds=${NOBODY}&calendarIds=${NOBODY}`;
  await expectInvalidQuery('getFreebusy', twice, 'calendarIds');
  const bad = `startTs=x&endTs=5&calendarIds=${MARK}`;
  await expectInvalidQuery('getFreebusy', bad, 'startTs', 'calendarIds');
});
