/** Seeds the playground's account: two hosts with calendars and schedules, a user who books, and a service. */
import { Frequency, type NettuClient, ScheduleRuleVariant, unwrap, Weekday } from '@nettu/scheduler-sdk';

export interface Person {
  id: string;
  name: string;
  /** null for the user who books. */
  calendarId: string | null;
}

const machineZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** The time zone of this machine; in place of UTC, a zone with daylight saving time. */
export const ZONE = machineZone === 'UTC' ? 'Europe/Oslo' : machineZone;
const MINUTE_MS = 60_000;
const workdays = [Weekday.Mon, Weekday.Tue, Weekday.Wed, Weekday.Thu, Weekday.Fri];

/**
 * Creates the hosts, the user who books, and the service.
 *
 * @param client a client with the account's API key.
 * @param zone the time zone of the hosts.
 */
export async function seed(
  client: NettuClient,
  zone: string,
): Promise<{ people: Person[]; serviceId: string }> {
  const { service } = await unwrap(client.service.create({ metadata: { title: 'Consultation' } }));
  const ida = await createHost(client, service.id, zone, 'Ida', { from: 9, to: 16 });
  const jonas = await createHost(client, service.id, zone, 'Jonas', { from: 10, to: 18 });
  await createWeek(client, ida, zone);
  const { user } = await unwrap(client.user.create({ metadata: { name: 'Vera' } }));
  const vera = { id: user.id, name: 'Vera', calendarId: null };
  return { people: [ida, jonas, vera], serviceId: service.id };
}

/** Creates a user with a calendar and a schedule, and makes the user a host of the service. */
async function createHost(
  client: NettuClient,
  serviceId: string,
  zone: string,
  name: string,
  { from, to }: { from: number; to: number },
) {
  const { user } = await unwrap(client.user.create({ metadata: { name } }));
  const { calendar } = await unwrap(
    client.calendar.create(user.id, { timezone: zone, metadata: { title: name } }),
  );
  const intervals = [{ start: { hours: from, minutes: 0 }, end: { hours: to, minutes: 0 } }];
  const rules = workdays.map((value) => ({ variant: { type: ScheduleRuleVariant.WDay, value }, intervals }));
  const { schedule } = await unwrap(client.schedule.create(user.id, { timezone: zone, rules }));
  const availability = { variant: 'Schedule', id: schedule.id } as const;
  await unwrap(client.service.addUser(serviceId, { userId: user.id, availability, bufferAfter: 15 }));
  const busy = { provider: 'Nettu', id: calendar.id } as const;
  await unwrap(client.service.addBusyCalendar({ serviceId, userId: user.id, calendar: busy }));
  return { id: user.id, name, calendarId: calendar.id };
}

/** Fills the current week of a host's calendar with some events. */
async function createWeek(client: NettuClient, { id, calendarId }: Person, zone: string) {
  if (!calendarId) return;
  const at = (day: number, hour: number) => thisWeek(zone, day, hour);
  const create = (title: string, startTs: number, minutes: number, byweekday?: Weekday[]) =>
    unwrap(
      client.events.create(id, {
        calendarId,
        startTs,
        duration: minutes * MINUTE_MS,
        busy: true,
        metadata: { title },
        ...(byweekday && { recurrence: { freq: Frequency.Weekly, interval: 1, byweekday } }),
      }),
    );
  await create('Stand-up', at(0, 9), 30, workdays);
  await create('Lunch with Jonas', at(1, 12), 60);
  await create('Design review', at(2, 14), 90);
  await create('Gym', at(3, 17), 60, [Weekday.Thu]);
  const date = new Date(at(3, 12)).toLocaleDateString('sv', { timeZone: zone });
  await unwrap(client.events.create(id, { calendarId, date, days: 2, metadata: { title: 'Trade fair' } }));
}

/** The time of an hour on a day of the current week in `zone`, in milliseconds since the epoch. Day 0 is Monday. */
function thisWeek(zone: string, day: number, hour: number): number {
  const clock = (ms: number) => Date.parse(`${new Date(ms).toLocaleString('sv', { timeZone: zone })}Z`);
  const today = new Date(clock(Date.now()));
  const monday = today.getUTCDate() - ((today.getUTCDay() + 6) % 7);
  const wanted = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), monday + day, hour);
  return wanted - (clock(wanted) - wanted);
}
