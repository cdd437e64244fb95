/** Uses every method of schedules, services and bookings once. */
import { expect } from 'vitest';
import { ScheduleRuleVariant, Weekday } from '../../../src/sdk/index.ts';
import { type Actors, dataOf } from './actors.ts';
import { makeCalendar, red, type Use, UUID, withEtag } from './uses.ts';

const HOUR_MS = 60 * 60 * 1000;
/** A Monday: a schedule without rules is open from 09:00 to 17:30. */
const MONDAY = '2030-01-07';
const TEN_MS = Date.parse(`${MONDAY}T10:00Z`);
const day = { startTs: TEN_MS - 10 * HOUR_MS, endTs: TEN_MS + 14 * HOUR_MS };
const atTen = { startTs: TEN_MS, duration: HOUR_MS };
const collective = { multiPerson: { variant: 'collective' } } as const;
const nine = { hours: 9, minutes: 0 };
const noon = { hours: 12, minutes: 0 };
const rules = [
  {
    variant: { type: ScheduleRuleVariant.WDay, value: Weekday.Mon },
    intervals: [{ start: nine, end: noon }],
  },
];

const makeSchedule = async ({ accountClient, userId }: Actors) =>
  dataOf(await accountClient.schedule.create(userId, { timezone: 'UTC', ...withEtag })).schedule.id;

const makeService = async ({ accountClient }: Actors) =>
  dataOf(await accountClient.service.create({ ...collective, ...withEtag })).service.id;

/** Creates a service with the user as its host, who can be booked on Mondays. */
async function makeHost(actors: Actors) {
  const { accountClient, userId } = actors;
  const serviceId = await makeService(actors);
  const calendarId = await makeCalendar(actors);
  const availability = { variant: 'Schedule', id: await makeSchedule(actors) } as const;
  const host = { userId, availability, bookingCalendarId: calendarId, bufferAfter: 15 };
  dataOf(await accountClient.service.addUser(serviceId, host));
  return { serviceId, userId, calendarId };
}

async function makeBooking(actors: Actors, who: 'accountClient' | 'userClient', more = {}) {
  const { serviceId } = await makeHost(actors);
  return dataOf(await actors[who].booking.create(serviceId, { ...atTen, ...withEtag, ...more })).booking;
}
const idOfBooking = async (...args: Parameters<typeof makeBooking>) => (await makeBooking(...args)).id;

const schedule = { schedule: { id: UUID, userId: UUID, timezone: 'UTC', ...withEtag } };
const service = { id: UUID, ...collective, ...withEtag };
const host = {
  serviceId: UUID,
  userId: UUID,
  availability: { variant: 'Schedule', id: UUID },
  bufferAfter: 15,
};

/** The methods of both clients. */
const shared = (who: 'accountClient' | 'userClient'): Record<string, Use> => {
  const booking = {
    id: UUID,
    serviceId: UUID,
    ...atTen,
    state: 'confirmed',
    hostUserIds: [UUID],
    eventIds: [UUID],
    bookedBy: who === 'accountClient' ? null : UUID,
    ...withEtag,
  };
  return {
    'schedule.findById': [
      async (actors) => actors[who].schedule.findById(await makeSchedule(actors)),
      200,
      schedule,
    ],
    'schedule.find': [async (actors) => actors[who].schedule.find(await makeSchedule(actors)), 200, schedule],
    'schedule.update': [
      async (actors) => actors[who].schedule.update(await makeSchedule(actors), { rules }),
      200,
      { schedule: { ...schedule.schedule, rules } },
    ],
    'schedule.remove': [
      async (actors) => actors[who].schedule.remove(await makeSchedule(actors)),
      200,
      schedule,
    ],
    'schedule.list': [
      async (actors) => {
        await makeSchedule(actors);
        const { accountClient, userClient, userId } = actors;
        return who === 'accountClient' ? accountClient.schedule.list(userId) : userClient.schedule.list();
      },
      200,
      { schedules: [schedule.schedule], nextCursor: null },
    ],
    'service.getBookingslots': [
      async (actors) => {
        const { serviceId, userId } = await makeHost(actors);
        const grid = { startDate: MONDAY, endDate: MONDAY, duration: HOUR_MS, interval: 2 * HOUR_MS };
        return actors[who].service.getBookingslots(serviceId, {
          ...grid,
          timezone: 'UTC',
          userIds: [userId],
        });
      },
      200,
      {
        dates: [
          {
            date: MONDAY,
            slots: [0, 2, 4, 6].map((hours) => ({
              start: TEN_MS + hours * HOUR_MS,
              duration: HOUR_MS,
              userIds: [UUID],
            })),
          },
        ],
      },
    ],
    'booking.create': [
      async (actors) => {
        const { serviceId } = await makeHost(actors);
        return actors[who].booking.create(serviceId, { ...atTen, holdFor: 10, ...withEtag });
      },
      201,
      { booking: { ...booking, state: 'held', expiresAt: expect.any(Number) } },
    ],
    'booking.findById': [
      async (actors) => actors[who].booking.findById(await idOfBooking(actors, who)),
      200,
      { booking },
    ],
    'booking.ics': [
      async (actors) => actors[who].booking.ics(await idOfBooking(actors, who)),
      200,
      expect.stringContaining('BEGIN:VEVENT'),
    ],
    'booking.update': [
      async (actors) =>
        actors[who].booking.update(await idOfBooking(actors, who), { metadata: { color: 'blue' } }),
      200,
      { booking: { ...booking, metadata: { color: 'blue' } } },
    ],
    'booking.confirm': [
      async (actors) => actors[who].booking.confirm(await idOfBooking(actors, who, { holdFor: 10 })),
      200,
      { booking },
    ],
    'booking.move': [
      async (actors) => actors[who].booking.move(await idOfBooking(actors, who), TEN_MS + HOUR_MS / 2),
      200,
      { booking: { ...booking, startTs: TEN_MS + HOUR_MS / 2 } },
    ],
    'booking.cancel': [
      async (actors) => actors[who].booking.cancel(await idOfBooking(actors, who)),
      200,
      { booking: { id: UUID, ...atTen, state: 'cancelled' } },
    ],
  };
};

