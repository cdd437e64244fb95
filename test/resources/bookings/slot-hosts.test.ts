/** Who can take a slot: rule 4, hostUserIds, and how each kind of service combines its hosts. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { NOBODY, newUser, type User } from '../../support/client.ts';
import {
  addHost,
  body,
  busyCalendar,
  collective,
  DAY,
  group,
  HOUR,
  hours,
  hoursOf,
  join,
  MINUTE,
  made,
  ms,
  newService,
  open,
  slotsOf,
} from '../../support/scheduling.ts';

const MONDAY = ms('2030-01-07T00:00Z');

describe('rule 4: the notice a host needs', () => {
  const change = async (settings: object) => {
    const host = await open();
    const path = `/service/${host.service}/users/${host.user.id}`;
    body(await host.account.call('PUT', path, { body: settings }));
    return (now: number) => hoursOf(host.account, host.service, {}, { now });
  };

  it('allows a start exactly closestBookingTime from now, and none before', async () => {
    const at = await change({ closestBookingTime: 120 });
    expect(await at(MONDAY + 8 * HOUR)).toEqual(hours(10, 23));
    expect(await at(MONDAY + 8 * HOUR + 1)).toEqual(hours(11, 23));
    expect(await at(MONDAY - 3 * HOUR)).toEqual(hours(0, 23));
    const soon = await change({ closestBookingTime: 0 });
    expect(await soon(MONDAY + 8 * HOUR)).toEqual(hours(8, 23));
    expect(await soon(MONDAY + 8 * HOUR + 1)).toEqual(hours(9, 23));
    expect(await soon(MONDAY + DAY)).toEqual([]);
  });

  it('allows a start exactly furthestBookingTime from now, and none after; null sets no limit', async () => {
    const at = await change({ furthestBookingTime: 120 });
    expect(await at(MONDAY)).toEqual(hours(0, 2));
    expect(await at(MONDAY - 1)).toEqual(hours(0, 1));
    expect(await at(MONDAY - 2 * HOUR)).toEqual(['00:00']);
    expect(await at(MONDAY - 2 * HOUR - 1)).toEqual([]);
    const now = await change({ furthestBookingTime: 0 });
    expect(await now(MONDAY + HOUR)).toEqual(['01:00']);
    expect(await now(MONDAY + HOUR + MINUTE)).toEqual([]);
    const ever = await change({ furthestBookingTime: null });
    expect(await ever(MONDAY - 20_000 * DAY)).toEqual(hours(0, 23));
  });
});

/** A service with three hosts, open from 8, 9 and 10 to 12. */
async function three(multiPerson?: Parameters<typeof newService>[1]) {
  const first = await open('08:00-12:00', multiPerson ? { multiPerson } : {});
  const { service, account } = first;
  const second = await join(service, account, '09:00-12:00');
  const third = await join(service, account, '10:00-12:00');
  return { service, account, users: [first.user, second, third] as [User, User, User] };
}

it('lists available hosts in the order they were added, whatever the query', async () => {
  const { service, account, users } = await three();
  const [a, b, c] = users.map(({ id }) => id) as [string, string, string];
  const expected = [[a], [a, b], [a, b, c], [a, b, c]];
  for (const query of [{}, { hostUserIds: [c, a, b].join(',') }]) {
    const [{ slots } = { slots: [] }] = await slotsOf(account, service, query);
    expect(slots).toEqual(
      expected.map((userIds, i) => ({ start: MONDAY + (8 + i) * HOUR, duration: HOUR, userIds })),
    );
  }
  await account.call('DELETE', `/service/${service}/users/${a}`);
  await addHost(service, users[0]);
  const [{ slots } = { slots: [] }] = await slotsOf(account, service);
  expect(slots.map(({ userIds }) => userIds)).toEqual([[b], [b, c], [b, c]]);
});

