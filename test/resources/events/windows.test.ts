/** The ends of a window, as each route answers them. `window-input.node.test.ts` has what lies beyond. */
import { expect, it } from 'vitest';
import { call, type Reply, type User } from '../../support/client.ts';
import { DAY, made, newUser } from '../../support/events.ts';

const START = Date.UTC(2024, 0, 1);
const END = START + 62 * DAY;

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

it.each(questions)('%s takes a millisecond and 62 days', async (_, ask) => {
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
