/** What the playground begins with: two hosts with calendars and opening hours, a visitor, and a service to book. */
import { Frequency, type NettuClient, ScheduleRuleVariant, unwrap, Weekday } from '@nettu/scheduler-sdk';

export interface Person {
  id: string;
  name: string;
  /** Only hosts have one. */
  calendarId: string | null;
}

/** This machine's, where its clock is ever changed; else one that shows what happens then. */
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
export const ZONE = own === 'UTC' ? 'Europe/Oslo' : own;
const MINUTE = 60_000;
const workdays = [Weekday.Mon, Weekday.Tue, Weekday.Wed, Weekday.Thu, Weekday.Fri];

/**
 * @param server the account's client, with its API key.
 * @param zone in which the hosts live.
 */
export async function furnish(
  server: NettuClient,
  zone: string,
): Promise<{ people: Person[]; serviceId: string }> {
  const { service } = await unwrap(server.service.create({ metadata: { title: 'Consultation' } }));
  const ida = await host(server, service.id, zone, 'Ida', { from: 9, to: 16 });
  const jonas = await host(server, service.id, zone, 'Jonas', { from: 10, to: 18 });
  await week(server, ida, zone);
  const { user } = await unwrap(server.user.create({ metadata: { name: 'Vera' } }));
  const visitor = { id: user.id, name: 'Vera', calendarId: null };
  return { people: [ida, jonas, visitor], serviceId: service.id };
}

/** A user with a calendar and opening hours, who can be booked. */
async function host(
  server: NettuClient,
  serviceId: string,
  zone: string,
  name: string,
  { from, to }: { from: number; to: number },
) {
  const { user } = await unwrap(server.user.create({ metadata: { name } }));
  const { calendar } = await unwrap(
    server.calendar.create(user.id, { timezone: zone, metadata: { title: name } }),
  );
  const intervals = [{ start: { hours: from, minutes: 0 }, end: { hours: to, minutes: 0 } }];
  const rules = workdays.map((value) => ({ variant: { type: ScheduleRuleVariant.WDay, value }, intervals }));
  const { schedule } = await unwrap(server.schedule.create(user.id, { timezone: zone, rules }));
  const availability = { variant: 'Schedule', id: schedule.id } as const;
  await unwrap(server.service.addUser(serviceId, { userId: user.id, availability, bufferAfter: 15 }));
  const busy = { provider: 'Nettu', id: calendar.id } as const;
  await unwrap(server.service.addBusyCalendar({ serviceId, userId: user.id, calendar: busy }));
  return { id: user.id, name, calendarId: calendar.id };
}

/** A stand-up on each working day, a lunch, and an appointment: this week looks lived in. */
async function week(server: NettuClient, { id, calendarId }: Person, zone: string) {
  if (!calendarId) return;
  const at = (day: number, hour: number) => thisWeek(zone, day, hour);
  const create = (title: string, startTs: number, minutes: number, byweekday?: Weekday[]) =>
    unwrap(
      server.events.create(id, {
        calendarId,
        startTs,
        duration: minutes * MINUTE,
        busy: true,
        metadata: { title },
        ...(byweekday && { recurrence: { freq: Frequency.Weekly, interval: 1, byweekday } }),
      }),
    );
  await create('Stand-up', at(0, 9), 30, workdays);
  await create('Lunch with Jonas', at(1, 12), 60);
  await create('Design review', at(2, 14), 90);
  await create('Gym', at(3, 17), 60, [Weekday.Thu]);
}

/** The instant (ms) of an hour of a day of this week, 0 for Monday, by the clock of `zone`. */
function thisWeek(zone: string, day: number, hour: number): number {
  const clock = (ms: number) => Date.parse(`${new Date(ms).toLocaleString('sv', { timeZone: zone })}Z`);
  const today = new Date(clock(Date.now()));
  const monday = today.getUTCDate() - ((today.getUTCDay() + 6) % 7);
  const wanted = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), monday + day, hour);
  return wanted - (clock(wanted) - wanted);
}