it('filters by hostUserIds and ignores unknown and malformed ids', async () => {
  const { service, account, users } = await three();
  const [a, b, c] = users.map(({ id }) => id) as [string, string, string];
  const other = await join(await newService(account), account);
  const foreign = await newUser();
  const first = async (hostUserIds: string) =>
    (await slotsOf(account, service, { hostUserIds }))[0]?.slots.map(({ userIds }) => userIds);
  expect(await first(b)).toEqual([[b], [b], [b]]);
  expect(await first(`${c},${a}`)).toEqual([[a], [a], [a, c], [a, c]]);
  expect(await first(`,${b},${b},${NOBODY},x,${other.id},${foreign.id},%, ${b.toUpperCase()},`)).toEqual([
    [b],
    [b],
    [b],
  ]);
  for (const nobody of ['', ',', 'x', NOBODY, other.id, foreign.id, a.toUpperCase().replace(/\d/g, 'A')]) {
    expect(await slotsOf(account, service, { hostUserIds: nobody })).toEqual([]);
  }
});

it("offers a collective's slots only when all hosts are available, and none without hosts", async () => {
  const { service, account, users } = await three(collective);
  const [a, b, c] = users.map(({ id }) => id) as [string, string, string];
  const [{ slots } = { slots: [] }, ...rest] = await slotsOf(account, service);
  expect(rest).toEqual([]);
  expect(slots).toEqual(
    [10, 11].map((hour) => ({ start: MONDAY + hour * HOUR, duration: HOUR, userIds: [a, b, c] })),
  );
  expect(await hoursOf(account, service, { hostUserIds: `${b},${a}` })).toEqual(hours(9, 11));
  expect(await slotsOf(account, service, { hostUserIds: NOBODY })).toEqual([]);
  const calendar = await users[1].newCalendar();
  await busyCalendar('PUT', service, users[1], calendar);
  await made(users[1], { calendarId: calendar, startTs: MONDAY + 10 * HOUR, duration: 1, busy: true });
  expect(await hoursOf(account, service)).toEqual(['11:00']);
  await addHost(service, await account.newUser());
  expect(await slotsOf(account, service)).toEqual([]);
  for (const kind of [collective, group(2)]) {
    expect(await slotsOf(account, await newService(account, kind))).toEqual([]);
  }
});

describe('a group service', () => {
  /** A group of two hosts with this many seats, and a function that books one. */
  async function session(seats: number) {
    const { service, account, user } = await open('08:00-20:00', {
      multiPerson: group(seats),
      bufferAfter: 60,
    });
    const other = await join(service, account, '09:00-20:00');
    for (const one of [user, other]) {
      const id = await one.newCalendar();
      const path = `/service/${service}/users/${one.id}`;
      await account.call('PUT', path, { body: { bookingCalendarId: id } });
    }
    const book = async (hour: number, more: object = {}) => {
      const request = { startTs: MONDAY + hour * HOUR, duration: HOUR, ...more };
      return body(await account.call('POST', `/service/${service}/booking`, { body: request })).booking;
    };
    return { service, account, user, other, book };
  }

  it('offers a slot that all hosts can take until the last seat is booked', async () => {
    const { service, account, book } = await session(2);
    expect(await hoursOf(account, service)).toEqual(hours(9, 19));
    const first = await book(12);
    const around = [...hours(9, 10), ...hours(14, 19)];
    const withSession = ['09:00', '10:00', '12:00', ...hours(14, 19)];
    expect(await hoursOf(account, service)).toEqual(withSession);
    const second = await book(12);
    expect(await hoursOf(account, service)).toEqual(around);
    await account.call('DELETE', `/booking/${second.id}`);
    expect(await hoursOf(account, service)).toEqual(withSession);
    await account.call('DELETE', `/booking/${first.id}`);
    expect(await hoursOf(account, service)).toEqual(hours(9, 19));
  });

  it("offers a session's seats only for its own duration", async () => {
    const { service, account, book } = await session(2);
    await book(12);
    const half = await hoursOf(account, service, { duration: HOUR / 2 });
    expect(half).not.toContain('12:00');
    const long = await hoursOf(account, service, { duration: 2 * HOUR });
    expect(long).not.toContain('12:00');
  });

  it('closes a session when one of its hosts is busy otherwise', async () => {
    const { service, account, other, book } = await session(3);
    await book(12);
    const calendar = await other.newCalendar();
    await busyCalendar('PUT', service, other, calendar);
    await made(other, { calendarId: calendar, startTs: MONDAY + 12 * HOUR, duration: 1, busy: true });
    expect(await hoursOf(account, service)).not.toContain('12:00');
  });

  it("ignores the service's own events exactly on the slot, and is blocked by others of them", async () => {
    const { service, account, user } = await session(1);
    const calendarId = await user.newCalendar();
    const at = (startTs: number) =>
      made(user, { calendarId, startTs, duration: HOUR, busy: true, serviceId: service });
    await at(MONDAY + 12 * HOUR);
    expect(await hoursOf(account, service)).toEqual(['09:00', '10:00', '12:00', ...hours(14, 19)]);
    await at(MONDAY + 15.5 * HOUR);
    expect(await hoursOf(account, service)).toEqual(['09:00', '10:00', '12:00', ...hours(18, 19)]);
  });

  it('counts a held seat until expiresAt, to the millisecond', async () => {
    const { service, account } = await session(1);
    const now = MONDAY - DAY;
    const hold = { startTs: MONDAY + 12 * HOUR, duration: HOUR, holdFor: 10 };
    body(await account.call('POST', `/service/${service}/booking`, { body: hold, now }));
    const at = (now: number) => hoursOf(account, service, {}, { now });
    expect(await at(now + 10 * MINUTE - 1)).toEqual(['09:00', '10:00', ...hours(14, 19)]);
    expect(await at(now + 10 * MINUTE)).toEqual(hours(9, 19));
  });
});

