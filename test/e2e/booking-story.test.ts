/** The README's story of a booking: from opening hours to a slot, a hold, a conflict and a cancellation. */
import { afterAll, expect, it } from 'vitest';
import { NettuClient, ScheduleRuleVariant, unwrap, Weekday } from '../../src/sdk/index.ts';
import { browserAt, freshSocket, newActors, outcome, sign } from './support/actors.ts';
import { startService } from './support/service.ts';

const service = await startService();
afterAll(service.stop);
const [baseUrl] = service.baseUrls;
const MINUTE_MS = 60_000;

/** An account with a service and one host, who is available from Monday to Thursday in Oslo. */
async function bookable() {
  const actors = await newActors(baseUrl);
  const { accountClient, userId } = actors;
  const { calendar } = await unwrap(accountClient.calendar.create(userId, { timezone: 'Europe/Oslo' }));
  const hours = { start: { hours: 9, minutes: 0 }, end: { hours: 16, minutes: 30 } };
  const rules = [Weekday.Mon, Weekday.Tue, Weekday.Wed, Weekday.Thu].map((value) => ({
    variant: { type: ScheduleRuleVariant.WDay, value },
    intervals: [hours],
  }));
  const { schedule } = await unwrap(
    accountClient.schedule.create(userId, { timezone: 'Europe/Oslo', rules }),
  );
  const { service } = await unwrap(accountClient.service.create({ metadata: { title: 'Consultation' } }));
  const availability = { variant: 'Schedule', id: schedule.id } as const;
  await unwrap(accountClient.service.addUser(service.id, { userId, availability, bufferAfter: 15 }));
  const busy = { provider: 'Nettu', id: calendar.id } as const;
  await unwrap(accountClient.service.addBusyCalendar({ serviceId: service.id, userId, calendar: busy }));

  const anonymous = NettuClient({ baseUrl, fetch: freshSocket, nettuAccount: actors.accountId });
  const duration = 30 * MINUTE_MS;
  const week = { startDate: '2030-04-01', endDate: '2030-04-07', timezone: 'Asia/Kathmandu' };
  const slots = () =>
    anonymous.service.getBookingslots(service.id, { ...week, duration, interval: duration });
  return { ...actors, serviceId: service.id, duration, slots };
}

it('shows the slots by the dates of the viewer, and books one of them', async () => {
  const { userClient, serviceId, duration, slots, userId } = await bookable();
  const { dates } = await unwrap(slots());
  expect(dates.map(({ date }) => date)).toEqual(['2030-04-01', '2030-04-02', '2030-04-03', '2030-04-04']);
  const slot = dates[0]?.slots[0];
  // 09:00 in Oslo is 12:45 in Kathmandu, and the slots start at full and half hours in Kathmandu.
  expect(slot).toEqual({ start: Date.parse('2030-04-01T13:00+05:45'), duration, userIds: [userId] });

  const { booking } = await unwrap(
    userClient.booking.create(serviceId, { startTs: slot?.start ?? 0, duration }),
  );
  expect(booking).toMatchObject({ state: 'confirmed', hostUserIds: [userId], bookedBy: userId });
  const later = (await unwrap(slots())).dates[0]?.slots[0];
  // The buffer of 15 minutes also takes the next slot.
  expect(later?.start).toBe(booking.startTs + 60 * MINUTE_MS);
});

it('returns slot-taken for a held slot, and confirms, moves and cancels the hold', async () => {
  const { accountId, accountClient, serviceId, duration } = await bookable();
  const guest = await unwrap(accountClient.user.create());
  const client = browserAt(baseUrl, accountId, sign(guest.user.id));
  const startTs = Date.parse('2030-04-02T10:00+02:00');

  const held = await unwrap(client.booking.create(serviceId, { startTs, duration, holdFor: 10 }));
  expect(held.booking).toMatchObject({ state: 'held', bookedBy: guest.user.id });
  expect(outcome(await accountClient.booking.create(serviceId, { startTs, duration }))).toBe(
    '409 slot-taken',
  );
  const night = startTs + 12 * 60 * MINUTE_MS;
  expect(outcome(await client.booking.move(held.booking.id, night))).toBe('409 slot-unavailable');

  const id = held.booking.id;
  expect((await unwrap(client.booking.confirm(id))).booking.state).toBe('confirmed');
  const moved = await unwrap(client.booking.move(id, startTs + 5 * MINUTE_MS));
  expect(moved.booking).toMatchObject({ state: 'confirmed', startTs: startTs + 5 * MINUTE_MS });
  expect((await unwrap(client.booking.cancel(id))).booking.state).toBe('cancelled');
  expect(outcome(await client.booking.move(id, startTs))).toBe('409 booking-cancelled');
  expect(outcome(await accountClient.booking.create(serviceId, { startTs, duration }))).toBe('201');
});

it('returns 401 for anonymous requests after publicBooking: false', async () => {
  const { accountClient, slots } = await bookable();
  await unwrap(accountClient.account.updateSettings({ publicBooking: false }));
  expect(outcome(await slots())).toBe('401 credentials-missing');
});
