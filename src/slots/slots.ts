/** Booking slots: what the hosts of a service can take, on the grid of the viewer's dates. */
import type { BookingSlot, BookingSlotsResult, MultiPerson } from '../sdk/types.ts';
import { formatDate } from '../time/dates.ts';
import { isOn, type Query, windowOf } from './grid.ts';
import { type Host, startsOf } from './host.ts';
import { type Interval, intersect, merge, subtract } from './intervals.ts';

export type { Query };

/** A slot of a group in which seats are taken. */
export interface Session {
  start: number;
  duration: number;
  taken: number;
}

export type DateSlots = BookingSlotsResult['dates'][number];

/** A set of starts, and what becomes of a slot's ids when it starts there. */
interface Takers {
  starts: readonly Interval[];
  join(userIds: string[] | undefined): string[];
  /** The first interval that a coming date may need. */
  next: number;
}

/**
 * The slots of a query by date, in order; dates without any are left out. A slot has the ids of the hosts
 * that can take it, in the order of `hosts`; of a collective or a group they are all, and one list for all
 * slots. `sessions` are those of the group, of any duration. The work grows with the hosts' intervals and
 * with the ids in the answer, of which there are at most `gridSize` × hosts.
 */
export function bookingSlots(
  query: Query,
  hosts: readonly Host[],
  multiPerson: MultiPerson,
  sessions: readonly Session[] = [],
): DateSlots[] {
  const { zone, first, last, interval, duration } = query;
  const takers = takersOf(query, hosts, multiPerson, sessions);
  const dates: DateSlots[] = [];
  for (let day = first; day <= last; day++) {
    const span = windowOf({ zone, first: day, last: day });
    const slots: BookingSlot[] = [];
    offersIn(span, interval, takers).forEach((userIds, i) => {
      const start = span.start + i * interval;
      if (isOn(day, span, zone, start)) slots.push({ start, duration, userIds });
    });
    if (slots.length > 0) dates.push({ date: formatDate(day), slots });
  }
  return dates;
}

function takersOf(
  query: Query,
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

/** The starts of the slots in which no seat is left. */
function fullStarts(sessions: readonly Session[], duration: number, seats: number): Interval[] {
  const full = sessions.filter((session) => session.duration === duration && session.taken >= seats);
  return merge(full.map(({ start }) => ({ start, end: start + 1 })));
}

/**
 * The ids for each place on a date's grid that somebody can take. The dates must come in order: an interval
 * that ends before one of them is not looked at again.
 */
function offersIn(span: Interval, interval: number, takers: Takers[]): string[][] {
  const offers: string[][] = [];
  for (const taker of takers) {
    const { starts, join } = taker;
    while ((starts[taker.next]?.end ?? Infinity) <= span.start) taker.next += 1;
    for (let next = taker.next, run = starts[next]; run && run.start < span.end; run = starts[++next]) {
      const end = Math.min(run.end, span.end);
      const place = Math.max(0, Math.ceil((run.start - span.start) / interval));
      for (let i = place; span.start + i * interval < end; i++) offers[i] = join(offers[i]);
    }
  }
  return offers;
}