export const accountScheduling: Record<string, Use> = {
  ...shared('accountClient'),
  'schedule.create': [
    ({ accountClient, userId }) => accountClient.schedule.create(userId, { timezone: 'UTC', ...withEtag }),
    201,
    schedule,
  ],
  'schedule.findByMeta': [
    async (actors) => {
      await makeSchedule(actors);
      return actors.accountClient.schedule.findByMeta(red);
    },
    200,
    { schedules: [schedule.schedule] },
  ],
  'service.create': [
    ({ accountClient }) => accountClient.service.create({ ...collective, ...withEtag }),
    201,
    { service },
  ],
  'service.findById': [
    async (actors) => actors.accountClient.service.findById((await makeHost(actors)).serviceId),
    200,
    { ...service, users: [host] },
  ],
  'service.find': [
    async (actors) => actors.accountClient.service.find(await makeService(actors)),
    200,
    { ...service, users: [] },
  ],
  'service.update': [
    async (actors) =>
      actors.accountClient.service.update(await makeService(actors), {
        multiPerson: { variant: 'group', data: 8 },
      }),
    200,
    { service: { ...service, multiPerson: { variant: 'group', data: 8 } } },
  ],
  'service.remove': [
    async (actors) => actors.accountClient.service.remove(await makeService(actors)),
    200,
    { service },
  ],
  'service.findByMeta': [
    async (actors) => {
      await makeService(actors);
      return actors.accountClient.service.findByMeta(red);
    },
    200,
    { services: [service] },
  ],
  'service.list': [
    async (actors) => {
      await makeService(actors);
      return actors.accountClient.service.list();
    },
    200,
    { services: [service], nextCursor: null },
  ],
  'service.addUser': [
    async (actors) =>
      actors.accountClient.service.addUser(await makeService(actors), { userId: actors.userId }),
    200,
    { serviceId: UUID, userId: UUID, availability: { variant: 'Empty' }, busy: [] },
  ],
  'service.updateUserInService': [
    async (actors) => {
      const { serviceId, userId } = await makeHost(actors);
      return actors.accountClient.service.updateUserInService(serviceId, { userId, closestBookingTime: 60 });
    },
    200,
    { ...host, closestBookingTime: 60 },
  ],
  'service.removeUser': [
    async (actors) => {
      const { serviceId, userId } = await makeHost(actors);
      return actors.accountClient.service.removeUser(serviceId, userId);
    },
    200,
    host,
  ],
  'service.addBusyCalendar': [
    async (actors) => {
      const { serviceId, userId, calendarId: id } = await makeHost(actors);
      return actors.accountClient.service.addBusyCalendar({
        serviceId,
        userId,
        calendar: { provider: 'Nettu', id },
      });
    },
    200,
    { ...host, busy: [{ provider: 'Nettu', id: UUID }] },
  ],
  'service.removeBusyCalendar': [
    async (actors) => {
      const { serviceId, userId, calendarId: id } = await makeHost(actors);
      const calendar = { provider: 'Nettu', id } as const;
      dataOf(await actors.accountClient.service.addBusyCalendar({ serviceId, userId, calendar }));
      return actors.accountClient.service.removeBusyCalendar({ serviceId, userId, calendar });
    },
    200,
    { ...host, busy: [] },
  ],
  'booking.ofService': [
    async (actors) =>
      actors.accountClient.booking.ofService((await makeBooking(actors, 'userClient')).serviceId, day),
    200,
    { bookings: [{ id: UUID, ...atTen, state: 'confirmed' }] },
  ],
};

export const userScheduling: Record<string, Use> = {
  ...shared('userClient'),
  'schedule.create': [
    ({ userClient }) => userClient.schedule.create({ timezone: 'UTC', rules, ...withEtag }),
    201,
    { schedule: { ...schedule.schedule, rules } },
  ],
  'booking.list': [
    async (actors) => {
      await makeBooking(actors, 'userClient');
      return actors.userClient.booking.list(day);
    },
    200,
    { bookings: [{ id: UUID, ...atTen, bookedBy: UUID }] },
  ],
};
