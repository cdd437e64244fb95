/**
 * Decides on a booking from the rows that one batch reads, for the write in the next one. The write takes effect only where
 * what was decided on is still so (guard-sql.ts); otherwise the Worker decides again, on fresh rows.
 */
import { found } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { MultiPerson } from '../../sdk/types.ts';
import { Overspent } from '../../time/budget.ts';
import { type AvailabilityRows, availabilityOf } from './availability.ts';
import type { AvailabilityQuery } from './availability-sql.ts';
import { hostsFor, sameHosts, type Wanted } from './decide.ts';
import type { Decision } from './guard-sql.ts';

/** What a booking that changes keeps. */
export interface Kept {
  /** The seats of the group that it is a seat of; null where it was made alone. */
  seats: number | null;
  userIds: readonly string[];
}

/**
 * Decides which hosts can take a slot.
 *
 * @param rows the rows of `availabilityQueries`.
 * @param kept undefined for a new booking, which goes by what the service is.
 * @throws Problem `not-found`, `slot-taken`, `slot-unavailable`, `answer-too-large`
 */
export function decisionOf(
  request: AvailabilityQuery,
  rows: AvailabilityRows,
  wanted: Wanted,
  kept?: Kept,
): Decision {
  const { version, multi_person } = found(rows[0]);
  const multiPerson = takenAs(JSON.parse(multi_person), kept);
  const window = { start: wanted.startTs, end: wanted.startTs + wanted.duration };
  try {
    const availability = availabilityOf(multiPerson, rows, window, request.now);
    const hosts = kept ? sameHosts(availability, wanted, kept.userIds) : hostsFor(availability, wanted);
    const candidates = hosts.map(({ id, bookIn, basis }) => ({
      user: id,
      calendar: bookIn,
      event: crypto.randomUUID(),
      basis,
    }));
    return { request, version, multiPerson, candidates };
  } catch (error) {
    if (!(error instanceof Overspent)) throw error;
    throw new Problem(
      'answer-too-large',
      'The hosts have too many events around this time. Send fewer hosts in hostUserIds.',
    );
  }
}

/**
 * A decision on a new booking, by which the first event of one that is made alone has the booking's id. So its row has no
 * entry in the index of sessions (schema.sql, `session_events`).
 */
export const withFirstEvent = (decision: Decision, id: string): Decision => {
  const { variant } = decision.multiPerson;
  if (variant === 'group') return decision;
  const candidates = decision.candidates.map((candidate, i) =>
    i === 0 || variant === 'roundRobinAlgorithm' ? { ...candidate, event: id } : candidate,
  );
  return { ...decision, candidates };
};

/** A booking stays what it was made as, alone or a seat, whatever its service is now; a group has the seats that it has now. */
function takenAs(service: MultiPerson, kept: Kept | undefined): MultiPerson {
  if (!kept) return service;
  if (kept.seats === null) return { variant: 'collective' };
  return service.variant === 'group' ? service : { variant: 'group', data: kept.seats };
}
