/** Turns the rows of availability-sql.ts into hosts for src/slots: their open times, busy times and bookings. */
import { SLOT_EVENTS_MAX, SLOT_RULES_MAX_BYTES } from '../../limits.ts';
import type { MultiPerson, Recurrence, ScheduleRule } from '../../sdk/types.ts';
import type { Host, HostBooking } from '../../slots/host.ts';
import { openings } from '../../slots/openings.ts';
import type { Session } from '../../slots/slots.ts';
import { Budget, Overspent } from '../../time/budget.ts';
import { type Interval, merge, subtract, widen } from '../../time/intervals.ts';
import { instances } from '../../time/recurrence.ts';
import { DAY_MS, MINUTE_MS } from '../../time/units.ts';
import { dayInstances, daySeriesOf } from '../../time/whole-days.ts';
import { ofAnyone } from '../events/limits.ts';
import {
  type AvailabilityHostRow,
  type AvailabilityQuery,
  type AvailabilityServiceRow,
  type BookedTimes,
  BUFFER_MAX_MS,
  type CalendarTimes,
  ofFewHosts,
  type SessionRow,
  selectBookedTimes,
  selectCalendarTimes,
  selectHosts,
  selectService,
  selectSessions,
} from './availability-sql.ts';

/** Prices in addition to those of time/budget.ts: a date and a rule of a schedule, and an event that does not repeat. */
const AVAILABILITY_PRICE_NS = { date: 500, rule: 500, single: 150 };

/** The statements that read an availability, for one batch. */
export function availabilityQueries(request: AvailabilityQuery) {
  const few = ofFewHosts(request);
  return [
    selectService(request),
    selectHosts(request),
    selectCalendarTimes(few),
    selectBookedTimes(few),
    selectSessions(few),
  ] as const;
}

/** The rows of `availabilityQueries`. */
export type AvailabilityRows = [
  services: AvailabilityServiceRow[],
  hosts: AvailabilityHostRow[],
  times: CalendarTimes[],
  booked: BookedTimes[],
  sessions: SessionRow[],
];

export interface HostAvailability extends Host {
  /** The calendar in which bookings make their events; null: the host cannot be booked. */
  bookIn: string | null;
  /** What a decision depends on, besides the single events that take the host's time: see guard-sql.ts. */
  basis: string;
}

export interface ServiceAvailability {
  multiPerson: MultiPerson;
  /** In the order in which they were added. */
  hosts: HostAvailability[];
  /** The sessions of a group; none for other services. */
  sessions: (Session & { id: string })[];
}

/**
 * The availability of a service's hosts in a window.
 *
 * @param multiPerson how the hosts take a slot: as the service says, or as a booking was made.
 * @param window milliseconds since the epoch.
 * @param now milliseconds since the epoch.
 * @throws Overspent where the rows or their expansion cost more than one request may.
 */
