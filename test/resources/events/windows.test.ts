/** The window of a query: at most 62 days, its end after its start, and two plain numbers. */
import { describe, expect, it } from 'vitest';
import { call, NOBODY, type Reply, type User } from '../../support/client.ts';
import { DAY, made, newUser } from '../../support/events.ts';
import { expectInvalid } from '../../support/problem.ts';

const START = Date.UTC(2024, 0, 1);
const END = START + 62 * DAY;
const MARK = 'mark-7c1d';

interface Asked {
  user: User;
  calendar: string;
  event: string;
}
/** Each way to ask about a window. */
const questions: [string, (asked: Asked, search: string) => Promise<Reply>][] = [
  [
    'admin instances',
    ({ user, event }, search) => user.account.call('GET', `/user/events/${event}/instances${search}`),
  ],
  ['user instances', ({ user, event }, search) => user.call('GET', `/events/${event}/instances${search}`)],
  [
    'admin events',
    ({ user, calendar }, search) => user.account.call('GET', `/user/calendar/${calendar}/events${search}`),
  ],
  ['user events', ({ user, calendar }, search) => user.call('GET', `/calendar/${calendar}/events${search}`)],
  [
    'free/busy of a visitor',
    ({ user }, search) =>
      call('GET', `/user/${user.id}/freebusy${search}`, { headers: { 'nettu-account': user.account.id } }),
  ],
  [
    'free/busy of the account',
    ({ user }, search) => user.account.call('GET', `/user/${user.id}/freebusy${search}`),
  ],
  ['free/busy of a user', ({ user }, search) => user.call('GET', `/user/${user.id}/freebusy${search}`)],
];

const refused: [search: string, ...paths: string[]][] = [
  ['', 'startTs', 'endTs'],
  ['?startTs=5', 'endTs'],
  ['?endTs=5', 'startTs'],
  ['?startTs=5&endTs=5', 'endTs'],
  ['?startTs=5&endTs=4', 'endTs'],
  [`?startTs=${START}&endTs=${END + 1}`, 'endTs'],
  [`?startTs=0&endTs=${END}`, 'endTs'],
  ['?startTs=1&startTs=2&endTs=5', 'startTs'],
  ['?startTs=1&endTs=5&endTs=5', 'endTs'],
  ['?startts=1&endts=5', 'startTs', 'endTs'],
  ...['', ' ', MARK, 'NaN', 'null', '1.5', '1e3', '0x10', '5 ', '+5', 'Infinity', '٣'].flatMap(
    (bad): [string, string][] => [
      [`?startTs=${encodeURIComponent(bad)}&endTs=5`, 'startTs'],
      [`?startTs=1&endTs=${encodeURIComponent(bad)}`, 'endTs'],
    ],
  ),
  ['?startTs=99999999999999999999&endTs=99999999999999999999', 'startTs', 'endTs'],
  [`?startTs=${MARK}&endTs=${MARK}`, 'startTs', 'endTs'],
];

describe.each(questions)('%s', (_, ask) => {
  it('is 400 for every window that is none', async () => {
    const user = await newUser();
    const calendar = await user.newCalendar();
    const { id } = await made(user, { calendarId: calendar, startTs: START, duration: 1 });
    for (const [search, ...paths] of refused) {
      const reply = await ask({ user, calendar, event: id }, search);
      expect({ search, status: reply.status }).toEqual({ search, status: 400 });
      expectInvalid(reply, ...paths);
      expect(JSON.stringify(reply.body)).not.toContain(MARK);
    }
  });

  it('takes a millisecond and 62 days', async () => {
    const user = await newUser();
    const calendar = await user.newCalendar();
    const { id } = await made(user, { calendarId: calendar, startTs: START, duration: 1 });
    for (const search of [
      `?startTs=${START}&endTs=${END}`,
      `?startTs=${START}&endTs=${START + 1}`,
      '?startTs=0&endTs=1',
      `?endTs=${Date.UTC(2200, 0)}&startTs=${Date.UTC(2199, 11)}`,
      `?startTs=${START}&endTs=${END}&unknown=1`,
    ]) {
      expect([search, (await ask({ user, calendar, event: id }, search)).status]).toEqual([search, 200]);
    }
  });
});

it.each([
  'x',
  MARK,
  `${NOBODY},x`,
  NOBODY.replace(/^0/, 'A'),
  `${NOBODY} `,
  `${NOBODY};${NOBODY}`,
  `["${NOBODY}"]`,
])('calendarIds=%s is 400', async (ids) => {
  const user = await newUser();
  const search = new URLSearchParams({ startTs: '0', endTs: '5', calendarIds: ids });
  const reply = await user.account.call('GET', `/user/${user.id}/freebusy?${search}`);
  expectInvalid(reply, 'calendarIds');
  expect(JSON.stringify(reply.body)).not.toContain(MARK);
});

it('calendarIds twice is 400, and so is a bad window beside bad ids', async () => {
  const user = await newUser();
  const path = `/user/${user.id}/freebusy`;
  const [one, two] = [await user.newCalendar(), await user.newCalendar()];
  const twice = `?startTs=0&endTs=5&calendarIds=${one}&calendarIds=${two}`;
  expectInvalid(await user.account.call('GET', path + twice), 'calendarIds');
  const bad = `?startTs=x&endTs=5&calendarIds=${MARK}`;
  expectInvalid(await user.account.call('GET', path + bad), 'startTs', 'calendarIds');
});
