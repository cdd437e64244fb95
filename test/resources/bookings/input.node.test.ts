/** Validation of the slots query and of a booking's fields: each error names its path. */
import { expect, it } from 'vitest';
import { NOBODY } from '../../support/nobody.ts';
import { bodyOf, expectInvalidBody, expectInvalidQuery, MARK, queryOf } from '../../support/parse.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const whole = { startDate: '2030-01-07', endDate: '2030-01-07', duration: '3600000', interval: '3600000' };

/** Changes to the query `whole`, and the parameters at fault. */
type Fault = [query: Record<string, unknown>, ...names: string[]];
const badDates = [
  '',
  MARK,
  '2030-02-29',
  '2030-13-01',
  '2030-00-10',
  '2030-01-00',
  '2030-04-31',
  '2030-1',
  '30-01-01',
  '2030/01/01',
  '2030-01-01T00:00',
  ' 2030-01-01',
  '2030-01-01 ',
  '-2030-01-01',
  '0000-01-01',
  '20300101',
  '1893456000000',
  '２030-01-01',
];
/** Dates beyond the range: the error names the other end of the window as well. */
const beyond = ['1969-12-31', '2200-01-01', '9999-12-31'];
const badNumbers = [
  '',
  MARK,
  '1e6',
  '0x10',
  '-1',
  '0',
  '1.5',
  ' 300000',
  'NaN',
  'Infinity',
  '99999999999999999999',
];

const faults: Fault[] = [
  ...badDates.map((startDate): Fault => [{ startDate, endDate: '2030-01-07' }, 'startDate']),
  ...[...badDates, ...beyond].map((endDate): Fault => [{ endDate }, 'endDate']),
  ...beyond.map((startDate): Fault => [{ startDate, endDate: '2030-01-07' }, 'startDate', 'endDate']),
  [{ startDate: '2030-01-07', endDate: '2030-01-06' }, 'endDate'],
  [{ startDate: '2030-01-01', endDate: '2030-04-12' }, 'endDate'],
  [{ startDate: '1970-01-01', endDate: '2199-12-31' }, 'endDate'],
  ...[...badNumbers, MINUTE - 1, 24 * HOUR + 1].map((duration): Fault => [{ duration }, 'duration']),
  ...[...badNumbers, 5 * MINUTE - 1, 2 * HOUR + 1].map((interval): Fault => [{ interval }, 'interval']),
  ...['', MARK, 'utc', '+01:00', 'PST', 'Europe/Atlantis'].flatMap((zone): Fault[] => [
    [{ timezone: zone }, 'timezone'],
    [{ ianaTz: zone }, 'ianaTz'],
    [{ timezone: 'UTC', ianaTz: zone }, 'ianaTz'],
  ]),
  [
    { startDate: 'x', endDate: 'x', duration: 0, interval: 0, timezone: 'x', ianaTz: 'x' },
    'startDate',
    'endDate',
    'duration',
    'interval',
    'timezone',
    'ianaTz',
  ],
];

it.each(faults.map((fault) => [JSON.stringify(fault[0]), fault] as const))(
  'rejects the query %s',
  async (_, [changed, ...names]) => {
    await expectInvalidQuery('getBookingSlots', { ...whole, ...changed }, ...names);
  },
);

it('rejects a missing or repeated parameter', async () => {
  await expectInvalidQuery('getBookingSlots', {}, ...Object.keys(whole));
  for (const name of Object.keys(whole)) {
    const { [name as 'duration']: _, ...rest } = whole;
    await expectInvalidQuery('getBookingSlots', rest, name);
  }
  for (const name of [...Object.keys(whole), 'timezone', 'hostUserIds']) {
    const twice = new URLSearchParams({ ...whole, timezone: 'UTC', hostUserIds: NOBODY });
    twice.append(name, 'UTC');
    await expectInvalidQuery('getBookingSlots', `${twice}`, name);
  }
});

const when = { startTs: Date.UTC(2030, 0, 1), duration: HOUR };

it.each([
  ['startTs', { startTs: -1 }],
  ['duration', { duration: MINUTE - 1 }],
  ['duration', { duration: 24 * HOUR + 1 }],
  ['holdFor', { holdFor: 0 }],
  ['holdFor', { holdFor: 61 }],
  ['hostUserIds', { hostUserIds: 'me' }],
  ['hostUserIds', { hostUserIds: Array(101).fill(NOBODY) }],
  ['metadata', { metadata: [] }],
])('rejects a booking with a bad %s: %j', async (path, body) => {
  await expectInvalidBody('createBooking', { ...when, ...body }, path);
});

it('rejects any state but confirmed, and a state beside startTs', async () => {
  await expectInvalidBody('changeBooking', { state: 'confirmed', startTs: when.startTs }, 'state');
  for (const state of ['cancelled', 'held', MARK]) {
    await expectInvalidBody('changeBooking', { state }, 'state');
  }
  expect(await bodyOf('changeBooking', { state: 'confirmed' })).toEqual({ state: 'confirmed' });
});

it('accepts both ends of every range', async () => {
  for (const [duration, interval] of [
    [MINUTE, 5 * MINUTE],
    [24 * HOUR, 2 * HOUR],
  ]) {
    const query = { ...whole, duration, interval };
    expect(await queryOf('getBookingSlots', query)).toMatchObject({ duration, interval });
  }
});
