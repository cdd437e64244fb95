/** Booking slots: the slots that the hosts of a service can take, on the grid of the viewer's dates. */
import type { BookingSlot, BookingSlotsResult, MultiPerson } from '../sdk/types.ts';
import { formatDate } from '../time/dates.ts';
import { type Interval, intersect, merge, subtract } from '../time/intervals.ts';
import { gridOf, type SlotQuery, windowOf } from './grid.ts';
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
    const grid = gridOf(zone, day, interval);
    dropBefore(grid[0]?.start ?? 0, takers);
    const slots: BookingSlot[] = [];
    for (const stretch of grid) {
      offersIn(stretch, interval, takers).forEach((userIds, i) => {
        slots.push({ start: stretch.start + i * interval, duration, userIds });
      });
    }
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
 * Drops the starts that end before a date. Where a clock goes back over midnight, a date begins before the end of the
 * date before it, so that only the first moment of a date may drop any.
 */
function dropBefore(first: number, takers: Takers[]): void {
  for (const taker of takers) while ((taker.starts[taker.next]?.end ?? Infinity) <= first) taker.next += 1;
}

/** The ids for each start on a stretch of the grid, by its index; no entry where no host can take the slot. */
function offersIn(stretch: Interval, interval: number, takers: readonly Takers[]): string[][] {
  const offers: string[][] = [];
  for (const { starts, join, next } of takers) {
    for (let at = next, run = starts[at]; run && run.start < stretch.end; run = starts[++at]) {
      const end = Math.min(run.end, stretch.end);
      const first = Math.max(0, Math.ceil((run.start - stretch.start) / interval));
      for (let i = first; stretch.start + i * interval < end; i++) offers[i] = join(offers[i]);
    }
  }
  return offers;
}
