/** The smallest and largest windows on every route. `window-input.node.test.ts` covers invalid ones. */
import { expect, it } from 'vitest';
import { call, type Reply, type User } from '../../support/client.ts';
import { DAY, made, newUser } from '../../support/events.ts';

const START = Date.UTC(2024, 0, 1);
const END = START + 62 * DAY;

interface Fixture {
  user: User;
  calendar: string;
  event: string;
}
/** Every route with a window, as every caller. */
const requests: [string, (fixture: Fixture, search: string) => Promise<Reply>][] = [
  [
    'instances for the account',
    ({ user, event }, search) => user.account.call('GET', `/user/events/${event}/instances${search}`),
  ],
  [
    'instances for the user',
    ({ user, event }, search) => user.call('GET', `/events/${event}/instances${search}`),
  ],
  [
    'events for the account',
    ({ user, calendar }, search) => user.account.call('GET', `/user/calendar/${calendar}/events${search}`),
  ],
  [
    'events for the user',
    ({ user, calendar }, search) => user.call('GET', `/calendar/${calendar}/events${search}`),
  ],
  [
    'free/busy for an anonymous caller',
    ({ user }, search) =>
      call('GET', `/user/${user.id}/freebusy${search}`, { headers: { 'nettu-account': user.account.id } }),
  ],
  [
    'free/busy for the account',
    ({ user }, search) => user.account.call('GET', `/user/${user.id}/freebusy${search}`),
  ],
  ['free/busy for the user', ({ user }, search) => user.call('GET', `/user/${user.id}/freebusy${search}`)],
];

it.each(requests)('%s accept windows of a millisecond and of 62 days', async (_, send) => {
  const user = await newUser();
  const calendar = await user.newCalendar();
  const { id } = await made(user, { calendarId: calendar, startTs: START, duration: 1 });
  for (const search of [
    `?startTs=${START}&endTs=${END}`,
    `?startTs=${START}&endTs=${START + 1}`,
    '?startTs=0&endTs=1',
    `?endTs=${Date.UTC(2200, 0)}&startTs=${Date.UTC(2199, 11)}`,
  ]) {
    expect([search, (await send({ user, calendar, event: id }, search)).status]).toEqual([search, 200]);
  }
});
