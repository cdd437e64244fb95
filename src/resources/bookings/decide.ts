/** Decides whether a slot can be booked, and with which hosts. Pure: the availability is an argument. */
import { Problem } from '../../problem.ts';
import { canTake } from '../../slots/host.ts';
import type { HostAvailability, ServiceAvailability } from './availability.ts';

export interface Wanted {
  startTs: number;
  duration: number;
}

/** A host with a calendar for bookings. */
export type BookableHost = HostAvailability & { bookIn: string };

/** A host's place in a round robin: the fewer bookings the sooner, then the longer ago the last one was made. */
export interface Rank {
  booked: number;
  /** Milliseconds since the epoch; null: never. */
  last: number | null;
}

const byRank = (a: Rank | undefined, b: Rank | undefined): number =>
  (a?.booked ?? 0) - (b?.booked ?? 0) || (a?.last ?? 0) - (b?.last ?? 0);

/**
 * The hosts that take a slot: with round robin the first-ranked one, otherwise all.
 *
 * @param rankOf a host's rank. Of hosts with equal ranks, the one that was added first takes the slot.
 * @throws Problem `slot-taken` if another booking occupies the slot, `slot-unavailable` for any other reason.
 */
export function chooseHosts(
  { multiPerson, hosts, sessions }: ServiceAvailability,
  { startTs, duration }: Wanted,
  rankOf: (host: HostAvailability) => Rank | undefined,
): BookableHost[] {
  const takers = (candidates: readonly HostAvailability[]): BookableHost[] | null => {
    const able = candidates.filter((host) => canTake(host, startTs, duration));
    const bookable = able.filter((host): host is BookableHost => host.bookIn !== null);
    if (multiPerson.variant === 'roundRobinAlgorithm') {
      const [first] = bookable.toSorted((a, b) => byRank(rankOf(a), rankOf(b)));
      return first ? [first] : null;
    }
    return hosts.length > 0 && bookable.length === hosts.length ? bookable : null;
  };

  const chosen = takers(hosts);
  const seats = multiPerson.variant === 'group' ? multiPerson.data : Number.POSITIVE_INFINITY;
  const session = sessions.find((other) => other.start === startTs && other.duration === duration);
  const full = (session?.taken ?? 0) >= seats;
  if (chosen && !full) return chosen;
  throw full || takers(hosts.map((host) => ({ ...host, bookings: [] }))) ? taken() : unavailable();
}

/**
 * The hosts of a booking that is rescheduled or confirmed, if all of them can take the slot.
 *
 * @throws Problem `slot-taken`, `slot-unavailable`
 */
export function sameHosts(
  availability: ServiceAvailability,
  wanted: Wanted,
  userIds: readonly string[],
): BookableHost[] {
  const hosts = availability.hosts.filter(({ id }) => userIds.includes(id));
  if (hosts.length < userIds.length) throw unavailable();
  const { multiPerson } = availability;
  const all =
    multiPerson.variant === 'roundRobinAlgorithm' ? ({ variant: 'collective' } as const) : multiPerson;
  return chooseHosts({ ...availability, multiPerson: all, hosts }, wanted, () => undefined);
}

/** The availability with bookings as its only limit: a held slot stays held, even if its host is now unavailable. */
export function onlyBookings(
  availability: ServiceAvailability,
  { startTs, duration }: Wanted,
): ServiceAvailability {
  const hours = [{ start: startTs, end: startTs + duration }];
  const open = { availability: hours, busy: [], earliest: Number.NEGATIVE_INFINITY, latest: null };
  return { ...availability, hosts: availability.hosts.map((host) => ({ ...host, ...open })) };
}

const taken = () =>
  new Problem(
    'slot-taken',
    'Another booking occupies this time. Get the slots again, and choose another slot.',
  );
const unavailable = () =>
  new Problem(
    'slot-unavailable',
    'No host is available at this time. Get the slots, and choose one of them.',
  );
