/**
 * Decides on a booking from the rows that one batch reads, for the write in the next one. The write takes effect only where
 * what was decided on is still so (guard-sql.ts); otherwise the Worker decides again, on fresh rows.
 */
import { found, type Plan } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { BookingResult, MultiPerson } from '../../sdk/types.ts';
import { Overspent } from '../../time/budget.ts';
import { type AvailabilityRows, availabilityOf } from './availability.ts';
import type { AvailabilityQuery } from './availability-sql.ts';
import { hostsFor, sameHosts, type Wanted } from './decide.ts';
import type { Decision } from './guard-sql.ts';

/** How long a write may go on to be decided again, before the answer is `contended`. */
const TRIES_MAX_MS = 2000;
/** The longest wait before the second of these tries, the first of which is at once. It doubles with each. */
const WAIT_MS = 20;

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

/**
 * Decides again until a decision is written. Nothing but a change of what was decided on makes it decide again, which is
 * most often another booking of the same slot: the second decision then says so. Later ones wait for a random time (full
 * jitter), so that requests at once do not meet again.
 *
 * @throws Problem `contended` after `TRIES_MAX_MS`.
 */
export function untilWritten(
  attempt: (again: () => Promise<Plan<BookingResult>>) => Plan<BookingResult>,
): Plan<BookingResult> {
  const startedAt = Date.now();
  let tries = 1;
  const again = async (): Promise<Plan<BookingResult>> => {
    if (Date.now() - startedAt > TRIES_MAX_MS) {
      throw new Problem(
        'contended',
        'Other requests keep changing the availability of the hosts. Nothing changed; try again.',
      );
    }
    if (tries > 1) await scheduler.wait(Math.random() * WAIT_MS * 2 ** Math.min(tries, 5));
    tries += 1;
    return attempt(again);
  };
  return attempt(again);
}
