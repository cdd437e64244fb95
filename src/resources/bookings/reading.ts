/**
 * Reads the rows that a booking depends on. D1 has no interactive transactions, so the Worker first reads the rows with
 * the revisions of the service and its hosts, and then writes its decision only if the revisions are still the same. If
 * one has changed, the Worker writes nothing, and decides again on fresh rows. So concurrent bookings never collide, and
 * without contention a booking takes two round trips.
 */
import { found, type Plan } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { BookingResult } from '../../sdk/types.ts';
import { Overspent } from '../../time/budget.ts';
import {
  type AvailabilityRows,
  availabilityOf,
  availabilityQueries,
  type ServiceAvailability,
} from './availability.ts';
import type { AvailabilityQuery } from './availability-sql.ts';
import type { BookableHost, Wanted } from './decide.ts';
import {
  type DecisionBasis,
  type RankRow,
  type SessionEventRow,
  selectRanks,
  selectSessionEvents,
} from './sql.ts';

/** The number of attempts to write one booking, before the answer is `contended`. */
const TRIES_MAX = 8;

/** Everything that a decision depends on, read in one transaction. */
export interface Reading {
  availability: ServiceAvailability;
  /** Whether other bookings share the events of the booking that is to change. */
  shared: boolean;
  basis: DecisionBasis;
  sessionEvents: SessionEventRow[];
  /** By user id. */
  ranks: Map<string, RankRow>;
}

export const decisionQueries = (request: AvailabilityQuery) =>
  [...availabilityQueries(request), selectSessionEvents(request), selectRanks(request)] as const;

export function readingOf(
  availabilityRows: AvailabilityRows,
  sessionEvents: SessionEventRow[],
  ranks: RankRow[],
  { startTs, duration }: Wanted,
  now: number,
): Reading {
  const service = found(availabilityRows[0]);
  try {
    return {
      availability: availabilityOf(
        service,
        availabilityRows,
        { start: startTs, end: startTs + duration },
        now,
      ),
      shared: service.shared === 1,
      basis: {
        serviceId: service.id,
        revision: service.revision,
        hostRevisions: Object.fromEntries(
          availabilityRows[1].map(({ user_id, availability_revision }) => [user_id, availability_revision]),
        ),
      },
      sessionEvents,
      ranks: new Map(ranks.map((rank) => [rank.user_id, rank])),
    };
  } catch (error) {
    if (!(error instanceof Overspent)) throw error;
    throw new Problem(
      'answer-too-large',
      'The hosts have too many events around this time. Send fewer hosts in hostUserIds.',
    );
  }
}

/** Decides again until a decision is written, `TRIES_MAX` times at most. */
export function untilWritten(
  attempt: (again: () => Plan<BookingResult>) => Plan<BookingResult>,
): Plan<BookingResult> {
  let tries = 0;
  const again = (): Plan<BookingResult> => {
    tries += 1;
    if (tries <= TRIES_MAX) return attempt(again);
    throw new Problem(
      'contended',
      'Other requests keep changing the availability of the hosts. Nothing changed; try again.',
    );
  };
  return again();
}

export const sessionAt = (
  { sessions }: ServiceAvailability,
  { startTs, duration }: Wanted,
): string | undefined =>
  sessions.find((session) => session.start === startTs && session.duration === duration)?.id;

/** The session of a booking at this time, and the events that it still needs in the hosts' calendars. */
export function sessionFor(
  { availability, sessionEvents }: Reading,
  wanted: Wanted,
  hosts: readonly BookableHost[],
) {
  const session = sessionAt(availability, wanted) ?? crypto.randomUUID();
  const there = sessionEvents.filter((event) => event.session === session);
  const missing = hosts
    .filter(({ id }) => !there.some(({ user_id }) => user_id === id))
    .map(({ id, bookIn }) => ({ event: crypto.randomUUID(), calendar: bookIn, user: id }));
  const eventOf = new Map([
    ...there.map(({ user_id, id }) => [user_id, id] as const),
    ...missing.map(({ user, event }) => [user, event] as const),
  ]);
  const events = hosts.flatMap(({ id }) => eventOf.get(id) ?? []);
  return { session, missing, events, hosts: hosts.map(({ id }) => id) };
}