export function availabilityOf(
  multiPerson: MultiPerson,
  [, hosts, times, booked, sessions]: AvailabilityRows,
  window: Interval,
  now: number,
): ServiceAvailability {
  if ([...times, ...booked].reduce((sum, { n }) => sum + n, 0) > SLOT_EVENTS_MAX) throw new Overspent();
  for (const groups of [times, booked]) {
    if (groups.reduce((sum, { events_read }) => sum + events_read, 0) > SLOT_EVENTS_MAX)
      throw new Overspent();
    if ((groups[0]?.bytes ?? 0) > SLOT_RULES_MAX_BYTES) throw new Overspent();
  }

  const budget = new Budget(ofAnyone.workNs);
  const timesOf = Map.groupBy(times, ({ user_id }) => user_id);
  const bookedOf = Map.groupBy(booked, ({ user_id }) => user_id);
  const [near] = widen([window], BUFFER_MAX_MS, BUFFER_MAX_MS) as [Interval];

  return {
    multiPerson,
    hosts: hosts.map((row) => {
      const own = timesOf.get(row.user_id) ?? [];
      const eventsOf = (opens: number, busy: number) =>
        own
          .filter((group) => group.opens === opens && group.busy === busy)
          .flatMap((group) => intervalsOf(group, near, budget));
      const bookings = (bookedOf.get(row.user_id) ?? []).flatMap((group) =>
        intervalsOf(group, near, budget).map(
          (interval): HostBooking => ({
            ...interval,
            bufferBefore: group.buffer_before * MINUTE_MS,
            bufferAfter: group.buffer_after * MINUTE_MS,
            shared: group.joinable === 1,
          }),
        ),
      );
      return {
        id: row.user_id,
        bookIn: row.book_in,
        basis: basisOf(row, own, bookedOf.get(row.user_id) ?? []),
        availability: row.rules
          ? openingsOf(row.rules, row.timezone ?? 'UTC', window, budget)
          : subtract(merge(eventsOf(1, 0)), merge(eventsOf(1, 1))),
        busy: eventsOf(0, 1),
        bookings,
        bufferBefore: row.buffer_before * MINUTE_MS,
        bufferAfter: row.buffer_after * MINUTE_MS,
        earliest: now + row.closest * MINUTE_MS,
        latest: row.furthest === null ? null : now + row.furthest * MINUTE_MS,
      };
    }),
    sessions: sessions.map(({ session, start_ts, duration, taken }) => ({
      id: session,
      start: start_ts,
      duration,
      taken,
    })),
  };
}

/** The same text as `basis` in guard-sql.ts. */
function basisOf(
  { schedule_version }: AvailabilityHostRow,
  times: readonly CalendarTimes[],
  booked: readonly BookedTimes[],
): string {
  const marksOf = (groups: readonly { marks: string | null }[]) =>
    groups.flatMap(({ marks }) => marks?.split(';') ?? []).sort((a, b) => orderOf(a) - orderOf(b));
  const calendars = [0, 1].flatMap((opens) => marksOf(times.filter((group) => group.opens === opens)));
  return `${schedule_version ?? ''}|${calendars.join(';')}|${marksOf(booked).join(';')}`;
}

/** The `seq` of a marked event. */
const orderOf = (mark: string): number => Number.parseInt(mark, 10);

function openingsOf(json: string, timezone: string, window: Interval, budget: Budget): Interval[] {
  const rules: ScheduleRule[] = JSON.parse(json);
  const dates = (window.end - window.start) / DAY_MS + 2;
  budget.spend(AVAILABILITY_PRICE_NS.rule * rules.length + AVAILABILITY_PRICE_NS.date * dates);
  for (let time = window.start; time < window.end + DAY_MS; time += DAY_MS) budget.convert(timezone, time);
  return openings(rules, timezone, window);
}

/** One of `Times.series`. */
type SeriesValues = [
  startTs: number,
  duration: number,
  recurrence: Recurrence | null,
  exdates: number[],
  timezone: string,
  days: number | null,
];

/** The times of a group of events, in any order. */
function intervalsOf(group: CalendarTimes | BookedTimes, window: Interval, budget: Budget): Interval[] {
  const { singles, series } = group;
  const found: Interval[] = [];
  budget.spend(AVAILABILITY_PRICE_NS.single * group.n);
  const numbers: number[] = JSON.parse(`[${singles ?? ''}]`);
  for (let i = 0; i < numbers.length; i += 2) {
    const start = numbers[i] as number;
    found.push({ start, end: start + (numbers[i + 1] as number) });
  }
  const timespan = { startTs: window.start, endTs: window.end };
  for (const [startTs, duration, recurrence, exdates, timezone, days] of JSON.parse(
    series ?? '[]',
  ) as SeriesValues[]) {
    const event = { startTs, duration, busy: true, recurrence, exdates };
    const taken = days
      ? dayInstances(daySeriesOf(event, days), timezone, timespan, budget)
      : instances(event, timezone, 'Mon', timespan, budget);
    for (const instance of taken) {
      found.push({ start: instance.startTs, end: instance.endTs });
    }
  }
  return found;
}
