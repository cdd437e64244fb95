/** Booking slots: the slots that the hosts of a service can take, on the grid of the viewer's dates. */
import type { BookingSlot, BookingSlotsResult, MultiPerson } from '../sdk/types.ts';
import { formatDate } from '../time/dates.ts';
import { type Interval, intersect, merge, subtract } from '../time/intervals.ts';
import { isOn, type SlotQuery, windowOf } from './grid.ts';
import { type Host, startsOf } from './host.ts';

/** A slot of a group in which seats are taken. Times are in milliseconds. */
export interface Session {
  start: number;
  duration: number;
  /** The number of taken seats. */
  taken: number;
}

export type DateSlots = BookingSlotsResult['dates'][number];

/** One host, or all hosts together: the starts at which they can take a slot. */
interface Takers {
  starts: readonly Interval[];
  /** Adds the ids of these hosts to the ids of a slot; undefined: the slot has none yet. */
  join(userIds: string[] | undefined): string[];
  /** The index of the first of `starts` that a later date may need. */
  next: number;
}

/**
 * The slots of a query by date, in order, without the dates that have none. Each slot lists the ids of the hosts that can
 * take it, in the order of `hosts`; the slots of a collective or a group list all hosts, and share one array. The work
 * grows with the hosts' intervals and with the ids in the answer, at most `gridSize` times the hosts.
 *
 * @param sessions the sessions of the group, of any duration.
 */
export function bookingSlots(
  query: SlotQuery,
  hosts: readonly Host[],
  multiPerson: MultiPerson,
  sessions: readonly Session[] = [],
): DateSlots[] {
  const { zone, first, last, interval, duration } = query;
  const takers = takersOf(query, hosts, multiPerson, sessions);
  const dates: DateSlots[] = [];
  for (let day = first; day <= last; day++) {
    const window = windowOf({ zone, first: day, last: day });
    const slots: BookingSlot[] = [];
    offersIn(window, interval, takers).forEach((userIds, i) => {
      const start = window.start + i * interval;
      if (isOn(day, window, zone, start)) slots.push({ start, duration, userIds });
    });
    if (slots.length > 0) dates.push({ date: formatDate(day), slots });
  }
  return dates;
}

function takersOf(
  query: SlotQuery,
  hosts: readonly Host[],
  multiPerson: MultiPerson,
  sessions: readonly Session[],
): Takers[] {
  const window = windowOf(query);
  const starts = hosts.map((host) => startsOf(host, query.duration, window));
  if (multiPerson.variant === 'roundRobinAlgorithm') {
    return hosts.map(({ id }, i) => ({
      starts: starts[i] ?? [],
      next: 0,
      join(userIds = []) {
        userIds.push(id);
        return userIds;
      },
    }));
  }
  const [some, ...others] = starts;
  if (!some) return [];
  const full = multiPerson.variant === 'group' ? fullStarts(sessions, query.duration, multiPerson.data) : [];
  const userIds = hosts.map(({ id }) => id);
  return [{ starts: subtract(others.reduce(intersect, some), full), next: 0, join: () => userIds }];
}

/** The starts of the sessions in which no seat is left. */
function fullStarts(sessions: readonly Session[], duration: number, seats: number): Interval[] {
  const full = sessions.filter((session) => session.duration === duration && session.taken >= seats);
  return merge(full.map(({ start }) => ({ start, end: start + 1 })));
}

/**
 * The ids for each start on the grid of a date, by its index; no entry where no host can take the slot. The dates must
 * come in order, since each call drops the starts that end before its date.
 */
function offersIn(date: Interval, interval: number, takers: Takers[]): string[][] {
  const offers: string[][] = [];
  for (const taker of takers) {
    const { starts, join } = taker;
    while ((starts[taker.next]?.end ?? Infinity) <= date.start) taker.next += 1;
    for (let next = taker.next, run = starts[next]; run && run.start < date.end; run = starts[++next]) {
      const end = Math.min(run.end, date.end);
      const first = Math.max(0, Math.ceil((run.start - date.start) / interval));
      for (let i = first; date.start + i * interval < end; i++) offers[i] = join(offers[i]);
    }
  }
  return offers;
}
