/** An account with a service whose hosts are always open, and clients of it in several isolates. */
import { expect } from 'vitest';
import type { MultiPerson } from '../../../src/sdk/index.ts';
import { faultsOf, STORED, storedOf } from '../../support/sound.ts';
import { dataOf, newActors, serverAt } from './actors.ts';
import type { Service } from './service.ts';

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The second midnight (UTC) from now. */
export const TOMORROW_MS = (Math.floor(Date.now() / DAY_MS) + 2) * DAY_MS;

/** An account with a service, and a client with its API key for each isolate. */
export async function newWorld(service: Service, hosts: number, multiPerson?: MultiPerson) {
  const actors = await newActors(service.baseUrls[0]);
  const clients = service.baseUrls.map((baseUrl) => serverAt(baseUrl, actors.apiKey));
  const [accountClient] = clients as [(typeof clients)[number]];
  const rules = (['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const).map((value) => ({
    variant: { type: 'WDay' as const, value },
    intervals: [{ start: { hours: 0, minutes: 0 }, end: { hours: 24, minutes: 0 } }],
  }));
  const created = dataOf(await accountClient.service.create(multiPerson && { multiPerson }));
  const calendars: { userId: string; calendarId: string }[] = [];
  for (let i = 0; i < hosts; i++) {
    const { user } = dataOf(await accountClient.user.create());
    const { calendar } = dataOf(await accountClient.calendar.create(user.id, { timezone: 'UTC' }));
    const { schedule } = dataOf(await accountClient.schedule.create(user.id, { timezone: 'UTC', rules }));
    const availability = { variant: 'Schedule', id: schedule.id } as const;
    dataOf(
      await accountClient.service.addUser(created.service.id, {
        userId: user.id,
        availability,
        bookingCalendarId: calendar.id,
      }),
    );
    calendars.push({ userId: user.id, calendarId: calendar.id });
  }
  /** One of the clients, by turns. */
  const clientAt = (i: number) => clients[i % clients.length] as (typeof clients)[number];
  return {
    account: actors.accountId,
    apiKey: actors.apiKey,
    serviceId: created.service.id,
    clients,
    clientAt,
    calendars,
  };
}

/** Expects that the stored bookings obey every rule, and returns the rows. */
export async function expectSound({ db }: Service, account: string) {
  const results = await db.batch(STORED.map((text) => db.prepare(text).bind(account)));
  const stored = storedOf(results.map(({ results }) => results));
  expect(faultsOf(stored, Date.now())).toEqual([]);
  return stored;
}