it('ignores the event of an expired hold as busy time and as a booking', async () => {
  const { service, account, user } = await open();
  const calendarId = await user.newCalendar();
  await busyCalendar('PUT', service, user, calendarId);
  const event = { calendarId, startTs: MONDAY + 8 * HOUR, duration: HOUR, busy: true, serviceId: service };
  const { id } = await made(user, event);
  const expiry = MONDAY - DAY;
  await env.DB.prepare(`UPDATE events SET expires_at = ? WHERE id = ?`).bind(expiry, id).run();
  expect(await hoursOf(account, service, {}, { now: expiry - 1 })).toEqual(
    hours(0, 23).filter((h) => h !== '08:00'),
  );
  expect(await hoursOf(account, service, {}, { now: expiry })).toEqual(hours(0, 23));
});

it('separates accounts that use the same ids', async () => {
  const [mine, theirs] = [await open('08:00-10:00'), await open('08:00-10:00')];
  // Two accounts may have the same ids.
  const rename = (table: string, column: string, from: string, to: string) =>
    env.DB.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`).bind(to, from);
  const calendarId = await theirs.user.newCalendar();
  await made(theirs.user, {
    calendarId,
    startTs: MONDAY + 8 * HOUR,
    duration: HOUR,
    serviceId: theirs.service,
  });
  await env.DB.batch([
    env.DB.prepare('PRAGMA defer_foreign_keys = on'),
    rename('services', 'id', theirs.service, mine.service),
    rename('service_users', 'service_id', theirs.service, mine.service),
    rename('events', 'service_id', theirs.service, mine.service),
    rename('users', 'id', theirs.user.id, mine.user.id),
    rename('calendars', 'user_id', theirs.user.id, mine.user.id),
    rename('schedules', 'user_id', theirs.user.id, mine.user.id),
    rename('events', 'user_id', theirs.user.id, mine.user.id),
    rename('service_users', 'user_id', theirs.user.id, mine.user.id),
  ]);
  expect(await hoursOf(mine.account, mine.service)).toEqual(['08:00', '09:00']);
  expect(await hoursOf(theirs.account, mine.service)).toEqual(['09:00']);
});
