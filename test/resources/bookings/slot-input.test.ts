/** What may be asked of slots: all else is refused by its name, at no cost to the database. */
import { expect, it } from 'vitest';
import { NOBODY, newAccount } from '../../support/client.ts';
import { reading } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { type Asked, askSlots, HOUR, MINUTE, newService, open } from '../../support/scheduling.ts';

const MARK = 'mark-7c1d';
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
/** The other end is then out of reach, too. */
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

const faults: [Asked, ...string[]][] = [
  ...badDates.map((startDate): [Asked, string] => [{ startDate, endDate: '2030-01-07' }, 'startDate']),
  ...[...badDates, ...beyond].map((endDate): [Asked, string] => [{ endDate }, 'endDate']),
  ...beyond.map((startDate): [Asked, string, string] => [
    { startDate, endDate: '2030-01-07' },
    'startDate',
    'endDate',
  ]),
  [{ startDate: '2030-01-07', endDate: '2030-01-06' }, 'endDate'],
  [{ startDate: '2030-01-01', endDate: '2030-04-12' }, 'endDate'],
  [{ startDate: '1970-01-01', endDate: '2199-12-31' }, 'endDate'],
  ...[...badNumbers, MINUTE - 1, 24 * HOUR + 1].map((duration): [Asked, string] => [
    { duration },
    'duration',
  ]),
  ...[...badNumbers, 5 * MINUTE - 1, 2 * HOUR + 1].map((interval): [Asked, string] => [
    { interval },
    'interval',
  ]),
  ...['', MARK, 'utc', '+01:00', 'PST', 'Europe/Atlantis'].flatMap((zone): [Asked, string][] => [
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

it('what is wrong is 400 by its name', async () => {
  const account = await newAccount();
  const service = await newService(account);
  for (const [asked, ...paths] of faults) {
    const reply = await askSlots(account, service, asked);
    const found = reply.problem.errors?.map(({ path }) => path);
    expect({ asked, status: reply.status, found }).toEqual({ asked, status: 400, found: paths });
    expectInvalid(reply, ...paths);
    expect(JSON.stringify(reply.body)).not.toContain(MARK);
  }
});

it('what is missing, or is said twice, is told by its name', async () => {
  const account = await newAccount();
  const path = `/service/${await newService(account)}/booking`;
  expectInvalid(await account.call('GET', path), 'startDate', 'endDate', 'duration', 'interval');
  const whole = { startDate: '2030-01-07', endDate: '2030-01-07', duration: '3600000', interval: '3600000' };
  for (const name of Object.keys(whole)) {
    const { [name as 'duration']: _, ...rest } = whole;
    expectInvalid(await account.call('GET', `${path}?${new URLSearchParams(rest)}`), name);
  }
  for (const name of [...Object.keys(whole), 'timezone', 'hostUserIds']) {
    const twice = new URLSearchParams({ ...whole, timezone: 'UTC', hostUserIds: NOBODY });
    twice.append(name, 'UTC');
    expectInvalid(await account.call('GET', `${path}?${twice}`), name);
  }
});

it('the ends of every range are taken', async () => {
  const { account, service } = await open();
  for (const asked of [
    { startDate: '2030-01-01', endDate: '2030-04-11' },
    { startDate: '1970-01-01', endDate: '1970-04-11', timezone: 'Pacific/Kiritimati' },
    { startDate: '2199-09-22', endDate: '2199-12-31', timezone: 'Pacific/Pago_Pago' },
    { duration: MINUTE, interval: 5 * MINUTE },
    { duration: 24 * HOUR, interval: 2 * HOUR },
    { hostUserIds: 'x,'.repeat(3000) },
    { timezone: 'Asia/Calcutta', ianaTz: 'Europe/Kiev' },
  ]) {
    expect((await askSlots(account, service, asked)).status).toBe(200);
  }
  const hundredAndOne = { startDate: '2030-01-01', endDate: '2030-04-11', interval: 2 * HOUR };
  expect((await askSlots(account, service, hundredAndOne)).body.dates).toHaveLength(101);
});

it('an unknown service, or one of another account, is 404', async () => {
  const { account } = await open();
  const foreign = await open();
  for (const id of [foreign.service, NOBODY, 'nothing', account.id]) {
    expectProblem(await askSlots(account, id), 'not-found');
  }
});

it('a refused query reads no more than who asks', async () => {
  const { account, service } = await open();
  const { db, rows } = reading();
  expectInvalid(await askSlots(account, service, { duration: 0 }, { env: { DB: db } }), 'duration');
  expect(rows()).toBeLessThan(5);
});
